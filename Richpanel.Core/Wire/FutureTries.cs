namespace Richpanel.Core.Wire;

/// <summary>A try that is still to come.</summary>
/// <param name="Latest">Later than <paramref name="Earliest"/> by the jitter of the waits before it.</param>
public readonly record struct FutureTry(int Number, DateTimeOffset Earliest, DateTimeOffset Latest);

/// <summary>The tries that follow if each of them fails in a way that is tried again. Pure.</summary>
public static class FutureTries
{
    /// <param name="number">Of the next one.</param>
    /// <param name="due">When the next one is.</param>
    /// <param name="spent">Tries spent of the schedule so far.</param>
    /// <param name="isManual">A person asked for the next one: it spends none.</param>
    public static IReadOnlyList<FutureTry> Of(int number, DateTimeOffset due, int spent, bool isManual, IReadOnlyList<TimeSpan> schedule, double jitter)
    {
        var tries = new List<FutureTry> { new(number, due, due) };
        var after = isManual ? spent : spent + 1;
        while (RetrySchedule.WaitBefore(Math.Max(after, 1), schedule, jitter, 0) is { } wait)
        {
            var longest = RetrySchedule.WaitBefore(Math.Max(after, 1), schedule, jitter, 1)!.Value;
            var last = tries[^1];
            tries.Add(new FutureTry(last.Number + 1, last.Earliest + wait, last.Latest + longest));
            after = Math.Max(after, 1) + 1;
        }

        return tries;
    }
}
