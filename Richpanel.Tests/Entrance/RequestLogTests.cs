using System.Net;
using System.Text;
using Serilog.Core;
using Serilog.Events;
using Microsoft.Extensions.DependencyInjection;

namespace Richpanel.Tests.Entrance;

/// <summary>What a request leaves in the log, properties included: its route, and nothing that was in it.</summary>
public sealed class RequestLogTests : IAsyncLifetime
{
    private readonly EventKeeper _kept = new();
    private EntranceUnderTest _product = null!;

    public ValueTask InitializeAsync()
    {
        _product = new EntranceUnderTest(services: services => services.AddSingleton<ILogEventSink>(_kept));
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => _product.DisposeAsync();

    [Theory(Timeout = 60_000)]
    [InlineData("GET", "/api/v1/deliveries/dlv_77777", "GET /api/v1/deliveries/{id} answered 404 in ")]
    [InlineData("GET", "/deliveries/planted", "GET /deliveries/{PublicDeliveryId} answered ")]
    [InlineData("GET", "/sign-in?to=/planted", "GET /sign-in answered 200 in ")]
    [InlineData("GET", "/planted/path", "GET (no route) answered 404 in ")]
    [InlineData("PLANTED", "/api/v1/ledger", "(other) ")]
    public async Task A_request_is_one_line_with_the_route_as_it_is_written_in_code(string method, string path, string line)
    {
        using var answer = await _product.SendAsync(
            new HttpMethod(method), path, path.StartsWith("/api", StringComparison.Ordinal) ? ("Authorization", "Bearer " + EntranceUnderTest.Token) : ("X-None", "1"));

        Assert.StartsWith("Information " + line, Assert.Single(await AnsweredAsync()), StringComparison.Ordinal);
    }

    [Theory(Timeout = 60_000)]
    [InlineData("/app.css")]
    [InlineData("/healthz")]
    [InlineData("/v1/track")]
    public async Task Static_files_probes_and_the_receiver_leave_no_line(string path)
    {
        using var answer = await _product.GetAsync(path);
        using var after = await _product.GetAsync("/sign-in");

        Assert.Contains("/sign-in", Assert.Single(await AnsweredAsync()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_planted_in_path_query_headers_or_body_reaches_the_log_or_its_properties()
    {
        const string planted = "planted7731";
        string[] paths =
        [
            $"/deliveries/{planted}", $"/deliveries?user={planted}&email={planted}%40example.com", $"/connections/{planted}", $"/{planted}", $"/sign-in?to={planted}",
            $"/api/v1/deliveries?user={planted}&email={planted}%40example.com&order={planted}", $"/api/v1/deliveries/{planted}", $"/api/v1/connections/{planted}",
            $"/api/v1/{planted}", $"/v1/projects/{planted}/settings", $"/v1/{planted}", $"/segment/{planted}", $"/webhooks/{planted}", $"/v1/pixel/{planted}?data={planted}",
            $"/scalar/{planted}", $"/openapi/{planted}.json", $"/_framework/{planted}.js", $"/app.css?{planted}",
        ];
        foreach (var path in paths)
        {
            foreach (var method in new[] { HttpMethod.Get, HttpMethod.Post, HttpMethod.Put })
            {
                using var request = new HttpRequestMessage(method, path);
                request.Headers.TryAddWithoutValidation("Authorization", path.StartsWith("/api", StringComparison.Ordinal) ? "Bearer " + EntranceUnderTest.Token : "Bearer " + planted);
                request.Headers.TryAddWithoutValidation("Cookie", $"richpanel.session={planted}");
                request.Headers.TryAddWithoutValidation("User-Agent", planted);
                request.Headers.TryAddWithoutValidation("Referer", $"https://{planted}.example/");
                request.Headers.TryAddWithoutValidation("X-Forwarded-For", planted);
                request.Headers.TryAddWithoutValidation("Origin", $"https://{planted}.example");
                request.Content = method == HttpMethod.Get ? null : new StringContent($$"""{"userId":"{{planted}}","email":"{{planted}}@example.com","token":"{{planted}}","event":{{planted}}}""", Encoding.UTF8, "application/json");
                using var answer = await _product.Http.SendAsync(request, TestContext.Current.CancellationToken);
                Assert.NotEqual(HttpStatusCode.InternalServerError, answer.StatusCode);
            }
        }

        Assert.Contains(" answered ", _product.App.Logs.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(planted, _product.App.Logs.Text, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(planted, _kept.Text, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(EntranceUnderTest.Token, _kept.Text, StringComparison.Ordinal);
    }

    /// <summary>The lines of requests, once there is one: it is written when the answer is already on its way.</summary>
    private async Task<List<string>> AnsweredAsync()
    {
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (true)
        {
            var lines = _product.App.Logs.Text.Replace("\"", "", StringComparison.Ordinal).Split('\n').Where(line => line.Contains(" answered ", StringComparison.Ordinal)).ToList();
            if (lines.Count > 0)
            {
                return lines;
            }

            await tick.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Every property of every event, as a JSON log would write them.</summary>
    private sealed class EventKeeper : ILogEventSink
    {
        private readonly StringBuilder _text = new();

        public string Text
        {
            get
            {
                lock (_text)
                {
                    return _text.ToString();
                }
            }
        }

        public void Emit(LogEvent logEvent)
        {
            lock (_text)
            {
                foreach (var (name, value) in logEvent.Properties)
                {
                    _text.Append(name).Append('=').Append(value).Append('\n');
                }
            }
        }
    }
}
