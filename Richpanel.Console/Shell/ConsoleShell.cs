namespace Richpanel.Console.Shell;

/// <summary>The pages.</summary>
public static class ConsoleShell
{
    public static IServiceCollection AddConsole(this IServiceCollection services) => services;

    public static void MapConsole(this WebApplication app)
    {
    }
}
