using Microsoft.Data.Sqlite;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Receiving;

namespace Richpanel.Core.Ledger;

/// <summary>
/// Compares counters with each other, as of one commit; what each minute looks at is some hundred lines, whatever the size of the log.
/// Quarters of a day are compared because they are the fewest lines that add up to the whole; that they are the sum of their hours is
/// proved by <see cref="LedgerRecount"/>.
/// </summary>
internal static class LedgerSums
{
    private const string Ledger = """SELECT "ConnectionId","Origin","State","Count" FROM "Ledger" """;

    private const string Rollups = """SELECT "ConnectionId","Origin","State",SUM("Count") FROM "QuarterRollups" GROUP BY 1,2,3""";

    private const string Sending = """SELECT "ConnectionId","Origin",2,COUNT(*) FROM "Deliveries" INDEXED BY "IX_Deliveries_Claimed" WHERE "State"=2 GROUP BY 1,2""";

    private const string Rows = """SELECT "ConnectionId","Origin","State",COUNT(*) FROM "Deliveries" GROUP BY 1,2,3""";

    private const string Requests = """SELECT "ConnectionId",0,0,SUM("Count") FROM "RequestCounts" WHERE "Cause"='' GROUP BY 1""";

    private const string RequestSlots = """SELECT "ConnectionId",0,0,SUM("Count") FROM "RequestSlots" WHERE "Cause"='' GROUP BY 1""";

    /// <summary>The cheap look of each minute.</summary>
    public static List<LedgerFault> Faults(SqliteConnection connection, SqliteTransaction snapshot)
    {
        var ledger = Read(connection, snapshot, Ledger);
        List<LedgerFault> faults =
        [
            .. ledger.Keys.Select(key => (key.Connection, key.Origin)).Distinct().Select(of => new LedgerFault(
                LedgerPart.Created, of.Connection, of.Origin, null, null, ledger.GetValueOrDefault((of.Connection, of.Origin, default)),
                ledger.Where(one => one.Key.Connection == of.Connection && one.Key.Origin == of.Origin && one.Key.State != default).Sum(one => one.Value)))
                .Where(one => one.Expected != one.Found),
        ];
        Compare(faults, LedgerPart.Sending, Read(connection, snapshot, Sending), ledger.Where(one => one.Key.State == DeliveryState.Sending).ToDictionary());
        Compare(faults, LedgerPart.Rollups, Rolled(ledger), Read(connection, snapshot, Rollups));
        return faults;
    }

    /// <summary>Counts every row in one go: for a copy that nobody waits for.</summary>
    public static List<LedgerFault> FaultsAgainstRows(SqliteConnection connection, SqliteTransaction snapshot)
    {
        List<LedgerFault> faults = [];
        Compare(
            faults, LedgerPart.Rows, WithRows(Read(connection, snapshot, Rows)),
            WithRows(Read(connection, snapshot, Ledger)));
        return faults;
    }

    /// <summary>Let in by connection. Refused ones from before they were counted by five minutes are in the whole only.</summary>
    public static List<LedgerFault> RequestFaults(SqliteConnection connection, SqliteTransaction snapshot)
    {
        List<LedgerFault> faults = [];
        Compare(faults, LedgerPart.Requests, Read(connection, snapshot, Requests), Read(connection, snapshot, RequestSlots));
        return [.. faults.Select(one => one with { Origin = null, State = null })];
    }

    /// <summary>What is purged has no rows any more, only its count.</summary>
    private static Dictionary<LedgerKey, long> WithRows(Dictionary<LedgerKey, long> counts) =>
        counts.Where(one => one.Key.State != default && one.Key.State != DeliveryState.Purged).ToDictionary();

    private static Dictionary<LedgerKey, long> Rolled(Dictionary<LedgerKey, long> ledger) => ledger.Where(one => one.Key.State != default)
        .GroupBy(one => one.Key with { State = one.Key.State == DeliveryState.Sending ? DeliveryState.Waiting : one.Key.State })
        .ToDictionary(group => group.Key, group => group.Sum(one => one.Value));

    private static void Compare(List<LedgerFault> faults, LedgerPart part, Dictionary<LedgerKey, long> expected, Dictionary<LedgerKey, long> found)
    {
        foreach (var key in expected.Keys.Union(found.Keys).Where(key => expected.GetValueOrDefault(key) != found.GetValueOrDefault(key)))
        {
            faults.Add(new LedgerFault(part, key.Connection, key.Origin, key.State, null, expected.GetValueOrDefault(key), found.GetValueOrDefault(key)));
        }
    }

    private static Dictionary<LedgerKey, long> Read(SqliteConnection connection, SqliteTransaction snapshot, string sql)
    {
        using var command = connection.CreateCommand();
        (command.Transaction, command.CommandText) = (snapshot, sql);
        using var reader = command.ExecuteReader();
        Dictionary<LedgerKey, long> counts = [];
        while (reader.Read())
        {
            counts[new LedgerKey(reader.GetInt64(0), (Origin)reader.GetInt32(1), (DeliveryState)reader.GetInt32(2))] = reader.GetInt64(3);
        }

        return counts;
    }

    private readonly record struct LedgerKey(long Connection, Origin Origin, DeliveryState State)
    {
        public static implicit operator LedgerKey((long Connection, Origin Origin, DeliveryState State) key) => new(key.Connection, key.Origin, key.State);
    }
}
