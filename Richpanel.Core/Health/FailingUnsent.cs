using Richpanel.Core.Causes;

namespace Richpanel.Core.Health;

/// <summary>That much of what comes in fails before it is sent, so that no try ever tells of it. Pure.</summary>
/// <param name="Cause">Why most of them failed.</param>
/// <param name="Failed">Failures of reading and mapping.</param>
/// <param name="Created">Deliveries that came in meanwhile.</param>
public sealed record FailingUnsent(Cause Cause, long Failed, long Created)
{
    /// <summary>A few may be the calls' own fault.</summary>
    public const int Fewest = 10;

    /// <summary>As of tries: below this share it may be the calls' own fault.</summary>
    private const double Partly = 0.3;

    /// <param name="failed">By code of the cause catalogue.</param>
    /// <returns>Null when too few failed to say.</returns>
    public static FailingUnsent? Of(IReadOnlyCollection<(string Cause, long Count)> failed, long created) =>
        failed.Sum(one => one.Count) is >= Fewest and var all && all >= created * Partly
            ? new FailingUnsent(CauseCatalog.Find(failed.MaxBy(one => one.Count).Cause), all, created)
            : null;
}
