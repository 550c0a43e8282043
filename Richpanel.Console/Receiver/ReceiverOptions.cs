using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Richpanel.Console.Receiver;

/// <summary>Section <c>Receiver</c>, what only the HTTP door needs. Sizes are in <see cref="Core.Receiving.ReceivingLimits"/>.</summary>
public sealed class ReceiverOptions
{
    internal const string PublicUrlFault = "Receiver:PublicUrl must be an address such as https://events.example.com, without query.";

    /// <summary>The address senders use, where it is not the one that pages come from; shown on pages and used for test calls.</summary>
    public string PublicUrl { get; init; } = "";

    internal bool IsPublicUrlUsable => PublicUrl.Length == 0
        || (Uri.TryCreate(PublicUrl, UriKind.Absolute, out var url) && url.Scheme is ("http" or "https") && url.Query.Length == 0 && url.Fragment.Length == 0 && url.UserInfo.Length == 0);

    /// <summary>A body must have arrived completely after this.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan ReadTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The head of any request, pages and API too, must have arrived after this.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan HeaderTimeout { get; init; } = TimeSpan.FromSeconds(15);

    [ValidateObjectMembers]
    public RateLimitOptions RateLimit { get; init; } = new();
}

/// <summary>
/// Section <c>Receiver:RateLimit</c>: requests per source, and per address whatever the source. The defaults are for floods, not for
/// saving: no shop's own traffic comes near them, one flooding key or address leaves room for the others.
/// </summary>
public sealed class RateLimitOptions
{
    public bool Enabled { get; init; } = true;

    /// <summary>Requests a second in the long run. A batch is one.</summary>
    [Range(1, 1_000_000)]
    public int PerSecond { get; init; } = 10_000;

    /// <summary>Requests at once after a quiet time.</summary>
    [Range(1, 1_000_000)]
    public int Burst { get; init; } = 100_000;

    /// <summary>
    /// As <see cref="PerSecond"/>, for one address; of IPv6 for one network of 64 bits, which is what one customer is given. More than
    /// for a source: Segment posts for many from few addresses, and behind a proxy that is not named all senders have one.
    /// </summary>
    [Range(1, 1_000_000)]
    public int AddressPerSecond { get; init; } = 20_000;

    [Range(1, 1_000_000)]
    public int AddressBurst { get; init; } = 200_000;
}
