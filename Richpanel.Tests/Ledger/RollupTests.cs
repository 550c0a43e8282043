using CsCheck;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Ledger;
using Richpanel.Core.Receiving;
using Richpanel.Core.Storage;
using Richpanel.Tests.Support;

namespace Richpanel.Tests.Ledger;

public sealed class RollupTests
{
    private static readonly DateTimeOffset s_start = new(2026, 11, 1, 10, 0, 0, TimeSpan.Zero);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static readonly Gen<LedgerPlace> s_place =
        from connection in Gen.Long[1, 3]
        from origin in OneOf(Origin.Receiver, Origin.Lab)
        from minute in Gen.Int[0, 200]
        from state in Gen.Enum<DeliveryState>()
        from name in OneOf<string?>(null, "Order Completed", "Song Played")
        from cause in OneOf<string?>(null, "unauthorized", "server_error")
        from status in OneOf<int?>(null, 200, 401, 503)
        from attempts in Gen.Int[0, 3]
        from took in OneOf<int?>(null, 0, 1, 2, 90, 3_600_000, int.MaxValue)
        select new LedgerPlace(
            connection, origin, s_start.AddMinutes(minute), state, name, cause, status, attempts,
            took is { } milliseconds ? s_start.AddMinutes(minute).AddMilliseconds(milliseconds) : null);

    /// <summary>Pieces of work: each creates or moves some rows, then stands or fails.</summary>
    private static readonly Gen<(int Row, LedgerPlace Place)[]> s_work = Gen.Select(Gen.Int[0, 40], s_place).Array[1, 12];

    private static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    [Fact]
    public Task Whatever_moves_and_whatever_is_undone_the_rollups_say_what_the_rows_say() =>
        Gen.Select(s_work, Gen.Bool).Array[1, 12].SampleAsync(
            async works =>
            {
                using var folder = new TemporaryFolder();
                var paths = new StoragePaths($"Data Source={folder.Path}/console.db");
                await DatabaseStartup.MigrateAsync(paths, Ct);
                var store = new SqliteStore(paths);
                Dictionary<int, LedgerPlace> rows = [];
                await using (var writer = new StoreWriter(store, new DoorLoad()))
                {
                    List<Task> written = [];
                    foreach (var (work, stands) in works)
                    {
                        written.Add(WriteAsync(writer, rows, work, stands));
                    }

                    await Task.WhenAll(written);
                }

                await using var context = store.CreateDbContext();
                await RollupCheck.AddsUpAsync(context, rows.Values, Ct);
                return true;
            },
            iter: 25,
            threads: 1);

    [Fact]
    public void A_latency_falls_into_the_step_that_ends_at_it_or_just_above()
    {
        Assert.Equal(0, LatencyBuckets.Of(TimeSpan.FromMilliseconds(-5)));
        for (var milliseconds = 2; milliseconds < 100_000; milliseconds += 7)
        {
            var took = TimeSpan.FromMilliseconds(milliseconds);
            var bucket = LatencyBuckets.Of(took);
            Assert.True(took <= LatencyBuckets.EndOf(bucket) + TimeSpan.FromTicks(1), $"{milliseconds} ms");
            Assert.True(took > LatencyBuckets.EndOf(bucket - 1), $"{milliseconds} ms");
        }

        Assert.Equal(LatencyBuckets.Last, LatencyBuckets.Of(TimeSpan.FromDays(900)));
    }

    [Fact]
    public void A_percentile_is_right_to_within_a_fifth()
    {
        var counts = Enumerable.Range(1, 1000).GroupBy(ms => LatencyBuckets.Of(TimeSpan.FromMilliseconds(ms))).ToDictionary(g => g.Key, g => g.LongCount());

        Assert.InRange(LatencyBuckets.Percentile(counts, .95)!.Value.TotalMilliseconds, 950 / 1.2, 950 * 1.2);
        Assert.Null(LatencyBuckets.Percentile(new Dictionary<int, long> { [3] = 0 }, .95));
    }

    private static async Task WriteAsync(StoreWriter writer, Dictionary<int, LedgerPlace> rows, (int Row, LedgerPlace Place)[] work, bool stands)
    {
        try
        {
            await writer.WriteAsync(session =>
            {
                var after = new Dictionary<int, LedgerPlace>(rows);
                foreach (var (row, place) in work)
                {
                    if (after.TryGetValue(row, out var before))
                    {
                        // A row keeps where and when it came from.
                        var moved = place with { ConnectionId = before.ConnectionId, Origin = before.Origin, ReceivedAt = before.ReceivedAt, EventName = before.EventName };
                        session.Ledger.Moved(before, moved);
                        after[row] = moved;
                    }
                    else
                    {
                        session.Ledger.Created(place);
                        after[row] = place;
                    }
                }

                if (!stands)
                {
                    throw new InvalidDataException("undone");
                }

                foreach (var (row, place) in after)
                {
                    rows[row] = place;
                }
            });
        }
        catch (InvalidDataException)
        {
            // As wished.
        }
    }
}
