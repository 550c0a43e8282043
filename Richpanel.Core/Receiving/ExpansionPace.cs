namespace Richpanel.Core.Receiving;

/// <summary>
/// How the expander shares the machine with the door. In a rush senders come first, since each of them waits for its answer and
/// nobody yet waits for a row; the longer rows are outstanding, the more the expander insists, so that the lag stays bounded. Pure.
/// </summary>
internal static class ExpansionPace
{
    /// <summary>Rows a transaction: about 20 ms, which is what a sender at the door may have to wait.</summary>
    private const int SliceCalls = 500;

    private const int RushSliceCalls = 64;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(20);

    public static int Slice(bool rush) => rush ? RushSliceCalls : SliceCalls;

    /// <summary>How long to rest before the next slice.</summary>
    /// <param name="lag">Age of the oldest request that has no rows yet.</param>
    public static TimeSpan Rest(bool rush, TimeSpan lag) =>
        !rush || lag > s_limit ? TimeSpan.Zero
        : lag > s_patience ? TimeSpan.FromMilliseconds(20)
        : TimeSpan.FromMilliseconds(150);
}
