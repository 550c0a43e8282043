using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Hosting;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Richpanel.Core.Access;
using Richpanel.Core.Connections;
using Richpanel.Core.Receiving;
using Richpanel.Tests.Support;

namespace Richpanel.Tests.Receiving;

/// <summary>What a source lets in: its addresses, its origins, its signature.</summary>
public sealed class SourceDoorTests : IAsyncLifetime
{
    private const string Call = """{"type":"track","event":"One","userId":"u","messageId":"m"}""";
    private const string Secret = "shared-secret-of-the-source";
    private const string Here = "203.0.113.9";

    private readonly ConsoleUnderTest _console = new(services: services => services.AddSingleton<IStartupFilter>(new ComesFrom(IPAddress.Parse(Here))));
    private HttpClient _client = null!;

    public ValueTask InitializeAsync()
    {
        _client = _console.CreateClient();
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => _console.DisposeAsync();

    [Theory]
    [InlineData("203.0.113.0/24", 200)]
    [InlineData("10.0.0.1 203.0.113.9", 200)]
    [InlineData("10.0.0.0/8", 403)]
    [InlineData("not-an-address", 403)]
    public async Task Only_a_listed_address_may_post(string list, int status)
    {
        var source = await _console.AddSourceAsync(source: s => s.AllowedAddresses = list);

        Assert.Equal(status, await StatusAsync("/v1/track", source.WriteKey));
        Assert.Equal(status, await StatusAsync($"/segment/{source.PublicId}"));
        Assert.Equal(status, await StatusAsync($"/webhooks/{source.PublicId}"));
        Assert.Equal(status == 200 ? 0 : 3, await CountAsync("sender_not_allowed", source.ConnectionId));
    }

    [Theory]
    [InlineData("https://shop.example", 200)]
    [InlineData("https://SHOP.example", 200)]
    [InlineData("https://shop.example.evil.example", 403)]
    [InlineData("null", 403)]
    public async Task Only_a_page_of_a_listed_origin_may_post(string origin, int status)
    {
        var source = await _console.AddSourceAsync(source: s => s.AllowedOrigins = "https://shop.example https://www.shop.example");

        Assert.Equal(status, await StatusAsync("/v1/track", source.WriteKey, also: request => request.Headers.Add("Origin", origin)));
    }

    [Theory]
    [InlineData("/v1/track")]
    [InlineData("/v1/batch")]
    [InlineData("/v1/import")]
    [InlineData("/segment/{id}")]
    [InlineData("/webhooks/{id}")]
    public async Task A_source_that_requires_signatures_takes_nothing_unsigned_on_any_route(string route)
    {
        var source = await SignedSourceAsync();
        var path = route.Replace("{id}", source.PublicId, StringComparison.Ordinal);
        var body = route.EndsWith("batch", StringComparison.Ordinal) || route.EndsWith("import", StringComparison.Ordinal) ? $"{{\"batch\":[{Call}]}}" : Call;

        Assert.Equal("signature_required", await CodeAsync(path, source.WriteKey, body, signature: null));
        Assert.Equal("bad_signature", await CodeAsync(path, source.WriteKey, body, new string('0', 40)));
        Assert.Equal("bad_signature", await CodeAsync(path, source.WriteKey, body, SignatureOf(body + " ")));
        Assert.Equal("", await CodeAsync(path, source.WriteKey, body, SignatureOf(body)));
        Assert.Equal(1, await CountAsync("signature_required", source.ConnectionId));
        Assert.Equal(2, await CountAsync("bad_signature", source.ConnectionId));
    }

    [Fact]
    public async Task Where_signatures_are_required_a_list_of_which_only_the_first_call_is_signed_is_refused()
    {
        var source = await SignedSourceAsync();
        var path = $"/webhooks/{source.PublicId}";
        var list = $"[{Call},{Call.Replace("\"m\"", "\"m2\"", StringComparison.Ordinal)}]";

        Assert.Equal("only_first_signed", await CodeAsync(path, source.WriteKey, list, SignatureOf(Call)));
        Assert.Equal("bad_signature", await CodeAsync(path, source.WriteKey, list, SignatureOf(Call + " ")));
        Assert.Equal("", await CodeAsync(path, source.WriteKey, list, SignatureOf(list)));
        Assert.Equal("", await CodeAsync(path, source.WriteKey, $"[{Call}]", SignatureOf(Call)));
        Assert.Equal(1, await CountAsync("only_first_signed", source.ConnectionId));
    }

    [Fact]
    public async Task Where_signatures_are_only_checked_a_list_is_taken_as_Segment_signs_it()
    {
        var source = await _console.AddSourceAsync(webhookSecret: Secret);

        Assert.Equal("", await CodeAsync($"/webhooks/{source.PublicId}", source.WriteKey, $"[{Call},{Call}]", SignatureOf(Call)));
    }

    [Fact]
    public async Task A_pixel_cannot_sign_and_is_not_kept()
    {
        var source = await SignedSourceAsync();
        var data = Convert.ToBase64String(Encoding.UTF8.GetBytes($$"""{"writeKey":"{{source.WriteKey}}","event":"One","userId":"u"}"""));

        using var answer = await _client.GetAsync($"/v1/pixel/track?data={Uri.EscapeDataString(data)}", TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);   // an image in a mail is an image whatever happens
        Assert.Equal(1, await CountAsync("signature_required", source.ConnectionId));
    }

    [Fact]
    public async Task A_source_that_requires_signatures_and_lost_its_secret_takes_nothing()
    {
        var source = await _console.AddSourceAsync(source: s => s.RequiresSignature = true);

        Assert.Equal("signature_required", await CodeAsync("/v1/track", source.WriteKey, Call, SignatureOf(Call)));
    }

    [Fact]
    public async Task A_changed_list_holds_for_the_next_request()
    {
        var source = await _console.AddSourceAsync();
        Assert.Equal(200, await StatusAsync("/v1/track", source.WriteKey));

        await _console.Services.GetRequiredService<SourceStore>().UpdateSourceAsync(Actor.System, source.SourceId, new SourceDraft { AllowedAddresses = "10.0.0.1" });

        Assert.Equal(403, await StatusAsync("/v1/track", source.WriteKey));
    }

    [Fact]
    public async Task A_refused_sender_stands_on_the_list_with_its_address_and_no_key()
    {
        var source = await _console.AddSourceAsync(source: s => s.AllowedAddresses = "10.0.0.1");
        await StatusAsync("/v1/track", source.WriteKey);

        await _console.Services.GetRequiredService<Refusals>().FlushAsync();
        await using var context = _console.Read();
        var row = await context.RejectedRequests.SingleAsync(TestContext.Current.CancellationToken);

        Assert.Equal(("sender_not_allowed", 403, Here, (long?)source.SourceId), (row.Cause, row.StatusCode, row.Address, row.SourceId));
        Assert.DoesNotContain(source.WriteKey, Encoding.UTF8.GetString(row.Sample ?? []), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("203.0.113.9 somewhere", null, false, "AllowedAddresses")]
    [InlineData(null, "https://shop.example/", false, "AllowedOrigins")]
    [InlineData(null, "shop.example", false, "AllowedOrigins")]
    [InlineData(null, "*", false, "AllowedOrigins")]
    [InlineData(null, null, true, "RequiresSignature")]
    public async Task A_list_that_cannot_be_read_is_refused_at_its_field(string? addresses, string? origins, bool signed, string field)
    {
        var source = await _console.AddSourceAsync();

        var outcome = await _console.Services.GetRequiredService<SourceStore>().UpdateSourceAsync(
            Actor.System, source.SourceId, new SourceDraft { AllowedAddresses = addresses, AllowedOrigins = origins, RequiresSignature = signed });

        Assert.Equal(field, Assert.Single(Assert.IsType<SaveOutcome<Source>.Invalid>(outcome).Faults).Field);
    }

    [Theory]
    [InlineData("203.0.113.0/24", "https://shop.example", 200)]
    [InlineData("203.0.113.0/24", "https://evil.example", 403)]
    [InlineData("10.0.0.0/8", "https://shop.example", 403)]
    public async Task The_settings_of_a_browser_are_for_those_who_may_post(string addresses, string origin, int status)
    {
        var source = await _console.AddSourceAsync(source: s => (s.AllowedAddresses, s.AllowedOrigins) = (addresses, "https://shop.example"));
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/v1/projects/{source.WriteKey}/settings");
        request.Headers.Add("Origin", origin);

        using var answer = await _client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal(status == 200, (await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).Contains(source.WriteKey, StringComparison.Ordinal));
    }

    private Task<TestSource> SignedSourceAsync() => _console.AddSourceAsync(source: s => s.RequiresSignature = true, webhookSecret: Secret);

    private async Task<int> StatusAsync(string path, string? key = null, Action<HttpRequestMessage>? also = null)
    {
        using var answer = await _client.PostCallAsync(path, Call, key, also);
        return (int)answer.StatusCode;
    }

    /// <summary>Code of the refusal; empty when it was kept.</summary>
    private async Task<string> CodeAsync(string path, string key, string body, string? signature)
    {
        using var answer = await _client.PostCallAsync(path, body, key, request =>
        {
            if (signature is not null)
            {
                request.Headers.Add("X-Signature", signature);
            }
        });
        var json = JsonElement.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal(answer.IsSuccessStatusCode ? 200 : 401, (int)answer.StatusCode);
        return answer.IsSuccessStatusCode ? "" : json.GetProperty("code").GetString()!;
    }

    private async Task<long> CountAsync(string cause, long connectionId)
    {
        await _console.Services.GetRequiredService<Refusals>().FlushAsync();
        await _console.Writer.WriteAsync(_ => { });   // behind what the timer may be writing
        await using var context = _console.Read();
        return (await context.RequestCounts.SingleOrDefaultAsync(c => c.Cause == cause && c.ConnectionId == connectionId, TestContext.Current.CancellationToken))?.Count ?? 0;
    }

#pragma warning disable CA5350 // What Segment signs with.
    private static string SignatureOf(string body) => Convert.ToHexStringLower(HMACSHA1.HashData(Encoding.UTF8.GetBytes(Secret), Encoding.UTF8.GetBytes(body)));
#pragma warning restore CA5350
}
