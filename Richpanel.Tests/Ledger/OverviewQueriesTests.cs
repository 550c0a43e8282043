using CsCheck;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Time.Testing;
using Richpanel.Core.Connections;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Ledger;
using Richpanel.Core.Receiving;
using Richpanel.Core.Storage;
using Richpanel.Tests.Support;

namespace Richpanel.Tests.Ledger;

public sealed class OverviewQueriesTests : IAsyncLifetime
{
    private static readonly DateTimeOffset s_now = new(2026, 11, 20, 14, 3, 0, TimeSpan.Zero);

    private readonly TemporaryFolder _folder = new();
    private SqliteStore _store = null!;
    private StoreWriter _writer = null!;
    private OverviewQueries _overview = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var paths = new StoragePaths($"Data Source={_folder.Path}/console.db");
        await DatabaseStartup.MigrateAsync(paths, Ct);
        _store = new SqliteStore(paths);
        _writer = new StoreWriter(_store, new DoorLoad());
        _overview = new OverviewQueries(_store, new ConnectionDirectory(_store, new FakeTimeProvider(s_now)), new FakeTimeProvider(s_now));
    }

    public async ValueTask DisposeAsync()
    {
        await _writer.DisposeAsync();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(24)]
    [InlineData(7 * 24)]
    [InlineData(30 * 24)]
    public async Task Every_figure_is_what_the_rows_of_its_span_say(int hours)
    {
        var range = OverviewRange.Last(TimeSpan.FromHours(hours), s_now);
        var random = new Random(4711);
        T Pick<T>(params T[] values) => values[random.Next(values.Length)];
        List<LedgerPlace> rows = [.. Enumerable.Range(0, 3_000).Select(_ =>
        {
            var at = range.Before.Since + (range.Length * (random.NextDouble() * 2.4)) - (range.Length * .2);
            return new LedgerPlace(
                random.Next(1, 4), Pick(Origin.Receiver, Origin.Receiver, Origin.Lab), at, Pick(Enum.GetValues<DeliveryState>()), Pick(null, "A", "B"),
                Pick(null, "server_error", "unauthorized"), Pick<int?>(null, 200, 503), random.Next(0, 4), at.AddMilliseconds(random.Next(1, 9_000)));
        })];
        await _writer.WriteAsync(session => rows.ForEach(session.Ledger.Created));

        var figures = await _overview.ReadAsync(range, [1, 2], isAll: false, Ct);

        var seen = rows.FindAll(row => row.ConnectionId != 3);
        var all = seen.FindAll(row => row.ReceivedAt >= range.Since && row.ReceivedAt < range.Until);
        var health = all.FindAll(row => row.Origin != Origin.Lab);
        Assert.Equal(TotalsOf(health), figures.Now with { P95 = null });
        Assert.Equal(
            TotalsOf(seen.FindAll(row => row.Origin != Origin.Lab && row.ReceivedAt >= range.Before.Since && row.ReceivedAt < range.Since)), figures.Before with { P95 = null });
        Assert.Equal(all.Count, figures.Funnel.Created);
        Assert.Equal(all.Count(row => row.State == DeliveryState.Skipped), figures.Funnel.Skipped);
        Assert.Null(figures.Funnel.Rejected);
        Assert.Equal(figures.Now.All, figures.Bars.Sum(bar => bar.All));
        Assert.All(figures.Bars, bar => Assert.Equal(
            health.LongCount(row => row.State == DeliveryState.Failed && row.ReceivedAt >= bar.Start && row.ReceivedAt < bar.End), bar.Failed));
        Assert.Equal(
            health.LongCount(row => row.Cause == "server_error" && row.State is DeliveryState.Failed or DeliveryState.Waiting or DeliveryState.Sending && row.Cause == "server_error"),
            figures.Causes.Single(cause => cause.Code == "server_error").Count);
        var exact = health.FindAll(row => row.State == DeliveryState.Accepted).ConvertAll(row => (row.EndedAt!.Value - row.ReceivedAt).TotalMilliseconds);
        exact.Sort();
        Assert.InRange(figures.Now.P95!.Value.TotalMilliseconds, exact[(int)(exact.Count * .95) - 1] / 1.25, exact[(int)(exact.Count * .95)] * 1.25);
    }

    [Fact]
    public async Task Requests_at_the_door_are_counted_in_their_span_for_whoever_sees_every_connection()
    {
        var range = OverviewRange.Last(TimeSpan.FromHours(1), s_now);
        await _writer.WriteAsync(session =>
        {
            session.Ledger.Requests(1, "", 5, s_now);
            session.Ledger.Requests(1, "", 7, s_now.AddHours(-2));
            session.Ledger.Requests(0, "unknown_key", 3, s_now);
        });

        var whole = await _overview.ReadAsync(range, [1], isAll: true, Ct);
        var part = await _overview.ReadAsync(range, [1], isAll: false, Ct);

        Assert.Equal((5, 3L), (whole.Funnel.LetIn, whole.Funnel.Rejected!.Value));
        Assert.Equal((5, null), (part.Funnel.LetIn, part.Funnel.Rejected));
        Assert.Equal([new RefusalLine("unknown_key", 3)], whole.Refusals);
        Assert.Empty(part.Refusals);
    }

    [Fact]
    public async Task Names_that_the_log_takes_for_the_same_are_one_line_and_a_share_is_of_every_status()
    {
        var range = OverviewRange.Last(TimeSpan.FromHours(1), s_now);
        LedgerPlace Sent(string name, int status) => new(1, Origin.Receiver, s_now.AddMinutes(-10), DeliveryState.Failed, name, null, status, 1, s_now);
        await _writer.WriteAsync(session =>
        {
            foreach (var row in new[] { Sent("Order Created", 400), Sent("order created", 401), Sent("Größe", 402), Sent("GRÖßE", 403) }.Concat(Enumerable.Range(404, 6).Select(status => Sent("Other", status))))
            {
                session.Ledger.Created(row);
            }
        });

        var figures = await _overview.ReadAsync(range, [1], isAll: true, Ct);

        Assert.Equal(["Other", "Order Created", "GRÖßE", "Größe"], figures.Events.Select(line => line.Name));   // a letter beyond ASCII is compared as it is
        Assert.Equal(2, figures.Events[1].Failed);
        Assert.Equal((8, 10), (figures.Statuses.Count, figures.Answered));
    }

    [Fact]
    public async Task No_question_of_the_overview_looks_through_a_whole_table()
    {
        await using var context = _store.CreateDbContext();
        await context.Database.OpenConnectionAsync(Ct);
        foreach (var sql in OverviewSql.All.Append(ConnectionActivity.Day).Append(ConnectionActivity.LastAccepted))
        {
            await using var command = ((SqliteConnection)context.Database.GetDbConnection()).CreateCommand();
            command.CommandText = $"EXPLAIN QUERY PLAN {sql}";
            foreach (var name in new[] { "$a", "$b", "$c", "$s" }.Where(name => sql.Contains(name, StringComparison.Ordinal)))
            {
                command.Parameters.AddWithValue(name, 1);
            }

            List<string> steps = [];
            await using var reader = await command.ExecuteReaderAsync(Ct);
            while (await reader.ReadAsync(Ct))
            {
                steps.Add(reader.GetString(3));
            }

            Assert.Contains(steps, step => step.StartsWith("SEARCH", StringComparison.Ordinal));
            Assert.DoesNotContain(steps, step => step.StartsWith("SCAN", StringComparison.Ordinal) && !step.Contains("subquery", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void A_span_has_whole_units_and_few_bars_whatever_was_asked_for() =>
        Gen.Select(Gen.Long[0, 200L * 24 * 3600], Gen.Long[1, 92L * 24 * 3600]).Sample((back, length) =>
        {
            var since = s_now.AddSeconds(-back);
            if (OverviewRange.Between(since, since.AddSeconds(length)) is { } range)
            {
                Assert.True(range.Since <= since && range.Until >= since.AddSeconds(length));
                Assert.Equal(0, range.Since.UtcTicks % range.Unit.Ticks);
                Assert.Equal(0, range.Until.UtcTicks % range.Unit.Ticks);
                Assert.Equal(range.Unit, range.Before.Unit);
                Assert.InRange(range.Bars, 1, 60);
                Assert.Equal(range.Until, range.EndOf(range.Bars - 1));
                Assert.Equal(range, OverviewRange.Between(range.Since, range.Until));
            }
        });

    private static OverviewTotals TotalsOf(List<LedgerPlace> rows) => new(
        rows.Count(row => row.State == DeliveryState.Accepted && row.AttemptCount <= 1),
        rows.Count(row => row.State == DeliveryState.Accepted && row.AttemptCount > 1),
        rows.Count(row => row.State is DeliveryState.Waiting or DeliveryState.Sending),
        rows.Count(row => row.State == DeliveryState.Failed),
        null);
}
