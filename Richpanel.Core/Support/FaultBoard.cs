using System.Globalization;
using Richpanel.Core.Ledger;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Support;

/// <summary>Something of the installation itself that a person must see to.</summary>
/// <param name="Code">Stable: <c>store_failing</c>, <c>disk_full</c>, <c>disk_low</c>, <c>database_damaged</c>, <c>ledger_mismatch</c>.</param>
/// <param name="Text">What is wrong, in a sentence. Names nobody.</param>
/// <param name="Remedy">What to do.</param>
/// <param name="IsGrave">Something is lost, or nothing new is taken in.</param>
/// <param name="Details">Ids, counts and SQLite's own words, a line each.</param>
public sealed record Fault(string Code, string Text, string Remedy, bool IsGrave, DateTimeOffset? Since, IReadOnlyList<string> Details);

/// <summary>All that is wrong with the installation now: one list for pages, API and <c>/readyz</c>.</summary>
public sealed class FaultBoard(StoreWriter writer, StoreProbe probe, StoreHealth health, StoreIntegrity integrity, LedgerWatch ledger)
{
    private const int MostDetails = 20;

    /// <summary>The gravest first.</summary>
    public IReadOnlyList<Fault> Faults => [.. All().OrderByDescending(fault => fault.IsGrave)];

    private IEnumerable<Fault> All()
    {
        if (Failing is { } failing)
        {
            yield return new Fault(
                "store_failing", $"{DatabaseFault.WhileRunning(failing)} Senders are asked to come again; nothing acknowledged is lost.",
                $"{DatabaseFault.Remedy(failing)} It goes on by itself then.", true, probe.Since, []);
        }

        if (integrity.Report is { Is: Integrity.Damaged } damaged)
        {
            yield return new Fault(
                "database_damaged", "The database file is damaged. What was read or written there cannot be relied on.",
                "Stop the product, keep a copy of its whole folder, and restore the last backup (README, Backup and restore).", true, damaged.At, damaged.Faults);
        }

        if (health.Space is { } space && space.IsLow)
        {
            yield return space.IsFull
                ? new Fault(
                    "disk_full", $"The disk of the database is nearly full: {ByteSize.Words(space.Free)} are free. The receiver answers 503, and senders come again.",
                    $"Make room: it goes on by itself with {ByteSize.Words(space.FullBelow)} free.", true, null, [])
                : new Fault(
                    "disk_low", $"The disk of the database has little room: {ByteSize.Words(space.Free)} of {ByteSize.Words(space.Total)} are free.",
                    $"Make room in time: below {ByteSize.Words(space.FullBelow)} the receiver answers 503.", false, null, []);
        }

        if (ledger.Report is { Agrees: false } report)
        {
            yield return new Fault(
                "ledger_mismatch", report.Faults.Count == 1 ? "The ledger does not add up in one place." : string.Create(CultureInfo.InvariantCulture, $"The ledger does not add up in {report.Faults.Count:N0} places."),
                "Keep a backup as it is now, have the ledger checked again, and send both with the support bundle. No delivery is touched by this: only counts are wrong.", false, report.SumsAt,
                [.. report.Faults.Take(MostDetails).Select(fault => fault.Sentence)]);
        }
    }

    /// <summary>Also in the second before the probe has looked.</summary>
    private StoreFault? Failing => writer.Failing;
}
