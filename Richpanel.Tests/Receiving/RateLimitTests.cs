using System.Net;
using System.Text;
using Microsoft.AspNetCore.Hosting;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Richpanel.Console.Receiver;
using Richpanel.Core.Receiving;
using Richpanel.Tests.Support;

namespace Richpanel.Tests.Receiving;

/// <summary>What a sender meets that sends too much, on a clock that only the test moves.</summary>
public sealed class RateLimitTests : IAsyncDisposable
{
    private const string Call = """{"type":"track","event":"One","userId":"u","messageId":"m"}""";

    private readonly FakeTimeProvider _time = new(TimeProvider.System.GetUtcNow());
    private ConsoleUnderTest? _console;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _console?.DisposeAsync() ?? ValueTask.CompletedTask;

    [Theory(Timeout = 60_000)]
    [InlineData("/v1/track")]
    [InlineData("/segment/{id}")]
    public async Task Beyond_its_rate_a_source_is_asked_to_wait_whole_seconds_and_let_in_after_them(string route)
    {
        var client = Open(("PerSecond", "1"), ("Burst", "1"));
        var source = await _console!.AddSourceAsync();
        var path = route.Replace("{id}", source.PublicId, StringComparison.Ordinal);
        await client.PostCallAsync(path, Call, source.WriteKey).AcceptedAsync();

        using var refused = await client.PostCallAsync(path, Call, source.WriteKey);
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.Equal("1", Assert.Single(refused.Headers.GetValues("Retry-After")));
        Assert.Contains("\"code\":\"rate_limited\"", await refused.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);

        _time.Advance(TimeSpan.FromSeconds(1));
        await client.PostCallAsync(path, Call, source.WriteKey).AcceptedAsync();
        Assert.Equal(1, await CountAsync("rate_limited", source.ConnectionId));
    }

    [Fact(Timeout = 60_000)]
    public async Task One_source_over_its_rate_costs_another_nothing()
    {
        var client = Open(("PerSecond", "1"), ("Burst", "1"));
        var (one, other) = (await _console!.AddSourceAsync("One"), await _console.AddSourceAsync("Other"));
        await client.PostCallAsync("/v1/track", Call, one.WriteKey).AcceptedAsync();
        using var refused = await client.PostCallAsync("/v1/track", Call, one.WriteKey);
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);

        await client.PostCallAsync("/v1/track", Call, other.WriteKey).AcceptedAsync();
    }

    [Fact(Timeout = 60_000)]
    public async Task An_image_stays_an_image_when_its_source_is_over_its_rate_and_is_not_kept()
    {
        var client = Open(("PerSecond", "1"), ("Burst", "1"));
        var source = await _console!.AddSourceAsync();
        await client.PostCallAsync("/v1/track", Call, source.WriteKey).AcceptedAsync();
        var data = Convert.ToBase64String(Encoding.UTF8.GetBytes($$"""{"writeKey":"{{source.WriteKey}}","event":"One","userId":"u"}"""));

        using var answer = await client.GetAsync(new Uri($"/v1/pixel/track?data={Uri.EscapeDataString(data)}", UriKind.Relative), Ct);

        Assert.Equal((HttpStatusCode.OK, "image/gif"), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        Assert.Equal(1, await CountAsync("rate_limited", source.ConnectionId));
    }

    [Fact(Timeout = 60_000)]
    public async Task One_address_over_its_rate_is_refused_before_anyone_asks_whose_it_is()
    {
        var client = Open(("AddressPerSecond", "1"), ("AddressBurst", "1"));
        using var first = await client.PostCallAsync("/v1/track", Call, "nobody");
        using var second = await client.PostCallAsync("/v1/track", Call, "nobody");

        Assert.Equal((HttpStatusCode.Unauthorized, HttpStatusCode.TooManyRequests), (first.StatusCode, second.StatusCode));
        Assert.Equal("1", Assert.Single(second.Headers.GetValues("Retry-After")));
        Assert.Equal(1, await CountAsync("address_rate_limited", 0));
    }

    [Fact(Timeout = 60_000)]
    public async Task Nobody_is_counted_where_limits_are_off()
    {
        var client = Open(("Enabled", "false"), ("PerSecond", "1"), ("Burst", "1"), ("AddressPerSecond", "1"), ("AddressBurst", "1"));
        var source = await _console!.AddSourceAsync();

        for (var i = 0; i < 5; i++)
        {
            await client.PostCallAsync("/v1/track", Call, source.WriteKey).AcceptedAsync();
        }
    }

    [Fact]
    public void Limits_are_on_and_one_address_may_send_more_than_one_source()
    {
        var rate = new RateLimitOptions();

        Assert.True(rate.Enabled);
        Assert.True(rate.AddressPerSecond > rate.PerSecond && rate.AddressBurst > rate.Burst);
    }

    private HttpClient Open(params (string Option, string Value)[] settings)
    {
        _console = new ConsoleUnderTest(
            settings.ToDictionary(setting => "Receiver:RateLimit:" + setting.Option, string? (setting) => setting.Value),
            services => services.AddSingleton<TimeProvider>(_time).AddSingleton<IStartupFilter>(new ComesFrom(IPAddress.Parse("203.0.113.9"))));
        return _console.CreateClient();
    }

    private async Task<long> CountAsync(string cause, long connectionId)
    {
        await _console!.Services.GetRequiredService<Refusals>().FlushAsync();
        await using var context = _console.Read();
        return (await context.RequestCounts.SingleAsync(c => c.Cause == cause && c.ConnectionId == connectionId, Ct)).Count;
    }
}
