using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Richpanel.Core.Access;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Deliveries.Flow;

namespace Richpanel.Tests.Api;

/// <summary>What the page of a connection can do, by API.</summary>
public sealed class ConnectionActionsApiTests(ApiUnderTest api) : IClassFixture<ApiUnderTest>
{
    [Fact]
    public async Task A_schedule_of_its_own_is_taken_in_one_spelling_judged_and_given_back()
    {
        await MakeAsync("Own waits");

        var set = await api.JsonAsync(HttpMethod.Put, "connections/Own%20waits", """{"retryWaits":"90s,2h","retryJitterPercent":5}""");
        Assert.Equal(("1 min 30 s, 2 h", 5), (set.GetProperty("retryWaits").GetString(), set.GetProperty("retryJitterPercent").GetInt32()));
        var bad = await api.JsonAsync(HttpMethod.Put, "connections/Own%20waits", """{"retryWaits":"soon","retryJitterPercent":50}""", HttpStatusCode.BadRequest);
        Assert.Equal(["retryJitterPercent", "retryWaits"], bad.GetProperty("errors").EnumerateObject().Select(error => error.Name).Order(StringComparer.Ordinal));
        var reset = await api.JsonAsync(HttpMethod.Put, "connections/Own%20waits", """{"retryWaits":""}""");
        Assert.Equal(JsonValueKind.Null, reset.GetProperty("retryWaits").ValueKind);
    }

    [Fact]
    public async Task A_hold_is_released_and_a_pause_ended_with_the_rate_and_the_canary_that_were_asked_for()
    {
        await MakeAsync("Goes on");
        var id = api.Console.Directory.Connections.Single(one => one.Name == "Goes on").Id;
        var holds = api.Console.Services.GetRequiredService<ConnectionHolds>();
        await holds.HoldAsync(id, "unauthorized", null);
        await api.JsonAsync(HttpMethod.Post, "connections/Goes%20on/release", """{"reason":"the key is right again","rate":7,"canary":true}""", role: Role.Operator);
        var released = api.Console.Directory.Find(id)!;
        Assert.Equal((null, 7, Recovery.CanarySize, true), (released.HoldCause, released.RecoveryRate, released.RecoveryProbes, released.RecoveryBefore is not null));

        await api.JsonAsync(HttpMethod.Post, "connections/Goes%20on/pause", """{"reason":"while the shop is mended"}""", role: Role.Operator);
        await api.JsonAsync(HttpMethod.Post, "connections/Goes%20on/resume", """{"rate":9}""", role: Role.Operator);
        var resumed = api.Console.Directory.Find(id)!;
        Assert.Equal((null, 9), (resumed.PausedAt, resumed.RecoveryRate));
    }

    [Fact]
    public async Task A_trial_is_sent_and_answered_and_never_goes_to_production()
    {
        var sent = await api.JsonAsync(HttpMethod.Post, "connections/Sandbox/trials", """{"transport":"batch","signatureHash":"sha256"}""", role: Role.Support);
        Assert.Equal(("batch", "sha256", true), (sent.GetProperty("transport").GetString(), sent.GetProperty("signatureHash").GetString(), sent.GetProperty("signed").GetBoolean()));

        var id = sent.GetProperty("id").GetString();
        await api.JsonAsync(HttpMethod.Post, $"connections/Sandbox/trials/{id}/answer", """{"seen":"notSeen"}""", role: Role.Support);

        var list = await api.JsonAsync(HttpMethod.Get, "connections/Sandbox/trials", role: Role.Viewer);
        var kept = list.EnumerateArray().Single(one => one.GetProperty("id").GetString() == id);
        Assert.Equal(("notSeen", "Support"), (kept.GetProperty("answer").GetString(), kept.GetProperty("answeredBy").GetString()));
        await api.JsonAsync(HttpMethod.Post, $"connections/Shop/trials/{id}/answer", """{"seen":"seen"}""", HttpStatusCode.NotFound);   // of another connection
        await api.JsonAsync(HttpMethod.Post, $"connections/Sandbox/trials/{id}/answer", "{}", HttpStatusCode.BadRequest);
        var refused = await api.JsonAsync(HttpMethod.Post, "connections/Shop/trials", "{}", HttpStatusCode.BadRequest);
        Assert.Contains("no test visitor is sent to production", refused.GetRawText(), StringComparison.Ordinal);
        await api.JsonAsync(HttpMethod.Post, "connections/Sandbox/trials", """{"transport":"batch","unsigned":true}""", HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task A_write_key_is_rotated_with_an_overlap_that_can_be_ended()
    {
        await MakeAsync("Keys");
        var made = await api.JsonAsync(HttpMethod.Post, "sources", """{"connection":"Keys","name":"Web"}""", HttpStatusCode.Created);
        var source = $"sources/{made.GetProperty("sourceId").GetString()}";

        var turned = await api.JsonAsync(HttpMethod.Post, $"{source}/write-key/rotate", """{"keepOldForHours":48}""");

        var (first, second) = (made.GetProperty("writeKey").GetString()!, turned.GetProperty("writeKey").GetString()!);
        Assert.NotEqual(first, second);
        Assert.NotEqual(JsonValueKind.Null, turned.GetProperty("oldWriteKeyUntil").ValueKind);
        Assert.NotNull(api.Console.Directory.FindSourceByWriteKey(first));
        var ended = await api.JsonAsync(HttpMethod.Post, $"{source}/write-key/end-old");
        Assert.Equal(JsonValueKind.Null, ended.GetProperty("oldWriteKeyUntil").ValueKind);
        Assert.False(ended.TryGetProperty("writeKey", out _));   // shown once
        Assert.Null(api.Console.Directory.FindSourceByWriteKey(first));
        await api.JsonAsync(HttpMethod.Post, $"{source}/write-key/end-old", status: HttpStatusCode.Conflict);
        await api.JsonAsync(HttpMethod.Post, $"{source}/write-key/rotate", """{"keepOldForHours":3000}""", HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Deleting_asks_for_the_name_and_is_final()
    {
        await MakeAsync("Going");
        var made = await api.JsonAsync(HttpMethod.Post, "sources", """{"connection":"Going","name":"Web"}""", HttpStatusCode.Created);
        var source = $"sources/{made.GetProperty("sourceId").GetString()}";
        await api.JsonAsync(HttpMethod.Delete, source, status: HttpStatusCode.BadRequest);
        await api.JsonAsync(HttpMethod.Delete, $"{source}?confirm=Web", status: HttpStatusCode.NoContent);
        await api.JsonAsync(HttpMethod.Delete, $"{source}?confirm=Web", status: HttpStatusCode.NotFound);

        await api.JsonAsync(HttpMethod.Delete, "connections/Going?confirm=going", status: HttpStatusCode.BadRequest);
        await api.JsonAsync(HttpMethod.Delete, "connections/Going?confirm=Going", status: HttpStatusCode.NoContent);
        await api.JsonAsync(HttpMethod.Get, "connections/Going", status: HttpStatusCode.NotFound);
        await api.JsonAsync(HttpMethod.Delete, "connections/Sandbox?confirm=Sandbox", status: HttpStatusCode.BadRequest);
        var ledger = await api.JsonAsync(HttpMethod.Get, "ledger");
        Assert.Contains(ledger.GetProperty("connections").EnumerateArray(), line => line.GetProperty("name").GetString() == "Going (deleted)");
    }

    [Fact]
    public async Task The_new_calls_are_described()
    {
        using var ask = new HttpRequestMessage(HttpMethod.Get, "/openapi/v1.json");
        ask.Headers.Authorization = new("Bearer", ApiUnderTest.TokenOf(Role.Viewer));
        using var answer = await api.Http.SendAsync(ask, TestContext.Current.CancellationToken);
        var paths = JsonElement.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).GetProperty("paths");

        foreach (var (path, method) in new[]
        {
            ("/api/v1/connections/{connection}", "delete"), ("/api/v1/connections/{connection}/trials", "get"), ("/api/v1/connections/{connection}/trials/{trial}/answer", "post"),
            ("/api/v1/sources/{source}/write-key/rotate", "post"), ("/api/v1/sources/{source}/write-key/end-old", "post"), ("/api/v1/sources/{source}", "delete"),
        })
        {
            Assert.NotEqual("", paths.GetProperty(path).GetProperty(method).GetProperty("summary").GetString());
            Assert.NotEqual("", paths.GetProperty(path).GetProperty(method).GetProperty("description").GetString());
        }
    }

    private Task MakeAsync(string name) =>
        api.JsonAsync(HttpMethod.Post, "connections", $$"""{"name":"{{name}}","apiKey":"some-key-1","baseUrl":"https://richpanel.invalid/v2"}""", HttpStatusCode.Created);
}
