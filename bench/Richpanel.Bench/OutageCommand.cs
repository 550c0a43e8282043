using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Richpanel.Bench;

/// <summary>
/// <c>outage</c>: Richpanel is away while very many events come in; the breaker opens; then it is back, what has waited drains at the set
/// rate, and what comes in meanwhile must not wait behind it. The outage is shorter than a real one, because only the number that waits
/// at its end and the rate decide about the rest.
/// </summary>
internal sealed class OutageCommand(Product product, string writeKey)
{
    private const int LivePerSecond = 20;
    private const string Name = "Outage";

    private readonly ConcurrentDictionary<string, long> _arrived = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, long> _posted = new(StringComparer.Ordinal);
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
            await PostAsync("/v1/batch", batch, $$"""{"batch":[{{string.Join(',', batch.Select(Call))}}]}""");
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
        var live = LiveAsync(stop.Token);
        var deadline = DateTime.UtcNow + TimeSpan.FromSeconds((events / rate) + 180);
        while (_arrived.Count(one => one.Key.StartsWith("waits-", StringComparison.Ordinal)) < events && DateTime.UtcNow < deadline)
        {
            await Task.Delay(250, CancellationToken.None);
        }

        await stop.CancelAsync();
        var lives = await live;
        await DelayAsync(TimeSpan.FromSeconds(3));
        var drained = waiting.Where(_arrived.ContainsKey).Select(id => _arrived[id]).Order().ToList();
        var took = Stopwatch.GetElapsedTime(drained[0], drained[^1]);
        var late = lives.Where(_arrived.ContainsKey).Select(id => Stopwatch.GetElapsedTime(_posted[id], _arrived[id]).TotalMilliseconds).Order().ToList();
        var lost = _posted.Keys.Count(id => !_arrived.ContainsKey(id));
        await product.StopAsync();
        var ledger = await rows.LedgerFaultsAsync();
        var (measured, p95) = (drained.Count / took.TotalSeconds, late[late.Count * 95 / 100]);
        string[] lines =
        [
            Workspace.Circumstances() + string.Create(CultureInfo.InvariantCulture, $", {events:N0} events in an outage of {outage.TotalSeconds:0} s, then {LivePerSecond} live ones a second"),
            string.Empty,
            "| what | figure | must be |",
            "|---|---|---|",
            Row("the breaker opened", opened ? "yes" : "no", "yes"),
            Row("deliveries that failed in the outage", Number(failed), "0"),
            Row("first of them sent after Richpanel was back, by the product's own probe", string.Create(CultureInfo.InvariantCulture, $"{Stopwatch.GetElapsedTime(back, drained[0]).TotalSeconds:0.0} s"), ""),
            Row("what had waited, sent a second", Number((long)measured), string.Create(CultureInfo.InvariantCulture, $"≤ {rate} (the set rate)")),
            Row("live events meanwhile", Number(late.Count), ""),
            Row("from post to arrival, p95 of them", string.Create(CultureInfo.InvariantCulture, $"{p95:N0} ms"), "< 1,000 ms"),
            Row("answered 200 and lost", Number(lost), "0"),
            Row("ledger counters that differ from the rows", Number(ledger.Count), "0"),
        ];
        return (lines, opened && failed == 0 && measured <= rate * 1.05 && measured >= rate * 0.8 && p95 < 1_000 && lost == 0 && ledger.Count == 0);
    }

    private async Task<List<string>> LiveAsync(CancellationToken stop)
    {
        List<string> lives = [];
        var clock = Stopwatch.StartNew();
        while (!stop.IsCancellationRequested)
        {
            await DelayAsync(TimeSpan.FromSeconds((double)lives.Count / LivePerSecond) - clock.Elapsed);
            var id = string.Create(CultureInfo.InvariantCulture, $"live-{lives.Count}");
            await PostAsync("/v1/track", [id], Call(id));
            lives.Add(id);
        }

        return lives;
    }

    private async Task PostAsync(string path, string[] ids, string body)
    {
        var now = Stopwatch.GetTimestamp();
        foreach (var id in ids)
        {
            _posted[id] = now;
        }

        if (await product.PostAsync(path, writeKey, Encoding.UTF8.GetBytes(body)) is not System.Net.HttpStatusCode.OK)
        {
            throw new InvalidOperationException("The door did not answer 200.");
        }
    }

    /// <summary>Of a customer of its own: an event waits for the customer's earlier ones, and rightly so.</summary>
    private static string Call(string id) => $$$"""{"type":"track","event":"Order Completed","messageId":"{{{id}}}","userId":"user-{{{id}}}","properties":{"order_id":"{{{id}}}","total":129.9,"currency":"EUR"}}""";

    private static Task DelayAsync(TimeSpan time) => time > TimeSpan.Zero ? Task.Delay(time) : Task.CompletedTask;

    private static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static string Row(string what, string figure, string bar) => $"| {what} | {figure} | {bar} |";
}
