using System.Diagnostics;
using System.Globalization;
using System.Net;
using Microsoft.Data.Sqlite;

namespace Richpanel.Bench;

/// <summary>
/// <c>lag</c>: single events at a steady rate, and how old the oldest request without rows is, looked at twenty times a second.
/// The promise is one second.
/// </summary>
internal sealed class LagCommand(Product product)
{
    private const string WriteKey = "bench-write-key-steady-000000001";
    private const int Workers = 32;

    public static async Task<int> RunAsync(Arguments arguments)
    {
        using var workspace = new Workspace();
        await using var stub = ChildProcess.Self("stub", "--record", Path.Combine(workspace.Folder, "arrived.txt"));
        await using var product = new Product(await workspace.PublishAsync(), Path.Combine(workspace.Folder, "data"),
            [new ProductConnection("Steady", await stub.ListeningAsync() + "/v2", WriteKey)],
            new Dictionary<string, string> { ["Receiver__RateLimit__Enabled"] = "false" });
        await product.StartAsync();

        var lag = new LagCommand(product);
        var seconds = arguments.Number("seconds", 15);
        List<string> lines =
        [
            Workspace.Circumstances() + string.Create(CultureInfo.InvariantCulture, $", {seconds} s each, deliveries going out meanwhile"),
            string.Empty,
            "| single events asked for a second | acknowledged a second | age of the oldest event without a row: median | 99 % | most |",
            "|---|---|---|---|---|",
        ];
        foreach (var rate in new[] { 200, 1000, 2000, 4000 })
        {
            lines.Add(await lag.MeasureAsync(rate, seconds));
            Console.WriteLine(lines[^1]);
            await lag.CaughtUpAsync();
        }

        if (arguments.Has("write"))
        {
            Workspace.WriteFigures("docs/performance.md", "lag", [.. lines]);
        }

        return 0;
    }

    private async Task<string> MeasureAsync(int rate, int seconds)
    {
        using var stop = new CancellationTokenSource();
        var looking = LookAsync(stop.Token);
        var clock = Stopwatch.StartNew();
        var next = 0;
        var kept = 0;
        await Task.WhenAll(Enumerable.Range(0, Workers).Select(async _ =>
        {
            while (clock.Elapsed.TotalSeconds < seconds)
            {
                var mine = Interlocked.Increment(ref next);
                var wait = ((double)mine / rate) - clock.Elapsed.TotalSeconds;
                if (wait > 0.001)
                {
                    await Task.Delay(TimeSpan.FromSeconds(wait));
                }

                if (await product.PostAsync("/v1/track", WriteKey, Events.Track(string.Create(CultureInfo.InvariantCulture, $"steady-{rate}-{mine}"))) == HttpStatusCode.OK)
                {
                    Interlocked.Increment(ref kept);
                }
            }
        }));
        var acknowledged = kept / clock.Elapsed.TotalSeconds;
        await stop.CancelAsync();
        var ages = (await looking).Order().ToList();
        return string.Create(CultureInfo.InvariantCulture,
            $"| {rate:N0} | {acknowledged:N0} | {ages[ages.Count / 2]:N0} ms | {ages[ages.Count * 99 / 100]:N0} ms | {ages[^1]:N0} ms |");
    }

    private async Task<List<double>> LookAsync(CancellationToken stop)
    {
        await using var database = await OpenAsync();
        await using var oldest = database.CreateCommand();
        oldest.CommandText = "SELECT ReceivedAt FROM Requests WHERE Id > (SELECT RequestId FROM ExpansionCursor) ORDER BY Id LIMIT 1";
        List<double> ages = [];
        while (!stop.IsCancellationRequested)
        {
            ages.Add(await oldest.ExecuteScalarAsync(CancellationToken.None) is long ticks ? Math.Max(0, (DateTime.UtcNow.Ticks - ticks) / (double)TimeSpan.TicksPerMillisecond) : 0);
            await Task.Delay(50, CancellationToken.None);
        }

        return ages;
    }

    private async Task CaughtUpAsync()
    {
        await using var database = await OpenAsync();
        await using var waiting = database.CreateCommand();
        waiting.CommandText = "SELECT COUNT(*) FROM Deliveries WHERE State IN (1, 2)";
        for (var look = 0; look < 600 && (long)(await waiting.ExecuteScalarAsync())! > 0; look++)
        {
            await Task.Delay(100);
        }
    }

    private async Task<SqliteConnection> OpenAsync()
    {
        var database = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = product.Database, DefaultTimeout = 30 }.ToString());
        await database.OpenAsync();
        return database;
    }
}
