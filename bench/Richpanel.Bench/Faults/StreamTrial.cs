using System.Globalization;

namespace Richpanel.Bench.Faults;

/// <summary>
/// What happens to the product's own machine under a stream of posted events: a database that another process holds, a disk that is
/// full, a clock that jumps. Afterwards everything that was answered 200 must arrive.
/// </summary>
internal static class StreamTrial
{
    private const string WriteKey = "bench-write-key-0000000000000001";
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    /// <param name="what">For a table.</param>
    /// <param name="data">Folder of the product's database.</param>
    /// <param name="disturb">Does the harm, and undoes it, once for each round.</param>
    public static async Task<(FaultResult Result, IReadOnlyList<string> LedgerFaults)> RunAsync(
        string what, string dll, string folder, string data, int rounds, Func<Product, Task> disturb, IReadOnlyDictionary<string, string>? settings = null, CancellationToken ct = default)
    {
        var record = Path.Combine(folder, "arrived.txt");
        await using var stub = ChildProcess.Self("stub", "--record", record, "--delay", "5");
        await using var product = new Product(dll, data, [new ProductConnection("Stream", await stub.ListeningAsync() + "/v2", WriteKey)], settings);
        await product.StartAsync();
        var stream = new EventStream(product, WriteKey, "stream");
        stream.Start();
        for (var round = 0; round < rounds; round++)
        {
            await Task.Delay(700, ct);
            await disturb(product);
        }

        await Task.Delay(700, ct);
        await stream.StopAsync();
        await DrainAsync(product, ct);
        await product.StopAsync();
        var arrivals = File.ReadLines(record).GroupBy(id => id, StringComparer.Ordinal).ToDictionary(group => group.Key, group => group.Count(), StringComparer.Ordinal);
        await using var rows = await Evidence.OpenAsync(product.Database);
        var marked = await rows.MarkedAsync();
        return (
            new FaultResult(
                what, rounds, stream.Acknowledged.Count,
                stream.Acknowledged.Count(id => !arrivals.ContainsKey(id)),
                arrivals.Values.Sum(count => count - 1),
                arrivals.Count(one => one.Value - 1 > marked.GetValueOrDefault(one.Key)), null, null),
            await rows.LedgerFaultsAsync());
    }

    private static async Task DrainAsync(Product product, CancellationToken ct)
    {
        const string Left = "SELECT (SELECT COUNT(*) FROM Deliveries WHERE State IN (1, 2)) + (SELECT COALESCE(MAX(Id), 0) FROM Requests) - (SELECT RequestId FROM ExpansionCursor WHERE Id = 1)";
        var deadline = DateTime.UtcNow + s_patience;
        await using var rows = await Evidence.OpenAsync(product.Database);
        while (await rows.NumberAsync(Left) is > 0 and var left)
        {
            if (DateTime.UtcNow > deadline)
            {
                throw new TimeoutException(string.Create(CultureInfo.InvariantCulture, $"{left} events still wait {s_patience.TotalSeconds} s after the last disturbance:\n{product.Process.Output}"));
            }

            await Task.Delay(200, ct);
        }
    }
}
