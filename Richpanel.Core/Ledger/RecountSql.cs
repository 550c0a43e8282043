using Microsoft.Data.Sqlite;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Receiving;

namespace Richpanel.Core.Ledger;

/// <summary>What a recount asks. 8 is <see cref="DeliveryState.Purged"/>, which has counters and no rows.</summary>
internal static class RecountSql
{
    private const string Key = """ "ConnectionId","Origin","State","OnRetry","StatusCode","EventName","Code" """;
    private const string Ours = """ "ConnectionId" IN (SELECT "ConnectionId" FROM "Ledger") """;   // the first column of every key
    private const string OfSlots = $""" {Ours} AND "Slot">=$h*12 AND "Slot"<($h+1)*12 AND "Count"<>0 """;
    private const string OfHour = $""" {Ours} AND "Hour"=$h AND "Count"<>0 """;

    public const string LastId = """SELECT COALESCE(MAX("Id"),0) FROM "Deliveries" """;

    public const string Connections = """SELECT DISTINCT "ConnectionId" FROM "Ledger" """;

    public const string CountedHours =
        """SELECT "Hour" FROM "HourlyRollups" WHERE "Count"<>0 AND "State"<>8 UNION SELECT "Slot"/12 FROM "SlotRollups" WHERE "Count"<>0 AND "State"<>8""";

    public const string Places = """SELECT ("ReceivedAt"-$epoch)/$hour,MIN("Id"),MAX("Id") FROM "Deliveries" WHERE "Id">$a AND "Id"<=$b GROUP BY 1""";

    public const string Rows =
        """
        SELECT "ConnectionId","Origin","State","ReceivedAt","EventName","Cause","StatusCode","AttemptCount","EndedAt" FROM "Deliveries"
        WHERE ("Id" BETWEEN $a AND $b OR "Id">$last) AND "ReceivedAt">=$since AND "ReceivedAt"<$until AND "State"<>8
        """;

    public const string Slots = $"""SELECT "Slot",{Key},"Count" FROM "SlotRollups" WHERE {OfSlots} AND "State"<>8""";
    public const string Hours = $"""SELECT "Hour",{Key},"Count" FROM "HourlyRollups" WHERE {OfHour} AND "State"<>8""";
    public const string SlotLatencies = $"""SELECT "Slot","ConnectionId","Origin","Bucket","Count" FROM "SlotLatencies" WHERE {OfSlots}""";
    public const string HourLatencies = $"""SELECT "Hour","ConnectionId","Origin","Bucket","Count" FROM "HourlyLatencies" WHERE {OfHour}""";

    public const string HoursByQuarter = $"""SELECT "Hour"/6,{Key},SUM("Count") FROM "HourlyRollups" WHERE "ConnectionId"=$c GROUP BY 1,2,3,4,5,6,7,8 HAVING SUM("Count")<>0""";
    public const string Quarters = $"""SELECT "Quarter",{Key},"Count" FROM "QuarterRollups" WHERE "ConnectionId"=$c AND "Count"<>0""";
    public const string LatenciesByQuarter = """SELECT "Hour"/6,"ConnectionId","Origin","Bucket",SUM("Count") FROM "HourlyLatencies" WHERE "ConnectionId"=$c GROUP BY 1,2,3,4 HAVING SUM("Count")<>0""";
    public const string QuarterLatencies = """SELECT "Quarter","ConnectionId","Origin","Bucket","Count" FROM "QuarterLatencies" WHERE "ConnectionId"=$c AND "Count"<>0""";

    public const string Groups = """SELECT "Id" FROM "FailureGroups" ORDER BY "Id" """;
    public const string Group =
        """
        SELECT "ConnectionId","StillFailed",(SELECT COUNT(*) FROM "Deliveries" d INDEXED BY "IX_Deliveries_Group"
        WHERE d."GroupId" IN (SELECT $g UNION ALL SELECT p."Id" FROM "FailureGroups" p WHERE p."MergedIntoId"=$g) AND d."State"=4) FROM "FailureGroups" WHERE "Id"=$g
        """;

    public static LedgerPlace Place(SqliteDataReader row) => new(
        row.GetInt64(0), (Origin)row.GetInt32(1), Time(row.GetInt64(3)), (DeliveryState)row.GetInt32(2), row.IsDBNull(4) ? null : row.GetString(4),
        row.IsDBNull(5) ? null : row.GetString(5), row.IsDBNull(6) ? null : row.GetInt32(6), row.GetInt32(7), row.IsDBNull(8) ? null : Time(row.GetInt64(8)));

    public static RollupLine Line(SqliteDataReader row) => new(
        row.GetInt32(0), row.GetInt64(1), (Origin)row.GetInt32(2), (DeliveryState)row.GetInt32(3), row.GetBoolean(4), row.GetInt32(5), row.GetString(6), row.GetString(7));

    public static LatencyLine Latency(SqliteDataReader row) => new(row.GetInt32(0), row.GetInt64(1), (Origin)row.GetInt32(2), row.GetInt32(3));

    private static DateTimeOffset Time(long ticks) => new(ticks, TimeSpan.Zero);
}

/// <summary>A line of the counts by span.</summary>
/// <param name="Span">Slot, hour or quarter, see <see cref="RollupTime"/>.</param>
internal readonly record struct RollupLine(int Span, long Connection, Origin Origin, DeliveryState State, bool OnRetry, int Status, string Event, string Code);

/// <param name="Span">As above.</param>
internal readonly record struct LatencyLine(int Span, long Connection, Origin Origin, int Bucket);
