using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Richpanel.Core.Access;
using Richpanel.Core.Connections;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Deliveries.Flow;
using Richpanel.Core.Deliveries.Query;
using Richpanel.Core.Retries;
using Richpanel.Core.Storage;

namespace Richpanel.Bench;

/// <summary>
/// <c>bulk</c>: how long planning and canceling a bulk retry takes and whom it keeps waiting, and how long a hold takes with very many
/// waiting behind it, in this process; and, against the published product and a stub that writes down what arrives,
/// how long live events take beside a bulk retry, and what <c>kill -9</c> in the middle of one does.
/// </summary>
internal sealed class BulkCommand(Workspace workspace, Arguments arguments)
{
    /// <summary>As fast as a bulk retry goes.</summary>
    private const int PerSecond = RetryOptions.MostPerSecond;

    /// <summary>Beside a slower one, live events would show nothing.</summary>
    private const int LeastPerSecond = PerSecond * 8 / 10;

    /// <summary>How long a bulk retry runs beside live events before it is canceled.</summary>
    private static readonly TimeSpan s_beside = TimeSpan.FromSeconds(10);

    private static readonly DateTimeOffset s_until = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    public static async Task<int> RunAsync(Arguments arguments)
    {
        using var workspace = new Workspace();
        return await new BulkCommand(workspace, arguments).RunAsync();
    }

    private async Task<int> RunAsync()
    {
        var (rows, rounds) = (arguments.Number("rows", 100_000), arguments.Number("rounds", 5));
        var times = await TimesAsync(rows, rounds);
        var (waiting, holds) = (arguments.Number("waiting", 1_000_000), arguments.Number("holds", 50));
        var (slowestHold, slowestRelease) = await HoldsAsync(waiting, holds);
        var kills = await KillsAsync(arguments.Number("sent", rows), arguments.Number("kills", 5), arguments.Number("seed", 1));
        string[] lines =
        [
            Workspace.Circumstances() + string.Create(CultureInfo.InvariantCulture, $", {rounds} rounds"),
            string.Empty,
            "| what | figure | must be |",
            "|---|---|---|",
            Row(string.Create(CultureInfo.InvariantCulture, $"plan of {rows:N0} failed deliveries, median"), Milliseconds(times.Plan), "< 2,000 ms"),
            Row("slowest plan", Milliseconds(times.SlowestPlan), "< 2,000 ms"),
            Row("longest wait of a commit of others while planning", Milliseconds(times.LongestWait), "< 50 ms"),
            Row("slowest cancel before anything is under way", Milliseconds(times.SlowestCancel), "< 1,000 ms"),
            Row(string.Create(CultureInfo.InvariantCulture, $"live events end to end while {PerSecond} a second are sent again, p95"), Milliseconds(kills.Canceled.Live.P95), "< 1,000 ms"),
            Row(string.Create(CultureInfo.InvariantCulture, $"of these {kills.Canceled.Live.Count:N0}, {LiveEvents.PerSecond} a second, answered 200 and lost"), Count(kills.Canceled.Live.Lost), "0"),
            Row("sent again a second meanwhile", Count((int)kills.Canceled.Live.PerSecond), string.Create(CultureInfo.InvariantCulture, $"≥ {LeastPerSecond}")),
            Row(string.Create(CultureInfo.InvariantCulture, $"cancel in the middle, by API, when {kills.Canceled.Sent:N0} of {kills.Planned:N0} were sent"), Milliseconds(kills.Canceled.Took), "< 1,000 ms"),
            Row("of the rest, sent after that", Count(kills.Canceled.SentAfter), "0"),
            Row(string.Create(CultureInfo.InvariantCulture, $"slowest of {holds} holds opened with {waiting:N0} waiting"), Milliseconds(slowestHold), "< 100 ms"),
            Row("slowest of them closed", Milliseconds(slowestRelease), "< 100 ms"),
            Row(string.Create(CultureInfo.InvariantCulture, $"`kill -9` during a bulk retry of the other {kills.Planned - kills.Canceled.Sent:N0}"), Count(kills.Kills), ""),
            Row("events of it that never arrived", Count(kills.Lost), "0"),
            Row("arrived again without an attempt that says so", Count(kills.Unmarked), "0"),
            Row("arrived again, marked: on their way at a kill", Count(kills.Marked), "≤ kills × concurrency"),
            Row("items that are not exactly one sent delivery", Count(kills.Faults), "0"),
        ];
        Array.ForEach(lines, Console.WriteLine);
        if (arguments.Has("write"))
        {
            Workspace.WriteFigures("docs/reliability.md", "bulk", lines);
        }

        return times is { SlowestPlan.TotalMilliseconds: < 2_000, LongestWait.TotalMilliseconds: < 50, SlowestCancel.TotalMilliseconds: < 1_000 }
            && slowestHold.TotalMilliseconds < 100 && slowestRelease.TotalMilliseconds < 100
            && kills is { Lost: 0, Unmarked: 0, Faults: 0, Canceled: { SentAfter: 0, Took.TotalMilliseconds: < 1_000, Live: { Lost: 0, P95.TotalMilliseconds: < 1_000, PerSecond: >= LeastPerSecond } } } && kills.Marked <= kills.Kills * 8 ? 0 : 1;
    }

    private async Task<(TimeSpan Plan, TimeSpan SlowestPlan, TimeSpan LongestWait, TimeSpan SlowestCancel)> TimesAsync(int rows, int rounds)
    {
        await using var services = await SeededAsync(Path.Combine(workspace.Folder, "times", "console.db"), rows, null, Failed);
        var (planner, batches, writer) = (services.GetRequiredService<RetryPlanner>(), services.GetRequiredService<RetryBatches>(), services.GetRequiredService<StoreWriter>());
        List<TimeSpan> plans = [], cancels = [];
        var longest = TimeSpan.Zero;
        for (var round = -1; round < rounds; round++)
        {
            using var stop = new CancellationTokenSource();
            var others = WaitOfOthersAsync(writer, stop.Token);
            var clock = Stopwatch.GetTimestamp();
            var batch = (await planner.PlanAsync(Actor.System, new RetryAsk(RetryKind.Retry) { Query = LogQuery.Of("state:failed") }, default)).Batch!;
            var plan = Stopwatch.GetElapsedTime(clock);
            await stop.CancelAsync();
            var waited = await others;
            if (batch.Planned != rows)
            {
                throw new InvalidOperationException($"{batch.Planned} of {rows} were planned: {batch.Plan}");
            }

            await batches.StartAsync(Actor.System, batch.Id, new RetryStart(PerSecond: 200, Canary: 0));
            clock = Stopwatch.GetTimestamp();
            await batches.CancelAsync(Actor.System, batch.Id);
            var cancel = Stopwatch.GetElapsedTime(clock);
            if (round >= 0)   // the first one compiles
            {
                plans.Add(plan);
                cancels.Add(cancel);
                longest = waited > longest ? waited : longest;
            }
        }

        return (plans.Order().ElementAt(plans.Count / 2), plans.Max(), longest, cancels.Max());
    }

    /// <summary>Commits one after another, as a sender at the door makes the writer do; the longest one.</summary>
    private static async Task<TimeSpan> WaitOfOthersAsync(StoreWriter writer, CancellationToken stop)
    {
        var longest = TimeSpan.Zero;
        while (!stop.IsCancellationRequested)
        {
            var clock = Stopwatch.GetTimestamp();
            await writer.WriteAsync(session => session.Command("UPDATE \"ExpansionCursor\" SET \"RequestId\"=\"RequestId\" WHERE \"Id\"=1").ExecuteNonQuery(), WriteUrgency.Door);
            var took = Stopwatch.GetElapsedTime(clock);
            longest = took > longest ? took : longest;
        }

        return longest;
    }

    private async Task<(int Planned, Canceled Canceled, int Kills, int Lost, int Unmarked, int Marked, int Faults)> KillsAsync(int rows, int kills, int seed)
    {
        var random = new Random(seed);
        var (record, times) = (Path.Combine(workspace.Folder, "arrived.txt"), Path.Combine(workspace.Folder, "times.txt"));
        await using var stub = ChildProcess.Self("stub", "--record", record, "--times", times, "--delay", "15");
        var folder = Path.Combine(workspace.Folder, "kills");
        await using (await SeededAsync(Path.Combine(folder, "console.db"), rows, await stub.ListeningAsync() + "/v2", Failed))
        {
            // Filled; the product opens it now.
        }

        await using var product = new Product(await workspace.PublishAsync(), folder, []);
        await product.StartAsync();
        var canceled = await CancelInTheMiddleAsync(product, record, times, Math.Min(1_000, rows / 10), rows / 2);
        var path = await StartAllAsync(product);
        for (var kill = 0; kill < kills; kill++)
        {
            await Task.Delay(random.Next(500, 15_000));
            await product.KillAsync();
            await product.StartAsync();
        }

        await UntilAsync(product, path, view => view.GetProperty("state").GetString() == "finished", TimeSpan.FromSeconds((rows / PerSecond) + 180));
        await product.StopAsync();
        var arrivals = Retried(record).GroupBy(id => id, StringComparer.Ordinal).ToDictionary(group => group.Key, group => group.Count(), StringComparer.Ordinal);
        await using var database = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = product.Database, Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ToString());
        await database.OpenAsync();
        var marked = await ReadAsync(database, "SELECT d.MessageId, COUNT(*) FROM Attempts a JOIN Deliveries d ON d.Id = a.DeliveryId WHERE a.MayRepeat = 1 GROUP BY d.MessageId");
        var sent = await ReadAsync(database, "SELECT d.MessageId, COUNT(*) FROM RetryItems i JOIN Deliveries d ON d.Id = i.DeliveryId WHERE i.State = 2 AND d.State = 3 GROUP BY d.MessageId");
        var again = arrivals.Where(arrival => arrival.Value > 1).ToList();
        return (
            rows, canceled, kills,
            sent.Keys.Count(id => !arrivals.ContainsKey(id)),
            again.Count(arrival => arrival.Value - 1 > marked.GetValueOrDefault(arrival.Key)),
            again.Sum(arrival => arrival.Value - 1),
            rows - sent.Count + sent.Values.Count(count => count != 1));
    }

    /// <summary>
    /// A retry of all that are failed, with live events beside it once the first are sent and it is as fast as it gets, and canceled after
    /// them; ends when what was due has arrived, and nothing after it.
    /// </summary>
    private static async Task<Canceled> CancelInTheMiddleAsync(Product product, string record, string times, int first, int most)
    {
        var path = await StartAllAsync(product);
        var before = Sent(await UntilAsync(product, path, view => Sent(view) >= first, TimeSpan.FromMinutes(1)));
        using var stop = new CancellationTokenSource();
        var live = new LiveEvents(product, LogSeed.WriteKey);
        var running = Stopwatch.StartNew();
        var posting = live.PostAsync(stop.Token);
        var beside = Sent(await UntilAsync(product, path, view => running.Elapsed >= s_beside || Sent(view) >= most, TimeSpan.FromMinutes(1))) - before;
        var perSecond = beside / running.Elapsed.TotalSeconds;
        await stop.CancelAsync();
        await posting;
        var clock = Stopwatch.GetTimestamp();
        var canceled = await product.ApiAsync(HttpMethod.Post, path + "/cancel");
        var took = Stopwatch.GetElapsedTime(clock);
        var ended = await UntilAsync(product, path, view => view.GetProperty("waiting").GetInt32() == 0, TimeSpan.FromMinutes(1));
        await Task.Delay(TimeSpan.FromSeconds(5));   // what would come after all has the time for it
        var (p95, lost) = live.Judge(StubServer.Times(times));
        return new Canceled(
            took, Sent(ended), (Sent(ended) - Sent(canceled)) + Math.Max(0, Retried(record).Count() - Sent(ended)), new Live(perSecond, live.Count, p95, lost));
    }

    /// <summary>What has arrived of the retry.</summary>
    private static IEnumerable<string> Retried(string record) => File.ReadLines(record).Where(id => !LiveEvents.IsOne(id));

    private static async Task<string> StartAllAsync(Product product)
    {
        var plan = await product.ApiAsync(HttpMethod.Post, "retries", """{"search":{"q":"state:failed"}}""");
        var path = "retries/" + plan.GetProperty("id").GetString();
        await product.ApiAsync(HttpMethod.Post, path + "/start", $$"""{"perSecond":{{PerSecond}},"canary":0}""");
        return path;
    }

    private static async Task<JsonElement> UntilAsync(Product product, string path, Func<JsonElement, bool> wished, TimeSpan atMost)
    {
        var deadline = DateTime.UtcNow + atMost;
        while (true)
        {
            var view = await product.ApiAsync(HttpMethod.Get, path);
            if (wished(view))
            {
                return view;
            }

            if (DateTime.UtcNow > deadline)
            {
                throw new TimeoutException($"The bulk retry did not come to it in {atMost}:\n{view}{product.Process.Output}");
            }

            await Task.Delay(200);
        }
    }

    /// <summary>Neither left nor left alone.</summary>
    private static int Sent(JsonElement view) => view.GetProperty("planned").GetInt32() - view.GetProperty("left").GetInt32() - view.GetProperty("skipped").GetInt32();

    /// <param name="Sent">Made due before the cancel; each of it arrives.</param>
    /// <param name="SentAfter">Made due by it later, or arrived without being made due.</param>
    private sealed record Canceled(TimeSpan Took, int Sent, int SentAfter, Live Live);

    /// <summary>Events that came in while the retry was running.</summary>
    /// <param name="PerSecond">Sent again meanwhile.</param>
    private sealed record Live(double PerSecond, int Count, TimeSpan P95, int Lost);

    /// <summary>The first one compiles and is not counted.</summary>
    private async Task<(TimeSpan SlowestHold, TimeSpan SlowestRelease)> HoldsAsync(int rows, int rounds)
    {
        await using var services = await SeededAsync(Path.Combine(workspace.Folder, "holds", "console.db"), rows, null, Waiting);
        var (holds, connection) = (services.GetRequiredService<ConnectionHolds>(), services.GetRequiredService<ConnectionDirectory>().Connections[0].Id);
        var (slowestHold, slowestRelease) = (TimeSpan.Zero, TimeSpan.Zero);
        for (var round = -1; round < rounds; round++)
        {
            var clock = Stopwatch.GetTimestamp();
            var held = await holds.HoldAsync(connection, "unauthorized", null);
            var hold = Stopwatch.GetElapsedTime(clock);
            clock = Stopwatch.GetTimestamp();
            var released = await holds.ReleaseAsync(Actor.System, connection, "measured", new Recovery(Rate: 50, Canary: true));
            var release = Stopwatch.GetElapsedTime(clock);
            if (!held || !released)
            {
                throw new InvalidOperationException("The hold did not open and close.");
            }

            if (round >= 0)
            {
                slowestHold = hold > slowestHold ? hold : slowestHold;
                slowestRelease = release > slowestRelease ? release : slowestRelease;
            }
        }

        return (slowestHold, slowestRelease);
    }

    /// <summary>A log of the product's connections. To a stub: they send there; else they are paused.</summary>
    /// <param name="become">What each delivery of it is.</param>
    private static async Task<ServiceProvider> SeededAsync(string database, int rows, string? stub, Func<SeedRow, SeedRow> become)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(database)!);
        var services = await LogSeed.OpenAsync(database);
        await LogSeed.FillAsync(services, rows, 1, s_until, become);
        if (stub is not null)
        {
            var secrets = services.GetRequiredService<SecretProtector>();
            await services.GetRequiredService<StoreWriter>().WriteAsync(session =>
            {
                using var context = session.Context();
                foreach (var connection in context.Connections.ToList())
                {
                    (connection.BaseUrl, connection.PausedAt, connection.ProtectedSecret) = (stub, null, secrets.Protect("bench-api-secret-0001"));
                }

                context.SaveChanges();
            });
        }

        return services;
    }

    private static SeedRow Failed(SeedRow seed)
    {
        var row = seed.Row;
        (row.State, row.Stage, row.Marks, row.DueAt) = (DeliveryState.Failed, FailureStage.Sending, DeliveryMarks.None, null);
        (row.AttemptCount, row.Cause, row.StatusCode, row.LastAttemptAt, row.EndedAt) = (1, "http_422", 422, row.ReceivedAt, row.ReceivedAt);
        return seed with { Tries = [new SeedTry(1, row.ReceivedAt, 422, "failed", "http_422", 40, "{}")] };
    }

    private static SeedRow Waiting(SeedRow seed)
    {
        var row = seed.Row;
        (row.State, row.Stage, row.Marks, row.DueAt) = (DeliveryState.Waiting, FailureStage.None, DeliveryMarks.None, row.ReceivedAt);
        (row.AttemptCount, row.Cause, row.StatusCode, row.LastAttemptAt, row.EndedAt) = (0, null, null, null, null);
        return seed with { Tries = [] };
    }

    private static async Task<Dictionary<string, int>> ReadAsync(SqliteConnection database, string sql)
    {
        await using var command = database.CreateCommand();
        command.CommandText = sql;
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new Dictionary<string, int>(StringComparer.Ordinal);
        while (await reader.ReadAsync())
        {
            rows[reader.GetString(0)] = reader.GetInt32(1);
        }

        return rows;
    }

    private static string Milliseconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:N0} ms");

    private static string Count(int count) => count.ToString("N0", CultureInfo.InvariantCulture);

    private static string Row(string what, string figure, string bar) => $"| {what} | {figure} | {bar} |";
}
