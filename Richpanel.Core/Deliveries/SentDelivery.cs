namespace Richpanel.Core.Deliveries;

/// <summary>A delivery after its send.</summary>
/// <param name="Exchanges">Oldest first; empty when nothing went out.</param>
/// <param name="ConnectionVersion">Of the settings it was sent with.</param>
internal sealed record SentDelivery(
    PreparedDelivery Delivery, IReadOnlyList<SentExchange> Exchanges, int ConnectionVersion, string? SecretFingerprint);

/// <summary>How one request to Richpanel, or one batch with what it was split into, ended.</summary>
internal abstract record SendEnd
{
    /// <summary>Every delivery was answered (or not) by itself.</summary>
    public sealed record Sent(IReadOnlyList<SentDelivery> Deliveries) : SendEnd;

    /// <summary>Nothing went out, because the connection, as it was in this version, cannot send: it goes on hold.</summary>
    public sealed record NotSent(string HoldCause, int ConnectionVersion) : SendEnd;

    /// <summary>An error of our own; whether anything went out, nobody knows.</summary>
    public sealed record Broke : SendEnd;

    /// <summary>The product is stopping and did not wait for the answer.</summary>
    public sealed record BrokenOff : SendEnd;
}
