using System.IO.Compression;
using System.Net;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Richpanel.Core.Deliveries;
using Richpanel.Tests.Support;

namespace Richpanel.Tests.Receiving;

/// <summary>The routes beside the plain tracking calls: partner, pixel, what browsers ask for, and what a source may forbid.</summary>
public sealed class ReceiverRoutesTests : IAsyncLifetime
{
    private const string Track = """{"type":"track","event":"Order Completed","userId":"u-1","messageId":"m-1"}""";

    private readonly ConsoleUnderTest _console = new();
    private HttpClient _client = null!;
    private TestSource _source = null!;

    public async ValueTask InitializeAsync()
    {
        _client = _console.CreateClient();
        _source = await _console.AddSourceAsync();
    }

    public ValueTask DisposeAsync() => _console.DisposeAsync();

    [Fact]
    public async Task Segments_cloud_posts_to_the_address_of_a_source()
    {
        await _client.PostCallAsync($"/segment/{_source.PublicId}", Track).AcceptedAsync();

        Assert.Equal("m-1", (await OnlyRowAsync()).MessageId);
    }

    [Theory]
    [InlineData("""{"type":"track","userId":"u"}""", 400, DeliveryState.Failed, "event_not_defined")]
    [InlineData("""{"type":"group","userId":"u","groupId":"g"}""", 501, DeliveryState.Skipped, "unsupported_event_type")]
    [InlineData("""{"type":"delete","userId":"u","context":[],"integrations":null}""", 200, DeliveryState.Skipped, "privacy_delete")]
    public async Task What_the_cloud_is_told_of_a_call_is_kept_as_a_row_too(string call, int status, DeliveryState state, string cause)
    {
        using var answer = await _client.PostCallAsync($"/segment/{_source.PublicId}", call);

        Assert.Equal(status, (int)answer.StatusCode);
        var row = await OnlyRowAsync();
        Assert.Equal((state, cause), (row.State, row.Cause));
        await _console.LedgerAddsUpAsync();
        await using var context = _console.Read();
        Assert.Equal(0, await context.RequestCounts.Where(c => c.Cause != "").SumAsync(c => c.Count, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task The_static_partner_address_asks_for_the_api_key_and_the_secret()
    {
        await PartnerAsync("secret-of-the-shop").AcceptedAsync();
        using var wrong = await PartnerAsync("another-secret");
        using var none = await _client.PostCallAsync("/segment", Track, _source.ApiKey);

        Assert.Equal(HttpStatusCode.Unauthorized, wrong.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, none.StatusCode);
        await OnlyRowAsync();
    }

    [Theory]
    [InlineData("?writeKey=KEY&event=Mail%20Opened&userId=u-7&properties.subject=Hello", "Mail Opened")]
    [InlineData("?data=BASE64", "From Data")]
    public async Task A_pixel_is_a_call_and_answers_with_an_image(string query, string name)
    {
        var data = Convert.ToBase64String(Encoding.UTF8.GetBytes($$"""{"writeKey":"{{_source.WriteKey}}","userId":"u","event":"From Data"}"""));
        var address = "/v1/pixel/track" + query.Replace("KEY", _source.WriteKey, StringComparison.Ordinal).Replace("BASE64", Uri.EscapeDataString(data), StringComparison.Ordinal);

        using var answer = await _client.GetAsync(new Uri(address, UriKind.Relative), TestContext.Current.CancellationToken);

        Assert.Equal("image/gif", answer.Content.Headers.ContentType?.MediaType);
        Assert.Equal(name, (await OnlyRowAsync()).EventName);
    }

    [Fact]
    public async Task A_pixel_that_is_no_call_still_answers_with_an_image()
    {
        using var answer = await _client.GetAsync(new Uri("/v1/pixel/track?data=%25", UriKind.Relative), TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("image/gif", answer.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task A_browser_gets_settings_that_point_back_at_us()
    {
        var settings = await _client.GetStringAsync(new Uri($"/v1/projects/{_source.WriteKey}/settings", UriKind.Relative), TestContext.Current.CancellationToken);

        var segment = System.Text.Json.JsonElement.Parse(settings).GetProperty("integrations").GetProperty("Segment.io");
        Assert.Equal(_source.WriteKey, segment.GetProperty("apiKey").GetString());
        Assert.EndsWith("/v1", segment.GetProperty("apiHost").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Metrics_of_the_sdk_are_answered_and_forgotten() =>
        await _client.PostCallAsync("/v1/m", """{"series":[]}""").AcceptedAsync();

    [Fact]
    public async Task A_preflight_is_answered_with_every_header_by_name()
    {
        using var request = new HttpRequestMessage(HttpMethod.Options, "/v1/t");
        request.Headers.Add("Origin", "https://shop.example.com");
        request.Headers.Add("Access-Control-Request-Method", "POST");
        request.Headers.Add("Access-Control-Request-Headers", "authorization,x-retry-count,x-own");

        using var answer = await _client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.True(answer.IsSuccessStatusCode);
        Assert.Equal("https://shop.example.com", answer.Headers.GetValues("Access-Control-Allow-Origin").Single());
        Assert.Equal("true", answer.Headers.GetValues("Access-Control-Allow-Credentials").Single());
        var allowed = answer.Headers.GetValues("Access-Control-Allow-Headers").Single().Split(',', StringSplitOptions.TrimEntries);
        Assert.Superset(new HashSet<string> { "authorization", "x-retry-count", "x-own" }, allowed.ToHashSet());
    }

    [Fact]
    public async Task An_error_can_be_read_by_a_browser_too()
    {
        using var answer = await _client.PostCallAsync("/v1/t", Track, "nobody", request => request.Headers.Add("Origin", "https://shop.example.com"));

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Equal("https://shop.example.com", answer.Headers.GetValues("Access-Control-Allow-Origin").Single());
        Assert.Equal("Retry-After", answer.Headers.GetValues("Access-Control-Expose-Headers").Single());
    }

    [Fact]
    public async Task A_source_that_names_its_origins_takes_no_other()
    {
        var source = await _console.AddSourceAsync("Strict", source: s => s.AllowedOrigins = "https://shop.example.com");

        using var other = await _client.PostCallAsync("/v1/t", Track, source.WriteKey, request => request.Headers.Add("Origin", "https://evil.example.com"));

        Assert.Equal(HttpStatusCode.Forbidden, other.StatusCode);
        await _client.PostCallAsync("/v1/t", Track, source.WriteKey, request => request.Headers.Add("Origin", "https://shop.example.com")).AcceptedAsync();
    }

    [Fact]
    public async Task Calls_of_a_disabled_source_are_kept_and_skipped()
    {
        var source = await _console.AddSourceAsync("Off", source: s => s.Disabled = true);

        await _client.PostCallAsync("/v1/track", Track, source.WriteKey).AcceptedAsync();

        var row = await OnlyRowAsync();
        Assert.Equal((DeliveryState.Skipped, "source_disabled"), (row.State, row.Cause));
    }

    [Fact]
    public async Task A_privacy_deletion_waits_for_a_person_even_when_its_source_is_disabled()
    {
        var source = await _console.AddSourceAsync("Off", source: s => s.Disabled = true);

        await _client.PostCallAsync($"/segment/{source.PublicId}", """{"type":"delete","userId":"u","messageId":"m-1"}""").AcceptedAsync();

        Assert.Equal("privacy_delete", (await OnlyRowAsync()).Cause);
    }

    [Fact]
    public async Task Gzip_and_chunks_and_any_content_type_are_understood()
    {
        using var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            await gzip.WriteAsync(Encoding.UTF8.GetBytes($$"""{"batch":[{{Track}}]}"""), TestContext.Current.CancellationToken);
        }

        await _client.PostCallAsync("/v1/batch", packed.ToArray(), _source.WriteKey, request =>
        {
            request.Content!.Headers.Add("Content-Encoding", "gzip");
            request.Content.Headers.Add("Content-Type", "application/x-www-form-urlencoded");
            request.Headers.TransferEncodingChunked = true;
        }).AcceptedAsync();

        Assert.Equal("m-1", (await OnlyRowAsync()).MessageId);
    }

    private Task<HttpResponseMessage> PartnerAsync(string secret)
    {
        var settings = Convert.ToBase64String(Encoding.UTF8.GetBytes($$"""{"apiSecret":"{{secret}}"}"""));
        return _client.PostCallAsync("/segment", Track, _source.ApiKey, request => request.Headers.Add("X-Segment-Settings", settings));
    }

    private async Task<Delivery> OnlyRowAsync()
    {
        await _console.ExpandedAsync();
        await using var context = _console.Read();
        return await context.Deliveries.SingleAsync(TestContext.Current.CancellationToken);
    }
}
