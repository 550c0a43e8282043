namespace Richpanel.Console.Shared;

/// <summary>Metadata of a route whose requests are many and say nothing, such as a static file: its log lines are for debugging.</summary>
internal sealed class QuietRoute
{
    public static QuietRoute Mark { get; } = new();
}
