namespace Richpanel.Console.Shell;

/// <summary>Section <c>Console</c>.</summary>
public sealed class PageOptions
{
    /// <summary>Show pages over plain HTTP to other machines too. Passwords then cross the network readable: for a closed test network only.</summary>
    public bool AllowPlainHttp { get; init; }
}
