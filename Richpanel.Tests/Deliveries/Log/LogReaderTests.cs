using Richpanel.Core.Deliveries;
using Richpanel.Core.Deliveries.Log;
using Richpanel.Core.Deliveries.Query;
using Richpanel.Core.Storage;

namespace Richpanel.Tests.Deliveries.Log;

/// <summary>What the database answers is what a plain look at every row answers.</summary>
public sealed class LogReaderTests(RandomLog log) : IClassFixture<RandomLog>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static TheoryData<string> Queries =>
    [
        "", "state:failed", "state:waiting", "state:held", "state:waiting -state:held", "state:sending", "-state:accepted", "state:failed,skipped", "type:page", "event:rare", "event:\"order created\"",
        "event:Order*", "event:none", "event:none,rare state:failed", "-event:none type:identify", "event:none*", "event:100%*", "event:\"Größe gewählt\"", "-event:\"Order Created\"", "user:u42", "user:a43", "user:u1*", "-user:u42 state:failed", "anonymous:a43", "anonymous:a6*", "email:jane7@example.test",
        "email:JANE7@example.TEST,jane8@example.test", "order:o25", "order:o25,o26,o27", "order:o7*", "-order:o2* state:skipped", "message:m77", "message:m78,m79", "message:m77*", "id:dlv_1,dlv_2k,dlv_zz", "code:5xx", "code:422", "code:none",
        "-code:none,2xx", "code:none state:failed", "cause:rate_limited", "cause:d*", "-cause:duplicate state:skipped,failed", "connection:Shop", "connection:\"Shop two\",Stopped", "connection:shop*", "-connection:Shop", "source:\"web of stopped\"",
        "origin:lab", "-origin:lab state:failed", "tries:>3", "tries:0 state:waiting", "tries:<=1,7 state:failed", "since:2d", "since:2h", "until:2026-11-14", "since:3d until:2d state:failed", "since:2026-11-20T10:20 until:2026-11-20T11:10",
        "since:2026-11-20T10:20 until:2026-11-20T10:40 state:accepted", "event:rare state:canceled", "user:u42 state:failed code:5xx since:6d", "connection:nobody", "~state:failed origin:lab", "connection:con_1 state:failed", "user:nobody",
        "event:\"mail jane@example.test\" tries:>1", "state:failed state:accepted", "email:jane7@example.test user:u42", "since:1d until:2d",
        "event:\"order created\",\"ORDER Created\",rare state:failed,skipped", "event:\"Größe gewählt\",\"GRÖSSE gewählt\" state:canceled,failed since:5d", "event:rare -state:accepted,waiting,settled -connection:Shop", "event:rare state:failed,accepted",
    ];

    [Theory(Timeout = 120_000)]
    [MemberData(nameof(Queries))]
    public async Task Pages_down_and_up_are_together_exactly_what_fits(string query)
    {
        var expected = PlainLog.Fitting(log, query).Select(row => row.Id).OrderDescending().ToList();

        Assert.Equal(expected, await WalkAsync(query, LogPlace.Newest, page => page.Older));
        Assert.Equal(expected, await WalkAsync(query, LogPlace.Oldest, page => page.Newer));
    }

    [Theory(Timeout = 120_000)]
    [MemberData(nameof(Queries))]
    public async Task A_count_is_exact_or_says_that_there_is_more(string query)
    {
        var expected = PlainLog.Fitting(log, query).Count();

        var count = (await log.Reader.CountAsync(RandomLog.Ask(query), Ct))!;

        Assert.Equal(RandomLog.Rows, count.Of);
        Assert.True(count.AndMore ? count.Found <= expected : count.Found == expected, $"{count} instead of {expected}");
        Assert.True(!count.AndMore || expected > 0);
        if (LogQuery.Of(query).Active.All(term => LogRollups.Knows(term)))
        {
            Assert.False(count.AndMore);
        }
    }

    [Theory(Timeout = 120_000)]
    [MemberData(nameof(Queries))]
    public async Task Bars_hold_each_row_once_in_its_time_and_colour(string query)
    {
        var asked = LogQuery.Of(query).At(RandomLog.Now, TimeZoneInfo.Utc);
        var histogram = await log.Reader.HistogramAsync(RandomLog.Ask(query), 60, Ct);

        Assert.InRange(histogram.Bars.Count, 1, 60);
        Assert.Equal(histogram.Until, histogram.Bars[^1].Start + histogram.Bucket);
        Assert.All(histogram.Bars.Zip(histogram.Bars.Skip(1)), pair => Assert.Equal(histogram.Bucket, pair.Second.Start - pair.First.Start));
        var isByHour = LogQuery.Of(query).Active.All(term => term.Key is LogKey.Since or LogKey.Until || LogRollups.Knows(term)) && histogram.Bucket >= TimeSpan.FromHours(1);
        var fitting = PlainLog.Fitting(log, isByHour ? LogQuery.Of(query).WithoutKey(LogKey.Since).WithoutKey(LogKey.Until).ToString() : query)
            .Where(row => !isByHour || ((asked.Since ?? histogram.Since) < (asked.Until ?? histogram.Until))).ToList();
        foreach (var bar in histogram.Bars.Where(bar => histogram.CountedBackTo is not { } back || bar.Start > back).Skip(1).SkipLast(1))
        {
            var rows = fitting.Where(row => row.ReceivedAt >= bar.Start && row.ReceivedAt < bar.Start + histogram.Bucket).ToList();
            Assert.Equal(rows.Count(row => row.State == DeliveryState.Accepted), bar.FirstTry + bar.OnRetry);
            Assert.Equal(rows.Count(row => row.State is DeliveryState.Waiting or DeliveryState.Sending), bar.Waiting);
            Assert.Equal(rows.Count(row => row.State == DeliveryState.Failed), bar.Failed);
            Assert.Equal(rows.Count(row => row.State == DeliveryState.Skipped), bar.Skipped);
            Assert.Equal(rows.Count(row => row.State == DeliveryState.Canceled), bar.Canceled);
            Assert.Equal(rows.Count(row => row.State == DeliveryState.Accepted && row.AttemptCount > 1), bar.OnRetry);
        }
    }

    /// <summary>Bars of six hours and more are read by quarters of a UTC day; in most zones a bar begins within one.</summary>
    [Theory(Timeout = 120_000)]
    [InlineData(1, 60)]
    [InlineData(-7, 30)]
    [InlineData(6, 60)]
    [InlineData(10, 13)]
    public async Task Bars_of_any_zone_hold_each_row_once_in_its_time(int hours, int most)
    {
        var zone = TimeZoneInfo.CreateCustomTimeZone("test", TimeSpan.FromHours(hours), "test", "test");
        foreach (var query in new[] { "", "state:failed", "event:\"Order Created\" -connection:Stopped" })
        {
            var histogram = await log.Reader.HistogramAsync(RandomLog.Ask(query) with { Zone = zone }, most, Ct);

            Assert.True(histogram.Bucket >= TimeSpan.FromHours(6));
            var fitting = PlainLog.Fitting(log, query).ToList();
            foreach (var bar in histogram.Bars.Skip(1))
            {
                Assert.Equal(fitting.Count(row => row.ReceivedAt >= bar.Start && row.ReceivedAt < bar.Start + histogram.Bucket), bar.Total);
            }
        }
    }

    [Theory(Timeout = 120_000)]
    [InlineData("state:failed", LogKey.Event)]
    [InlineData("state:failed since:2026-11-20T10:20", LogKey.Cause)]
    [InlineData("", LogKey.State)]
    [InlineData("code:5xx", LogKey.State)]
    [InlineData("since:2h", LogKey.Connection)]
    [InlineData("state:failed", LogKey.Code)]
    [InlineData("state:failed", LogKey.Tries)]
    [InlineData("event:rare", LogKey.Type)]
    [InlineData("state:skipped", LogKey.Email)]
    [InlineData("user:u42", LogKey.User)]
    [InlineData("connection:Stopped", LogKey.Source)]
    [InlineData("state:failed origin:lab", LogKey.Origin)]
    public async Task Values_are_counted_as_choosing_them_would_find(string query, LogKey key)
    {
        var values = await log.Reader.ValuesAsync(RandomLog.Ask(query), key, Ct);

        Assert.Null(values.CountedBackTo);
        Assert.NotEmpty(values.Values);
        var left = LogQuery.Of(query).WithoutKey(key);
        foreach (var value in values.Values.Where(_ => key != LogKey.User))
        {
            if (key == LogKey.Event)
            {
                // Spelled apart in the list, found together.
                Assert.True(value.Count <= PlainLog.Fitting(log, left.With(new LogTerm(key, value.Value)).ToString()).Count());
                continue;
            }

            Assert.Equal(PlainLog.Fitting(log, left.With(new LogTerm(key, value.Value)).ToString()).Count(), value.Count);
        }

        Assert.Equal(values.Values.OrderByDescending(value => value.Count).Select(value => value.Count), values.Values.Select(value => value.Count));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_rare_event_is_on_the_first_page_however_old_it_is()
    {
        var page = await log.Reader.PageAsync(RandomLog.Ask("event:rare"), LogPlace.Newest, 50, Ct);

        Assert.Equal([138, 137], page.Rows.Select(row => row.Row.Id));
        Assert.Null(page.Older);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_page_begins_at_a_time_or_a_row_and_holds_still()
    {
        var at = RandomLog.Now.AddDays(-5);
        var page = await log.Reader.PageAsync(RandomLog.Ask("state:failed"), LogPlace.At(at), 20, Ct);
        var below = await log.Reader.PageAsync(RandomLog.Ask("state:failed"), page.Older!.Value, 20, Ct);
        var back = await log.Reader.PageAsync(RandomLog.Ask("state:failed"), below.Newer!.Value, 20, Ct);

        Assert.InRange(page.Rows[0].Row.ReceivedAt, at.AddHours(-1), at.AddSeconds(10));
        Assert.Equal(page.Rows.Select(row => row.Row.Id), back.Rows.Select(row => row.Row.Id));
    }

    [Fact(Timeout = 60_000)]
    public async Task Newer_rows_are_counted_up_to_a_number()
    {
        var failed = PlainLog.Fitting(log, "state:failed").Select(row => row.Id).OrderDescending().ToList();

        Assert.Equal((12, false), await log.Reader.NewerAsync(RandomLog.Ask("state:failed"), failed[12], 50, Ct));
        Assert.Equal((50, true), await log.Reader.NewerAsync(RandomLog.Ask("state:failed"), failed[200], 50, Ct));
        Assert.Equal((0, false), await log.Reader.NewerAsync(RandomLog.Ask("state:failed"), failed[0], 50, Ct));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_search_for_neighbours_that_ran_out_of_time_says_how_far_it_came_and_only_a_newer_one_is_looked_for_again()
    {
        var clock = new Microsoft.Extensions.Time.Testing.FakeTimeProvider(RandomLog.Now);
        var reader = new LogReader(log.Core.Get<Microsoft.EntityFrameworkCore.IDbContextFactory<ConsoleDbContext>>(), log.Core.Directory, log.Core.Get<SearchKey>(), log.Core.Get<SearchUpkeep>(), clock)
        {
            Watch = _ => clock.Advance(LogReader.LongestSearch),
        };
        var at = log.All.Single(row => row.Id == 10_000).ReceivedAt;

        var found = await reader.NeighboursAsync(RandomLog.Ask("\"stands nowhere\""), 10_000, Ct);

        Assert.Equal((null, null), (found.Newer, found.Older));
        Assert.True(found.NewerLookedTo > at && found.NewerLookedTo < log.All[^1].ReceivedAt);
        Assert.True(found.OlderLookedTo < at && found.OlderLookedTo > log.All[0].ReceivedAt);
        var again = await log.Reader.NewerNeighbourAsync(RandomLog.Ask(""), 10_000, found, Ct);
        Assert.Equal((10_001, null, null, found.OlderLookedTo), (again.Newer, again.Older, again.NewerLookedTo, again.OlderLookedTo));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_row_knows_its_neighbours_in_the_query()
    {
        var failed = PlainLog.Fitting(log, "state:failed code:5xx").Select(row => row.Id).OrderDescending().ToList();

        Assert.Equal(new LogNeighbours(failed[6], failed[8]), await log.Reader.NeighboursAsync(RandomLog.Ask("state:failed code:5xx"), failed[7], Ct));
        Assert.Equal(new LogNeighbours(null, failed[1]), await log.Reader.NeighboursAsync(RandomLog.Ask("state:failed code:5xx"), failed[0], Ct));
    }

    [Fact(Timeout = 60_000)]
    public async Task Beneath_a_failed_row_stands_why_and_what_was_answered()
    {
        var row = (await log.Reader.PageAsync(RandomLog.Ask("state:failed cause:invalid_request code:422"), LogPlace.Newest, 1, Ct)).Rows[0];

        Assert.EndsWith($" · email jane{row.Row.Id}@example.test is invalid", row.Reason, StringComparison.Ordinal);
        Assert.Equal(log.Milliseconds[row.Row.Id], row.Milliseconds);
        Assert.Null((await log.Reader.PageAsync(RandomLog.Ask("state:accepted"), LogPlace.Newest, 1, Ct)).Rows[0].Reason);
    }

    [Theory(Timeout = 60_000)]
    [InlineData("word7 state:failed")]
    [InlineData("\"word7 of\" -\"of 1\" state:failed")]
    [InlineData("WORD49 type:page origin:lab")]
    public async Task Words_are_found_in_bodies(string query)
    {
        Assert.Equal(PlainLog.Fitting(log, query).Select(row => row.Id).OrderDescending(), await WalkAsync(query, LogPlace.Newest, page => page.Older));
        Assert.Null(await log.Reader.CountAsync(RandomLog.Ask(query), Ct));
    }

    [Fact(Timeout = 60_000)]
    public async Task Words_are_found_as_JSON_spells_them_out() =>
        Assert.NotEmpty((await log.Reader.PageAsync(RandomLog.Ask("\"Zöe \\\"3\\\"\""), LogPlace.Newest, 5, Ct)).Rows);

    [Fact(Timeout = 60_000)]
    public async Task Who_sees_personal_data_masked_gets_none_in_rows_and_values_and_finds_none_by_its_beginning()
    {
        LogAsk Masked(string query) => LogAsk.By(RandomLog.Support, LogQuery.Of(query));
        var page = await log.Reader.PageAsync(Masked("email:jane7@example.test"), LogPlace.Newest, 50, Ct);
        var failed = await log.Reader.PageAsync(Masked("state:failed code:422"), LogPlace.Newest, 50, Ct);

        Assert.NotEmpty(page.Rows);
        Assert.DoesNotContain("jane7@", System.Text.Json.JsonSerializer.Serialize(page.Rows), StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("jane", System.Text.Json.JsonSerializer.Serialize(failed.Rows), StringComparison.OrdinalIgnoreCase);
        foreach (var key in new[] { LogKey.User, LogKey.Anonymous, LogKey.Email, LogKey.Order })
        {
            Assert.Equal((0, true), await log.Reader.ValuesAsync(Masked(""), key, Ct) is var hidden ? (hidden.Values.Count, hidden.IsHidden) : default);
        }

        Assert.DoesNotContain((await log.Reader.ValuesAsync(Masked(""), LogKey.Event, Ct)).Values, value => value.Value.Contains('@', StringComparison.Ordinal));
        Assert.Empty((await log.Reader.PageAsync(Masked("user:jane*"), LogPlace.Newest, 50, Ct)).Rows);
        Assert.NotEmpty((await log.Reader.PageAsync(Masked("user:u4*"), LogPlace.Newest, 50, Ct)).Rows);
        Assert.Empty((await log.Reader.PageAsync(Masked("event:\"Mail jane\"*"), LogPlace.Newest, 50, Ct)).Rows);
        Assert.Empty((await log.Reader.PageAsync(Masked("jane7@example.test state:failed since:1d"), LogPlace.Newest, 50, Ct)).Rows);
        Assert.NotEmpty((await log.Reader.PageAsync(RandomLog.Ask("user:jane*"), LogPlace.Newest, 50, Ct)).Rows);
    }

    [Fact(Timeout = 60_000)]
    public async Task Who_may_see_some_connections_sees_and_counts_only_these()
    {
        var two = log.Connections.Single(connection => connection.Name == "Shop two").Id;
        var ask = RandomLog.Ask("") with { Among = [two] };
        var expected = log.All.Count(row => row.ConnectionId == two);

        Assert.Equal(new LogCount(expected, false, expected), await log.Reader.CountAsync(ask, Ct));
        Assert.All((await log.Reader.PageAsync(ask, LogPlace.Newest, 100, Ct)).Rows, row => Assert.Equal(two, row.Row.ConnectionId));
        Assert.Equal(["Shop two"], (await log.Reader.ValuesAsync(ask, LogKey.Connection, Ct)).Values.Select(value => value.Value));
        Assert.Empty((await log.Reader.PageAsync(ask with { Query = LogQuery.Of("connection:Shop") }, LogPlace.Newest, 10, Ct)).Rows);
        Assert.Equal("There is no connection 'Shop'.", Assert.Single(log.Reader.Check(ask with { Query = LogQuery.Of("connection:Shop") })).What);
        var alien = log.All.First(row => row.ConnectionId != two).Id;
        Assert.Empty(await log.Reader.RowsAsync(ask, [alien], Ct));
    }

    [Fact(Timeout = 120_000)]
    public async Task SQL_in_a_value_is_only_a_value()
    {
        string[] attacks = ["' OR 1=1 --", "\" OR \"\"=\"", "') OR ('1'='1", "x'; DROP TABLE Deliveries; --", "%", "_", "$p0", "@p0", "NULL", "\u0000' OR 1=1", "{0}"];
        foreach (var key in new[] { LogKey.Event, LogKey.User, LogKey.Anonymous, LogKey.Email, LogKey.Order, LogKey.Message, LogKey.Cause, LogKey.Connection, LogKey.Source })
        {
            foreach (var attack in attacks)
            {
                foreach (var isPrefix in new[] { false, LogKeys.Of(key).MayBePrefix })
                {
                    var ask = RandomLog.Ask("") with { Query = new LogQuery([new LogTerm(key, [new LogValue(attack, isPrefix)])]) };
                    Assert.Empty((await log.Reader.PageAsync(ask, LogPlace.Newest, 5, Ct)).Rows);
                    Assert.Equal(0, (await log.Reader.CountAsync(ask, Ct))!.Found);
                    Assert.Equal(0, (await log.Reader.HistogramAsync(ask, 50, Ct)).Bars.Sum(bar => bar.Total));
                    await log.Reader.ValuesAsync(ask, LogKey.State, Ct);
                }
            }
        }

        Assert.Equal(RandomLog.Rows, (await log.Reader.CountAsync(RandomLog.Ask(""), Ct))!.Found);
    }

    private async Task<List<long>> WalkAsync(string query, LogPlace from, Func<LogPage, LogPlace?> next)
    {
        var ids = new List<long>();
        for (LogPlace? place = from; place is { } here;)
        {
            var page = await log.Reader.PageAsync(RandomLog.Ask(query), here, LogReader.MostRows, Ct);
            Assert.Equal(page.Rows.Select(row => row.Row.Id).OrderDescending(), page.Rows.Select(row => row.Row.Id));
            ids.InsertRange(from.IsUp ? 0 : ids.Count, page.Rows.Select(row => row.Row.Id));
            place = next(page);
        }

        return ids;
    }
}
