using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Richpanel.Core.Access;
using Richpanel.Core.Connections;
using Richpanel.Core.Sandbox;
using Richpanel.Tests.Support;

namespace Richpanel.Tests.Api;

/// <summary>The same as the pages do, by API: plan, look, start, steer, report; with role and connections.</summary>
public sealed class RetriesApiTests(ApiUnderTest api) : IClassFixture<ApiUnderTest>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact(Timeout = 60_000)]
    public async Task A_bulk_retry_is_planned_started_and_reported()
    {
        await FailAsync("Api Retried", "api-retry-1", "api-retry-2");
        var plan = await api.JsonAsync(HttpMethod.Post, "retries", """{"search":{"event":"Api Retried","state":"failed"}}""", HttpStatusCode.Created, Role.Operator);
        var path = "retries/" + plan.GetProperty("id").GetString();
        Assert.Equal(("planned", 2, 2), (Text(plan, "state"), plan.GetProperty("planned").GetInt32(), plan.GetProperty("plan").GetProperty("total").GetInt32()));

        var samples = (await api.JsonAsync(HttpMethod.Get, path + "/samples", role: Role.Viewer)).EnumerateArray().ToList();
        Assert.Equal((2, true, 0), (samples.Count, samples[0].GetProperty("wasSent").GetBoolean(), samples[0].GetProperty("changes").GetArrayLength()));
        Assert.Equal("Api Retried", Text(samples[0].GetProperty("delivery"), "event"));
        await api.JsonAsync(HttpMethod.Get, path.Replace("retries", "replays", StringComparison.Ordinal) + "/samples", status: HttpStatusCode.NotFound);
        var bad = await api.JsonAsync(HttpMethod.Post, path + "/start", """{"as":"never"}""", HttpStatusCode.BadRequest);
        Assert.StartsWith("as: give now", Text(bad, "detail"), StringComparison.Ordinal);
        await api.JsonAsync(HttpMethod.Post, path + "/start", """{"perSecond":999}""", HttpStatusCode.BadRequest);
        await api.JsonAsync(HttpMethod.Post, path + "/pause", status: HttpStatusCode.Conflict);
        await api.JsonAsync(HttpMethod.Post, path + "/start", """{"as":"now","perSecond":100,"canary":1,"stopAbovePercent":0}""", role: Role.Operator);
        await api.JsonAsync(HttpMethod.Post, path + "/start", status: HttpStatusCode.Conflict);
        var done = await UntilAsync(path, "finished");

        Assert.Equal((2, 0), (done.GetProperty("accepted").GetInt32(), done.GetProperty("left").GetInt32()));
        var query = Text(done.GetProperty("results")[0], "query");
        var found = await api.JsonAsync(HttpMethod.Get, "deliveries?q=" + Uri.EscapeDataString(query!));
        Assert.Equal([Text(plan, "id"), Text(plan, "id")], found.GetProperty("items").EnumerateArray().Select(one => Text(one, "retry")));
        var detail = await api.JsonAsync(HttpMethod.Get, "deliveries/" + Text(found.GetProperty("items")[0], "id"));
        Assert.Equal("bulk", Text(detail.GetProperty("attempts")[1], "trigger"));
        Assert.Contains((await api.JsonAsync(HttpMethod.Get, "retries", role: Role.Viewer)).EnumerateArray(), one => Text(one, "id") == Text(plan, "id"));
        Assert.DoesNotContain((await api.JsonAsync(HttpMethod.Get, "replays")).EnumerateArray(), one => Text(one, "id") == Text(plan, "id"));
        await api.JsonAsync(HttpMethod.Get, "replays/" + Text(plan, "id"), status: HttpStatusCode.NotFound);
        Assert.Empty((await api.JsonAsync(HttpMethod.Get, path + "/skipped")).EnumerateArray());
        await api.JsonAsync(HttpMethod.Delete, path, status: HttpStatusCode.Conflict);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_replay_of_named_deliveries_makes_copies_that_lead_both_ways()
    {
        await FailAsync("Api Replayed", "api-replay-1");
        var first = Text((await api.JsonAsync(HttpMethod.Get, "deliveries?messageId=api-replay-1")).GetProperty("items")[0], "id");
        var plan = await api.JsonAsync(HttpMethod.Post, "replays", $$"""{"deliveries":["{{first}}"],"neverAccepted":true}""", HttpStatusCode.Created);
        await api.JsonAsync(HttpMethod.Post, $"replays/{Text(plan, "id")}/start", """{"canary":0}""");
        await UntilAsync($"replays/{Text(plan, "id")}", "finished");

        var copy = (await api.JsonAsync(HttpMethod.Get, "deliveries?messageId=api-replay-1&origin=replay")).GetProperty("items")[0];
        Assert.Equal("accepted", Text(copy, "state"));
        Assert.Equal(first, Text(await api.JsonAsync(HttpMethod.Get, "deliveries/" + Text(copy, "id")), "copyOf"));
        Assert.Equal(Text(copy, "id"), (await api.JsonAsync(HttpMethod.Get, "deliveries/" + first)).GetProperty("copies")[0].GetString());
        await api.Console.LedgerAddsUpAsync();
    }

    [Fact(Timeout = 60_000)]
    public async Task What_waits_is_canceled_as_counted_and_reported()
    {
        var shop = await api.Console.AddSourceAsync("Cancel many", connection => connection.PausedAt = DateTimeOffset.UnixEpoch);
        using var sender = api.Console.CreateClient();
        foreach (var id in new[] { "api-cancel-1", "api-cancel-2" })
        {
            await sender.PostCallAsync("/v1/track", $$"""{"messageId":"{{id}}","userId":"u","event":"Api Rubbish"}""", shop.WriteKey).AcceptedAsync();
        }

        await api.Console.ExpandedAsync();
        var plan = await api.JsonAsync(HttpMethod.Post, "cancels", """{"search":{"event":"Api Rubbish"}}""", HttpStatusCode.Created, Role.Operator);
        var path = "cancels/" + Text(plan, "id");
        Assert.Equal(("cancel", 2, JsonValueKind.Null), (Text(plan, "kind"), plan.GetProperty("planned").GetInt32(), plan.GetProperty("plan").GetProperty("secondsAtRate").ValueKind));
        Assert.All(new[] { "as", "perSecond", "canary", "stopAbovePercent" }, setting => Assert.Equal(JsonValueKind.Null, plan.GetProperty(setting).ValueKind));
        await api.JsonAsync(HttpMethod.Get, path + "/samples", status: HttpStatusCode.NotFound);
        await api.JsonAsync(HttpMethod.Get, path.Replace("cancels", "retries", StringComparison.Ordinal), status: HttpStatusCode.NotFound);
        var bad = await api.JsonAsync(HttpMethod.Post, path + "/start", """{"as":"now"}""", HttpStatusCode.BadRequest);
        Assert.StartsWith("A cancel sends nothing", Text(bad, "detail"), StringComparison.Ordinal);
        await api.JsonAsync(HttpMethod.Post, path + "/start", role: Role.Operator);
        var done = await UntilAsync(path, "finished");

        Assert.Equal((2, 0, 2), (done.GetProperty("other").GetInt32(), done.GetProperty("left").GetInt32(), done.GetProperty("results")[0].GetProperty("count").GetInt32()));
        var found = await api.JsonAsync(HttpMethod.Get, "deliveries?q=" + Uri.EscapeDataString(Text(done.GetProperty("results")[0], "query")!));
        Assert.Equal(["canceled", "canceled"], found.GetProperty("items").EnumerateArray().Select(one => Text(one, "state")));
    }

    [Theory(Timeout = 60_000)]
    [InlineData("cancels", """{"search":{},"neverAccepted":true}""", "neverAccepted: of replays only")]
    [InlineData("retries", "{}", "Give either search")]
    [InlineData("retries", """{"search":{},"deliveries":["dlv_1"]}""", "Give either search")]
    [InlineData("retries", """{"deliveries":["con_1"]}""", "deliveries: give 1 to 10000 ids")]
    [InlineData("retries", """{"search":{"q":"stat:failed"}}""", "q, at character 1")]
    [InlineData("retries", """{"search":{},"neverAccepted":true}""", "neverAccepted: of replays only")]
    public async Task What_cannot_be_planned_is_refused_in_words(string path, string body, string words) =>
        Assert.Contains(words, Text(await api.JsonAsync(HttpMethod.Post, path, body, HttpStatusCode.BadRequest), "detail"), StringComparison.Ordinal);

    [Fact(Timeout = 60_000)]
    public async Task A_token_of_other_connections_neither_counts_nor_sees_what_is_not_its_own()
    {
        await FailAsync("Api Limited", "api-limit-1");
        var plan = await api.JsonAsync(HttpMethod.Post, "retries", """{"search":{"messageId":"api-limit-1"}}""", HttpStatusCode.Created);
        using var own = await api.CallAsync(HttpMethod.Get, "retries/" + Text(plan, "id"), null, ApiUnderTest.SandboxOnlyToken);
        Assert.Equal(HttpStatusCode.OK, own.StatusCode);   // of the sandbox, which it may touch

        var shop = await api.Console.AddSourceAsync("Retry limits", connection => connection.PausedAt = DateTimeOffset.UnixEpoch);
        using var sender = api.Console.CreateClient();
        await sender.PostCallAsync("/v1/track", """{"messageId":"api-limit-2","userId":"u","event":"Held"}""", shop.WriteKey).AcceptedAsync();
        await api.Console.ExpandedAsync();
        var id = Text((await api.JsonAsync(HttpMethod.Get, "deliveries?messageId=api-limit-2")).GetProperty("items")[0], "id");
        await api.JsonAsync(HttpMethod.Post, $"deliveries/{id}/cancel");
        var other = await api.JsonAsync(HttpMethod.Post, "retries", $$"""{"deliveries":["{{id}}"]}""", HttpStatusCode.Created);
        Assert.Equal(1, other.GetProperty("planned").GetInt32());

        foreach (var (method, path) in new[] { (HttpMethod.Get, ""), (HttpMethod.Post, "/start"), (HttpMethod.Delete, "") })
        {
            using var answer = await api.CallAsync(method, $"retries/{Text(other, "id")}{path}", null, ApiUnderTest.SandboxOnlyToken);
            Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        }

        using var planned = await api.CallAsync(HttpMethod.Post, "retries", $$"""{"deliveries":["{{id}}"]}""", ApiUnderTest.SandboxOnlyToken);
        Assert.Equal(0, JsonElement.Parse(await planned.Content.ReadAsStringAsync(Ct)).GetProperty("planned").GetInt32());
    }

    private static string? Text(JsonElement of, string name) => of.GetProperty(name).GetString();

    private async Task<JsonElement> UntilAsync(string path, string state)
    {
        var changes = api.Console.Services.GetRequiredService<Core.ChangeFeed>();
        while (true)
        {
            var changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            using var subscription = changes.Subscribe(() => changed.TrySetResult());
            var now = await api.JsonAsync(HttpMethod.Get, path);
            if (Text(now, "state") == state)
            {
                return now;
            }

            await changed.Task.WaitAsync(Ct);
        }
    }

    /// <summary>Deliveries to the sandbox that it refused; it answers as Richpanel from then on.</summary>
    private async Task FailAsync(string name, params string[] messageIds)
    {
        var console = api.Console;
        var scenarios = console.Services.GetRequiredService<SandboxScenarios>();
        scenarios.Set(new SandboxScenario([new SandboxStep(Status: 422, Repeat: 100)]));
        var sandbox = console.Directory.Connections.Single(connection => connection.IsSandbox);
        var key = console.Services.GetRequiredService<SourceStore>().RevealWriteKey(console.Directory.Sources.Single(one => one.ConnectionId == sandbox.Id));
        using var sender = console.CreateClient();
        foreach (var id in messageIds)
        {
            await sender.PostCallAsync("/v1/track", $$"""{"messageId":"{{id}}","userId":"u","event":"{{name}}"}""", key).AcceptedAsync();
        }

        await console.ExpandedAsync();
        foreach (var id in messageIds)
        {
            var row = (await api.JsonAsync(HttpMethod.Get, "deliveries?messageId=" + id)).GetProperty("items")[0];
            await console.Services.GetRequiredService<Core.Deliveries.DeliveryActions>().WaitForOutcomeAsync(Core.PublicId.Parse(Text(row, "id"), "dlv")!.Value, 0, TimeSpan.FromSeconds(20), Ct);
        }

        scenarios.Set(SandboxScenario.AsRichpanel);
    }
}
