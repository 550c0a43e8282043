using System.Diagnostics;
using System.Globalization;
using Richpanel.Core.Access;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Deliveries.Log;
using Richpanel.Core.Deliveries.Query;
using Richpanel.Core.Privacy;

namespace Richpanel.Bench;

/// <summary>
/// <c>log</c>: server time of the questions that the page of the log asks, on a seeded log, against the same on a tenth of it in the same
/// run. The bar is 150 ms at p95, and 1.5 times the small log's.
/// </summary>
internal sealed class LogCommand(ServiceProvider services, int rows, DateTimeOffset until)
{
    private static readonly Actor s_qa = new(ActorKind.Person, 1, "Bench", Role.Qa);

    private readonly LogReader _reader = services.GetRequiredService<LogReader>();
    private readonly Random _random = new(3);

    public static async Task<int> RunAsync(Arguments arguments)
    {
        var rows = arguments.Number("rows", 1_000_000);
        var rounds = arguments.Number("rounds", 40);
        var until = new DateTimeOffset(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);
        using var workspace = new Workspace();
        await using var small = await SeededAsync(Path.Combine(workspace.Folder, "small", "console.db"), rows / 10, until);
        await using var large = await SeededAsync(Path.Combine(workspace.Folder, "large", "console.db"), rows, until);
        var (smallTimes, largeTimes) = (new LogCommand(small, rows / 10, until), new LogCommand(large, rows, until));
        List<string> lines =
        [
            Workspace.Circumstances() + string.Create(CultureInfo.InvariantCulture, $", {rows:N0} deliveries of 30 days, {rounds} rounds"),
            string.Empty,
            string.Create(CultureInfo.InvariantCulture, $"| question | p50 | p95 | p95 at {rows / 10:N0} | times that | bar |"),
            "|---|---|---|---|---|---|",
        ];
        var isGood = true;
        foreach (var (name, _) in smallTimes.Questions())
        {
            var (few, many) = (new List<double>(), new List<double>());
            for (var round = -3; round < rounds; round++)
            {
                // In turns, so that the machine's other work falls on both.
                var one = await smallTimes.TimeAsync(name);
                var other = await largeTimes.TimeAsync(name);
                if (round >= 0)
                {
                    few.Add(one);
                    many.Add(other);
                }
            }

            var (p95, base95) = (Percentile(many, 0.95), Percentile(few, 0.95));
            var isFast = p95 < 150 && (p95 <= base95 * 1.5 || p95 < 30);
            isGood &= isFast;
            lines.Add(string.Create(CultureInfo.InvariantCulture, $"| {name} | {Percentile(many, 0.5):0.0} ms | {p95:0.0} ms | {base95:0.0} ms | {p95 / base95:0.00} | {(isFast ? "holds" : "missed")} |"));
            Console.WriteLine(lines[^1]);
        }

        if (arguments.Has("write"))
        {
            Workspace.WriteFigures("docs/performance.md", "log", [.. lines]);
        }

        return isGood ? 0 : 1;
    }

    /// <summary>What is asked, with values that change from round to round.</summary>
    private Dictionary<string, Func<Task>> Questions() => new()
    {
        ["first page"] = () => PageAsync("", LogPlace.Newest),
        ["filter change: failed"] = () => PageAsync("state:failed", LogPlace.Newest),
        ["filter change: status and event"] = () => PageAsync("code:5xx event:\"Order Updated\"", LogPlace.Newest),
        ["filter change: rare event, failed"] = () => PageAsync("event:\"Order Refunded\" state:failed", LogPlace.Newest),
        ["filter change: rare event, not failed"] = () => PageAsync("event:\"Order Refunded\" state:skipped,canceled", LogPlace.Newest),
        ["filter change: beginning of an event"] = () => PageAsync("event:Order* -origin:lab", LogPlace.Newest),
        ["deep page"] = () => PageAsync("", LogPlace.Below(_random.Next(rows / 10, rows / 2))),
        ["deep page: failed"] = () => PageAsync("state:failed", LogPlace.Below(_random.Next(rows / 10, rows / 2))),
        ["jump to a time"] = () => PageAsync("", LogPlace.At(until.AddDays(-_random.Next(1, 29)))),
        ["detail"] = async () => await services.GetRequiredService<DeliveryQueries>().FindAsync(Sight.Of(s_qa), _random.Next(1, rows), default),
        ["exact search: customer"] = () => PageAsync($"user:cus_{_random.Next(3_000):d7}", LogPlace.Newest),
        ["exact search: e-mail"] = () => PageAsync($"email:customer{_random.Next(3_000)}@example.test", LogPlace.Newest),
        ["exact search: order"] = () => PageAsync($"order:{100_000 + _random.Next(rows / 40)}", LogPlace.Newest),
        ["count: all"] = async () => await _reader.CountAsync(Ask(""), default),
        ["count: failed, 7 days"] = async () => await _reader.CountAsync(Ask("state:failed since:7d"), default),
        ["count: by status"] = async () => await _reader.CountAsync(Ask("code:5xx"), default),
        ["histogram: 30 days"] = async () => await _reader.HistogramAsync(Ask(""), 60, default),
        ["histogram: an event, 7 days"] = async () => await _reader.HistogramAsync(Ask("event:\"Order Updated\" since:7d"), 60, default),
        ["histogram: an hour"] = async () => await _reader.HistogramAsync(Ask("since:2h until:1h"), 60, default),
        ["histogram: by status"] = async () => await _reader.HistogramAsync(Ask("code:5xx"), 60, default),
        ["value counts: events"] = async () => await _reader.ValuesAsync(Ask("state:failed"), LogKey.Event, default),
        ["value counts: status"] = async () => await _reader.ValuesAsync(Ask(""), LogKey.Code, default),
        ["newer rows"] = async () => await _reader.NewerAsync(Ask("state:accepted"), rows - 200, 99, default),
    };

    private LogAsk Ask(string query) => LogAsk.By(s_qa, LogQuery.Of(query)) with { Now = until };

    private Task<LogPage> PageAsync(string query, LogPlace place) => _reader.PageAsync(Ask(query), place, 50, default);

    private async Task<double> TimeAsync(string name)
    {
        var ask = Questions()[name];
        var started = Stopwatch.GetTimestamp();
        await ask();
        return Stopwatch.GetElapsedTime(started).TotalMilliseconds;
    }

    private static double Percentile(List<double> times, double part) => times.Order().ElementAt((int)Math.Min(times.Count - 1, times.Count * part));

    private static async Task<ServiceProvider> SeededAsync(string database, int rows, DateTimeOffset until)
    {
        var services = await LogSeed.OpenAsync(database);
        var speed = await LogSeed.FillAsync(services, rows, 1, until);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{rows:N0} deliveries seeded, {speed:N0} a second"));
        return services;
    }
}
