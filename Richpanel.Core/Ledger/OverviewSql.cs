namespace Richpanel.Core.Ledger;

/// <summary>What the overview asks, per connection ($c) and span [$a, $b). Each is answered by a primary key or an index of the table.</summary>
internal sealed class OverviewSql
{
    /// <summary>2 is <see cref="Receiving.Origin.Lab"/>.</summary>
    private const string WithoutLab = """ AND "Origin"<>2 """;

    public const string Requests = """SELECT "Cause", SUM("Count") FROM "RequestSlots" WHERE "ConnectionId"=$c AND "Slot">=$a AND "Slot"<$b GROUP BY 1""";

    /// <summary>Ids follow the time of receipt. The lab's own are passed over, but only so many of them.</summary>
    public const string OldestWaiting =
        """SELECT "Id","ReceivedAt" FROM (SELECT "Id","ReceivedAt","Origin" FROM "Deliveries" WHERE "ConnectionId"=$c AND "State"=$s ORDER BY "Id" LIMIT 200) WHERE "Origin"<>2 LIMIT 1""";

    private static readonly OverviewSql s_slots = new("Slot", "SlotRollups", "SlotLatencies");
    private static readonly OverviewSql s_hours = new("Hour", "HourlyRollups", "HourlyLatencies");
    private static readonly OverviewSql s_quarters = new("Quarter", "QuarterRollups", "QuarterLatencies");

    private OverviewSql(string span, string rollups, string latencies)
    {
        var within = $""" WHERE "ConnectionId"=$c AND "{span}">=$a AND "{span}"<$b """;
        Lines = $"""SELECT "{span}","Origin","State","OnRetry","StatusCode","EventName","Code","Count" FROM "{rollups}" {within} AND "Count"<>0""";
        Sums =
            $"""
            SELECT COALESCE(SUM(IIF("State"=3 AND NOT "OnRetry","Count",0)),0),COALESCE(SUM(IIF("State"=3 AND "OnRetry","Count",0)),0),
                COALESCE(SUM(IIF("State"=1,"Count",0)),0),COALESCE(SUM(IIF("State"=4,"Count",0)),0)
            FROM "{rollups}" {within} {WithoutLab}
            """;
        Latency = $"""SELECT "Bucket",SUM("Count") FROM "{latencies}" {within} {WithoutLab} GROUP BY 1""";
    }

    /// <summary>Line by line, for the span that is shown.</summary>
    public string Lines { get; }

    /// <summary>Accepted at first, on retry, waiting, failed: for the span before. One line without groups, which would be sorted.</summary>
    public string Sums { get; }

    public string Latency { get; }

    /// <summary>Every statement, for the test of their plans.</summary>
    public static IReadOnlyList<string> All =>
        [.. new[] { s_slots, s_hours, s_quarters }.SelectMany(sql => new[] { sql.Lines, sql.Sums, sql.Latency }), Requests, OldestWaiting];

    public static OverviewSql Of(OverviewRange range) =>
        range.Unit == RollupTime.Slot ? s_slots : range.Unit == RollupTime.Hour ? s_hours : s_quarters;
}
