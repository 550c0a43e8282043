using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Richpanel.Tests.Deliveries;

/// <summary>One request as the stub saw it.</summary>
/// <param name="Path">Without query, for example <c>/v2/t</c>.</param>
/// <param name="EventIds">Of its calls, in order.</param>
internal sealed record StubRequest(string Path, IReadOnlyList<string> EventIds, IReadOnlyList<JsonElement> Calls);

internal sealed record StubAnswer(int Status, string Body = "", string? RetryAfter = null);

/// <summary>A scripted Richpanel on a loopback socket.</summary>
internal sealed class RichpanelStub : IAsyncDisposable
{
    private readonly WebApplication _app;
    private int _inFlight;

    private RichpanelStub(WebApplication app) => _app = app;

    /// <summary>What to answer; set it before anything is sent.</summary>
    public Func<StubRequest, Task<StubAnswer>> Answer { get; set; } = _ => Task.FromResult(new StubAnswer(200));

    public ConcurrentQueue<StubRequest> Requests { get; } = new();

    public int MostInFlight { get; private set; }

    public IEnumerable<string> EventIds => Requests.SelectMany(request => request.EventIds);

    public string BaseUrl => _app.Urls.Single() + "/v2";

    public static async Task<RichpanelStub> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var stub = new RichpanelStub(app);
        app.MapPost("/v2/{endpoint}", stub.HandleAsync);
        await app.StartAsync();
        return stub;
    }

    public void Always(int status, string body = "", string? retryAfter = null) =>
        Answer = _ => Task.FromResult(new StubAnswer(status, body, retryAfter));

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private async Task HandleAsync(HttpContext http)
    {
        var inFlight = Interlocked.Increment(ref _inFlight);
        MostInFlight = Math.Max(MostInFlight, inFlight);
        try
        {
            var request = await ReadAsync(http.Request);
            Requests.Enqueue(request);
            var answer = await Answer(request);
            http.Response.StatusCode = answer.Status;
            if (answer.RetryAfter is { } wait)
            {
                http.Response.Headers.RetryAfter = wait;
            }

            await http.Response.WriteAsync(answer.Body);
        }
        finally
        {
            Interlocked.Decrement(ref _inFlight);
        }
    }

    private static async Task<StubRequest> ReadAsync(HttpRequest request)
    {
        using var body = await JsonDocument.ParseAsync(request.Body);
        var packed = body.RootElement.TryGetProperty("hs", out var hs) ? hs : body.RootElement.GetProperty("h");
        using var content = JsonDocument.Parse(packed.GetBytesFromBase64());
        List<JsonElement> calls = content.RootElement.TryGetProperty("events", out var events)
            ? [.. events.EnumerateArray().Select(call => call.Clone())]
            : [content.RootElement.Clone()];
        return new StubRequest(request.Path, [.. calls.Select(call => call.GetProperty("eventId").GetString()!)], calls);
    }
}
