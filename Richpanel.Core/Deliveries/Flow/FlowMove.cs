namespace Richpanel.Core.Deliveries.Flow;

/// <summary>What a loop writes into its connection's row about its breaker and what it has to catch up with.</summary>
internal abstract record FlowMove
{
    /// <param name="Cause">Code of the cause catalogue: the answer that opened it, or the last probe's.</param>
    /// <param name="Until">When the next probe goes out.</param>
    /// <param name="Probes">Probes so far that got no answer.</param>
    public sealed record Open(string Cause, DateTimeOffset Until, int Probes) : FlowMove;

    /// <summary>A probe was answered: what waited goes out, at this many a second.</summary>
    public sealed record Close(int Rate) : FlowMove;

    /// <summary>One of the few that go first was answered.</summary>
    public sealed record ProbePassed : FlowMove
    {
        public static readonly ProbePassed Instance = new();
    }

    /// <summary>Nothing is left of what was due before this time.</summary>
    public sealed record CaughtUp(DateTimeOffset Before) : FlowMove;
}
