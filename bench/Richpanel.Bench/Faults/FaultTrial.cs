using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Richpanel.Core.Connections;

namespace Richpanel.Bench.Faults;

/// <summary>What one fault did to the events that were sent through it.</summary>
/// <param name="Lost">Events answered 200 that never arrived, although the fault was mended: must be 0.</param>
/// <param name="Repeats">Times an event may have been taken once more, each announced by an attempt that says so.</param>
/// <param name="Unmarked">Events that may have been taken more often than their attempts say: must be 0.</param>
/// <param name="Cause">How the product named it; null where there is nothing to name.</param>
/// <param name="Expected">How it had to be named; alternatives are parted by |.</param>
internal sealed record FaultResult(string What, int Rounds, int Events, int Lost, int Repeats, int Unmarked, string? Cause, string? Expected)
{
    public bool Holds => Events > 0 && Lost == 0 && Unmarked == 0 && (Expected is null || (Cause is not null && Expected.Split('|').Contains(Cause)));
}

/// <summary>
/// The real product over real sockets, and to each of its connections another fault: events go in while it lasts, then it is mended,
/// the connection is released and what has failed is sent again by a bulk retry, as an operator would. At the end every event that was
/// answered 200 must have arrived, and the ledger must equal the rows.
/// </summary>
internal sealed class FaultTrial(Product product, IReadOnlyList<Fault> faults, IReadOnlyList<FaultyServer> servers)
{
    private const int EventsEach = 12;

    /// <summary>Faults at the same time: a machine that is busy with all of them would be slow itself, and a slow answer is another fault.</summary>
    private const int AtOnce = 8;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_recovery = TimeSpan.FromSeconds(120);

    private readonly List<HashSet<string>> _acknowledged = [.. faults.Select(_ => new HashSet<string>(StringComparer.Ordinal))];

    /// <param name="dll">The product.</param>
    /// <param name="folder">For its data.</param>
    public static async Task<(IReadOnlyList<FaultResult> Results, IReadOnlyList<string> LedgerFaults)> RunAsync(string dll, string folder, IReadOnlyList<Fault> faults, int rounds, CancellationToken ct = default)
    {
        List<FaultyServer> servers = [.. faults.Select(fault => new FaultyServer(fault))];
        try
        {
            await using var product = new Product(
                dll, Path.Combine(folder, "data"),
                [.. faults.Select((fault, i) => new ProductConnection(fault.Name, AddressOf(fault, servers[i]), KeyOf(fault), fault.Transport))],
                new Dictionary<string, string>
                {
                    ["Receiver__RateLimit__Enabled"] = "false",
                    ["Delivery__Timeout"] = "00:00:04",
                    ["Delivery__Schedule__0"] = "00:00:00",
                    ["Delivery__Schedule__1"] = "00:00:01",
                    ["Delivery__Schedule__2"] = "00:00:02",
                    ["Delivery__Schedule__3"] = "00:00:03",
                    ["Delivery__RecoveryRate"] = "1000",
                });
            await product.StartAsync();
            var trial = new FaultTrial(product, faults, servers);
            for (var round = 0; round < rounds; round++)
            {
                await trial.RoundAsync(round, ct);
            }

            var said = (await product.ApiAsync(HttpMethod.Get, "ledger")).GetProperty("total").GetProperty("balanced").GetBoolean();
            await product.StopAsync();
            await using var rows = await Evidence.OpenAsync(product.Database);
            var ledger = await rows.LedgerFaultsAsync();
            if (!said)
            {
                ledger.Add("The API says that the ledger does not balance.");
            }

            return (await trial.JudgeAsync(rows, rounds), ledger);
        }
        finally
        {
            foreach (var server in servers)
            {
                await server.DisposeAsync();
            }
        }
    }

    private async Task RoundAsync(int round, CancellationToken ct)
    {
        foreach (var wave in Enumerable.Range(0, faults.Count).Chunk(AtOnce))
        {
            await Task.WhenAll(wave.Select(i => MeetAsync(i, round, ct)));
        }

        await EachAsync(async i =>
        {
            servers[i].Mend();
            if (faults[i].Address is not null)
            {
                await PointAsync(faults[i], Fault.PlainAddress(servers[i].Port));
            }
        });
        await RecoverAsync(ct);
    }

    /// <summary>Sends its events into one fault, and waits until each of them has met it, or the connection has stopped for the others' sake. To be met in batches it takes a batch of several.</summary>
    private async Task MeetAsync(int i, int round, CancellationToken ct)
    {
        var isBatch = faults[i].Transport == Transport.Batch;
        servers[i].Break();
        if (round > 0 && faults[i].Address is not null)
        {
            await PointAsync(faults[i], AddressOf(faults[i], servers[i]));
        }

        // What is to be sent together comes in together: on a busy machine twelve requests would last longer than a batch waits to fill.
        List<string> ids = [.. Enumerable.Range(0, EventsEach).Select(n => string.Create(CultureInfo.InvariantCulture, $"{faults[i].Name}-{round}-{n}"))];
        foreach (var posted in ids.Chunk(isBatch ? EventsEach : 1))
        {
            if (await product.PostAsync(isBatch ? "/v1/batch" : "/v1/track", KeyOf(faults[i]), isBatch ? Events.Batch(posted) : Events.Track(posted[0])) == HttpStatusCode.OK)
            {
                _acknowledged[i].UnionWith(posted);
            }
        }

        const string Met =
            """
            SELECT (SELECT COUNT(*) FROM Connections WHERE Name = $name AND (HoldCause IS NOT NULL OR BreakerSince IS NOT NULL))
                 + (SELECT COUNT(*) >= $n FROM Deliveries d JOIN Connections c ON c.Id = d.ConnectionId WHERE c.Name = $name AND d.AttemptCount > 0)
            """;
        var clock = Stopwatch.StartNew();
        await using var rows = await Evidence.OpenAsync(product.Database);
        while (await rows.NumberAsync(Met, ("$name", faults[i].Name), ("$n", _acknowledged[i].Count)) == 0 || !Others(i) || (isBatch && servers[i].MostAtOnce < 2))
        {
            if (clock.Elapsed > s_patience)
            {
                throw new TimeoutException($"'{faults[i].Name}' did not show in {s_patience.TotalSeconds} s.");
            }

            await Task.Delay(200, ct);
        }
    }

    /// <summary>Whether all events have arrived of which the fault is not.</summary>
    private bool Others(int i) => faults[i].Only is not { } only || _acknowledged[i].All(id => only(id) || servers[i].Taken.ContainsKey(id));

    /// <summary>What an operator does: release what is held, and send again what has failed.</summary>
    private async Task RecoverAsync(CancellationToken ct)
    {
        const string Left = "SELECT COUNT(*) FROM Deliveries WHERE State IN (1, 2, 4)";
        var clock = Stopwatch.StartNew();
        await using var rows = await Evidence.OpenAsync(product.Database);
        while (await rows.NumberAsync(Left) > 0)
        {
            if (clock.Elapsed > s_recovery)
            {
                var left = await rows.TextsAsync("SELECT c.Name || ': ' || COUNT(*) || ' in state ' || d.State || ', ' || COALESCE(d.Cause, '-') FROM Deliveries d JOIN Connections c ON c.Id = d.ConnectionId WHERE d.State IN (1, 2, 4) GROUP BY c.Name, d.State, d.Cause");
                throw new TimeoutException($"Not all is sent {s_recovery.TotalSeconds} s after every fault was mended: {string.Join("; ", left)}");
            }

            await EachAsync(i => TryAsync($"connections/{faults[i].Name}/release", """{"reason":"mended"}"""));
            if (await rows.NumberAsync("SELECT COUNT(*) FROM Deliveries WHERE State = 4") > 0
                && await rows.NumberAsync("SELECT COUNT(*) FROM Deliveries WHERE State IN (1, 2)") == 0)
            {
                var plan = await product.ApiAsync(HttpMethod.Post, "retries", """{"search":{"q":"state:failed"}}""");
                await product.ApiAsync(HttpMethod.Post, $"retries/{plan.GetProperty("id").GetString()}/start", """{"perSecond":200,"canary":0}""");
            }

            await Task.Delay(1000, ct);
        }
    }

    private async Task<IReadOnlyList<FaultResult>> JudgeAsync(Evidence rows, int rounds)
    {
        const string Causes =
            "SELECT a.Cause FROM Attempts a JOIN Deliveries d ON d.Id = a.DeliveryId JOIN Connections c ON c.Id = d.ConnectionId WHERE c.Name = $name AND a.Cause IS NOT NULL GROUP BY a.Cause ORDER BY COUNT(*) DESC";
        var marked = await rows.MarkedAsync();
        List<FaultResult> results = [];
        for (var i = 0; i < faults.Count; i++)
        {
            var taken = servers[i].Taken;
            var expected = faults[i].Cause.Split('|');
            var causes = await rows.TextsAsync(Causes, ("$name", faults[i].Name));   // a machine that is slow itself adds a time-out of its own
            results.Add(new FaultResult(
                faults[i].What, rounds, _acknowledged[i].Count,
                _acknowledged[i].Count(id => !taken.ContainsKey(id)),
                taken.Values.Sum(count => count - 1),
                taken.Count(one => one.Value - 1 > marked.GetValueOrDefault(one.Key)),
                causes.FirstOrDefault(cause => expected.Contains(cause)) ?? (causes.Count > 0 ? causes[0] : null),
                faults[i].Cause));
        }

        return results;
    }

    private async Task PointAsync(Fault fault, string address) => await product.ApiAsync(HttpMethod.Put, $"connections/{fault.Name}", $$"""{"baseUrl":"{{address}}"}""");

    /// <summary>Whatever it answers: there may be nothing to release.</summary>
    private async Task TryAsync(string path, string json)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("/api/v1/" + path, UriKind.Relative)) { Content = new StringContent(json, Encoding.UTF8, "application/json") };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Product.Token);
        using var answer = await product.Http.SendAsync(request);
    }

    private Task EachAsync(Func<int, Task> act) => Task.WhenAll(Enumerable.Range(0, faults.Count).Select(act));

    private static string AddressOf(Fault fault, FaultyServer server) => fault.Address?.Invoke(server.Port) ?? Fault.PlainAddress(server.Port);

    private static string KeyOf(Fault fault) => $"bench-write-key-{fault.Name}".PadRight(32, '0');
}
