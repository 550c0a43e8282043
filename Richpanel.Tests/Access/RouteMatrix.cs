using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Components.Endpoints;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.StaticAssets;
using Richpanel.Core.Access;

namespace Richpanel.Tests.Access;

/// <summary>What a route asks for, as its endpoint says.</summary>
/// <param name="Needs">Null: open to everybody.</param>
/// <param name="Page">The component; null for a route of the API.</param>
internal sealed record GuardedRoute(string Method, string Pattern, Permission? Needs, bool OrThisMachine, bool OrThisMachineForAll, Type? Page)
{
    public string Name => Page is null ? $"{Method} {Pattern}" : Pattern;

    /// <summary>An address of the route, its parameters filled with what leads nowhere.</summary>
    public string Address => string.Join('/', Pattern.Split('/').Select(part => part.StartsWith('{') ? Filler(part.Trim('{', '}').Split(':')) : part));

    private static string Filler(string[] parameter) => parameter is [_, "long", ..] ? "999999" : parameter[0] switch
    {
        "id" => "dlv_zzz",
        "documentName" => "v1",
        _ => "nobody",
    };
}

internal static class RouteMatrix
{
    /// <summary>Routes that no role decides about, each for a reason.</summary>
    private static readonly (string Root, string Why)[] s_leftOut =
    [
        ("/_framework", "files of the framework"), ("/_content", "files of libraries"), ("/{**path:file}", "files added since the build"),
        ("/_blazor", "the circuit of a page: opens for whoever may see pages, see PageDoorTests"),
        ("/v2/", "the public sandbox: key and signature instead of a role"), ("/v3/", "the public sandbox: key and signature instead of a role"),
    ];

    /// <summary>Pages and API of a running product, in the order of their names.</summary>
    public static IReadOnlyList<GuardedRoute> Of(EndpointDataSource endpoints) =>
    [
        .. endpoints.Endpoints.OfType<RouteEndpoint>()
            .Select(Read).OfType<GuardedRoute>()
            .DistinctBy(route => route.Name)
            .OrderBy(route => route.Pattern, StringComparer.Ordinal).ThenBy(route => route.Method, StringComparer.Ordinal),
    ];

    private static GuardedRoute? Read(RouteEndpoint endpoint)
    {
        var pattern = "/" + endpoint.RoutePattern.RawText?.Trim('/');
        var page = endpoint.Metadata.GetMetadata<ComponentTypeMetadata>()?.Type;
        if (endpoint.Metadata.GetMetadata<StaticAssetDescriptor>() is not null)
        {
            return null;   // a file of the build, open to everybody: its name changes with its content
        }

        if (page is null && s_leftOut.Any(left => pattern.StartsWith(left.Root, StringComparison.Ordinal)))
        {
            return null;
        }

        var policies = endpoint.Metadata.GetMetadata<IAllowAnonymous>() is null
            ? endpoint.Metadata.GetOrderedMetadata<IAuthorizeData>().Select(data => data.Policy).OfType<string>().ToList()
            : [];
        var permissions = policies.Where(policy => Enum.IsDefined(typeof(Permission), policy)).Select(Enum.Parse<Permission>).ToList();
        return new GuardedRoute(
            endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods[0] ?? "GET",
            pattern,
            permissions.Count > 0 ? permissions.MaxBy(Rights.LeastRole) : policies.Count > 0 ? Permission.Read : null,
            policies.Contains("LocalOrToken"),
            policies.Contains("LocalOrTokenForAll"),
            page);
    }
}
