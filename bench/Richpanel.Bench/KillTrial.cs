using System.Globalization;

namespace Richpanel.Bench;

/// <summary>What a run of kills showed.</summary>
/// <param name="Acknowledged">Events answered 200.</param>
/// <param name="Lost">Acknowledged events the stub never saw: must be empty.</param>
/// <param name="Repeats">Arrivals beyond the first, summed over all events.</param>
/// <param name="RepeatsAllowed">Kills × concurrency × batch size.</param>
/// <param name="Unmarked">Events that arrived again without an attempt that says it may repeat: must be empty.</param>
/// <param name="LedgerFaults">Sentences about counters that do not equal the rows: must be empty.</param>
/// <param name="SlowestStart">Longest time from start to ready after a kill.</param>
internal sealed record KillResult(
    int Kills, int Posted, int Acknowledged, IReadOnlyList<string> Lost, int Repeats, int RepeatsAllowed,
    IReadOnlyList<string> Unmarked, IReadOnlyList<string> LedgerFaults, TimeSpan SlowestStart)
{
    public bool Holds => Lost.Count == 0 && Unmarked.Count == 0 && LedgerFaults.Count == 0 && Repeats <= RepeatsAllowed && Acknowledged > 0;
}

/// <summary>
/// <c>kill -9</c> at random moments under a stream of posted events, with a stub Richpanel in another process. The stub answers after
/// a few milliseconds, so that most kills find requests in flight.
/// </summary>
internal static class KillTrial
{
    private const int Concurrency = 8;
    private const string WriteKey = "bench-write-key-0000000000000001";

    /// <param name="dll">The product.</param>
    /// <param name="folder">For its data and the stub's record.</param>
    /// <param name="rounds">Kills.</param>
    /// <param name="seed">Decides the moments.</param>
    public static async Task<KillResult> RunAsync(string dll, string folder, int rounds, int seed, CancellationToken ct = default)
    {
        var random = new Random(seed);
        var record = Path.Combine(folder, "arrived.txt");
        await using var stub = ChildProcess.Self("stub", "--record", record, "--delay", "15");
        var connection = new ProductConnection("Kill", await stub.ListeningAsync() + "/v2", WriteKey);
        await using var product = new Product(dll, Path.Combine(folder, "data"), [connection]);
        await product.StartAsync();

        var slowest = TimeSpan.Zero;
        var stream = new EventStream(product, WriteKey, string.Create(CultureInfo.InvariantCulture, $"kill-{seed}"));
        stream.Start();
        for (var round = 0; round < rounds; round++)
        {
            await Task.Delay(random.Next(300, 1500), ct);
            await product.KillAsync();
            var clock = System.Diagnostics.Stopwatch.StartNew();
            await product.StartAsync();
            slowest = clock.Elapsed > slowest ? clock.Elapsed : slowest;
        }

        await Task.Delay(500, ct);
        await stream.StopAsync();
        await DrainAsync(product, ct);
        var balanced = (await product.ApiAsync(HttpMethod.Get, "ledger")).GetProperty("total").GetProperty("balanced").GetBoolean();
        var stopped = await product.StopAsync();

        var arrivals = File.ReadLines(record).GroupBy(id => id, StringComparer.Ordinal).ToDictionary(group => group.Key, group => group.Count(), StringComparer.Ordinal);
        await using var rows = await Evidence.OpenAsync(product.Database);
        var faults = await rows.LedgerFaultsAsync();
        if (!balanced)
        {
            faults.Add("The API says that the ledger does not balance.");
        }

        if (stopped != 0)
        {
            faults.Add($"After SIGTERM it ended with {stopped}.");
        }

        var marked = await rows.MarkedAsync();
        return new KillResult(
            rounds, stream.Posted, stream.Acknowledged.Count,
            [.. stream.Acknowledged.Where(id => !arrivals.ContainsKey(id))],
            arrivals.Values.Sum(count => count - 1), rounds * Concurrency,
            [.. arrivals.Where(arrival => arrival.Value - 1 > marked.GetValueOrDefault(arrival.Key)).Select(arrival => arrival.Key)],
            faults, slowest);
    }

    /// <summary>Waits until no delivery is waiting or on its way.</summary>
    private static async Task DrainAsync(Product product, CancellationToken ct)
    {
        var deadline = DateTime.UtcNow.AddMinutes(3);
        while (true)
        {
            var waiting = (await product.ApiAsync(HttpMethod.Get, "ledger")).GetProperty("total").GetProperty("waiting").GetInt64();
            await using var rows = await Evidence.OpenAsync(product.Database);
            if (waiting == 0 && await rows.NumberAsync("SELECT (SELECT COALESCE(MAX(Id), 0) FROM Requests) - (SELECT RequestId FROM ExpansionCursor)") == 0)
            {
                return;
            }

            if (DateTime.UtcNow > deadline)
            {
                throw new TimeoutException($"{waiting} deliveries still wait after 3 minutes:\n{product.Process.Output}");
            }

            await Task.Delay(200, ct);
        }
    }
}

/// <summary><c>kill</c>: the trial with 20 rounds, its result as a table.</summary>
internal static class KillCommand
{
    public static async Task<int> RunAsync(Arguments arguments)
    {
        using var workspace = new Workspace();
        var seed = arguments.Number("seed", 1);
        var result = await KillTrial.RunAsync(await workspace.PublishAsync(), workspace.Folder, arguments.Number("rounds", 20), seed);
        string[] lines =
        [
            Workspace.Circumstances() + string.Create(CultureInfo.InvariantCulture, $", seed {seed}"),
            string.Empty,
            "| what | figure | must be |",
            "|---|---|---|",
            Row("kills", result.Kills, "20"),
            Row("events posted", result.Posted, ""),
            Row("acknowledged with 200", result.Acknowledged, ""),
            Row("acknowledged and lost", result.Lost.Count, "0"),
            Row("arrived again", result.Repeats, string.Create(CultureInfo.InvariantCulture, $"≤ {result.RepeatsAllowed} (kills × concurrency × batch size)")),
            Row("arrived again without an attempt that says so", result.Unmarked.Count, "0"),
            Row("ledger counters that differ from the rows", result.LedgerFaults.Count, "0"),
            string.Create(CultureInfo.InvariantCulture, $"| slowest start after a kill | {result.SlowestStart.TotalSeconds:0.0} s | |"),
        ];
        Array.ForEach(lines, Console.WriteLine);
        foreach (var fault in result.LedgerFaults.Concat(result.Lost.Take(5)).Concat(result.Unmarked.Take(5)))
        {
            Console.WriteLine(fault);
        }

        if (arguments.Has("write"))
        {
            Workspace.WriteFigures("docs/reliability.md", "kill", lines);
        }

        return result.Holds ? 0 : 1;
    }

    private static string Row(string what, int figure, string bar) => string.Create(CultureInfo.InvariantCulture, $"| {what} | {figure:N0} | {bar} |");
}
