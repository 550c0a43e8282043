using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Options;
using Richpanel.Core.Connections;

namespace Richpanel.Console.Entrance;

/// <summary>
/// Who really asks, when a known proxy says so: X-Forwarded-For and X-Forwarded-Proto, read from the right as long as each hop is
/// known. X-Forwarded-Host is never believed: many proxies pass on whatever the visitor wrote there, and every one of them can send
/// the right Host itself.
/// </summary>
internal static class ForwardedBy
{
    private const string For = "X-Forwarded-For";
    private const string Proto = "X-Forwarded-Proto";

    public static void Configure(ForwardedHeadersOptions forwarded, ProxyOptions proxies)
    {
        var known = AddressList.Of(proxies.Known).Networks;
        forwarded.KnownProxies.Clear();
        forwarded.KnownIPNetworks.Clear();
        foreach (var network in known)
        {
            forwarded.KnownIPNetworks.Add(network);
        }

        // With empty lists the framework would believe everybody.
        forwarded.ForwardedHeaders = known.Count == 0 ? ForwardedHeaders.None : ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto;
        forwarded.ForwardLimit = null;
    }

    /// <summary>First of all steps. A request without such headers passes by two look-ups that find nothing.</summary>
    public static void UseForwardedBy(this WebApplication app)
    {
        if (app.Services.GetRequiredService<IOptions<ForwardedHeadersOptions>>().Value.ForwardedHeaders != ForwardedHeaders.None)
        {
            app.UseWhen(
                context => context.Request.Headers.ContainsKey(For) || context.Request.Headers.ContainsKey(Proto),
                forwarded => forwarded.UseForwardedHeaders());
        }
    }
}
