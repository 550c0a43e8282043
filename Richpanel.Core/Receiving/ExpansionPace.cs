namespace Richpanel.Core.Receiving;

/// <summary>
/// How the expander shares the machine with the door. In a rush senders come first, since each of them waits for its answer and
/// nobody yet waits for a row; the longer rows are outstanding, the more the expander insists, so that the lag stays bounded. Pure.
/// </summary>
internal static class ExpansionPace
{
    /// <summary>Rows a piece of work writes whoever waits: about 20 ms, which is what a sender at the door may have to wait.</summary>
    private const int LeastCalls = 500;

    /// <summary>And in a rush.</summary>
    private const int LeastInRush = 64;

    /// <summary>
    /// Rows it goes on to while nobody waits. The look-ups' keys are spread at random over their indexes, so that each commit
    /// writes about as many pages for few rows as for many.
    /// </summary>
    private const int MostCalls = 4_000;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(20);

    public static int Least(bool rush) => rush ? LeastInRush : LeastCalls;

    public static int Most(bool rush) => rush ? LeastInRush : MostCalls;

    /// <summary>How long to rest before the next slice.</summary>
    /// <param name="lag">Age of the oldest request that has no rows yet.</param>
    public static TimeSpan Rest(bool rush, TimeSpan lag) =>
        !rush || lag > s_limit ? TimeSpan.Zero
        : lag > s_patience ? TimeSpan.FromMilliseconds(20)
        : TimeSpan.FromMilliseconds(150);
}
