namespace Richpanel.Core.Ledger;

/// <summary>The additions a commit ends with.</summary>
internal static class LedgerSql
{
    private const string Add = """ON CONFLICT DO UPDATE SET "Count" = "Count" + excluded."Count" """;
    private const string RollupColumns = """ "Origin","State","OnRetry","StatusCode","EventName","Code","Count") VALUES ($c,$h,$o,$s,$r,$x,$e,$k,$n) """;
    private const string LatencyColumns = """ "Origin","Bucket","Count") VALUES ($c,$h,$o,$b,$n) """;

    public const string AddToLedger = $"""INSERT INTO "Ledger" ("ConnectionId","Origin","State","Count") VALUES ($c,$o,$s,$n) {Add}""";

    public const string AddToHours = $"""INSERT INTO "HourlyRollups" ("ConnectionId","Hour",{RollupColumns} {Add}""";

    public const string AddToQuarters = $"""INSERT INTO "QuarterRollups" ("ConnectionId","Quarter",{RollupColumns} {Add}""";

    public const string AddToSlots = $"""INSERT INTO "SlotRollups" ("ConnectionId","Slot",{RollupColumns} {Add}""";

    public const string AddToHourLatencies = $"""INSERT INTO "HourlyLatencies" ("ConnectionId","Hour",{LatencyColumns} {Add}""";

    public const string AddToQuarterLatencies = $"""INSERT INTO "QuarterLatencies" ("ConnectionId","Quarter",{LatencyColumns} {Add}""";

    public const string AddToSlotLatencies = $"""INSERT INTO "SlotLatencies" ("ConnectionId","Slot",{LatencyColumns} {Add}""";

    public const string AddToRequests = $"""INSERT INTO "RequestCounts" ("ConnectionId","Cause","Count") VALUES ($c,$k,$n) {Add}""";

    public const string AddToRequestSlots = $"""INSERT INTO "RequestSlots" ("ConnectionId","Slot","Cause","Count") VALUES ($c,$h,$k,$n) {Add}""";

    public const string AddToRetries = $"""INSERT INTO "RetryCounts" ("BatchId","State","Cause","Count") VALUES ($b,$s,$k,$n) {Add}""";

    public static readonly string[] LedgerParameters = ["$c", "$o", "$s", "$n"];
    public static readonly string[] RollupParameters = ["$c", "$h", "$o", "$s", "$r", "$x", "$e", "$k", "$n"];
    public static readonly string[] LatencyParameters = ["$c", "$h", "$o", "$b", "$n"];
    public static readonly string[] RetryParameters = ["$b", "$s", "$k", "$n"];
    public static readonly string[] RequestParameters = ["$c", "$k", "$n"];
    public static readonly string[] RequestSlotParameters = ["$c", "$h", "$k", "$n"];
}
