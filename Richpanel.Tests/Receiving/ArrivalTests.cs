using Microsoft.Extensions.DependencyInjection;
using Richpanel.Core.Access;
using Richpanel.Core.Receiving;
using Richpanel.Tests.Support;

namespace Richpanel.Tests.Receiving;

public sealed class ArrivalTests : IAsyncLifetime
{
    private const string Call = """{"type":"track","event":"One","userId":"u","messageId":"m"}""";

    private readonly ConsoleUnderTest _console = new();
    private HttpClient _client = null!;
    private TestSource _shop = null!;
    private TestSource _blog = null!;

    public async ValueTask InitializeAsync()
    {
        _client = _console.CreateClient();
        _shop = await _console.AddSourceAsync();
        _blog = await _console.AddSourceAsync("Blog", null, source => source.AllowedAddresses = "203.0.113.7");
    }

    public ValueTask DisposeAsync() => _console.DisposeAsync();

    [Fact(Timeout = 60_000)]
    public async Task What_is_let_in_and_what_is_refused_stand_in_one_list_the_newest_first()
    {
        await _client.PostCallAsync("/v1/batch", $$"""{"batch":[{{Call}},{{Call.Replace("\"m\"", "\"m2\"", StringComparison.Ordinal)}}]}""", _shop.WriteKey).AcceptedAsync();
        using (await _client.PostCallAsync("/v1/track", Call, "unknown-key"))
        using (await _client.PostCallAsync("/v1/track", Call, _blog.WriteKey))
        {
            await FlushAsync();
        }

        var all = await NewestAsync(null);
        Assert.Equal(["sender_not_allowed", "unknown_source"], all.OfType<Arrival.Refused>().Select(one => one.Row.Cause).Order());
        var batch = Assert.Single(all.OfType<Arrival.LetIn>());
        Assert.Equal(("/v1/batch", 2, _shop.SourceId), (batch.Route, batch.Calls, batch.SourceId));
        Assert.Equal(all.OrderByDescending(one => one.At).Select(one => one.Key), all.Select(one => one.Key));
    }

    [Fact(Timeout = 60_000)]
    public async Task Of_one_source_there_is_its_own_and_what_nobody_knows_whose_it_was()
    {
        await _client.PostCallAsync("/v1/track", Call, _shop.WriteKey).AcceptedAsync();
        using (await _client.PostCallAsync("/v1/track", Call, "unknown-key"))
        using (await _client.PostCallAsync("/v1/track", Call, _blog.WriteKey))
        {
            await FlushAsync();
        }

        Assert.Equal(["sender_not_allowed", "unknown_source"], (await NewestAsync(_blog.SourceId)).Cast<Arrival.Refused>().Select(one => one.Row.Cause).Order());
        Assert.Equal(2, (await NewestAsync(_shop.SourceId)).Count);
    }

    [Fact(Timeout = 60_000)]
    public async Task Whoever_is_limited_to_other_connections_sees_neither_its_requests_nor_refused_ones()
    {
        await _client.PostCallAsync("/v1/track", Call, _shop.WriteKey).AcceptedAsync();
        using (await _client.PostCallAsync("/v1/track", Call, "unknown-key"))
        {
            await FlushAsync();
        }

        var limited = new Actor(ActorKind.Token, 1, "limited", Role.Admin, ["Blog"]);

        Assert.Empty(await _console.Services.GetRequiredService<ArrivalQueries>().NewestAsync(limited, null, 10, TestContext.Current.CancellationToken));
    }

    [Fact(Timeout = 60_000)]
    public async Task Causes_are_counted_exactly_and_samples_narrowed_and_shown_as_the_role_may_see_them()
    {
        const string Broken = """{"userId":"jane@example.com","writeKey":"SECRET" """;
        for (var i = 0; i < 12; i++)
        {
            using var refused = await _client.PostCallAsync("/v1/track", Broken, _shop.WriteKey);
        }

        using (await _client.PostCallAsync("/v1/track", "", _shop.WriteKey))
        {
            await FlushAsync();
        }

        var queries = _console.Services.GetRequiredService<RejectedQueries>();
        Assert.Equal([new RejectedCount("invalid_json", 12), new RejectedCount("empty_body", 1)], await queries.CountsAsync(Ct));
        var clear = Core.Privacy.Sight.Of(Actor.System);
        var rows = await queries.RecentAsync(clear, "invalid_json", null, 50, Ct);
        Assert.InRange(rows.Count, Refusals.SamplesPerMinute, 12);   // counted: all; kept: some, more when the minute turns
        Assert.Single(await queries.RecentAsync(clear, "empty_body", null, 50, Ct));
        var sample = await queries.SampleAsync(clear, rows[0].Id, Ct);
        Assert.Contains("jane@example.com", sample, StringComparison.Ordinal);
        Assert.DoesNotContain("SECRET", sample, StringComparison.Ordinal);
        Assert.DoesNotContain("jane", await queries.SampleAsync(Core.Privacy.Sight.Masked, rows[0].Id, Ct), StringComparison.Ordinal);
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private async Task FlushAsync()
    {
        await _console.Services.GetRequiredService<Refusals>().FlushAsync();
        await _console.ExpandedAsync();
    }

    private Task<IReadOnlyList<Arrival>> NewestAsync(long? source) => _console.Services.GetRequiredService<ArrivalQueries>().NewestAsync(Actor.System, source, 10, Ct);
}
