using System.Threading.Channels;

namespace Richpanel.Core.Deliveries;

/// <summary>Wakes the dispatcher sooner; the table stays the queue, so a lost signal only costs time.</summary>
public sealed class DeliverySignal(TimeProvider time)
{
    private readonly Channel<bool> _raised =
        Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    public void Raise() => _raised.Writer.TryWrite(true);

    public async Task WaitAsync(TimeSpan atMost, CancellationToken ct)
    {
        using var timeout = new CancellationTokenSource(atMost, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, timeout.Token);
        try
        {
            await _raised.Reader.ReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            // Nobody called in time; the caller looks at the table anyway.
        }
    }
}
