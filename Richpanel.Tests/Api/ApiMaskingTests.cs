using System.Net;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Richpanel.Core.Access;
using Richpanel.Core.ChangeLog;
using Richpanel.Core.Connections;
using Richpanel.Core.Receiving;
using Richpanel.Tests.Support;

namespace Richpanel.Tests.Api;

/// <summary>One customer planted wherever a call can carry one, then every answer of every role searched for them.</summary>
public sealed class ApiMaskingTests(ApiUnderTest api) : IClassFixture<ApiUnderTest>, IAsyncLifetime
{
    private const string Email = "jane.miller@example.com";

    private static readonly string[] s_planted = [Email, "jane%2Emiller", "Jane", "Miller", "1512345678", "151 2345678", "Rose Street", "amFuZS5taWxsZXJAZXhhbXBsZS5jb20"];

    private static string? s_id;

    /// <summary>Every read of the API, and what a masked role may find by exact value.</summary>
    private static readonly (string Method, string Path, string? Body)[] s_reads =
    [
        ("GET", "ledger", null), ("GET", "requests/rejected", null), ("GET", "deliveries", null), ("GET", "deliveries?order=A-1", null), ("GET", "deliveries/{id}", null),
        ("POST", "deliveries/search", $$"""{"email":"{{Email}}"}"""), ("POST", "deliveries/search", $$"""{"user":"{{Email}}"}"""), ("GET", "connections", null), ("GET", "sources", null),
        ("GET", "sandbox/requests", null), ("GET", "sandbox/requests/{request}", null), ("GET", "sandbox/customers", null), ("GET", "sandbox/visitors", null),
        ("GET", "sandbox/sessions", null), ("GET", "sandbox/timeline", null), ("GET", "sandbox/scenario", null),
        ("GET", "sandbox/export", null), ("GET", "requests/newest", null), ("GET", "requests/rejected/causes", null),
    ];

    public static TheoryData<Role> Masked => [Role.Viewer, Role.Support];

    public static TheoryData<Role> Clear => [Role.Qa, Role.Operator, Role.Admin];

    public async ValueTask InitializeAsync()
    {
        if (s_id is not null)
        {
            return;
        }

        await api.JsonAsync(HttpMethod.Put, "sandbox/scenario", """{"steps":[]}""");
        var sent = await api.JsonAsync(HttpMethod.Post, "send", Call("identify", "p-1", "\"traits\":" + Person));
        Assert.Equal("accepted", sent.GetProperty("delivery").GetProperty("state").GetString());
        await api.JsonAsync(HttpMethod.Post, "send", Call("track", "p-2", $$"""
            "event":"Mail to {{Email}}","properties":{"order_id":"A-1","to":{{Person}},"{{Email}}":1,"raw":"{\"mail\":\"{{Email}}\"}","people":[{{Person}}]},"context":{"traits":{{Person}},"ip":"203.0.113.9"}
            """));
        s_id = sent.GetProperty("delivery").GetProperty("id").GetString();
        var key = api.Console.Services.GetRequiredService<SourceStore>().RevealWriteKey(api.Console.Directory.Sources[0]);
        (await api.Http.PostCallAsync("/v1/track", $$"""{"traits":{{Person}},""", key)).Dispose();
        api.Console.Services.GetRequiredService<Refusals>().Count(new Refusal(
            0, null, "/v1/track", "invalid_json", 400, $"$.traits['{Email}']", $"The value '{Email}' of \"Jane Miller\" is odd.", "198.51.100.77", null));
        await api.Console.Services.GetRequiredService<Refusals>().FlushAsync();
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Theory]
    [MemberData(nameof(Masked))]
    public async Task No_answer_to_a_masked_role_holds_the_customer(Role role)
    {
        foreach (var (method, path, body) in s_reads)
        {
            var text = await TextAsync(method, path, body, role);
            Assert.All(s_planted, planted => Assert.False(text.Contains(planted, StringComparison.OrdinalIgnoreCase), $"{method} {path} shows {planted}: {text}"));
            Assert.DoesNotContain("198.51.100.77", text, StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Clear))]
    public async Task Who_may_see_personal_data_sees_it(Role role)
    {
        foreach (var path in new[] { "deliveries", "deliveries/{id}", "sandbox/customers", "sandbox/timeline", "sandbox/requests/{request}", "requests/rejected" })
        {
            var text = await TextAsync("GET", path, null, role);
            Assert.True(text.Contains(Email, StringComparison.Ordinal) || text.Contains("\"h\\u0022", StringComparison.Ordinal), $"{path}: {text}");
        }
    }

    [Theory]
    [InlineData("email", Email, 2)]
    [InlineData("email", "JANE.MILLER@example.com", 2)]
    [InlineData("email", "jane.miller@example.co", 0)]
    [InlineData("email", "jane.miller%", 0)]
    [InlineData("email", "j•••@e•••.com", 0)]
    [InlineData("user", Email, 2)]
    [InlineData("user", "jane", 0)]
    [InlineData("order", "A-1", 1)]
    [InlineData("order", "A-", 0)]
    public async Task A_masked_role_finds_a_customer_by_the_whole_value_and_by_no_part_of_it(string field, string value, int found)
    {
        var page = await api.JsonAsync(HttpMethod.Post, "deliveries/search", JsonSerializer.Serialize(new Dictionary<string, string> { [field] = value }), role: Role.Support);

        Assert.Equal(found, page.GetProperty("items").GetArrayLength());
    }

    [Fact]
    public async Task What_an_action_answers_is_masked_too()
    {
        var text = await TextAsync("POST", "deliveries/{id}/retry?wait=true", "{}", Role.Support);

        Assert.Contains("j•••@e•••.com", text, StringComparison.Ordinal);
        Assert.DoesNotContain(Email, text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Unmasking_needs_a_reason_leaves_its_line_and_shows_this_one_delivery_once()
    {
        var before = await LinesAsync();
        foreach (var reason in new[] { "{}", """{"reason":"  four  "}""", """{"reason":null}""" })
        {
            await api.JsonAsync(HttpMethod.Post, $"deliveries/{s_id}/unmask", reason, HttpStatusCode.BadRequest, Role.Support);
        }

        Assert.Equal(before.Count, (await LinesAsync()).Count);

        var shown = await api.JsonAsync(HttpMethod.Post, $"deliveries/{s_id}/unmask", $$"""{"reason":"Ticket 4711 of {{Email}}"}""", role: Role.Support);

        Assert.False(shown.GetProperty("masked").GetBoolean());
        Assert.Contains(Email, shown.GetProperty("call").GetString()!, StringComparison.Ordinal);
        var line = (await LinesAsync())[^1];
        Assert.Equal((ChangeCatalog.DeliveryUnmasked.Code, s_id, "Support"), (line.Action, line.ObjectId, line.ActorName));
        Assert.Matches("^Ticket 4711 of #[0-9a-f]{12}$", line.Reason);
        Assert.True((await api.JsonAsync(HttpMethod.Get, $"deliveries/{s_id}", role: Role.Support)).GetProperty("masked").GetBoolean());
    }

    [Theory]
    [InlineData("dlv_zzz")]
    [InlineData("999999")]
    public async Task Unmasking_what_is_not_there_leaves_no_line(string id)
    {
        var before = await LinesAsync();

        await api.JsonAsync(HttpMethod.Post, $"deliveries/{id}/unmask", """{"reason":"looking around"}""", HttpStatusCode.NotFound, Role.Support);

        Assert.Equal(before.Count, (await LinesAsync()).Count);
    }

    private const string Person = $$$"""{"email":"{{{Email}}}","firstName":"Jane","lastName":"Miller","phone":"+49 151 2345678","mobile":491512345678,"address":{"street":"12 Rose Street"}}""";

    private static string Call(string type, string id, string rest) =>
        $$$"""{"connection":"Sandbox","call":{"type":"{{{type}}}","userId":"{{{Email}}}","anonymousId":"anon-1","messageId":"{{{id}}}","timestamp":"2026-11-24T10:00:00Z",{{{rest}}}}}""";

    /// <summary>The answer as its reader reads it: escapes undone.</summary>
    private async Task<string> TextAsync(string method, string path, string? body, Role role)
    {
        if (path.Contains("{request}", StringComparison.Ordinal))
        {
            var all = await api.JsonAsync(HttpMethod.Get, "sandbox/requests", role: role);
            path = path.Replace("{request}", all[0].GetProperty("id").ToString(), StringComparison.Ordinal);
        }

        using var answer = await api.CallAsync(new HttpMethod(method), path.Replace("{id}", s_id, StringComparison.Ordinal), body, role);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return System.Text.RegularExpressions.Regex.Unescape((await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).Replace("\\\"", "\"", StringComparison.Ordinal).Replace("\\\\u", "\\u", StringComparison.Ordinal));
    }

    private async Task<List<ChangeEntry>> LinesAsync()
    {
        await using var context = api.Console.Read();
        return await context.ChangeLog.OrderBy(line => line.Id).ToListAsync(TestContext.Current.CancellationToken);
    }
}
