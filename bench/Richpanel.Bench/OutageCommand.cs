using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;

namespace Richpanel.Bench;

/// <summary>
/// <c>outage</c>: Richpanel is away while very many events come in; the breaker opens; then it is back, what has waited drains at the set
/// rate, and what comes in meanwhile must not wait behind it. The outage is shorter than a real one, because only the number that waits
/// at its end and the rate decide about the rest.
/// </summary>
internal sealed class OutageCommand(Product product, string writeKey)
{
    private const string Name = "Outage";

    private readonly ConcurrentDictionary<string, long> _arrived = new(StringComparer.Ordinal);
    private volatile bool _isDown = true;

    public static async Task<int> RunAsync(Arguments arguments)
    {
        using var workspace = new Workspace();
        var (events, rate, seconds) = (arguments.Number("events", 20_000), arguments.Number("rate", 200), arguments.Number("seconds", 60));
        var dll = await workspace.PublishAsync();
        OutageCommand? outage = null;
        await using var stub = LocalServer.Build();
        stub.MapPost("/v2/{kind}", async (HttpContext context, string kind) => await outage!.AnswerAsync(context, kind == "bt"));
        await stub.StartAsync();
        const string WriteKey = "bench-write-key-outage-000000001";
        await using var product = new Product(dll, Path.Combine(workspace.Folder, "data"), [new ProductConnection(Name, stub.Urls.Single() + "/v2", WriteKey)], new Dictionary<string, string>
        {
            ["Receiver__RateLimit__Enabled"] = "false",
            ["Delivery__RecoveryRate"] = rate.ToString(CultureInfo.InvariantCulture),
        });
        outage = new OutageCommand(product, WriteKey);
        await product.StartAsync();
        var (lines, holds) = await outage.MeasureAsync(events, rate, TimeSpan.FromSeconds(seconds));
        Array.ForEach(lines, Console.WriteLine);
        if (arguments.Has("write"))
        {
            Workspace.WriteFigures("docs/reliability.md", "outage", lines);
        }

        return holds ? 0 : 1;
    }

    private async Task<IResult> AnswerAsync(HttpContext context, bool batch)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        if (_isDown)
        {
            return Results.StatusCode(StatusCodes.Status503ServiceUnavailable);
        }

        var now = Stopwatch.GetTimestamp();
        foreach (var id in StubServer.EventIds(body.GetBuffer().AsMemory(0, (int)body.Length), batch))
        {
            _arrived.TryAdd(id, now);
        }

        return Results.Bytes("{}"u8.ToArray(), "application/json");
    }

    private async Task<(string[] Lines, bool Holds)> MeasureAsync(int events, int rate, TimeSpan outage)
    {
        var clock = Stopwatch.StartNew();
        List<string> waiting = [.. Enumerable.Range(0, events).Select(n => string.Create(CultureInfo.InvariantCulture, $"waits-{n}"))];
        foreach (var (batch, n) in waiting.Chunk(100).Select((batch, n) => (batch, n)))
        {
            await DelayAsync((outage * ((double)n * 100 / events)) - clock.Elapsed);
            if (await product.PostAsync("/v1/batch", writeKey, Encoding.UTF8.GetBytes($$"""{"batch":[{{string.Join(',', batch.Select(LiveEvents.Call))}}]}""")) is not HttpStatusCode.OK)
            {
                throw new InvalidOperationException("The door did not answer 200.");
            }
        }

        await DelayAsync(outage - clock.Elapsed);
        await using var rows = await Evidence.OpenAsync(product.Database);
        var opened = await rows.NumberAsync("SELECT COUNT(*) FROM Connections WHERE Name = $name AND BreakerSince IS NOT NULL", ("$name", Name)) == 1;
        var failed = await rows.NumberAsync("SELECT COUNT(*) FROM Deliveries WHERE State = 4");

        _isDown = false;
        var back = Stopwatch.GetTimestamp();

        // Nobody helps: the product's own probe finds that it is back, and the first answer closes the breaker.
        var probed = DateTime.UtcNow + TimeSpan.FromSeconds(150);
        while (_arrived.IsEmpty && DateTime.UtcNow < probed)
        {
            await Task.Delay(50, CancellationToken.None);
        }

        using var stop = new CancellationTokenSource();
        var live = new LiveEvents(product, writeKey);
        var posting = live.PostAsync(stop.Token);
        var deadline = DateTime.UtcNow + TimeSpan.FromSeconds((events / rate) + 180);
        while (_arrived.Count(one => one.Key.StartsWith("waits-", StringComparison.Ordinal)) < events && DateTime.UtcNow < deadline)
        {
            await Task.Delay(250, CancellationToken.None);
        }

        await stop.CancelAsync();
        await posting;
        await DelayAsync(TimeSpan.FromSeconds(3));
        var drained = waiting.Where(_arrived.ContainsKey).Select(id => _arrived[id]).Order().ToList();
        var took = Stopwatch.GetElapsedTime(drained[0], drained[^1]);
        var (p95, lostLive) = live.Judge(_arrived);
        var lost = lostLive + waiting.Count(id => !_arrived.ContainsKey(id));
        await product.StopAsync();
        var ledger = await rows.LedgerFaultsAsync();
        var measured = drained.Count / took.TotalSeconds;
        string[] lines =
        [
            Workspace.Circumstances() + string.Create(CultureInfo.InvariantCulture, $", {events:N0} events in an outage of {outage.TotalSeconds:0} s, then {LiveEvents.PerSecond} live ones a second"),
            string.Empty,
            "| what | figure | must be |",
            "|---|---|---|",
            Row("the breaker opened", opened ? "yes" : "no", "yes"),
            Row("deliveries that failed in the outage", Number(failed), "0"),
            Row("first of them sent after Richpanel was back, by the product's own probe", string.Create(CultureInfo.InvariantCulture, $"{Stopwatch.GetElapsedTime(back, drained[0]).TotalSeconds:0.0} s"), ""),
            Row("what had waited, sent a second", Number((long)measured), string.Create(CultureInfo.InvariantCulture, $"≤ {rate} (the set rate)")),
            Row("live events meanwhile", Number(live.Count), ""),
            Row("from post to arrival, p95 of them", string.Create(CultureInfo.InvariantCulture, $"{p95.TotalMilliseconds:N0} ms"), "< 1,000 ms"),
            Row("answered 200 and lost", Number(lost), "0"),
            Row("ledger counters that differ from the rows", Number(ledger.Count), "0"),
        ];
        return (lines, opened && failed == 0 && measured <= rate * 1.05 && measured >= rate * 0.8 && p95.TotalMilliseconds < 1_000 && lost == 0 && ledger.Count == 0);
    }

    private static Task DelayAsync(TimeSpan time) => time > TimeSpan.Zero ? Task.Delay(time) : Task.CompletedTask;

    private static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static string Row(string what, string figure, string bar) => $"| {what} | {figure} | {bar} |";
}
