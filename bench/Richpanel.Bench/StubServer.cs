using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Richpanel.Bench;

/// <summary>
/// A Richpanel in a process of its own: answers 200 to <c>/t</c> and <c>/bt</c> and appends the eventId of every call it saw to a
/// file, one a line. The file is written through before the answer goes out, so the record never lags behind what was answered.
/// With <c>--calls FILE</c> the calls themselves are kept too, one JSON object a line; with <c>--times FILE</c> each eventId and when it
/// came, by <see cref="Stopwatch.GetTimestamp"/>.
/// </summary>
internal static class StubServer
{
    public static async Task<int> RunAsync(Arguments arguments)
    {
        var delay = TimeSpan.FromMilliseconds(arguments.Number("delay", 0));
        await using var record = new FileStream(arguments.Text("record", "stub.txt"), FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0);
        await using var calls = Wished("calls");
        await using var times = Wished("times");
        await using var app = LocalServer.Build();
        var count = 0L;

        app.MapPost("/{version}/{kind:regex(^(t|bt)$)}", async (HttpContext context, string kind) =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            var seen = Calls(body.GetBuffer().AsMemory(0, (int)body.Length), kind == "bt");
            var ids = Encoding.UTF8.GetBytes(string.Concat(seen.Select(call => call.EventId + "\n")));
            var now = Stopwatch.GetTimestamp();
            var came = Encoding.UTF8.GetBytes(string.Concat(seen.Select(call => string.Create(CultureInfo.InvariantCulture, $"{call.EventId} {now}\n"))));
            var texts = Encoding.UTF8.GetBytes(string.Concat(seen.Select(call => call.Text + "\n")));
            lock (record)
            {
                record.Write(ids);
                calls?.Write(texts);
                times?.Write(came);
                count += seen.Count;
            }

            if (delay > TimeSpan.Zero)
            {
                await Task.Delay(delay, context.RequestAborted);
            }

            return Results.Bytes("{}"u8.ToArray(), "application/json");
        });
        app.MapGet("/count", () => Interlocked.Read(ref count).ToString(CultureInfo.InvariantCulture));
        return await LocalServer.ServeAsync(app);

        FileStream? Wished(string name) =>
            arguments.Text(name, string.Empty) is { Length: > 0 } file ? new FileStream(file, FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0) : null;
    }

    /// <summary>When each event of a file of <c>--times</c> came first.</summary>
    public static IReadOnlyDictionary<string, long> Times(string file) => File.ReadLines(file)
        .Select(line => line.Split(' '))
        .GroupBy(line => line[0], line => long.Parse(line[1], CultureInfo.InvariantCulture), StringComparer.Ordinal)
        .ToDictionary(group => group.Key, group => group.Min(), StringComparer.Ordinal);

    /// <summary>The eventIds of the calls inside one request.</summary>
    /// <param name="batch">It came to <c>/bt</c>.</param>
    public static IReadOnlyList<string> EventIds(ReadOnlyMemory<byte> body, bool batch) => [.. Calls(body, batch).Select(call => call.EventId)];

    /// <summary>The calls inside one request: its Base64 text decoded, the call or the calls of the batch read.</summary>
    private static List<(string EventId, string Text)> Calls(ReadOnlyMemory<byte> body, bool batch)
    {
        using var request = JsonDocument.Parse(body);
        var encoded = request.RootElement.GetProperty(batch ? "hs" : "h").GetBytesFromBase64();
        using var content = JsonDocument.Parse(encoded);
        return batch
            ? [.. content.RootElement.GetProperty("events").EnumerateArray().Select(Seen)]
            : [Seen(content.RootElement)];
    }

    private static (string EventId, string Text) Seen(JsonElement call) => (call.GetProperty("eventId").GetString()!, call.GetRawText());
}

/// <summary>Baseline (a): what Kestrel alone does with the same request. Reads the body, parses the JSON, answers as the receiver does.</summary>
internal static class BareHandler
{
    public static async Task<int> RunAsync(Arguments arguments)
    {
        _ = arguments;
        await using var app = LocalServer.Build();
        app.MapPost("/v1/track", async (HttpContext context) =>
        {
            using var call = await JsonDocument.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted);
            context.Response.ContentType = "application/json";
            await context.Response.Body.WriteAsync(call.RootElement.ValueKind == JsonValueKind.Object ? "{\"success\":true}"u8.ToArray() : "{}"u8.ToArray());
        });
        return await LocalServer.ServeAsync(app);
    }
}

/// <summary>A silent Kestrel on a free loopback port; its address is the first line of standard output, as <see cref="ChildProcess"/> expects.</summary>
internal static class LocalServer
{
    public static WebApplication Build()
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Logging.ClearProviders();
        builder.Services.AddRoutingCore();
        builder.Services.AddRouting(options => options.SetParameterPolicy<Microsoft.AspNetCore.Routing.Constraints.RegexInlineRouteConstraint>("regex"));
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        return builder.Build();
    }

    public static async Task<int> ServeAsync(WebApplication app)
    {
        await app.StartAsync();
        Console.WriteLine("listening " + app.Urls.Single());
        await app.WaitForShutdownAsync();
        return 0;
    }
}
