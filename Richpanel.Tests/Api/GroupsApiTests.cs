using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Richpanel.Core;
using Richpanel.Core.Access;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Groups;

namespace Richpanel.Tests.Api;

/// <summary>Failure groups as a program meets them.</summary>
public sealed class GroupsApiTests(ApiUnderTest api) : IClassFixture<ApiUnderTest>
{
    [Fact]
    public async Task A_group_is_listed_read_acknowledged_snoozed_noted_resolved_ignored_and_opened_again()
    {
        var id = await GroupAsync("Shop", "Order <id> is not valid");
        var path = $"groups/{id}";

        var listed = await api.JsonAsync(HttpMethod.Get, "groups?state=open&connection=Shop&limit=1");
        Assert.Equal(id, listed.GetProperty("items")[0].GetProperty("id").GetString());
        Assert.False(listed.GetProperty("partial").GetBoolean());
        var read = await api.JsonAsync(HttpMethod.Get, path);
        var group = read.GetProperty("group");
        Assert.Equal(
            ("Shop", "open", "sending", "unprocessable", "Order <id> is not valid", 1, $"group:{id}", 24),
            (Text("connection"), Text("state"), Text("stage"), Text("code"), Text("message"), group.GetProperty("total").GetInt32(), Text("query"), group.GetProperty("hours").GetArrayLength()));
        Assert.Equal(0, read.GetProperty("mostAffected").GetArrayLength());   // no row of it was ever received here
        Assert.Equal(FailurePrint.Rule, read.GetProperty("rule").GetString());
        Assert.Equal((false, false), (read.GetProperty("partial").GetBoolean(), read.GetProperty("beforeChangeLog").GetBoolean()));
        Assert.Contains(read.GetProperty("changedBefore").EnumerateArray(), change => change.GetProperty("kind").GetString() == "start");

        Assert.Contains(id, await ListedAsync("nobody"));
        Assert.Equal(("acknowledged", "Support"), await StateAsync(path + "/acknowledge", null, Role.Support));
        Assert.DoesNotContain(id, await ListedAsync("nobody"));
        Assert.Empty(await ListedAsync("per_7"));
        Assert.Equal("snoozed", (await StateAsync(path + "/snooze", $$"""{"until":"{{TimeProvider.System.GetUtcNow().AddHours(2):O}}"}""", Role.Support)).State);
        Assert.Equal("resolved", (await StateAsync(path + "/resolve", null, Role.Operator)).State);
        Assert.Equal("ignored", (await StateAsync(path + "/ignore", null, Role.Operator)).State);
        using (var refused = await api.CallAsync(HttpMethod.Post, path + "/reopen", null, ApiUnderTest.TokenOf(Role.Support)))
        {
            Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);   // who ignored it takes that back
        }

        Assert.Equal(("open", null), await StateAsync(path + "/reopen", null, Role.Operator));
        var attention = await api.JsonAsync(HttpMethod.Get, "groups?state=attention&connection=Shop");
        Assert.Contains(attention.GetProperty("items").EnumerateArray(), one => one.GetProperty("id").GetString() == id);
        Assert.True(attention.GetProperty("states").GetProperty("open").GetInt32() > 0);
        Assert.True(attention.GetProperty("states").TryGetProperty("ignored", out _));
        var noted = await api.JsonAsync(HttpMethod.Post, path + "/notes", """{"text":"Asked jane@example.com"}""", role: Role.Support);
        Assert.Equal(("Support", "Asked j•••@e•••.com"), (noted.GetProperty("notes")[0].GetProperty("author").GetString(), noted.GetProperty("notes")[0].GetProperty("text").GetString()));

        string? Text(string name) => group.GetProperty(name).GetString();

        async Task<IEnumerable<string?>> ListedAsync(string assignee) =>
            [.. (await api.JsonAsync(HttpMethod.Get, $"groups?connection=Shop&assignee={assignee}")).GetProperty("items").EnumerateArray().Select(one => one.GetProperty("id").GetString())];
    }

    [Fact]
    public async Task A_group_is_merged_into_another_and_split_off_again()
    {
        var (part, whole) = (await GroupAsync("Shop", "Merged one"), await GroupAsync("Shop", "Merged two"));

        var merged = await api.JsonAsync(HttpMethod.Post, $"groups/{part}/merge", $$"""{"into":"{{whole}}"}""", role: Role.Operator);
        Assert.Equal(whole, merged.GetProperty("group").GetProperty("mergedInto").GetString());
        var read = await api.JsonAsync(HttpMethod.Get, $"groups/{whole}");
        Assert.Equal((2, 1), (read.GetProperty("group").GetProperty("total").GetInt32(), read.GetProperty("group").GetProperty("parts").GetInt32()));
        Assert.Equal((part, "Merged one", 1), (read.GetProperty("parts")[0].GetProperty("id").GetString(), read.GetProperty("parts")[0].GetProperty("message").GetString(), read.GetProperty("parts")[0].GetProperty("total").GetInt32()));
        await FaultAsync(HttpMethod.Post, $"groups/{part}/resolve", null, HttpStatusCode.BadRequest, $"It is part of {whole}");
        await FaultAsync(HttpMethod.Post, $"groups/{whole}/merge", """{"into":"Jane"}""", HttpStatusCode.BadRequest, "into: give the id of the group");
        await FaultAsync(HttpMethod.Post, $"groups/{whole}/merge", """{"into":"grp_zzz"}""", HttpStatusCode.BadRequest, "This connection has no such failure group.");
        await FaultAsync(HttpMethod.Post, $"groups/{part}/split", null, HttpStatusCode.Forbidden, "", Role.Support);

        var split = await api.JsonAsync(HttpMethod.Post, $"groups/{part}/split", role: Role.Operator);

        Assert.Equal(JsonValueKind.Null, split.GetProperty("group").GetProperty("mergedInto").ValueKind);
        Assert.Equal(1, (await api.JsonAsync(HttpMethod.Get, $"groups/{whole}")).GetProperty("group").GetProperty("total").GetInt32());
    }

    [Fact]
    public async Task What_cannot_be_used_is_told_with_its_field_and_what_is_not_allowed_with_the_role()
    {
        var path = $"groups/{await GroupAsync("Shop", "Another")}";

        await FaultAsync(HttpMethod.Get, "groups?state=5", null, HttpStatusCode.BadRequest, "state: give one of attention, open, acknowledged, snoozed, resolved, ignored.");
        await FaultAsync(HttpMethod.Get, "groups?connection=Nowhere&cursor=x", null, HttpStatusCode.BadRequest, "There is no connection 'Nowhere'");
        await FaultAsync(HttpMethod.Get, "groups?assignee=me", null, HttpStatusCode.BadRequest, "assignee: give the id of a person");   // a token is none
        await FaultAsync(HttpMethod.Get, "groups/grp_zzz", null, HttpStatusCode.NotFound, "There is no failure group 'grp_zzz'");
        await FaultAsync(HttpMethod.Post, "groups/dlv_1/resolve", null, HttpStatusCode.NotFound, "There is no failure group 'dlv_1'");
        await FaultAsync(HttpMethod.Post, path + "/snooze", "{}", HttpStatusCode.BadRequest, "until: give a time");
        await FaultAsync(HttpMethod.Post, path + "/snooze", """{"until":"2001-01-01T00:00:00Z"}""", HttpStatusCode.BadRequest, "still to come");
        await FaultAsync(HttpMethod.Post, path + "/notes", """{"text":" "}""", HttpStatusCode.BadRequest, "Write a note");
        await FaultAsync(HttpMethod.Post, path + "/acknowledge", """{"assignee":"Jane"}""", HttpStatusCode.BadRequest, "assignee: give the id of a person");
        await FaultAsync(HttpMethod.Post, path + "/acknowledge", """{"assignee":"per_zz"}""", HttpStatusCode.BadRequest, "There is no such person");
        await FaultAsync(HttpMethod.Post, path + "/acknowledge", """{"assignee":"per_zz"}""", HttpStatusCode.Forbidden, "", Role.Support);
        await FaultAsync(HttpMethod.Post, path + "/resolve", null, HttpStatusCode.Forbidden, "", Role.Support);
        await FaultAsync(HttpMethod.Post, path + "/notes", """{"text":"x"}""", HttpStatusCode.Forbidden, "", Role.Viewer);
        await api.JsonAsync(HttpMethod.Post, path + "/ignore");
        await FaultAsync(HttpMethod.Post, path + "/acknowledge", null, HttpStatusCode.BadRequest, "It is ignored. Open it again first.");
    }

    [Fact]
    public async Task A_token_limited_to_other_connections_sees_and_changes_nothing_of_it()
    {
        var id = await GroupAsync("Shop", "Hidden");

        using var list = await api.CallAsync(HttpMethod.Get, "groups", null, ApiUnderTest.SandboxOnlyToken);
        Assert.DoesNotContain(id, await list.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        foreach (var (method, path) in new[] { (HttpMethod.Get, $"groups/{id}"), (HttpMethod.Post, $"groups/{id}/resolve") })
        {
            using var answer = await api.CallAsync(method, path, null, ApiUnderTest.SandboxOnlyToken);
            Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        }
    }

    [Fact]
    public async Task The_log_finds_a_groups_deliveries_by_its_id_and_says_what_is_no_id()
    {
        var none = await api.JsonAsync(HttpMethod.Get, $"deliveries?q=group:{await GroupAsync("Shop", "Empty")}");
        Assert.Equal(0, none.GetProperty("items").GetArrayLength());
        await FaultAsync(HttpMethod.Get, "deliveries?q=group:42", null, HttpStatusCode.BadRequest, "'42' is no id of a failure group.");
    }

    private async Task<(string? State, string? Assignee)> StateAsync(string path, string? json, Role role)
    {
        var group = (await api.JsonAsync(HttpMethod.Post, path, json, role: role)).GetProperty("group");
        return (group.GetProperty("state").GetString(), group.GetProperty("assignee").GetString());
    }

    private async Task FaultAsync(HttpMethod method, string path, string? json, HttpStatusCode status, string words, Role role = Role.Admin)
    {
        using var answer = await api.CallAsync(method, path, json, role);
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(status == answer.StatusCode, $"{method} {path} answered {(int)answer.StatusCode}: {text}");
        Assert.Contains(words, System.Text.RegularExpressions.Regex.Unescape(text), StringComparison.Ordinal);
    }

    /// <summary>A group with one failure, as the dispatcher would have made it.</summary>
    private async Task<string> GroupAsync(string connection, string said)
    {
        var of = api.Console.Directory.Connections.Single(one => one.Name == connection).Id;
        var id = await api.Console.Writer.WriteAsync(session =>
        {
            var now = api.Console.Services.GetRequiredService<TimeProvider>().GetUtcNow();
            var group = session.Groups.IdOf(session, of, FailurePrint.Of(FailureStage.Sending, "unprocessable", 422, said), now);
            session.Ledger.Groups.Failed(group, now, joined: true);
            return group;
        });
        return PublicId.Group(id);
    }
}
