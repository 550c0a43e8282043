namespace Richpanel.Core.Ledger;

/// <summary>What the overview asks, per connection ($c) and span [$a, $b). Each is answered by a primary key or an index of the table.</summary>
internal static class OverviewSql
{
    private const string Span = """ WHERE "ConnectionId"=$c AND "{0}">=$a AND "{0}"<$b """;

    /// <summary>2 is <see cref="Receiving.Origin.Lab"/>.</summary>
    private const string WithoutLab = """ AND "Origin"<>2 """;

    private const string LineColumns = """ "Origin","State","OnRetry","StatusCode","EventName","Code","Count" FROM """;

    public const string Requests = """SELECT "Cause"='', SUM("Count") FROM "RequestSlots" WHERE "ConnectionId"=$c AND "Slot">=$a AND "Slot"<$b GROUP BY 1""";

    /// <summary>Ids follow the time of receipt. The lab's own are passed over, but only so many of them.</summary>
    public const string OldestWaiting =
        """SELECT "Id","ReceivedAt" FROM (SELECT "Id","ReceivedAt","Origin" FROM "Deliveries" WHERE "ConnectionId"=$c AND "State"=$s ORDER BY "Id" LIMIT 200) WHERE "Origin"<>2 LIMIT 1""";

    private static readonly string s_bySlot = Span.Replace("{0}", "Slot", StringComparison.Ordinal);
    private static readonly string s_byHour = Span.Replace("{0}", "Hour", StringComparison.Ordinal);

    private static readonly string s_slotLines = $"""SELECT "Slot",{LineColumns} "SlotRollups" {s_bySlot} AND "Count"<>0""";
    private static readonly string s_hourLines = $"""SELECT "Hour",{LineColumns} "HourlyRollups" {s_byHour} AND "Count"<>0""";
    private static readonly string s_slotSums = $"""SELECT "State","OnRetry",SUM("Count") FROM "SlotRollups" {s_bySlot} {WithoutLab} GROUP BY 1,2""";
    private static readonly string s_hourSums = $"""SELECT "State","OnRetry",SUM("Count") FROM "HourlyRollups" {s_byHour} {WithoutLab} GROUP BY 1,2""";
    private static readonly string s_slotLatency = $"""SELECT "Bucket",SUM("Count") FROM "SlotLatencies" {s_bySlot} {WithoutLab} GROUP BY 1""";
    private static readonly string s_hourLatency = $"""SELECT "Bucket",SUM("Count") FROM "HourlyLatencies" {s_byHour} {WithoutLab} GROUP BY 1""";

    public static string Lines(bool bySlot) => bySlot ? s_slotLines : s_hourLines;

    public static string Sums(bool bySlot) => bySlot ? s_slotSums : s_hourSums;

    public static string Latency(bool bySlot) => bySlot ? s_slotLatency : s_hourLatency;

    /// <summary>Every statement, for the test of their plans.</summary>
    public static IReadOnlyList<string> All => [s_slotLines, s_hourLines, s_slotSums, s_hourSums, s_slotLatency, s_hourLatency, Requests, OldestWaiting];
}
