using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Net;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Richpanel.Core.Access;
using Richpanel.Tests.Support;

namespace Richpanel.Tests.Api;

/// <summary>API tokens that open nothing, on a clock that only the test moves.</summary>
public sealed class TokenTriesTests : IAsyncLifetime
{
    private const string Known = "token-of-a-viewer-with-32-characters";
    private const string Other = "token-of-another-with-32-characters!";
    private const string Wrong = "planted-wrong-token-8812-8812-8812-8812";

    private readonly FakeTimeProvider _time = new(TimeProvider.System.GetUtcNow());
    private readonly ConsoleUnderTest _console;
    private HttpClient _http = null!;

    public TokenTriesTests() => _console = new ConsoleUnderTest(
        new()
        {
            ["Bootstrap:ApiTokens:0:Name"] = "viewer",
            ["Bootstrap:ApiTokens:0:Role"] = "viewer",
            ["Bootstrap:ApiTokens:0:Token"] = Known,
            ["Bootstrap:ApiTokens:1:Name"] = "other",
            ["Bootstrap:ApiTokens:1:Role"] = "viewer",
            ["Bootstrap:ApiTokens:1:Token"] = Other,
        },
        services => services.AddSingleton<TimeProvider>(_time).AddSingleton<IStartupFilter>(new ComesFrom(IPAddress.Parse("203.0.113.9"))));

    public ValueTask InitializeAsync()
    {
        _http = _console.CreateClient();
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => _console.DisposeAsync();

    [Fact]
    public async Task Twenty_wrong_tokens_are_refused_and_more_are_told_to_wait_until_it_is_over()
    {
        await SpendAsync();

        using var more = await AskAsync(Wrong);
        Assert.Equal(HttpStatusCode.TooManyRequests, more.StatusCode);
        Assert.Equal("3", Assert.Single(more.Headers.GetValues("Retry-After")));
        Assert.Equal("application/problem+json", more.Content.Headers.ContentType?.MediaType);

        _time.Advance(TimeSpan.FromSeconds(3));
        using var later = await AskAsync(Wrong);
        Assert.Equal(HttpStatusCode.Unauthorized, later.StatusCode);
    }

    [Fact]
    public async Task A_token_that_worked_goes_on_working_behind_the_same_address()
    {
        using var before = await AskAsync(Known);
        await SpendAsync();

        using var after = await AskAsync(Known);
        using var first = await AskAsync(Other);

        Assert.Equal([200, 200, 429], new[] { before, after, first }.Select(answer => (int)answer.StatusCode));
        _time.Advance(TimeSpan.FromSeconds(3));
        using var later = await AskAsync(Other);
        Assert.Equal(HttpStatusCode.OK, later.StatusCode);
    }

    [Fact]
    public async Task A_token_that_worked_and_was_revoked_is_a_wrong_one()
    {
        var made = await _console.Services.GetRequiredService<ApiTokenStore>().CreateAsync(Actor.System, new ApiTokenDraft("ci", Role.Viewer, [], null));
        using var works = await AskAsync(made.Bearer!);
        Assert.Equal(HttpStatusCode.OK, works.StatusCode);
        await _console.Services.GetRequiredService<ApiTokenStore>().RevokeAsync(Actor.System, made.Token!.Id);
        await SpendAsync();

        using var revoked = await AskAsync(made.Bearer!);
        using var again = await AskAsync(made.Bearer!);

        Assert.Equal([401, 429], new[] { revoked, again }.Select(answer => (int)answer.StatusCode));
    }

    [Fact]
    public async Task Each_stands_in_the_log_with_its_address_and_without_the_token_and_a_flood_does_not_fill_it()
    {
        await SpendAsync();
        for (var i = 0; i < 30; i++)
        {
            using var more = await AskAsync(Wrong);
        }

        var lines = _console.Logs.Text.Split('\n').Where(line => line.Contains("API token that is unknown, expired or revoked", StringComparison.Ordinal)).ToList();
        Assert.Equal(20, lines.Count);
        Assert.All(lines, line => Assert.Contains("203.0.113.9", line, StringComparison.Ordinal));
        Assert.DoesNotContain(Wrong, _console.Logs.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_one_is_counted_as_a_metric()
    {
        var counted = new ConcurrentBag<string>();
        var ours = _console.Services.GetRequiredService<IMeterFactory>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listening) =>
            {
                if (instrument.Name == "richpanel_api_tokens_refused" && instrument.Meter.Scope == ours)   // other tests have one, too
                {
                    listening.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((_, one, tags, _) => counted.Add($"{tags[0].Value} {one}"));
        listener.Start();

        await SpendAsync();
        using var more = await AskAsync(Wrong);

        Assert.Equal(["not_looked_up 1", .. Enumerable.Repeat("unknown 1", 20)], counted.Order(StringComparer.Ordinal));
    }

    /// <summary>All that the address may get wrong at once.</summary>
    private async Task SpendAsync()
    {
        for (var i = 0; i < 20; i++)
        {
            using var answer = await AskAsync(Wrong + i);
            Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        }
    }

    private async Task<HttpResponseMessage> AskAsync(string token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/sources");
        request.Headers.Authorization = new("Bearer", token);
        return await _http.SendAsync(request, TestContext.Current.CancellationToken);
    }
}
