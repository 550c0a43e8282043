using System.Diagnostics;
using System.Text;
using Richpanel.Console.Deliveries.Detail;
using Richpanel.Console.Deliveries.Log;
using Richpanel.Core.Connections;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Json;
using Richpanel.Core.Notes;
using Richpanel.Core.Preview;
using Richpanel.Core.Wire;
using Exchange = Richpanel.Core.Deliveries.Exchange;

namespace Richpanel.Tests.Pages;

/// <summary>What the page of a delivery is made of, each by itself.</summary>
public sealed class DeliveryPartsTests
{
    private static readonly DateTimeOffset s_now = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(SignatureHash.Sha256)]
    [InlineData(SignatureHash.Md5)]
    public async Task A_copied_command_signs_as_the_product_does_once_its_holder_has_put_the_secret_in(SignatureHash hash)
    {
        Assert.SkipUnless(File.Exists("/bin/bash"), "bash is missing.");
        const string secret = "it's a $ecret";
        var call = new RichpanelCall((JsonTree.Map)JsonTreeReader.Read("""{"event":"it's","properties":{"a":"$HOME \\ `x` ü"}}"""u8).Tree);
        var shown = RichpanelEnvelope.PreviewSingle(call, "key-1", signed: true, s_now);
        var command = RichpanelCurl.Of(new PreviewRequest("POST", "https://api.example.test/v2/t", [KeyValuePair.Create("Content-Type", "application/json; charset=utf-8")], Encoding.ASCII.GetString(shown.Body)), hash);
        Assert.DoesNotContain(RichpanelEnvelope.SignaturePlaceholder, command, StringComparison.Ordinal);

        var said = await RunAsync("curl() { printf '%s\\n' \"$@\"; }\n" + command.Replace("'{{API_SECRET}}'", "'it'\\''s a $ecret'", StringComparison.Ordinal));

        var sent = RichpanelEnvelope.Single(call, "key-1", secret, hash, s_now);
        Assert.Equal(["-sS", "https://api.example.test/v2/t", "-H", "Content-Type: application/json; charset=utf-8", "--data-raw", Encoding.ASCII.GetString(sent.Body)], said.TrimEnd('\n').Split('\n'));
    }

    [Fact]
    public async Task A_command_without_a_signature_asks_for_no_secret()
    {
        Assert.SkipUnless(File.Exists("/bin/bash"), "bash is missing.");
        var command = RichpanelCurl.Of(new PreviewRequest("POST", "https://api.example.test/v2/t", [], """{"h":"it's"}"""), SignatureHash.Sha256);

        Assert.Equal("""{"h":"it's"}""", (await RunAsync("curl() { printf '%s\\n' \"$@\"; }\n" + command)).TrimEnd('\n').Split('\n')[^1]);
        Assert.DoesNotContain("SECRET", command, StringComparison.Ordinal);
    }

    [Fact]
    public void A_request_is_shown_with_the_address_it_went_to_though_the_connection_was_changed_since()
    {
        var attempt = Attempt(1, "https://old.example.test/v2/t", """{"event":"order"}""", version: 1);
        var connection = new Connection { Name = "Shop", BaseUrl = "https://new.example.test/v2", ApiKey = "new-key", Version = 2 };

        var request = SentRequest.Of(attempt, connection)!;

        Assert.Equal("https://old.example.test/v2/t", request.Url);
        var payload = Encoding.UTF8.GetString(Convert.FromBase64String(((JsonTree.Map)JsonTreeReader.Read(Encoding.UTF8.GetBytes(request.Body)).Tree)["h"]!.AsText()!));
        Assert.Contains(SentRequest.KeyPlaceholder, payload, StringComparison.Ordinal);
        Assert.DoesNotContain("new-key", payload, StringComparison.Ordinal);
        Assert.Contains($"\"sentAt\":{s_now.ToUnixTimeMilliseconds()}", payload, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_values_that_read_alike_under_a_mask_are_told_as_different()
    {
        var (before, after) = (Tree("""{"a":1,"list":[1,2],"who":"jane@example.com","gone":true}"""), Tree("""{"list":[1,3,4],"who":"june@example.com","a":1,"new":{}}"""));

        var changes = JsonDiff.Of(before, after, Tree("""{"a":1,"list":[1,2],"who":"x","gone":true}"""), Tree("""{"list":[1,3,4],"who":"x","a":1,"new":{}}"""));

        Assert.Equal(
            [("$.list[1]", "2", "3"), ("$.list[2]", null, "4"), ("$.who", "\"x\"", "\"x\""), ("$.gone", "true", null), ("$.new", null, "{}")],
            changes.Select(change => (change.Path, Text(change.Before), Text(change.After))));
        Assert.Empty(JsonDiff.Of(before, Tree("""{"gone":true,"who":"jane@example.com","list":[1,2],"a":1}""")));
    }

    [Fact]
    public void What_steers_a_retry_comes_first_and_no_key_is_readable()
    {
        var head = AnswerHead.Of("Content-Type: text/plain\nX-Api-Key: abc:def\nRetry-After: 120\nx-request-id: r-1\nX-RateLimit-Tokens: 0\nWWW-Authenticate: Bearer realm=\"x\"");

        Assert.Equal(["Retry-After", "x-request-id", "X-RateLimit-Tokens", "Content-Type", "X-Api-Key", "WWW-Authenticate"], head.Select(header => header.Name));
        Assert.Equal(["120", "r-1", "0", "text/plain", "••• hidden, 7 characters", "Bearer realm=\"x\""], head.Select(header => header.Value));
        Assert.Empty(AnswerHead.Of(null));
    }

    [Fact]
    public void Each_try_to_come_has_a_clock_time_and_the_last_of_the_schedule_is_the_last()
    {
        var tries = FutureTries.Of(2, s_now, spent: 1, isManual: false, [TimeSpan.Zero, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(2)], jitter: .2);

        Assert.Equal([2, 3, 4], tries.Select(one => one.Number));
        Assert.Equal([0, 30, 150], tries.Select(one => (one.Earliest - s_now).TotalSeconds));
        Assert.Equal([0, 36, 180], tries.Select(one => (one.Latest - s_now).TotalSeconds));
        Assert.Equal([0, 5, 35, 155], FutureTries.Of(5, s_now, spent: 0, isManual: true, [TimeSpan.Zero, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(2)], jitter: 0).Select(one => (one.Earliest - s_now).TotalSeconds));
    }

    [Theory]
    [InlineData("try_later", 503, "Retry-After: 120", null, false, "asked for by the answer (Retry-After: 120)")]
    [InlineData("try_later", 503, "", null, false, "the schedule's wait after try 1")]
    [InlineData("try_later", 500, "Retry-After: 120", null, false, "the schedule's wait after try 1")]
    [InlineData("hold", 401, "", null, false, "the answer may speak for the whole connection, so it spends no try")]
    [InlineData("hold", 401, "", null, true, "the connection is stopped, and no try is spent meanwhile")]
    [InlineData("failed", 422, "", AttemptTrigger.Manual, false, "until somebody asked for it")]
    [InlineData("try_later", 503, "", AttemptTrigger.AfterRestart, false, "the product was stopped in between")]
    public void A_wait_says_why(string outcome, int status, string headers, AttemptTrigger? next, bool held, string why)
    {
        var before = Attempt(1, "https://x.test/t", "{}", outcome: outcome, status: status, headers: headers);
        var after = next is { } trigger ? Attempt(2, "https://x.test/t", "{}", trigger: trigger) : null;

        Assert.Equal(why, TryWords.Wait(before, after, held));
    }

    [Fact]
    public void A_wait_begins_when_the_answer_came_and_what_the_connection_added_is_told_apart()
    {
        var before = Attempt(1, "https://x.test/t", "{}", outcome: "try_later", status: 503, took: 4_000, due: s_now.AddSeconds(9));
        AttemptDetail After(double seconds, AttemptTrigger trigger = AttemptTrigger.Automatic) => Attempt(2, "https://x.test/t", "{}", trigger: trigger, at: s_now.AddSeconds(seconds));
        string Told(AttemptDetail? after, double until, bool held = false) => string.Join("; then ", TryWords.Waits(before, after, s_now.AddSeconds(until), held).Select(wait => $"{TryWords.Length(wait.Length)}: {wait.Why}"));

        Assert.Equal("5 s: the schedule's wait after try 1", Told(After(9), 9));
        Assert.Equal("5 s: the schedule's wait after try 1; then 2 h 59 min: it was due, but the connection was stopped, asked to wait or busy", Told(After(9 + (179 * 60)), 9 + (179 * 60)));
        Assert.Equal("5 s: the schedule's wait after try 1; then 1 min: the product was stopped in between", Told(After(69, AttemptTrigger.AfterRestart), 69));
        Assert.Equal("5 s: the schedule's wait after try 1; then 1 min 30 s: the connection is stopped, and no try is spent meanwhile", Told(null, 99, held: true));
        Assert.Equal("1 min: until somebody asked for it", Told(After(64, AttemptTrigger.Manual), 64));
        Assert.Equal("2 s: cut short by a person", Told(After(6, AttemptTrigger.Manual), 6));
        Assert.Empty(TryWords.Waits(before, After(4), s_now.AddSeconds(4), held: false));
    }

    [Fact]
    public void A_try_says_who_asked_for_it()
    {
        DeliveryWish[] wishes = [new(s_now.AddMinutes(-5), "Ann", WishKind.Retry, false), new(s_now.AddMinutes(-1), "Ben", WishKind.Retry, true), new(s_now.AddMinutes(1), "Cid", WishKind.TryNow, null)];

        Assert.Equal("retried by Ben as then", TryWords.Trigger(Attempt(2, "https://x.test/t", "{}", trigger: AttemptTrigger.Manual).Attempt, wishes));
        Assert.Equal("by a person", TryWords.Trigger(Attempt(2, "https://x.test/t", "{}", trigger: AttemptTrigger.Manual).Attempt, []));
        Assert.Equal("first", TryWords.Trigger(Attempt(1, "https://x.test/t", "{}").Attempt, wishes));
    }

    [Fact]
    public void A_field_is_unused_unless_a_rule_took_it_or_what_it_stands_in() => Assert.Equal(
        ["$.properties['odd key']", "$.list[1].b"],
        UnusedFields.Of(
            Tree("""{"event":"x","properties":{"total":1,"odd key":2},"traits":{"a":{"b":1}},"list":[{"a":1},{"b":2}]}"""),
            [new Provenance("$.e", "$.event", ""), new Provenance("$.p", "$.properties.total", ""), new Provenance("$.t", "$.traits", ""), new Provenance("$.l", "$.list[0].a", ""), new Provenance("$.d", null, "")]));

    [Fact]
    public void An_address_carries_the_filter_the_part_and_the_try_and_what_is_passed_on_does_not_carry_the_filter()
    {
        var log = new LogAddress { Query = "state:failed", Who = "0123", At = "oldest" };
        var page = new DetailAddress(log, "dlv_2k", IsPane: false) { Tab = "response", Try = 2 };

        Assert.Equal("/deliveries/dlv_2k?q=state%3Afailed&who=0123&at=oldest&tab=response&try=2", page.ToString());
        Assert.Equal("/deliveries?q=state%3Afailed&who=0123&at=oldest&open=dlv_2k&tab=response&try=2", (page with { IsPane = true }).ToString());
        Assert.Equal("/deliveries/dlv_2k?tab=response&try=2", page.Shared);
        Assert.Equal("/deliveries/dlv_3k?q=state%3Afailed&who=0123&at=oldest&tab=response", page.Of("dlv_3k").ToString());
        Assert.Equal("/deliveries?q=state%3Afailed&who=0123&at=oldest", page.Back);
        Assert.Equal(DetailAddress.Mapping, (page with { Tab = "<script>" }).ShownTab);
    }

    private static AttemptDetail Attempt(
        int number, string url, string content, int version = 1, string outcome = "failed", int status = 422, string headers = "", AttemptTrigger trigger = AttemptTrigger.First,
        DateTimeOffset? at = null, int took = 0, DateTimeOffset? due = null) => new(
        new Attempt { Number = number, Outcome = outcome, ConnectionVersion = version, SecretFingerprint = "0123abcd", StartedAt = at ?? s_now, NextDueAt = due, Trigger = trigger },
        new Exchange { Url = url, StartedAt = at ?? s_now, StatusCode = status, ResponseHeaders = headers, Size = 1, TotalMs = took },
        new MappedCall { Content = content });

    private static JsonTree Tree(string json) => JsonTreeReader.Read(Encoding.UTF8.GetBytes(json)).Tree;

    private static string? Text(JsonTree? tree) => tree is null ? null : JsonTreeWriter.Write(tree);

    private static async Task<string> RunAsync(string script)
    {
        using var bash = Process.Start(new ProcessStartInfo("/bin/bash", ["-c", script]) { RedirectStandardOutput = true })!;
        var said = await bash.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await bash.WaitForExitAsync(TestContext.Current.CancellationToken);
        return said;
    }
}
