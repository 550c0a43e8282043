using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Receiving;
using Richpanel.Tests.Support;

namespace Richpanel.Tests.Receiving;

public sealed class RefusalTests : IAsyncLifetime
{
    private const string Call = """{"type":"track","event":"One","userId":"u","messageId":"m"}""";

    private readonly ConsoleUnderTest _console = new();
    private HttpClient _client = null!;
    private TestSource _source = null!;

    public async ValueTask InitializeAsync()
    {
        _client = _console.CreateClient();
        _source = await _console.AddSourceAsync(webhookSecret: "shared");
    }

    public ValueTask DisposeAsync() => _console.DisposeAsync();

    [Theory]
    [InlineData("/v1/track", "", 400, "empty_body")]
    [InlineData("/v1/track", "{\"event\":", 400, "invalid_json")]
    [InlineData("/v1/track", "[1]", 400, "not_an_object")]
    [InlineData("/v1/batch", "{\"userId\":\"u\"}", 400, "empty_batch")]
    [InlineData("/v1/batch", "{\"batch\":[]}", 400, "empty_batch")]
    [InlineData("/v1/batch", "{\"batch\":7}", 400, "batch_missing")]
    [InlineData("/v1/nothing", Call, 404, "no_such_route")]
    [InlineData("/webhooks", Call, 404, "no_such_route")]
    [InlineData("/segment/unknown", Call, 401, "unknown_source")]
    [InlineData("/segment", Call, 401, "bad_settings")]
    public async Task A_refusal_names_its_cause_in_the_form_every_sdk_can_read(string path, string body, int status, string code)
    {
        using var answer = await _client.PostCallAsync(path, body, _source.WriteKey);

        await IsRefusedAsync(answer, status, code);
        Assert.Equal(0, await KeptAsync());
    }

    [Fact]
    public async Task Too_many_calls_a_call_too_large_and_a_body_too_large_are_refused()
    {
        var items = string.Join(',', Enumerable.Repeat("{}", 2501));
        using var many = await _client.PostCallAsync("/v1/batch", $"{{\"batch\":[{items}]}}", _source.WriteKey);
        await IsRefusedAsync(many, 400, "too_many_items");

        using var large = await _client.PostCallAsync("/v1/track", $$"""{"event":"{{new string('x', 33_000)}}","userId":"u"}""", _source.WriteKey);
        await IsRefusedAsync(large, 400, "too_large");

        using var huge = await _client.PostCallAsync("/v1/batch", new byte[(1024 * 1024) + 1], _source.WriteKey);
        await IsRefusedAsync(huge, 400, "body_too_large");
    }

    [Fact]
    public async Task A_gzip_bomb_ends_at_the_limit()
    {
        var bomb = Gzip(new byte[20 * 1024 * 1024]);
        Assert.True(bomb.Length < 25_000);

        using var answer = await _client.PostCallAsync("/v1/batch", bomb, _source.WriteKey, r => r.Content!.Headers.ContentEncoding.Add("gzip"));

        await IsRefusedAsync(answer, 400, "body_too_large");
    }

    [Fact]
    public async Task Five_thousand_levels_are_refused_and_two_hundred_are_kept()
    {
        using var deep = await _client.PostCallAsync("/v1/track", Nested(5000), _source.WriteKey);
        await IsRefusedAsync(deep, 400, "nested_too_deep");

        await _client.PostCallAsync("/v1/track", Nested(200), _source.WriteKey).AcceptedAsync();
    }

    [Fact]
    public async Task Broken_gzip_and_unknown_compression_are_refused()
    {
        using var broken = await _client.PostCallAsync("/v1/track", Call, _source.WriteKey, r => r.Content!.Headers.ContentEncoding.Add("gzip"));
        await IsRefusedAsync(broken, 400, "broken_compression");

        using var unknown = await _client.PostCallAsync("/v1/track", Call, _source.WriteKey, r => r.Content!.Headers.ContentEncoding.Add("zstd"));
        await IsRefusedAsync(unknown, 400, "unsupported_encoding");
    }

    [Fact]
    public async Task Another_method_is_answered_in_the_same_form()
    {
        using var answer = await _client.GetAsync("/v1/track", TestContext.Current.CancellationToken);

        await IsRefusedAsync(answer, 405, "wrong_method");
    }

    [Fact]
    public async Task Refusals_are_counted_and_their_samples_hold_no_key()
    {
        using var answer = await _client.PostCallAsync("/v1/track", """{"writeKey" : "the-secret-key","event":"x","userId":"u"}""");
        await IsRefusedAsync(answer, 401, "unknown_source");

        await _console.Services.GetRequiredService<Refusals>().FlushAsync();
        await using var context = _console.Read();
        var sample = await context.RejectedRequests.SingleAsync(TestContext.Current.CancellationToken);
        Assert.Equal(("unknown_source", 401, "/v1/track"), (sample.Cause, sample.StatusCode, sample.Route));
        Assert.DoesNotContain("the-secret-key", Encoding.UTF8.GetString(sample.Sample!), StringComparison.Ordinal);
        Assert.Equal(1, (await context.RequestCounts.SingleAsync(c => c.Cause == "unknown_source", TestContext.Current.CancellationToken)).Count);
    }

    [Fact]
    public async Task A_flood_of_refusals_leaves_ten_samples_a_minute_and_an_exact_count()
    {
        for (var i = 0; i < 25; i++)
        {
            using var answer = await _client.PostCallAsync("/v1/track", Call, "nobody");
        }

        await _console.Services.GetRequiredService<Refusals>().FlushAsync();
        await using var context = _console.Read();
        Assert.InRange(await context.RejectedRequests.CountAsync(TestContext.Current.CancellationToken), 10, 20);
        Assert.Equal(25, (await context.RequestCounts.SingleAsync(c => c.Cause == "unknown_source", TestContext.Current.CancellationToken)).Count);
    }

    [Fact]
    public async Task One_call_of_a_batch_that_is_nested_too_deep_costs_its_neighbours_nothing()
    {
        await _client.PostCallAsync("/v1/batch", $$"""{"batch":[{{Call}},{{Nested(5000)}},{"type":"track","event":"Last","userId":"u","messageId":"z"}]}""", _source.WriteKey).AcceptedAsync();

        await _console.ExpandedAsync();
        await using var context = _console.Read();
        var rows = await context.Deliveries.OrderBy(d => d.Id).ToListAsync(TestContext.Current.CancellationToken);
        Assert.Equal([null, "nested_too_deep", null], rows.Select(r => r.State == DeliveryState.Failed ? r.Cause : null));
        await _console.LedgerAddsUpAsync();
    }

    [Fact]
    public async Task One_bad_call_of_a_batch_costs_its_neighbours_nothing()
    {
        var large = new string('x', 40_000);
        await _client.PostCallAsync(
            "/v1/batch",
            $$"""{"batch":[{{Call}},17,{"type":"track","event":"No id"},{"type":"track","event":"Large","userId":"u","messageId":"l","x":"{{large}}"},{"type":"track","event":"Last","userId":"u","messageId":"z"}]}""",
            _source.WriteKey).AcceptedAsync();

        await _console.ExpandedAsync();
        await using var context = _console.Read();
        var rows = await context.Deliveries.OrderBy(d => d.Id).ToListAsync(TestContext.Current.CancellationToken);
        Assert.Equal([null, "bad_request", "no_user_anon_id", "too_large", null], rows.Select(r => r.State == DeliveryState.Failed ? r.Cause : null));
        Assert.All(rows.Where(r => r.State == DeliveryState.Failed), r => Assert.Equal(FailureStage.Reading, r.Stage));
        Assert.Equal(32 * 1024, rows[3].BodyLength);
        await _console.LedgerAddsUpAsync();
    }

    [Fact]
    public async Task A_webhook_is_kept_only_when_its_signature_fits_the_raw_bytes()
    {
        var path = $"/webhooks/{_source.PublicId}";

        // Computed outside the product: openssl dgst -sha1 -hmac shared
        const string signature = "e6828d130507ac4eda5b9b86f60e1e9e210dc44c";
        using var wrong = await _client.PostCallAsync(path, Call, also: r => r.Headers.Add("X-Signature", new string('0', 40)));
        await IsRefusedAsync(wrong, 401, "bad_signature");

        await _client.PostCallAsync(path, Call, also: r => r.Headers.Add("X-Signature", signature)).AcceptedAsync();

        // Of a list only the first call is signed.
        await _client.PostCallAsync(path, $"[{Call},{{}}]", also: r => r.Headers.Add("X-Signature", signature)).AcceptedAsync();
    }

    private static async Task IsRefusedAsync(HttpResponseMessage answer, int status, string code)
    {
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        using var json = JsonDocument.Parse(text);
        Assert.Equal((status, code), ((int)answer.StatusCode, json.RootElement.GetProperty("code").GetString()));
        Assert.False(json.RootElement.GetProperty("success").GetBoolean());
        Assert.NotEmpty(json.RootElement.GetProperty("message").GetString()!);
        Assert.Equal(json.RootElement.GetProperty("message").GetString(), json.RootElement.GetProperty("error").GetString());
        Assert.Equal("application/json", answer.Content.Headers.ContentType!.MediaType);
    }

    private async Task<int> KeptAsync()
    {
        await using var context = _console.Read();
        return await context.Requests.CountAsync(TestContext.Current.CancellationToken);
    }

    private static string Nested(int levels) =>
        $$"""{"event":"Deep","userId":"u","properties":{{string.Concat(Enumerable.Repeat("{\"a\":", levels))}}1{{new string('}', levels)}}}""";

    private static byte[] Gzip(byte[] plain)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.SmallestSize))
        {
            gzip.Write(plain);
        }

        return packed.ToArray();
    }
}
