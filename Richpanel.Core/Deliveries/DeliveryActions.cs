using Richpanel.Core.Storage;

namespace Richpanel.Core.Deliveries;

/// <summary>What became of a person's wish about one delivery.</summary>
/// <param name="Done">False: the state no longer allows it (409 over the API).</param>
/// <param name="State">The state now; null when there is no such delivery.</param>
public sealed record ActionOutcome(bool Done, DeliveryState? State);

/// <summary>Retry, cancel and try-now of one delivery: one method, one commit. Repeating a click is harmless.</summary>
public sealed class DeliveryActions(StoreWriter writer)
{
    /// <summary>
    /// Makes a Failed, Canceled or Accepted delivery Waiting and due now; a Waiting one due now. <paramref name="asThen"/> resends the kept
    /// mapped call, else the call is mapped again with today's options.
    /// </summary>
    public Task<ActionOutcome> RetryAsync(long id, bool asThen, CancellationToken ct) => throw new NotImplementedException(writer.ToString());

    /// <summary>A Waiting delivery is never sent.</summary>
    public Task<ActionOutcome> CancelAsync(long id, CancellationToken ct) => throw new NotImplementedException();

    /// <summary>A Waiting delivery is due now.</summary>
    public Task<ActionOutcome> TryNowAsync(long id, CancellationToken ct) => throw new NotImplementedException();

    /// <summary>Ends when the delivery has left Waiting and Sending, or has one more attempt than <paramref name="attemptsBefore"/>, or <paramref name="atMost"/> has passed.</summary>
    public Task<Delivery?> WaitForOutcomeAsync(long id, int attemptsBefore, TimeSpan atMost, CancellationToken ct) => throw new NotImplementedException();
}
