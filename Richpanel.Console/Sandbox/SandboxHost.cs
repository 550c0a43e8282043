namespace Richpanel.Console.Sandbox;

/// <summary>The built-in Richpanel (design section 7).</summary>
public static class SandboxHost
{
    public static IServiceCollection AddSandbox(this IServiceCollection services) => services;
}
