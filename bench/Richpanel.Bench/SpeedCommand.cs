using System.Diagnostics;
using System.Globalization;
using System.Net;
using Microsoft.Data.Sqlite;

namespace Richpanel.Bench;

/// <summary>
/// <c>speed</c>: the bars of the product beside their baselines, in rounds that take turns, so that whatever else the machine does
/// falls on both. Medians over the rounds.
/// </summary>
internal sealed class SpeedCommand(Product product, ChildProcess baseline, ChildProcess stub, string folder)
{
    private const string PausedKey = "bench-write-key-paused-000000001";
    private const string DeliveringKey = "bench-write-key-sending-00000001";

    private readonly List<double> _bare = [];
    private readonly List<double> _single = [];
    private readonly List<double> _p99 = [];
    private readonly List<double> _raw = [];
    private readonly List<double> _burst = [];
    private readonly List<double> _visible = [];
    private readonly List<double> _delivered = [];
    private int _errors;
    private int _rawBatch;

    public static async Task<int> RunAsync(Arguments arguments)
    {
        using var workspace = new Workspace();
        var dll = await workspace.PublishAsync();
        await using var stub = ChildProcess.Self("stub", "--record", Path.Combine(workspace.Folder, "arrived.txt"));
        await using var baseline = ChildProcess.Self("baseline");
        var address = await stub.ListeningAsync() + "/v2";
        await using var product = new Product(dll, Path.Combine(workspace.Folder, "data"),
            [new ProductConnection("Paused", address, PausedKey), new ProductConnection("Delivering", address, DeliveringKey)],
            new Dictionary<string, string> { ["Receiver__RateLimit__Enabled"] = "false" });
        await product.StartAsync();
        await product.ApiAsync(HttpMethod.Post, $"connections/{await ConnectionIdAsync(product, "Paused")}/pause");

        var speed = new SpeedCommand(product, baseline, stub, workspace.Folder);
        var lines = await speed.MeasureAsync(arguments.Number("rounds", 5), arguments.Number("seconds", 5), arguments.Number("burst", 200_000), arguments.Number("deliveries", 15_000));
        Array.ForEach(lines, Console.WriteLine);
        if (arguments.Has("write"))
        {
            Workspace.WriteFigures("docs/performance.md", "speed", lines);
        }

        return 0;
    }

    private async Task<string[]> MeasureAsync(int rounds, int seconds, int burst, int deliveries)
    {
        // Both once without counting: what the just-in-time compiler does in the first seconds is not what is asked here.
        await Wrk.RunAsync(folder, new Uri(await baseline.ListeningAsync()), PausedKey, "warm-bare", seconds);
        await Wrk.RunAsync(folder, product.Address, PausedKey, "warm-single", seconds);
        await CaughtUpAsync();
        for (var round = 1; round <= rounds; round++)
        {
            _bare.Add((await Wrk.RunAsync(folder, new Uri(await baseline.ListeningAsync()), PausedKey, $"bare-{round}", seconds)).PerSecond);
            var single = await Wrk.RunAsync(folder, product.Address, PausedKey, $"single-{round}", seconds);
            _single.Add(single.PerSecond);
            _p99.Add(single.P99Milliseconds);
            _errors += single.Errors;
            await CaughtUpAsync();

            (var raw, _rawBatch) = RawSqlite.Measure(folder, burst);
            _raw.Add(raw);
            await BurstAsync(round, burst);
            await DeliverAsync(round, deliveries);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"round {round}: bare {_bare[^1]:0}/s, single {_single[^1]:0}/s p99 {_p99[^1]:0.0} ms, raw {_raw[^1]:0}/s, burst {_burst[^1]:0}/s, visible after {_visible[^1]:0.0} s, delivered {_delivered[^1]:0}/s, peak {product.Process.PeakMemory():0} MiB"));
        }

        var share = Median(_single) / Median(_bare);
        return
        [
            Workspace.Circumstances() + string.Create(CultureInfo.InvariantCulture, $", {rounds} rounds that take turns after one that is not counted, medians"),
            string.Empty,
            "| what | measured | baseline in the same run | bar |",
            "|---|---|---|---|",
            Line($"| single events a second, `wrk -t1 -c64`, dispatch paused | {Median(_single):N0}, {share:P0} of the baseline | (a) bare Kestrel handler: {Median(_bare):N0} | ≥ 45 % |"),
            Line($"| its p99 | {Median(_p99):0.0} ms ({_errors} answers other than 200) | | < 40 ms |"),
            Line($"| events a second acknowledged, burst of {burst:N0} in batches of 100 | {Median(_burst):N0} | (b) raw SQLite, {_rawBatch:N0} rows a commit: {Median(_raw):N0} | ≥ 40,000 |"),
            Line($"| all of the burst visible as rows, after the last answer | {Median(_visible):0.0} s | | ≤ 30 s |"),
            Line($"| accepted to delivered a second, single transport, local stub | {Median(_delivered):N0} | | ≥ 1,500 |"),
            Line($"| peak memory over the whole run | {product.Process.PeakMemory():0} MiB | | ≤ 450 MiB |"),
        ];
    }

    /// <summary>A burst of batches of 100 over 16 connections; then how long until every event is a row.</summary>
    private async Task BurstAsync(int round, int events)
    {
        var bodies = Enumerable.Range(0, events / 100)
            .Select(batch => Events.Batch(Enumerable.Range(0, 100).Select(i => string.Create(CultureInfo.InvariantCulture, $"burst-{round}-{batch}-{i}"))))
            .ToList();
        var rowsBefore = await RowsAsync();
        var clock = Stopwatch.StartNew();
        await Parallel.ForEachAsync(bodies, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (body, _) =>
        {
            if (await product.PostAsync("/v1/batch", PausedKey, body) != HttpStatusCode.OK)
            {
                Interlocked.Increment(ref _errors);
            }
        });
        _burst.Add(events / clock.Elapsed.TotalSeconds);
        clock.Restart();
        while (await RowsAsync() - rowsBefore < events && clock.Elapsed < TimeSpan.FromMinutes(3))
        {
            await Task.Delay(100);
        }

        _visible.Add(clock.Elapsed.TotalSeconds);
    }

    /// <summary>Collects while the connection is paused, then times from the release until the stub has seen the last one.</summary>
    private async Task DeliverAsync(int round, int events)
    {
        var id = await ConnectionIdAsync(product, "Delivering");
        await product.ApiAsync(HttpMethod.Post, $"connections/{id}/pause");
        await Parallel.ForEachAsync(Enumerable.Range(0, events / 100), new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (batch, _) =>
            await product.PostAsync("/v1/batch", DeliveringKey, Events.Batch(Enumerable.Range(0, 100).Select(i => string.Create(CultureInfo.InvariantCulture, $"deliver-{round}-{batch}-{i}")))));
        await CaughtUpAsync();

        var goal = await ArrivedAsync() + events;
        var clock = Stopwatch.StartNew();
        await product.ApiAsync(HttpMethod.Post, $"connections/{id}/resume");
        while (await ArrivedAsync() < goal && clock.Elapsed < TimeSpan.FromMinutes(3))
        {
            await Task.Delay(20);
        }

        _delivered.Add(events / clock.Elapsed.TotalSeconds);
    }

    private async Task<long> ArrivedAsync() =>
        long.Parse(await product.Http.GetStringAsync(new Uri(await stub.ListeningAsync() + "/count")), CultureInfo.InvariantCulture);

    /// <summary>Waits until everything kept is expanded into rows.</summary>
    private async Task CaughtUpAsync()
    {
        var deadline = DateTime.UtcNow.AddMinutes(3);
        while (await NumberAsync("SELECT (SELECT COALESCE(MAX(Id), 0) FROM Requests) - (SELECT RequestId FROM ExpansionCursor)") > 0 && DateTime.UtcNow < deadline)
        {
            await Task.Delay(50);
        }
    }

    private Task<long> RowsAsync() => NumberAsync("SELECT COALESCE(MAX(Id), 0) FROM Deliveries");

    private async Task<long> NumberAsync(string sql)
    {
        await using var database = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = product.Database, DefaultTimeout = 30 }.ToString());
        await database.OpenAsync();
        await using var command = database.CreateCommand();
        command.CommandText = sql;
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private static async Task<string> ConnectionIdAsync(Product product, string name)
    {
        var all = await product.ApiAsync(HttpMethod.Get, "connections");
        var items = all.ValueKind == System.Text.Json.JsonValueKind.Array ? all : all.GetProperty("items");
        return items.EnumerateArray().Single(connection => connection.GetProperty("name").GetString() == name).GetProperty("id").ToString();
    }

    private static double Median(List<double> figures)
    {
        var sorted = figures.Order().ToList();
        return sorted.Count % 2 == 1 ? sorted[sorted.Count / 2] : (sorted[(sorted.Count / 2) - 1] + sorted[sorted.Count / 2]) / 2;
    }

    private static string Line(FormattableString line) => line.ToString(CultureInfo.InvariantCulture);
}
