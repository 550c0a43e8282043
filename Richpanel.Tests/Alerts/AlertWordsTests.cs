using System.Text;
using System.Text.Json;
using Richpanel.Core.Alerts.Rules;
using Richpanel.Core.Causes;
using Richpanel.Core.Connections;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Health;
using Richpanel.Core.Ledger;
using Richpanel.Core.Support;
using Richpanel.Tests.Deliveries;

namespace Richpanel.Tests.Alerts;

/// <summary>From what Overview shows to what a channel sends: cause, counts, link and what to do.</summary>
public sealed class AlertWordsTests
{
    private static readonly LedgerLine s_line = new(Created: 400, Skipped: 0, Accepted: 80, Waiting: 312, WaitingHeld: 312, Failed: 8, Canceled: 0, Settled: 0, Purged: 0);

    [Fact]
    public void A_hold_says_cause_counts_link_and_what_to_do()
    {
        var fact = Fact(c => (c.HoldCause, c.HoldSince) = ("unauthorized", A.Noon));

        Assert.Equal((HealthState.Held, true, "unauthorized", A.Noon), (fact.State, fact.TellsAtOnce, fact.Cause, fact.Since!.Value));
        Assert.Equal("/connections/con_7", fact.Link);
        var lines = AlertWords.LinesOf(AlertItem.Of(Notice(fact)) with { Failed = 8, FailedSince = A.Noon.AddHours(-1), Causes = [new("unauthorized", "Key not accepted (401)", 8)] });
        Assert.Equal(
            [
                CauseCatalog.Find("unauthorized").Text,
                "Since 1 Mar 2026 12:00 UTC.",
                "Deliveries: 312 waiting, 312 of them held; 8 failed since 1 Mar 2026 11:00 UTC.",
                "Why they failed: Key not accepted (401): 8.",
                $"What to do: {CauseCatalog.Find("unauthorized").Remedy}",
            ],
            lines);
    }

    [Fact]
    public void A_connection_is_as_overview_says_it_is()
    {
        Assert.Equal(HealthState.Healthy, Fact(_ => { }).State);
        Assert.Equal(HealthState.Failing, Fact(c => (c.BreakerCause, c.BreakerSince, c.BreakerUntil) = ("service_unavailable", A.Noon, A.Noon.AddMinutes(5))).State);
        Assert.Equal(HealthState.Degraded, Fact(c => c.PostponedUntil = A.Noon.AddMinutes(30)).State);
        Assert.Equal(HealthState.Undecided, Fact(c => c.PausedAt = A.Noon).State);
        Assert.Equal(HealthState.Undecided, Fact(c => c.Disabled = true).State);
        Assert.Equal(HealthState.Undecided, Fact(c => (c.RecoveryBefore, c.RecoveryProbes) = (A.Noon, 3)).State);
        Assert.Equal(HealthState.Healthy, Fact(c => c.RecoveryBefore = A.Noon).State);
        Assert.False(Fact(c => (c.HoldCause, c.HoldSince, c.HoldUntil) = ("too_many_requests", A.Noon, A.Noon.AddHours(9))).TellsAtOnce);
    }

    [Theory]
    [InlineData(0, 20, HealthState.Failing)]
    [InlineData(1, 19, HealthState.Degraded)]
    [InlineData(14, 6, HealthState.Degraded)]
    [InlineData(15, 5, HealthState.Healthy)]
    [InlineData(6, 3, HealthState.Healthy)]   // a share says nothing of nine
    public void Newest_tries_say_whether_nothing_or_too_little_gets_through(int accepted, int failed, HealthState state)
    {
        var tries = Enumerable.Repeat(new TryOutcome(true, null, A.Noon), accepted).Concat(Enumerable.Repeat(new TryOutcome(false, "unprocessable", A.Noon), failed)).ToList();

        var health = HealthSentence.Of(Shop(), s_line, hasSource: true, A.Noon.AddMinutes(5), FailingTries.Of(tries, A.Noon.AddMinutes(5)));

        Assert.Equal(state, health.State);
        Assert.Equal(state == HealthState.Healthy ? null : "unprocessable", health.Cause);
        Assert.Equal(state == HealthState.Failing ? HealthState.Failing : HealthState.Healthy, HealthSentence.Of(Shop(), s_line, true, A.Noon.AddHours(3), FailingTries.Of(tries, A.Noon.AddHours(3))).State);
    }

    [Fact]
    public void A_backlog_of_which_most_is_refused_is_not_well_while_it_goes_out_and_what_failed_before_the_stop_does_not_count()
    {
        var shop = Shop(c => c.RecoveryBefore = A.Noon.AddMinutes(-10));
        var tries = Enumerable.Range(0, 20).Select(i => new TryOutcome(i % 4 == 0, i % 4 == 0 ? null : "unprocessable", A.Noon.AddMinutes(-1))).ToList();
        var before = tries.Select(one => one with { At = A.Noon.AddMinutes(-11) }).ToList();

        var health = Of(shop, tries);

        Assert.Equal((HealthState.Degraded, "unprocessable"), (health.State, health.Cause));
        Assert.Equal(HealthState.Healthy, Of(shop, before).State);
        Assert.Equal(HealthState.Undecided, Of(Shop(c => (c.RecoveryBefore, c.RecoveryProbes) = (shop.RecoveryBefore, 3)), tries).State);

        static HealthSentence Of(Connection shop, List<TryOutcome> tries) => HealthSentence.Of(shop, s_line, true, A.Noon, FailingTries.Of(tries, A.Noon, shop.RecoveryBefore));
    }

    [Theory]
    [InlineData(9, 9, false)]
    [InlineData(10, 10, true)]
    [InlineData(10, 33, true)]
    [InlineData(10, 34, false)]
    public void What_fails_before_it_is_sent_counts_when_it_is_much_of_what_comes_in(int failed, int created, bool degraded)
    {
        var early = FailingUnsent.Of([("body_not_json", 1), ("no_user_anon_id", failed - 1)], created);
        var health = HealthSentence.Of(Shop(), s_line, true, A.Noon, null, early);

        Assert.Equal(degraded ? (HealthState.Degraded, "no_user_anon_id") : (HealthState.Healthy, null), (health.State, health.Cause));
    }

    [Fact]
    public void The_two_faults_of_a_disk_are_one_subject_and_what_is_over_is_said_to_be()
    {
        var low = AlertFacts.OfInstallation([new Fault("disk_low", "The disk has little room: 1 GB of 20 GB are free.", "Make room.", false, null, [])], []);
        var full = AlertFacts.OfInstallation([new Fault("disk_full", "The disk is nearly full: 1 MB are free. It answers 503.", "Make room.", true, null, [])], []);
        var unknown = AlertFacts.OfInstallation([], ["something_new", "connection:3"]);

        Assert.Equal((HealthState.Degraded, "disk_low"), (low.Single(fact => fact.Subject == "disk").State, low.Single(fact => fact.Subject == "disk").Cause));
        Assert.Equal((HealthState.Failing, "The disk is nearly full: 1 MB are free"), (full.Single(fact => fact.Subject == "disk").State, full.Single(fact => fact.Subject == "disk").Title));
        Assert.Equal(["store_failing", "database_damaged", "disk", "ledger_mismatch", "something_new"], unknown.Select(fact => fact.Subject));
        Assert.All(unknown, fact => Assert.Equal(HealthState.Healthy, fact.State));
    }

    [Fact]
    public void A_letter_holds_all_of_it_in_plain_words()
    {
        var message = Message(Notice(Fact(c => (c.HoldCause, c.HoldSince) = ("unauthorized", A.Noon))), new AlertNotice(AlertNoticeKind.Recovered, Fact(_ => { }) with { Title = "Staging gets through again" }, HealthState.Failing, A.Noon, 2));

        var letter = AlertWords.Letter(message);

        Assert.Equal("[Richpanel Console console.example.com] Shop is on hold: Key not accepted (401), and 1 more", AlertWords.Subject(message));
        Assert.Contains("https://console.example.com/connections/con_7", letter, StringComparison.Ordinal);
        Assert.Contains("Recovered: Staging gets through again", letter, StringComparison.Ordinal);
        Assert.Contains("It was failing from 1 Mar 2026 12:00 UTC.", letter, StringComparison.Ordinal);
        Assert.Contains("It has come again 2 times, each within an hour of going.", letter, StringComparison.Ordinal);
    }

    [Fact]
    public void Letters_about_one_thing_are_one_thread_from_its_first_alert_over_what_is_worse_to_its_recovery()
    {
        var fact = Fact(c => (c.HoldCause, c.HoldSince) = ("unauthorized", A.Noon.AddHours(1)));
        var first = Thread(Message(new AlertNotice(AlertNoticeKind.Change, fact, HealthState.Healthy, A.Noon, 0)));
        var worse = Thread(Message(new AlertNotice(AlertNoticeKind.Change, fact, HealthState.Degraded, A.Noon.AddHours(1), 0) { Began = A.Noon }));
        var over = Thread(Message(new AlertNotice(AlertNoticeKind.Recovered, fact, HealthState.Held, A.Noon, 0)));
        var again = Thread(Message(new AlertNotice(AlertNoticeKind.Change, fact, HealthState.Healthy, A.Noon.AddDays(1), 0)));

        Assert.Equal(["thread.connection-7.1772366400"], new[] { first, worse, over }.Distinct());
        Assert.NotEqual(first, again);
        Assert.Empty(AlertWords.ThreadsOf(Message() with { Items = [AlertItem.Test], IsTest = true }));
        var both = AlertWords.ThreadsOf(Message(new AlertNotice(AlertNoticeKind.Change, fact with { Subject = "disk" }, HealthState.Healthy, A.Noon, 0), new AlertNotice(AlertNoticeKind.Recovered, fact, HealthState.Held, A.Noon, 0)));
        Assert.Equal(["thread.connection-7.1772366400", "thread.disk.1772366400"], both);   // neither thread lacks its end

        static string Thread(AlertMessage message) => Assert.Single(AlertWords.ThreadsOf(message));
    }

    [Fact]
    public void Programs_get_every_part_under_its_own_name()
    {
        var message = Message(Notice(Fact(c => (c.HoldCause, c.HoldSince) = ("unauthorized", A.Noon))));

        using var json = JsonDocument.Parse(AlertWords.Json(message));

        var alert = json.RootElement.GetProperty("alerts")[0];
        Assert.Equal(("alt_1", false), (json.RootElement.GetProperty("id").GetString(), json.RootElement.GetProperty("test").GetBoolean()));
        Assert.Equal(
            ["change", "connection:con_7", "Shop", "production", "held", "healthy", "2026-03-01T12:00:00Z", "unauthorized", "https://console.example.com/connections/con_7"],
            new[] { "kind", "subject", "connection", "environment", "state", "before", "since", "cause", "link" }.Select(name => alert.GetProperty(name).GetString()));
        Assert.Equal(312, alert.GetProperty("counts").GetProperty("held").GetInt64());
        Assert.NotEmpty(alert.GetProperty("whatToDo").GetString()!);
    }

    [Fact]
    public void Nothing_in_a_name_becomes_a_link_or_a_mention_in_Slack()
    {
        var fact = AlertFacts.Of(Shop(c => (c.Name, c.HoldCause) = ("<!channel> *A* & B", "unauthorized")), HealthSentence.Of(Shop(c => c.HoldCause = "unauthorized"), s_line, true, A.Noon), s_line);

        var json = Encoding.UTF8.GetString(AlertWords.Slack(Message(Notice(fact))));

        using var body = JsonDocument.Parse(json);
        var text = body.RootElement.GetProperty("text").GetString()!;
        Assert.StartsWith(":red_circle: *&lt;!channel&gt; ∗A∗ &amp; B is on hold: ", text, StringComparison.Ordinal);
        Assert.EndsWith("\n<https://console.example.com/connections/con_7|Open it in the console>", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_chat_that_refuses_long_texts_gets_the_first_ones_whole_and_the_rest_counted()
    {
        var many = Enumerable.Range(1, 30).Select(i => Notice(Fact(c => (c.Name, c.HoldCause, c.HoldSince) = ($"Shop {i}", "unauthorized", A.Noon)))).ToArray();

        using var body = JsonDocument.Parse(AlertWords.Slack(Message(many)));
        var text = body.RootElement.GetProperty("text").GetString()!;

        Assert.InRange(text.Length, 1_000, 1_999);
        Assert.StartsWith(":red_circle: *Shop 1 is on hold: ", text, StringComparison.Ordinal);
        var told = text.Split("is on hold: ").Length - 1;
        Assert.Equal(told, text.Split("|Open it in the console>").Length - 1);
        Assert.EndsWith($"\n\nAnd {30 - told} more: <https://console.example.com/alerts|See all of it>", text, StringComparison.Ordinal);
    }

    [Fact]
    public void The_commonest_cause_is_linked_where_the_address_of_the_console_is_known()
    {
        var item = AlertItem.Of(Notice(Fact(c => c.HoldCause = "unauthorized"))) with { Causes = [new("unauthorized", "Key not accepted (401)", 8, "grp_1", "dlv_2k"), new("dns_not_found", "No such host", 2, "grp_2")] };
        var message = Message() with { Items = [item] };

        var letter = AlertWords.Letter(message);
        Assert.Contains("  One of the commonest cause: https://console.example.com/deliveries/dlv_2k", letter, StringComparison.Ordinal);
        Assert.Contains("  Failure group of the commonest cause: https://console.example.com/groups/grp_1", letter, StringComparison.Ordinal);
        using var body = JsonDocument.Parse(AlertWords.Slack(message));
        Assert.EndsWith(
            "|Open it in the console> · <https://console.example.com/deliveries/dlv_2k|One of the commonest cause> · <https://console.example.com/groups/grp_1|Failure group of the commonest cause>",
            body.RootElement.GetProperty("text").GetString(), StringComparison.Ordinal);
        using var json = JsonDocument.Parse(AlertWords.Json(message with { Console = null }));
        Assert.All(json.RootElement.GetProperty("alerts")[0].GetProperty("causes").EnumerateArray(), cause => Assert.Equal((JsonValueKind.Null, JsonValueKind.Null), (cause.GetProperty("group").ValueKind, cause.GetProperty("sample").ValueKind)));
        Assert.DoesNotContain("One of the commonest cause", AlertWords.Letter(message with { Console = null }), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_kept_is_read_back_whole()
    {
        var item = AlertItem.Of(Notice(Fact(c => (c.HoldCause, c.HoldSince) = ("unauthorized", A.Noon)))) with { Failed = 3, FailedSince = A.Noon, Causes = [new("a", "A", 3)], Relapses = 1 };

        var back = Assert.Single(AlertItem.Read(AlertItem.Write([item])));

        Assert.Equal(item with { Causes = [] }, back with { Causes = [] });
        Assert.Equal(item.Causes, back.Causes);
    }

    private static AlertFact Fact(Action<Connection> be)
    {
        var shop = Shop(be);
        return AlertFacts.Of(shop, HealthSentence.Of(shop, s_line, hasSource: true, A.Noon.AddMinutes(1)), s_line);
    }

    private static Connection Shop(Action<Connection>? be = null)
    {
        var shop = new Connection { Id = 7, Name = "Shop", BaseUrl = "https://richpanel.invalid/v2", ApiKey = "key", ProtectedSecret = [1] };
        be?.Invoke(shop);
        return shop;
    }

    private static AlertNotice Notice(AlertFact fact) => new(AlertNoticeKind.Change, fact, HealthState.Healthy, fact.Since, 0);

    private static AlertMessage Message(params AlertNotice[] notices) => new("alt_1", A.Noon, [.. notices.Select(AlertItem.Of)], "https://console.example.com");
}
