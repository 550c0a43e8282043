using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Richpanel.Core;
using Richpanel.Core.Access;
using Richpanel.Core.Alerts;
using Richpanel.Core.Alerts.Rules;
using Richpanel.Core.Health;
using Richpanel.Tests.Api;
using Richpanel.Tests.SignIn;

namespace Richpanel.Tests.Alerts;

/// <summary>Alerts by API: made, changed, tested and deleted by admins, seen by support, closed to who sees only a part.</summary>
public sealed class AlertsApiTests(ApiUnderTest api) : IClassFixture<ApiUnderTest>
{
    private const string Path = "planted-hook-path-4410";

    [Fact(Timeout = 60_000)]
    public async Task A_channel_is_made_changed_tested_and_deleted_and_its_address_never_comes_back()
    {
        var earlier = (await api.Console.ChangesAsync()).Count;
        var made = await api.JsonAsync(HttpMethod.Post, "alerts/channels", $$"""{"name":"On-call","kind":"slack","url":"http://127.0.0.1:9/services/{{Path}}","connections":["Shop"]}""", HttpStatusCode.Created);
        var at = $"alerts/channels/{made.GetProperty("id").GetString()}";
        Assert.Equal(("127.0.0.1", "Shop", true), (made.GetProperty("host").GetString(), made.GetProperty("connections")[0].GetString(), made.GetProperty("secretReadable").GetBoolean()));
        var changed = await api.JsonAsync(HttpMethod.Put, at, """{"name":"On-call 2","connections":[],"tellsInstallation":false}""");
        Assert.Equal(("On-call 2", System.Text.Json.JsonValueKind.Null), (changed.GetProperty("name").GetString(), changed.GetProperty("connections").ValueKind));

        var test = await api.JsonAsync(HttpMethod.Post, at + "/test", "{}");
        Assert.False(test.GetProperty("taken").GetBoolean());   // private networks are closed
        Assert.Contains("may not reach", test.GetProperty("outcome").GetString(), StringComparison.Ordinal);
        var seen = await api.JsonAsync(HttpMethod.Get, at, role: Role.Support);
        Assert.Equal("failed", seen.GetProperty("last").GetProperty("state").GetString());
        var list = await api.JsonAsync(HttpMethod.Get, "alerts", role: Role.Support);
        var alert = list.GetProperty("items")[0];
        Assert.Equal(("test", "This is a test"), (alert.GetProperty("kind").GetString(), alert.GetProperty("summary").GetString()));
        Assert.Equal(alert.ToString(), (await api.JsonAsync(HttpMethod.Get, $"alerts/{alert.GetProperty("id").GetString()}", role: Role.Support)).ToString());

        using var deleted = await api.CallAsync(HttpMethod.Delete, at);
        using var gone = await api.CallAsync(HttpMethod.Delete, at);
        Assert.Equal([HttpStatusCode.NoContent, HttpStatusCode.NotFound], new[] { deleted.StatusCode, gone.StatusCode });
        Assert.DoesNotContain(Path, made.ToString() + changed + test + seen + list, StringComparison.Ordinal);
        Assert.DoesNotContain(Path, api.Console.Logs.Text, StringComparison.Ordinal);
        Assert.Equal(
            ["alert-channel.changed", "alert-channel.tested", "alert-channel.deleted"],
            (await api.Console.ChangesAsync()).Skip(earlier).Where(change => change.StartsWith("alert-channel.", StringComparison.Ordinal) && change != "alert-channel.created"));
    }

    [Fact(Timeout = 60_000)]
    public async Task What_is_no_cursor_and_another_kind_are_faults_and_the_first_channel_tells_where_this_console_is()
    {
        await api.JsonAsync(HttpMethod.Put, "alerts/settings", """{"consoleUrl":""}""");
        var made = await api.JsonAsync(HttpMethod.Post, "alerts/channels", """{"name":"Kinds","kind":"webhook","url":"https://hooks.example.com/x"}""", HttpStatusCode.Created);

        var cursor = await api.JsonAsync(HttpMethod.Get, "alerts?cursor=nonsense", status: HttpStatusCode.BadRequest);
        var kind = await api.JsonAsync(HttpMethod.Put, $"alerts/channels/{made.GetProperty("id").GetString()}", """{"kind":"mail"}""", HttpStatusCode.BadRequest);

        Assert.StartsWith("cursor:", cursor.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Contains("chosen once", kind.GetProperty("errors").GetProperty("kind")[0].GetString(), StringComparison.Ordinal);
        Assert.StartsWith("http", (await api.JsonAsync(HttpMethod.Get, "alerts/settings")).GetProperty("consoleUrl").GetString(), StringComparison.Ordinal);
        using var deleted = await api.CallAsync(HttpMethod.Delete, $"alerts/channels/{made.GetProperty("id").GetString()}");
    }

    [Fact(Timeout = 60_000)]
    public async Task Whom_mail_goes_to_is_told_to_admins_only()
    {
        var made = await api.JsonAsync(
            HttpMethod.Post, "alerts/channels", """{"name":"Letters","kind":"mail","host":"smtp.example.com","port":465,"security":"tls","from":"console@example.com","to":"jane@example.com"}""", HttpStatusCode.Created);
        var at = $"alerts/channels/{made.GetProperty("id").GetString()}";

        var support = await api.JsonAsync(HttpMethod.Get, at, role: Role.Support);
        var admin = await api.JsonAsync(HttpMethod.Get, at);

        Assert.DoesNotContain("@example.com", support.ToString(), StringComparison.Ordinal);
        Assert.Equal(1, support.GetProperty("recipients").GetInt32());
        Assert.Equal("jane@example.com", admin.GetProperty("to").GetString());
    }

    [Fact(Timeout = 60_000)]
    public async Task Settings_are_changed_by_admins_and_faults_stand_at_their_field()
    {
        var set = await api.JsonAsync(HttpMethod.Put, "alerts/settings", """{"settleSeconds":60,"consoleUrl":"https://console.example.com/"}""");
        Assert.Equal((60, 24, "https://console.example.com"), (set.GetProperty("settleSeconds").GetInt32(), set.GetProperty("remindHours").GetInt32(), set.GetProperty("consoleUrl").GetString()));

        var faulty = await api.JsonAsync(HttpMethod.Put, "alerts/settings", """{"remindHours":999}""", HttpStatusCode.BadRequest);
        Assert.Contains("168", faulty.GetProperty("errors").GetProperty("remindHours")[0].GetString(), StringComparison.Ordinal);
        var nowhere = await api.JsonAsync(HttpMethod.Post, "alerts/channels", """{"name":"X","kind":"webhook","url":"https://hooks.example.com/x","connections":["Nobody"]}""", HttpStatusCode.BadRequest);
        Assert.Contains("Nobody", nowhere.GetProperty("errors").GetProperty("connections")[0].GetString(), StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task What_is_not_well_is_named_as_everywhere_in_the_API()
    {
        Assert.Equal(0, (await api.JsonAsync(HttpMethod.Get, "alerts/standing", role: Role.Support)).GetArrayLength());
        var shop = api.Console.Directory.Connections.Single(connection => connection.Name == "Shop").Id;
        var outbox = api.Console.Services.GetRequiredService<AlertOutbox>();
        await outbox.KeepAsync(null, [.. new[] { AlertFact.SubjectOf(shop), "disk" }.Select(subject => new AlertMemory(subject) { Told = HealthState.Held, ToldAt = DateTimeOffset.UnixEpoch })]);

        var standing = await api.JsonAsync(HttpMethod.Get, "alerts/standing", role: Role.Support);

        var id = PublicId.Connection(shop);
        Assert.Equal(
            [("connection:" + id, "Shop", id, "held"), ("disk", "The disk of the database", null, "held")],
            standing.EnumerateArray().Select(one => (one.GetProperty("subject").GetString(), one.GetProperty("name").GetString(), one.GetProperty("connection").GetString(), one.GetProperty("state").GetString())));
        await outbox.KeepAsync(null, []);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_token_that_is_limited_to_some_connections_gets_nothing_of_it()
    {
        foreach (var path in new[] { "alerts", "alerts/standing", "alerts/settings", "alerts/channels" })
        {
            using var answer = await api.CallAsync(HttpMethod.Get, path, null, ApiUnderTest.SandboxOnlyToken);
            Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        }
    }
}
