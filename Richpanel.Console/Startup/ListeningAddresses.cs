using Richpanel.Console.Shared;

namespace Richpanel.Console.Startup;

/// <summary>
/// <c>Receiver:Urls</c> and <c>Console:Urls</c>: semicolon-separated addresses. With both set to different ports, each port serves
/// only its own routes, so that the door can face the internet while pages and API do not.
/// </summary>
internal static class ListeningAddresses
{
    private static readonly string[] s_doorPaths = ["/v1", "/segment", "/webhooks"];
    private static readonly string[] s_sharedPaths = ["/healthz", "/readyz"];

    public static void UseListeningAddresses(this WebApplicationBuilder builder)
    {
        var all = Addresses(builder.Configuration, "Receiver").Concat(Addresses(builder.Configuration, "Console")).Distinct(StringComparer.OrdinalIgnoreCase).ToArray();
        if (all.Length > 0)
        {
            builder.WebHost.UseUrls(all);
        }
    }

    /// <summary>Answers 404 on a port for the routes of the other one. Does nothing unless both are set and differ.</summary>
    public static void UseSeparatePorts(this WebApplication app)
    {
        var door = Ports(app.Configuration, "Receiver");
        var console = Ports(app.Configuration, "Console");
        if (door.Count == 0 || console.Count == 0 || door.SetEquals(console))
        {
            return;
        }

        app.Use((context, next) =>
        {
            var served = IsUnder(context.Request.Path, s_sharedPaths)
                || (IsUnder(context.Request.Path, s_doorPaths) ? door : console).Contains(context.Connection.LocalPort);
            if (served)
            {
                return next(context);
            }

            context.Response.StatusCode = StatusCodes.Status404NotFound;
            AnswerHeaders.OfPrograms(context.Response);
            return Task.CompletedTask;
        });
    }

    private static bool IsUnder(PathString path, string[] roots) =>
        Array.Exists(roots, root => path.StartsWithSegments(root, StringComparison.OrdinalIgnoreCase));

    private static HashSet<int> Ports(IConfiguration configuration, string section) =>
        [.. Addresses(configuration, section).Select(address => BindingAddress.Parse(address).Port)];

    private static string[] Addresses(IConfiguration configuration, string section) =>
        configuration[$"{section}:Urls"]?.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];
}
