namespace Richpanel.Core.Deliveries;

/// <summary>What may reach a connection's loop. Only the loop touches its own state; everything else tells it by these.</summary>
internal abstract record LoopMessage
{
    /// <summary>Look at the table and at the connection's row.</summary>
    public sealed record Wake : LoopMessage
    {
        public static readonly Wake Instance = new();
    }

    /// <param name="Result">Null when the commit failed: nothing of the turn happened.</param>
    public sealed record TurnEnded(DispatchTurn Turn, TurnResult? Result, Exception? Failure) : LoopMessage;

    /// <param name="Prepared">Null when the bytes could not be read.</param>
    public sealed record PreparationEnded(
        IReadOnlyList<ClaimedDelivery> Rows, IReadOnlyList<Preparation>? Prepared, int ConnectionVersion, Exception? Failure) : LoopMessage;

    public sealed record SendEnded(IReadOnlyList<PreparedDelivery> Deliveries, SendEnd End) : LoopMessage;
}
