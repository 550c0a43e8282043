namespace Richpanel.Console.Shared;

/// <summary>Routes that programs use; every other one belongs to the pages.</summary>
internal static class Programs
{
    private static readonly string[] s_roots =
        ["/v1", "/v2", "/v3", "/segment", "/webhooks", "/api", "/healthz", "/readyz", "/metrics", "/openapi", "/scalar"];

    public static bool Own(PathString path) => Array.Exists(s_roots, root => path.StartsWithSegments(root));
}
