using Microsoft.EntityFrameworkCore;
using Richpanel.Core;
using Richpanel.Core.Access;
using Richpanel.Core.ChangeLog;
using Richpanel.Core.Connections;
using Richpanel.Core.Deliveries;
using Richpanel.Tests.Api;

namespace Richpanel.Tests.ChangeLog;

/// <summary>Each change that can be made is a line: by whom, of what, from what to what, and never a secret.</summary>
public sealed class EveryChangeTests(ApiUnderTest api) : IClassFixture<ApiUnderTest>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_connection_is_made_and_changed_with_its_secret_only_as_changed()
    {
        await api.JsonAsync(HttpMethod.Post, "connections", $$"""{"name":"Lines","apiKey":"lines-key-1","apiSecret":"{{ApiUnderTest.Secret}}-a"}""", System.Net.HttpStatusCode.Created);
        await api.JsonAsync(HttpMethod.Put, "connections/Lines", $$"""{"timeoutSeconds":30,"disabled":true,"apiSecret":"{{ApiUnderTest.Secret}}-b"}""");

        var made = await LastAsync("connection.created", "Lines");
        Assert.Contains("name: nothing → Lines", Fields(made));
        Assert.Contains("apiSecret changed", Fields(made));
        var changed = await LastAsync("connection.changed", "Lines");
        Assert.Equal(["disabled: false → true", "timeoutSeconds: nothing → 30"], Fields(changed).Order(StringComparer.Ordinal));
        Assert.Equal("Lines", (await LastAsync("secret.replaced", "Lines")).ObjectName);
        Assert.Equal((ActorKind.Token, "Admin"), (changed.ActorKind, changed.ActorName));
        Assert.StartsWith("con_", changed.ObjectId, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_source_is_made_and_changed_and_neither_key_nor_secret_stands_in_its_lines()
    {
        var made = await api.JsonAsync(
            HttpMethod.Post, "sources", $$"""{"connection":"Shop","name":"Web 1","writeKey":"planted-write-key-77","webhookSecret":"{{ApiUnderTest.Secret}}-w"}""", System.Net.HttpStatusCode.Created);
        await api.JsonAsync(HttpMethod.Put, "sources/" + made.GetProperty("sourceId").GetString(), """{"name":"Web 2","allowedOrigins":"https://shop.example"}""");

        Assert.Contains("connection: nothing → Shop", Fields(await LastAsync("source.created", "Web 1")));
        Assert.Contains("webhookSecret changed", Fields(await LastAsync("source.created", "Web 1")));
        Assert.Equal(PublicId.Source(made.GetProperty("id").GetInt64()), (await LastAsync("source.created", "Web 1")).ObjectId);
        Assert.Equal(["name: Web 1 → Web 2", "allowedOrigins: nothing → https://shop.example"], Fields(await LastAsync("source.changed", "Web 2")));
    }

    [Fact]
    public async Task A_webhook_secret_is_replaced_taken_back_and_the_old_one_forgotten_by_the_api()
    {
        var made = await api.JsonAsync(
            HttpMethod.Post, "sources", $$"""{"connection":"Shop","name":"Hooks","webhookSecret":"{{ApiUnderTest.Secret}}-h1"}""", System.Net.HttpStatusCode.Created);
        var path = "sources/" + made.GetProperty("sourceId").GetString();
        var first = made.GetProperty("webhookSecretFingerprint").GetString();

        var replaced = await api.JsonAsync(HttpMethod.Put, path, $$"""{"webhookSecret":"{{ApiUnderTest.Secret}}-h2","keepPreviousFor":"week"}""");
        Assert.Equal(first, replaced.GetProperty("previousWebhookSecret").GetProperty("fingerprint").GetString());
        var back = await api.JsonAsync(HttpMethod.Post, path + "/webhook-secret/roll-back");
        Assert.Equal(first, back.GetProperty("webhookSecretFingerprint").GetString());
        await api.JsonAsync(HttpMethod.Post, path + "/webhook-secret/forget");
        using var again = await api.CallAsync(HttpMethod.Post, path + "/webhook-secret/roll-back");

        Assert.Equal(409, (int)again.StatusCode);
        Assert.Equal(
            ["webhook-secret.replaced", "webhook-secret.rolled-back", "webhook-secret.forgotten"],
            (await LinesAsync()).Where(line => line.ObjectName == "Hooks" && line.Action.StartsWith("webhook-", StringComparison.Ordinal)).Select(line => line.Action));
        Assert.Contains("webhookSecret changed", Fields(await LastAsync("webhook-secret.replaced", "Hooks")));
    }

    [Fact]
    public async Task Pause_resume_and_their_reasons_are_lines_but_what_changes_nothing_is_none()
    {
        await api.JsonAsync(HttpMethod.Post, "connections/Shop/pause", """{"reason":"Planned work"}""");
        await api.JsonAsync(HttpMethod.Post, "connections/Shop/pause", """{"reason":"once more"}""");
        await api.JsonAsync(HttpMethod.Post, "connections/Shop/pause", """{"until":"2099-01-01T00:00:00Z"}""");
        await api.JsonAsync(HttpMethod.Post, "connections/Shop/resume", """{"reason":"Done"}""");

        var lines = (await LinesAsync()).Where(line => line.Action is "connection.paused" or "connection.resumed").ToList();
        Assert.Equal(["Planned work", null, "Done"], lines.Select(line => line.Reason));
        Assert.Equal(["paused: false → true"], Fields(lines[0]));
        Assert.Equal(["pausedUntil: nothing → 2099-01-01T00:00:00Z"], Fields(lines[1]));
        Assert.Equal(["paused: true → false", "pausedUntil: 2099-01-01T00:00:00Z → nothing"], Fields(lines[2]));
    }

    [Theory]
    [InlineData("pause")]
    [InlineData("resume")]
    [InlineData("release")]
    public async Task A_reason_that_no_log_can_keep_is_refused_before_anything_is_done(string what)
    {
        using var refused = await api.CallAsync(HttpMethod.Post, $"connections/Shop/{what}", $$"""{"reason":"{{new string('r', 2_001)}}"}""");

        Assert.Equal(400, (int)refused.StatusCode);
        Assert.Contains("reason: give one of at most 2,000 characters", await refused.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Releasing_a_hold_names_what_held()
    {
        var shop = api.Console.Directory.Connections.Single(connection => connection.Name == "Shop");
        var holds = Service<ConnectionHolds>();
        await holds.HoldAsync(shop.Id, "http_401", null);

        await holds.ReleaseAsync(Actor.System, shop.Id, "New key");

        Assert.Equal(["hold: http_401 → nothing"], Fields(await LastAsync("connection.released", "Shop")));
    }

    [Fact]
    public async Task A_send_a_retry_and_a_cancel_are_lines_of_the_delivery()
    {
        var sent = await api.JsonAsync(HttpMethod.Post, "send", """{"connection":"Sandbox","call":{"type":"track","event":"Mail to jane@example.com","userId":"u1"}}""", role: Role.Support);
        var id = sent.GetProperty("delivery").GetProperty("id").GetString()!;
        await api.JsonAsync(HttpMethod.Post, $"deliveries/{id}/retry?wait=true");

        Assert.Equal("Sandbox", (await LastAsync("call.sent", "Sandbox")).ObjectName);
        var retried = (await LinesAsync()).Last(line => line.Action == "delivery.retried" && line.ObjectId == id);
        Assert.Contains("state: Accepted → Waiting", Fields(retried));
        Assert.Contains("as: nothing → now", Fields(retried));
        Assert.Equal($"Mail to {Service<ChangeWriting>().Personal("jane@example.com")}", retried.ObjectName);
    }

    [Fact]
    public async Task What_is_refused_is_no_line()
    {
        var before = (await LinesAsync()).Count;
        using var nobody = await api.CallAsync(HttpMethod.Post, "deliveries/dlv_zzz/cancel", "{}");
        using var faulty = await api.CallAsync(HttpMethod.Put, "connections/Shop", """{"timeoutSeconds":9999}""");
        using var notAllowed = await api.CallAsync(HttpMethod.Put, "connections/Shop", """{"timeoutSeconds":9}""", Role.Operator);
        using var nowhere = await api.CallAsync(HttpMethod.Post, "send", """{"connection":"Nobody","call":{}}""");

        Assert.Equal(before, (await LinesAsync()).Count);
        Assert.Equal([404, 400, 403, 404], new[] { nobody, faulty, notAllowed, nowhere }.Select(answer => (int)answer.StatusCode));
    }

    [Fact]
    public async Task The_sandbox_says_which_scenario_was_set_and_that_it_was_cleared()
    {
        await api.JsonAsync(HttpMethod.Put, "sandbox/scenario", """{"steps":[{"status":429},{"status":503,"repeat":2},{"fault":"reset"}],"seed":4}""");
        using var cleared = await api.CallAsync(HttpMethod.Delete, "sandbox");
        await api.JsonAsync(HttpMethod.Put, "sandbox/scenario", """{"steps":[]}""");

        var set = (await LinesAsync()).First(line => line.Action == "sandbox.scenario-set");
        Assert.Equal(["answers: as Richpanel → 429, 503 ×2, reset", "seed: 1 → 4"], Fields(set));
        Assert.Equal("Sandbox", (await LastAsync("sandbox.cleared", "Sandbox")).ObjectName);
    }

    [Fact]
    public async Task Looking_at_a_write_key_is_a_line()
    {
        var source = api.Console.Directory.Sources[0];

        await Service<SourceStore>().ShowWriteKeyAsync(Actor.System, source);

        Assert.Equal(PublicId.Source(source.Id), (await LastAsync("source.key-shown", source.Name)).ObjectId);
    }

    [Fact]
    public async Task The_first_lines_are_the_start_what_the_product_made_and_what_Bootstrap_gave()
    {
        var lines = await LinesAsync();

        Assert.Equal(["product.started", "connection.created", "source.created"], lines.Take(3).Select(line => line.Action));
        Assert.Equal(6, lines.Count(line => line is { Action: "token.created", ActorKind: ActorKind.Bootstrap }));
    }

    [Fact]
    public async Task No_planted_secret_write_key_or_token_stands_in_any_line()
    {
        await A_connection_is_made_and_changed_with_its_secret_only_as_changed_again();
        var everything = string.Join('\n', (await LinesAsync()).Select(line => $"{line.ActorName} {line.ObjectId} {line.ObjectName} {line.Fields} {line.Reason}"));

        Assert.DoesNotContain(ApiUnderTest.Secret, everything, StringComparison.Ordinal);
        Assert.DoesNotContain("planted-write-key", everything, StringComparison.Ordinal);
        Assert.DoesNotContain("-token-of-at-least", everything, StringComparison.Ordinal);
        foreach (var source in api.Console.Directory.Sources)
        {
            Assert.DoesNotContain(source.PublicId, everything, StringComparison.Ordinal);
            Assert.DoesNotContain(Service<SecretProtector>().Unprotect(source.ProtectedWriteKey), everything, StringComparison.Ordinal);
        }

        foreach (var connection in api.Console.Directory.Connections.Where(c => c.SecretFingerprint is not null))
        {
            Assert.DoesNotContain(connection.SecretFingerprint!, everything, StringComparison.Ordinal);
        }
    }

    private Task A_connection_is_made_and_changed_with_its_secret_only_as_changed_again() =>
        api.JsonAsync(HttpMethod.Put, "connections/Shop", $$"""{"apiSecret":"{{ApiUnderTest.Secret}}-{{Guid.NewGuid():N}}"}""");

    private T Service<T>()
        where T : notnull => Microsoft.Extensions.DependencyInjection.ServiceProviderServiceExtensions.GetRequiredService<T>(api.Console.Services);

    private async Task<ChangeEntry> LastAsync(string action, string objectName) => (await LinesAsync()).Last(line => line.Action == action && line.ObjectName == objectName);

    private async Task<IReadOnlyList<ChangeEntry>> LinesAsync()
    {
        await using var context = api.Console.Read();
        return await context.ChangeLog.OrderBy(line => line.Id).ToListAsync(Ct);
    }

    private static IEnumerable<string> Fields(ChangeEntry line) => FieldChange.Read(line.Fields).Select(Richpanel.Console.Shared.ChangeWords.Of);
}
