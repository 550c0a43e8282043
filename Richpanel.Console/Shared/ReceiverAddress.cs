namespace Richpanel.Console.Shared;

/// <summary>
/// Where senders post: <c>Receiver:PublicUrl</c> when it is set, else an address of its own that the receiver listens on, else where the
/// page came from, which known proxies have made the public one already.
/// </summary>
public sealed class ReceiverAddress(IConfiguration configuration)
{
    /// <summary>Set by configuration, without trailing slash; null when it is not.</summary>
    public string? Public => configuration["Receiver:PublicUrl"] is { Length: > 0 } url ? url.Trim().TrimEnd('/') : null;

    /// <param name="page">Base address of the page that asks.</param>
    /// <returns>Without trailing slash.</returns>
    public string Of(string page) => Public ?? Reachable(Listening ?? page);

    /// <summary>The first of <c>Receiver:Urls</c>; null when pages and receiver share theirs.</summary>
    public string? Listening => configuration["Receiver:Urls"]?.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).FirstOrDefault();

    /// <summary>An address that listens everywhere, as this machine itself reaches it.</summary>
    public static string Reachable(string listening) => listening
        .Replace("//0.0.0.0", "//127.0.0.1", StringComparison.Ordinal).Replace("//[::]", "//127.0.0.1", StringComparison.Ordinal)
        .Replace("//*", "//127.0.0.1", StringComparison.Ordinal).Replace("//+", "//127.0.0.1", StringComparison.Ordinal)
        .TrimEnd('/');
}
