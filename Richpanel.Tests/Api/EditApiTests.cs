using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Richpanel.Core;
using Richpanel.Core.Access;
using Richpanel.Core.Sandbox;

namespace Richpanel.Tests.Api;

/// <summary>What the lab does with an edited delivery, by API.</summary>
public sealed class EditApiTests(ApiUnderTest api) : IClassFixture<ApiUnderTest>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_delivery_says_what_to_edit_and_the_edited_call_takes_its_place()
    {
        var id = await FailedAsync("edit-1");
        var offer = (await DetailAsync(id)).GetProperty("edit");
        var call = JsonNode.Parse(offer.GetProperty("call").GetString()!)!;
        call["event"] = "Edited By Api";

        var sent = await api.JsonAsync(HttpMethod.Post, $"deliveries/{id}/edit?wait=30", new JsonObject { ["call"] = call, ["attemptsSeen"] = offer.GetProperty("attemptsSeen").GetInt32() }.ToJsonString());

        Assert.Equal(("Edited By Api", "edit", "accepted", true), (
            sent.GetProperty("delivery").GetProperty("event").GetString(), sent.GetProperty("delivery").GetProperty("origin").GetString(),
            sent.GetProperty("delivery").GetProperty("state").GetString(), sent.GetProperty("ended").GetBoolean()));
        var copy = sent.GetProperty("delivery").GetProperty("id").GetString()!;
        var original = await DetailAsync(id);
        Assert.Equal(("settled", copy, JsonValueKind.Null), (
            original.GetProperty("delivery").GetProperty("state").GetString(), original.GetProperty("replacedBy").GetString(), original.GetProperty("edit").ValueKind));
        Assert.Equal([copy], original.GetProperty("copies").EnumerateArray().Select(one => one.GetString()));
        Assert.Equal(id, (await DetailAsync(copy)).GetProperty("copyOf").GetString());
    }

    [Fact]
    public async Task What_may_have_been_received_or_has_moved_on_is_a_conflict_with_a_code()
    {
        var id = await FailedAsync("edit-2");
        await api.Console.Writer.WriteAsync(session => session.Execute($"""UPDATE "Deliveries" SET "Marks"="Marks"|1 WHERE "Id"={PublicId.Parse(id, "dlv")}"""));
        const string call = """{"type":"track","event":"Edited","userId":"u1","messageId":"edit-2"}""";

        Assert.StartsWith("It may have reached the other side", (await DetailAsync(id)).GetProperty("edit").GetProperty("mayHaveBeenReceived").GetString(), StringComparison.Ordinal);
        var guarded = await ConflictAsync(id, $$"""{"call":{{call}}}""");
        var moved = await ConflictAsync(id, $$"""{"call":{{call}},"evenIfReceived":true,"attemptsSeen":0}""");
        await api.JsonAsync(HttpMethod.Post, $"deliveries/{id}/edit?wait=30", $$"""{"call":{{call}},"evenIfReceived":true}""");
        var settled = await ConflictAsync(id, $$"""{"call":{{call}},"evenIfReceived":true}""");

        Assert.Equal(("may_have_been_received", "failed"), guarded);
        Assert.Equal(("moved_on", "failed"), moved);
        Assert.Equal(("moved_on", "settled"), settled);
    }

    [Fact]
    public async Task Support_sees_what_to_edit_only_after_a_reason_and_hidden_values_are_never_sent()
    {
        var id = await FailedAsync("edit-3");

        var masked = await DetailAsync(id, Role.Support);
        Assert.Equal((true, JsonValueKind.Null), (masked.GetProperty("masked").GetBoolean(), masked.GetProperty("edit").ValueKind));
        using var hidden = await api.CallAsync(HttpMethod.Post, $"deliveries/{id}/edit", new JsonObject { ["call"] = JsonNode.Parse(masked.GetProperty("call").GetString()!) }.ToJsonString(), Role.Support);
        var shown = await api.JsonAsync(HttpMethod.Post, $"deliveries/{id}/unmask", """{"reason":"Ticket 4711"}""", role: Role.Support);
        var sent = await api.JsonAsync(
            HttpMethod.Post, $"deliveries/{id}/edit?wait=30", new JsonObject { ["call"] = JsonNode.Parse(shown.GetProperty("edit").GetProperty("call").GetString()!) }.ToJsonString(), role: Role.Support);

        Assert.Equal(HttpStatusCode.BadRequest, hidden.StatusCode);
        Assert.Contains("hidden values", await hidden.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
        Assert.Equal("accepted", sent.GetProperty("delivery").GetProperty("state").GetString());
    }

    [Theory]
    [InlineData("{}", HttpStatusCode.BadRequest, "call: give the edited Segment call")]
    [InlineData("""{"call":{"type":"track","event":"A"}}""", HttpStatusCode.BadRequest, "no_user_anon_id")]
    [InlineData("""{"call":[]}""", HttpStatusCode.BadRequest, "call")]
    public async Task What_cannot_be_sent_is_refused_and_the_original_stays(string json, HttpStatusCode status, string words)
    {
        var id = await FailedAsync($"edit-{Guid.NewGuid():N}");

        using var answer = await api.CallAsync(HttpMethod.Post, $"deliveries/{id}/edit", json);

        Assert.Equal(status, answer.StatusCode);
        Assert.Contains(words, await answer.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
        Assert.Equal("failed", (await DetailAsync(id)).GetProperty("delivery").GetProperty("state").GetString());
    }

    [Fact]
    public async Task Of_a_connection_that_the_token_may_not_touch_there_is_no_delivery()
    {
        var sent = await api.JsonAsync(HttpMethod.Post, "send?wait=1", """{"connection":"Shop","call":{"type":"track","event":"A","userId":"jane"}}""", HttpStatusCode.Accepted);
        var id = sent.GetProperty("delivery").GetProperty("id").GetString();

        using var answer = await api.CallAsync(HttpMethod.Post, $"deliveries/{id}/edit", """{"call":{"type":"track","event":"B","userId":"jane"}}""", ApiUnderTest.SandboxOnlyToken);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    private async Task<string> FailedAsync(string messageId)
    {
        var scenarios = api.Console.Services.GetRequiredService<SandboxScenarios>();
        scenarios.Set(new SandboxScenario([new SandboxStep(Status: 422)]));
        var sent = await api.JsonAsync(HttpMethod.Post, "send", $$"""{"connection":"Sandbox","call":{"type":"track","event":"A","userId":"jane doe","messageId":"{{messageId}}","context":{"traits":{"email":"jane@example.com"} } } }""");
        scenarios.Set(SandboxScenario.AsRichpanel);
        Assert.Equal("failed", sent.GetProperty("delivery").GetProperty("state").GetString());
        return sent.GetProperty("delivery").GetProperty("id").GetString()!;
    }

    private Task<JsonElement> DetailAsync(string id, Role role = Role.Admin) => api.JsonAsync(HttpMethod.Get, $"deliveries/{id}", role: role);

    private async Task<(string? Code, string? State)> ConflictAsync(string id, string json)
    {
        var problem = await api.JsonAsync(HttpMethod.Post, $"deliveries/{id}/edit", json, HttpStatusCode.Conflict);
        return (problem.GetProperty("code").GetString(), problem.GetProperty("state").GetString());
    }
}
