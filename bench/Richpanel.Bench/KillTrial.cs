using System.Globalization;
using Richpanel.Core.Connections;
using Richpanel.Core.Deliveries;

namespace Richpanel.Bench;

/// <summary>What a run of kills showed.</summary>
/// <param name="Acknowledged">Events answered 200.</param>
/// <param name="Lost">Acknowledged events the stub never saw: must be empty.</param>
/// <param name="Repeats">Arrivals beyond the first, summed over all events.</param>
/// <param name="RepeatsAllowed">What can be on its way at a kill: kills × concurrency × what one request carries.</param>
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
/// some milliseconds, so that most kills find requests in flight; batches are fewer, and each is answered later.
/// </summary>
internal static class KillTrial
{
    private const string WriteKey = "bench-write-key-0000000000000001";

    /// <param name="dll">The product.</param>
    /// <param name="folder">For its data and the stub's record.</param>
    /// <param name="rounds">Kills.</param>
    /// <param name="seed">Decides the moments.</param>
    /// <param name="transport">How the product sends.</param>
    public static async Task<KillResult> RunAsync(string dll, string folder, int rounds, int seed, Transport transport = Transport.Single, CancellationToken ct = default)
    {
        var random = new Random(seed);
        var record = Path.Combine(folder, "arrived.txt");
        await using var stub = ChildProcess.Self("stub", "--record", record, "--delay", transport == Transport.Batch ? "60" : "15");
        var connection = new ProductConnection("Kill", await stub.ListeningAsync() + "/v2", WriteKey, transport);
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
            arrivals.Values.Sum(count => count - 1), rounds * OnTheWay(transport),
            [.. arrivals.Where(arrival => arrival.Value - 1 > marked.GetValueOrDefault(arrival.Key)).Select(arrival => arrival.Key)],
            faults, slowest);
    }

    /// <summary>Most events at a time, as the product is set without being told otherwise.</summary>
    private static int OnTheWay(Transport transport)
    {
        var options = new DeliveryOptions();
        return options.Concurrency * (transport == Transport.Batch ? options.BatchSize : 1);
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

/// <summary><c>kill</c>: the trial with 20 rounds, once with single events a request and once with batches, both results as a table.</summary>
internal static class KillCommand
{
    public static async Task<int> RunAsync(Arguments arguments)
    {
        using var workspace = new Workspace();
        var (rounds, seed) = (arguments.Number("rounds", 20), arguments.Number("seed", 1));
        var dll = await workspace.PublishAsync();
        var single = await KillTrial.RunAsync(dll, Directory.CreateDirectory(Path.Combine(workspace.Folder, "single")).FullName, rounds, seed);
        var batch = await KillTrial.RunAsync(dll, Directory.CreateDirectory(Path.Combine(workspace.Folder, "batch")).FullName, rounds, seed, Transport.Batch);
        string[] lines =
        [
            Workspace.Circumstances() + string.Create(CultureInfo.InvariantCulture, $", seed {seed}"),
            string.Empty,
            "| what | one event a request | in batches | must be |",
            "|---|---|---|---|",
            Row("kills", one => one.Kills, Number(rounds)),
            Row("events posted", one => one.Posted, ""),
            Row("acknowledged with 200", one => one.Acknowledged, ""),
            Row("acknowledged and lost", one => one.Lost.Count, "0"),
            Row("arrived again", one => one.Repeats, $"≤ {Number(single.RepeatsAllowed)} (kills × concurrency); in batches ≤ {Number(batch.RepeatsAllowed)} (× batch size)"),
            Row("arrived again without an attempt that says so", one => one.Unmarked.Count, "0"),
            Row("ledger counters that differ from the rows", one => one.LedgerFaults.Count, "0"),
            $"| slowest start after a kill | {Seconds(single)} | {Seconds(batch)} | |",
        ];
        Array.ForEach(lines, Console.WriteLine);
        foreach (var fault in new[] { single, batch }.SelectMany(one => one.LedgerFaults.Concat(one.Lost.Take(5)).Concat(one.Unmarked.Take(5))))
        {
            Console.WriteLine(fault);
        }

        if (arguments.Has("write"))
        {
            Workspace.WriteFigures("docs/reliability.md", "kill", lines);
        }

        return single.Holds && batch.Holds ? 0 : 1;

        string Row(string what, Func<KillResult, int> figure, string bar) => $"| {what} | {Number(figure(single))} | {Number(figure(batch))} | {bar} |";
    }

    private static string Number(int number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static string Seconds(KillResult result) => string.Create(CultureInfo.InvariantCulture, $"{result.SlowestStart.TotalSeconds:0.0} s");
}
