using System.Net;
using System.Text.Json;

namespace Richpanel.Tests.Api;

public sealed class ApiCallsTests(ApiUnderTest api) : IClassFixture<ApiUnderTest>
{
    private static string Order(string id) =>
        $$$$"""{"connection":"Sandbox","call":{"type":"track","userId":"u-{{{{id}}}}","messageId":"{{{{id}}}}","event":"Order Completed","timestamp":"2026-11-24T10:00:00Z","context":{"traits":{"email":"{{{{id}}}}@example.com"}},"properties":{"order_id":"{{{{id}}}}","total":25}}}""";

    [Fact]
    public async Task Preview_says_what_a_call_becomes_and_sends_nothing()
    {
        var preview = await api.JsonAsync(HttpMethod.Post, "preview", Order("p1"));

        Assert.Equal("mapped", preview.GetProperty("outcome").GetString());
        Assert.Equal("order", preview.GetProperty("call").GetProperty("event").GetString());
        Assert.False(preview.GetProperty("call").TryGetProperty("appClientId", out _));
        Assert.Contains(preview.GetProperty("provenance").EnumerateArray(), one =>
            one.GetProperty("target").GetString() == "$.properties.amount" && one.GetProperty("source").GetString() == "$.properties.total");
        Assert.Equal("POST", preview.GetProperty("request").GetProperty("method").GetString());
        Assert.Contains("{{SIGNATURE}}", preview.GetProperty("request").GetProperty("body").GetString()!, StringComparison.Ordinal);
        Assert.Empty((await api.JsonAsync(HttpMethod.Get, "deliveries?messageId=p1")).GetProperty("items").EnumerateArray());
    }

    [Theory]
    [InlineData("""{"type":"group","userId":"u","groupId":"g"}""", "skipped", "unsupported_event_type")]
    [InlineData("""{"type":"track","userId":"u"}""", "unusable", "event_not_defined")]
    [InlineData("""{"type":"track","userId":"u","event":"x","integrations":{"All":false}}""", "skipped", "filtered_by_integrations")]
    public async Task Preview_names_why_a_call_would_not_go_out(string call, string outcome, string reason)
    {
        var preview = await api.JsonAsync(HttpMethod.Post, "preview", $$"""{"connection":"Sandbox","call":{{call}}}""");

        Assert.Equal(outcome, preview.GetProperty("outcome").GetString());
        Assert.Equal(reason, preview.GetProperty("reason").GetString());
    }

    [Fact]
    public async Task Send_waits_for_the_true_outcome_and_the_sandbox_has_the_event()
    {
        var sent = await api.JsonAsync(HttpMethod.Post, "send", Order("s1"));

        Assert.True(sent.GetProperty("ended").GetBoolean());
        Assert.Equal("accepted", sent.GetProperty("delivery").GetProperty("state").GetString());
        Assert.Equal("lab", sent.GetProperty("delivery").GetProperty("origin").GetString());
        var seen = Assert.Single((await api.JsonAsync(HttpMethod.Get, "sandbox/timeline?eventId=s1")).EnumerateArray());
        Assert.Equal("order", seen.GetProperty("event").GetString());
        var request = await api.JsonAsync(HttpMethod.Get, "sandbox/requests/" + seen.GetProperty("requestId"));
        Assert.True(request.GetProperty("keepsContract").GetBoolean());
    }

    [Fact]
    public async Task A_failed_delivery_is_found_explained_and_retried_to_its_true_outcome()
    {
        // Longer than one: a delivery of another test that is still on its way may take a step, too.
        await api.JsonAsync(HttpMethod.Put, "sandbox/scenario", """{"steps":[{"status":422,"repeat":100}]}""");
        var failed = (await api.JsonAsync(HttpMethod.Post, "send", Order("f1"))).GetProperty("delivery");
        Assert.Equal("failed", failed.GetProperty("state").GetString());
        Assert.Equal("unprocessable", failed.GetProperty("cause").GetProperty("code").GetString());

        var found = Assert.Single((await api.JsonAsync(HttpMethod.Post, "deliveries/search", """{"state":"failed","email":"F1@example.com"}""")).GetProperty("items").EnumerateArray());
        var id = found.GetProperty("id").GetString();
        await api.JsonAsync(HttpMethod.Put, "sandbox/scenario", """{"steps":[]}""");
        var retried = await api.JsonAsync(HttpMethod.Post, $"deliveries/{id}/retry?wait=true");

        Assert.Equal("accepted", retried.GetProperty("state").GetString());
        var detail = await api.JsonAsync(HttpMethod.Get, "deliveries/" + id);
        Assert.Equal([422, 200], detail.GetProperty("attempts").EnumerateArray().Select(attempt => attempt.GetProperty("statusCode").GetInt32()));
        using var canceled = await api.CallAsync(HttpMethod.Post, $"deliveries/{id}/cancel");
        Assert.Equal(HttpStatusCode.Conflict, canceled.StatusCode);
        Assert.Equal("accepted", JsonElement.Parse(await canceled.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).GetProperty("state").GetString());
    }

    [Fact]
    public async Task A_call_as_deep_as_the_door_lets_in_is_previewed_sent_and_read_back()
    {
        const int Depth = 400;
        var deep = string.Concat(Enumerable.Repeat("""{"a":""", Depth)) + "1" + new string('}', Depth);
        var wish = $$$$$"""{"connection":"Sandbox","call":{"type":"track","userId":"u-deep","messageId":"deep1","event":"Song Played","properties":{"deep":{{{{{deep}}}}}}}}""";

        var preview = await api.JsonAsync(HttpMethod.Post, "preview", wish);
        var sent = (await api.JsonAsync(HttpMethod.Post, "send", wish)).GetProperty("delivery");
        var detail = await api.JsonAsync(HttpMethod.Get, $"deliveries/{sent.GetProperty("id").GetString()}");
        var seen = Assert.Single((await api.JsonAsync(HttpMethod.Get, "sandbox/timeline?eventId=deep1")).EnumerateArray());
        await api.JsonAsync(HttpMethod.Get, "sandbox/requests/" + seen.GetProperty("requestId"));

        Assert.Equal("mapped", preview.GetProperty("outcome").GetString());
        Assert.Equal("accepted", sent.GetProperty("state").GetString());
        Assert.Equal(JsonValueKind.Object, detail.GetProperty("attempts")[0].GetProperty("sent").ValueKind);
    }

    [Theory]
    [InlineData("transport")]
    [InlineData("signatureHash")]
    [InlineData("environment")]
    [InlineData("orderFields")]
    [InlineData("customerId")]
    public async Task A_number_that_stands_for_no_choice_is_refused_and_changes_nothing(string field)
    {
        var before = await api.JsonAsync(HttpMethod.Get, "connections/Shop");

        var problem = await api.JsonAsync(HttpMethod.Put, "connections/Shop", $$"""{"{{field}}":77}""", HttpStatusCode.BadRequest);

        Assert.Contains(field, problem.ToString(), StringComparison.Ordinal);
        Assert.Equal(before.ToString(), (await api.JsonAsync(HttpMethod.Get, "connections/Shop")).ToString());
    }

    [Theory]
    [InlineData("since=0001-01-01")]
    [InlineData("until=9999-12-31T23:59:59Z")]
    public async Task A_span_from_the_first_to_the_last_day_there_is_finds_everything(string span)
    {
        await api.JsonAsync(HttpMethod.Post, "send", Order($"t{span.Length}"));

        Assert.Single((await api.JsonAsync(HttpMethod.Get, $"deliveries?messageId=t{span.Length}&{span}")).GetProperty("items").EnumerateArray());
    }

    [Fact]
    public async Task The_ledger_has_the_shape_that_is_promised_and_adds_up()
    {
        await api.JsonAsync(HttpMethod.Post, "send", Order("l1"));

        var ledger = await api.JsonAsync(HttpMethod.Get, "ledger");

        Assert.Equal(
            ["created", "skipped", "accepted", "waiting", "waitingHeld", "failed", "canceled", "settled", "purged", "balanced"],
            ledger.GetProperty("total").EnumerateObject().Select(member => member.Name));
        Assert.True(ledger.GetProperty("total").GetProperty("balanced").GetBoolean());
        Assert.Equal(["received", "letIn", "rejected"], ledger.GetProperty("requests").EnumerateObject().Select(member => member.Name));
        Assert.Contains(ledger.GetProperty("connections").EnumerateArray(), line => line.GetProperty("name").GetString() == "Sandbox" && line.GetProperty("balanced").GetBoolean());
    }

    [Fact]
    public async Task A_connection_is_made_changed_paused_and_resumed_and_never_tells_its_secret()
    {
        var made = await api.JsonAsync(
            HttpMethod.Post, "connections", $$"""{"name":"Second","apiKey":"second-key","apiSecret":"{{ApiUnderTest.Secret}}"}""", HttpStatusCode.Created);
        Assert.True(made.GetProperty("hasSecret").GetBoolean());
        Assert.Equal(8, made.GetProperty("secretFingerprint").GetString()!.Length);

        var changed = await api.JsonAsync(HttpMethod.Put, "connections/Second", """{"transport":"batch","customerId":"userIdElseEmail"}""");
        Assert.Equal("batch", changed.GetProperty("transport").GetString());
        Assert.Equal(2, changed.GetProperty("version").GetInt32());
        Assert.True(changed.GetProperty("hasSecret").GetBoolean());

        Assert.Equal("paused", (await api.JsonAsync(HttpMethod.Post, "connections/Second/pause", "{}")).GetProperty("state").GetString());
        Assert.Equal("active", (await api.JsonAsync(HttpMethod.Post, "connections/Second/resume")).GetProperty("state").GetString());
    }

    [Fact]
    public async Task What_no_longer_applies_to_a_connection_is_answered_with_its_state()
    {
        var problem = await api.JsonAsync(HttpMethod.Post, "connections/Sandbox/resume", null, HttpStatusCode.Conflict);

        Assert.Equal("active", problem.GetProperty("state").GetString());
    }

    [Fact]
    public async Task An_unknown_state_is_told_which_ones_there_are()
    {
        var problem = await api.JsonAsync(HttpMethod.Get, "deliveries?state=waiting,failed", null, HttpStatusCode.BadRequest);

        Assert.Contains("waiting, sending, accepted, failed, skipped, canceled, settled, purged, held", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"name":"","apiKey":"12345678"}""", "name")]
    [InlineData("""{"name":"Sandbox","apiKey":"12345678"}""", "name")]
    [InlineData("""{"name":"x","apiKey":"short"}""", "apiKey")]
    [InlineData("""{"name":"x","apiKey":"12345678","baseUrl":"richpanel"}""", "baseUrl")]
    [InlineData("""{"name":"x","apiKey":"12345678","transport":"batch"}""", "transport")]
    [InlineData("""{"name":"x","apiKey":"12345678","apiSecret":"a b"}""", "apiSecret")]
    public async Task A_connection_that_cannot_be_right_is_refused_by_field(string wish, string field)
    {
        var problem = await api.JsonAsync(HttpMethod.Post, "connections", wish, HttpStatusCode.BadRequest);

        Assert.Contains(field, problem.GetProperty("errors").EnumerateObject().Select(error => error.Name));
    }

    [Fact]
    public async Task A_source_shows_its_write_key_once_and_its_calls_arrive()
    {
        var source = await api.JsonAsync(HttpMethod.Post, "sources", """{"connection":"Sandbox","name":"Web shop"}""", HttpStatusCode.Created);
        var key = source.GetProperty("writeKey").GetString()!;
        Assert.Equal(32, key.Length);
        Assert.DoesNotContain(key, (await api.JsonAsync(HttpMethod.Get, "sources")).GetRawText(), StringComparison.Ordinal);

        await Support.Posting.AcceptedAsync(Support.Posting.PostCallAsync(api.Http, "/v1/track", """{"userId":"u","event":"e","messageId":"by-new-source"}""", key));
        await api.Console.ExpandedAsync();

        Assert.Single((await api.JsonAsync(HttpMethod.Get, "deliveries?messageId=by-new-source")).GetProperty("items").EnumerateArray());
    }

    [Fact]
    public async Task A_check_of_an_address_that_does_not_exist_says_so_by_step()
    {
        var check = await api.JsonAsync(HttpMethod.Post, "connections/Shop/check");

        Assert.False(check.GetProperty("passed").GetBoolean());
        var step = Assert.Single(check.GetProperty("steps").EnumerateArray());
        Assert.Equal("resolve", step.GetProperty("step").GetString());
        Assert.Contains(step.GetProperty("cause").GetProperty("code").GetString(), new[] { "dns_not_found", "dns_trouble" });
    }

    [Theory]
    [InlineData("GET", "nothing", null, HttpStatusCode.NotFound)]
    [InlineData("DELETE", "ledger", null, HttpStatusCode.MethodNotAllowed)]
    [InlineData("POST", "preview", "{broken", HttpStatusCode.BadRequest)]
    [InlineData("POST", "preview", "{}", HttpStatusCode.BadRequest)]
    [InlineData("POST", "preview", """{"connection":"nobody","call":{}}""", HttpStatusCode.NotFound)]
    [InlineData("GET", "deliveries?state=lost", null, HttpStatusCode.BadRequest)]
    [InlineData("GET", "deliveries?state=waiting,sending", null, HttpStatusCode.BadRequest)]
    [InlineData("GET", "deliveries?state=3", null, HttpStatusCode.BadRequest)]
    [InlineData("GET", "deliveries?type=1,2", null, HttpStatusCode.BadRequest)]
    [InlineData("POST", "connections/Shop/resume", null, HttpStatusCode.Conflict)]
    [InlineData("POST", "connections/Shop/release", null, HttpStatusCode.BadRequest)]
    [InlineData("POST", "connections/Shop/release", """{"reason":"ok"}""", HttpStatusCode.BadRequest)]
    [InlineData("POST", "connections/Shop/release", """{"reason":"the key is right again"}""", HttpStatusCode.Conflict)]
    [InlineData("POST", "connections/Shop/probe", null, HttpStatusCode.Conflict)]
    [InlineData("POST", "connections/Shop/release", """{"rate":0}""", HttpStatusCode.BadRequest)]
    [InlineData("POST", "connections/Shop/resume", """{"rate":1001}""", HttpStatusCode.BadRequest)]
    [InlineData("POST", "connections/Shop/pause", """{"until":"2020-01-01T00:00:00Z"}""", HttpStatusCode.BadRequest)]
    [InlineData("GET", "deliveries?since=yesterday", null, HttpStatusCode.BadRequest)]
    [InlineData("GET", "deliveries?cursor=7", null, HttpStatusCode.BadRequest)]
    [InlineData("GET", "deliveries/dlv_zzzz", null, HttpStatusCode.NotFound)]
    [InlineData("PUT", "sandbox/scenario", """{"steps":[{"status":999}]}""", HttpStatusCode.BadRequest)]
    public async Task Every_error_is_a_problem_with_its_status(string method, string path, string? body, HttpStatusCode status)
    {
        using var answer = await api.CallAsync(new HttpMethod(method), path, body);

        Assert.Equal(status, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
    }
}
