using System.Text.Json;
using Richpanel.Core;
using Richpanel.Core.Access;
using Richpanel.Core.Alerts;
using Richpanel.Core.Alerts.Rules;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Health;
using Richpanel.Core.Storage;
using Richpanel.Tests.SignIn;
using Richpanel.Tests.Support;
using Richpanel.Tests.Wire;

namespace Richpanel.Tests.Alerts;

/// <summary>From a change of the real product to what a channel gets, with tries, restarts and a database that cannot be written.</summary>
public sealed class AlertWatchTests : IAsyncDisposable
{
    private readonly AlertsUnderTest _alerts = new();
    private readonly WebhookStub _stub = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _alerts.DisposeAsync();
        await _stub.DisposeAsync();
    }

    [Fact(Timeout = 60_000)]
    public async Task A_hold_goes_out_at_once_and_once_and_its_end_when_it_has_lasted()
    {
        var shop = await _alerts.Console.AddSourceAsync("Shop");
        await _alerts.AddWebhookAsync(_stub);
        await _alerts.Channels.SetAsync(Actor.System, new AlertSettingsDraft(ConsoleUrl: "https://console.example.com/"));
        await _alerts.PassAsync(TimeSpan.FromMinutes(1));
        Assert.Empty(await _alerts.AlertsAsync());

        await _alerts.HoldAsync(shop);
        await _alerts.PassAsync(TimeSpan.FromHours(3), TimeSpan.FromMinutes(2));

        using (var body = JsonDocument.Parse(Assert.Single(_stub.Bodies)))
        {
            var alert = Assert.Single(body.RootElement.GetProperty("alerts").EnumerateArray());
            Assert.Equal("Shop is on hold: Key not accepted (401)", alert.GetProperty("title").GetString());
            Assert.Equal($"https://console.example.com/connections/{PublicId.Connection(shop.ConnectionId)}", alert.GetProperty("link").GetString());
            Assert.Equal((0, 0), (alert.GetProperty("counts").GetProperty("held").GetInt32(), alert.GetProperty("counts").GetProperty("failed").GetInt32()));
        }

        Assert.Equal(HealthState.Held, Assert.Single(await _alerts.Get<AlertQueries>().StandingAsync(Actor.System, Ct)).State);
        await _alerts.ReleaseAsync(shop);
        await _alerts.PassAsync(TimeSpan.FromSeconds(105));
        Assert.Single(_stub.Bodies);
        await _alerts.PassAsync(TimeSpan.FromMinutes(1));

        Assert.Contains("\"summary\":\"Recovered: Shop gets through again\"", _stub.Bodies[^1], StringComparison.Ordinal);
        Assert.Equal(2, _stub.Bodies.Count);
        Assert.Empty(await _alerts.Get<AlertQueries>().StandingAsync(Actor.System, Ct));
        Assert.All(await _alerts.AlertsAsync(), alert => Assert.Equal(AlertSendState.Sent, Assert.Single(alert.Sends).State));
        Assert.DoesNotContain(WebhookStub.Secret, _alerts.Console.Logs.Text, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_hold_wakes_the_watch_before_its_next_look()
    {
        var shop = await _alerts.Console.AddSourceAsync("Shop");
        await _alerts.AddWebhookAsync(_stub);
        var began = _alerts.Clock.GetUtcNow();
        await using var running = await _alerts.RunAsync();

        await _alerts.HoldAsync(shop);
        while (_stub.Requests.IsEmpty)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, Ct);   // its own clock stands while it works
            _alerts.Clock.Advance(TimeSpan.FromMilliseconds(20));
        }

        Assert.InRange(_alerts.Clock.GetUtcNow() - began, TimeSpan.FromSeconds(1), AlertWatch.Every - TimeSpan.FromSeconds(1));
        Assert.Contains("Shop is on hold", Assert.Single(_stub.Bodies), StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task What_does_not_go_out_is_tried_again_with_each_try_kept_and_given_up_at_last()
    {
        var shop = await _alerts.Console.AddSourceAsync("Shop");
        await _alerts.AddWebhookAsync(_stub);
        _stub.Answer = () => WebhookStub.Of(503, "");
        await _alerts.HoldAsync(shop);

        await _alerts.PassAsync(TimeSpan.FromMinutes(3));
        var waiting = Assert.Single(Assert.Single(await _alerts.AlertsAsync()).Sends);
        Assert.Equal((AlertSendState.Waiting, 3), (waiting.State, waiting.Tries.Count));
        Assert.Equal(waiting.Tries[2].At.AddMinutes(10), waiting.DueAt!.Value, TimeSpan.FromSeconds(1));

        await _alerts.PassAsync(TimeSpan.FromHours(9), TimeSpan.FromMinutes(5));

        var failed = Assert.Single((await _alerts.AlertsAsync())[^1].Sends);
        Assert.Equal((AlertSendState.Failed, AlertSchedule.MostTries, null), (failed.State, failed.Tries.Count, failed.DueAt));
        Assert.All(failed.Tries, one => Assert.Equal("It answered 503 (ServiceUnavailable).", one.Outcome));
        Assert.Contains("Error An alert did not go out by the channel \"chn_1\": \"It answered 503", _alerts.Console.Logs.Text, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task After_a_restart_nothing_is_told_again_and_what_waits_goes_out()
    {
        var shop = await _alerts.Console.AddSourceAsync("Shop");
        await _alerts.AddWebhookAsync(_stub);
        _stub.Answer = () => WebhookStub.Of(503, "");
        await _alerts.HoldAsync(shop);
        await _alerts.PassAsync(AlertWatch.Every);

        _alerts.Restart();
        _stub.Answer = () => WebhookStub.Of(200, "ok");
        await _alerts.PassAsync(TimeSpan.FromMinutes(5));

        var alert = Assert.Single(await _alerts.AlertsAsync());
        Assert.Equal([false, true], Assert.Single(alert.Sends).Tries.Select(one => one.Taken));
        Assert.Equal(2, _stub.Bodies.Count);
    }

    [Fact(Timeout = 60_000)]
    public async Task That_the_database_cannot_be_written_goes_out_from_memory_once_and_is_kept_later()
    {
        await _alerts.AddWebhookAsync(_stub);
        await _alerts.PassAsync(AlertWatch.Every);
        var writable = await ReadOnlyStore.BeAsync(_alerts.Console.Writer);
        await Assert.ThrowsAsync<StoreUnavailableException>(() => _alerts.Console.Writer.WriteAsync(session => session.Execute("""UPDATE "SearchState" SET "OldBelow"="OldBelow" """)));

        await _alerts.PassAsync(TimeSpan.FromMinutes(5));

        Assert.Contains("\"subject\":\"store_failing\"", Assert.Single(_stub.Bodies), StringComparison.Ordinal);
        Assert.Empty(await _alerts.AlertsAsync());

        writable();
        await _alerts.Console.Writer.WriteAsync(session => session.Execute("""UPDATE "SearchState" SET "OldBelow"="OldBelow" """));
        await _alerts.PassAsync(TimeSpan.FromMinutes(5));

        var alerts = await _alerts.AlertsAsync();
        Assert.Equal(["Recovered: The database can be written again", _stub.Bodies[0].Split("\"summary\":\"")[1].Split('"')[0]], alerts.Select(alert => alert.Summary));
        Assert.All(alerts, alert => Assert.Equal(AlertSendState.Sent, Assert.Single(alert.Sends).State));
        Assert.Equal(2, _stub.Bodies.Count);
    }

    [Fact(Timeout = 60_000)]
    public async Task What_went_out_from_memory_keeps_its_id_when_it_is_tried_again_and_is_found_by_it()
    {
        await _alerts.AddWebhookAsync(_stub);
        await _alerts.PassAsync(AlertWatch.Every);
        var writable = await ReadOnlyStore.BeAsync(_alerts.Console.Writer);
        await Assert.ThrowsAsync<StoreUnavailableException>(() => _alerts.Console.Writer.WriteAsync(session => session.Execute("""UPDATE "SearchState" SET "OldBelow"="OldBelow" """)));
        _stub.Answer = () => WebhookStub.Of(503, "");
        await _alerts.PassAsync(TimeSpan.FromSeconds(135));
        Assert.Single(_stub.Bodies);

        writable();
        _stub.Answer = () => WebhookStub.Of(200, "ok");
        await _alerts.PassAsync(TimeSpan.FromMinutes(1));

        var ids = _stub.Bodies.Take(2).Select(body => body.Split("\"id\":\"")[1].Split('"')[0]).ToList();
        Assert.Equal(ids[0], ids[1]);
        var alert = await _alerts.Get<AlertQueries>().FindAsync(Actor.System, PublicId.Parse(ids[0], "alt")!.Value, Ct);
        Assert.Equal((ids[0], (await _alerts.AlertsAsync())[^1].Id), (alert!.SentAs, alert.Id));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_slow_channel_keeps_neither_a_look_nor_another_channel_waiting_and_its_own_next_alert_waits_for_it()
    {
        var (shop, staging) = (await _alerts.Console.AddSourceAsync("Shop"), await _alerts.Console.AddSourceAsync("Staging"));
        var answers = new TaskCompletionSource();
        var asked = 0;
        await using var slow = new RawServer(async (socket, ct) =>
        {
            Interlocked.Increment(ref asked);
            await RawServer.ReadRequestAsync(socket, ct);
            await answers.Task.WaitAsync(ct);
            await RawServer.SayAsync(socket, System.Text.Encoding.ASCII.GetBytes(WebhookStub.Of(200, "ok")), ct);
            socket.Shutdown(System.Net.Sockets.SocketShutdown.Both);
        });
        await _alerts.AddAsync(new AlertChannelDraft { Name = "Slow", Kind = AlertChannelKind.Webhook, Url = $"http://127.0.0.1:{slow.Port}/x" });
        await _alerts.AddWebhookAsync(_stub);

        await _alerts.HoldAsync(shop);
        await _alerts.LookAsync().WaitAsync(TimeSpan.FromSeconds(5), Ct);
        await UntilAsync(() => _stub.Bodies.Count == 1 && Volatile.Read(ref asked) == 1);
        await _alerts.HoldAsync(staging);
        await _alerts.LookAsync().WaitAsync(TimeSpan.FromSeconds(5), Ct);
        await UntilAsync(() => _stub.Bodies.Count == 2);

        Assert.Equal(1, Volatile.Read(ref asked));
        answers.SetResult();
        await _alerts.StepAsync();
        Assert.Equal(2, asked);
        Assert.All(await _alerts.AlertsAsync(), alert => Assert.All(alert.Sends, send => Assert.Equal((AlertSendState.Sent, 1), (send.State, send.Tries.Count))));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_recovery_is_not_told_by_a_clock_that_went_on_while_nobody_looked()
    {
        var (shop, staging) = (await _alerts.Console.AddSourceAsync("Shop"), await _alerts.Console.AddSourceAsync("Staging"));
        await _alerts.AddWebhookAsync(_stub);
        await _alerts.HoldAsync(shop);
        await _alerts.PassAsync(AlertWatch.Every);
        await _alerts.ReleaseAsync(shop);
        await _alerts.PassAsync(AlertWatch.Every);   // seen to be well, and not told yet
        await _alerts.HoldAsync(staging);
        await _alerts.PassAsync(AlertWatch.Every);   // which keeps what is remembered

        _alerts.Restart();
        _alerts.Clock.Advance(TimeSpan.FromHours(3));
        await _alerts.StepAsync();

        Assert.DoesNotContain(_stub.Bodies, body => body.Contains("Recovered: Shop", StringComparison.Ordinal));
        await _alerts.PassAsync(TimeSpan.FromMinutes(3));
        Assert.Contains(_stub.Bodies, body => body.Contains("Recovered: Shop", StringComparison.Ordinal));
    }

    [Fact(Timeout = 60_000)]
    public async Task Failures_are_counted_by_when_they_failed()
    {
        var shop = await _alerts.Console.AddSourceAsync("Shop");
        await _alerts.AddWebhookAsync(_stub);
        await _alerts.FailAsync(shop, FailureStage.Sending, "unprocessable", 5);
        await _alerts.FailAsync(shop, FailureStage.Sending, "unauthorized", 7, TimeSpan.FromHours(1));
        await _alerts.FailAsync(shop, FailureStage.Sending, "unprocessable", 50, TimeSpan.FromHours(3));

        await _alerts.HoldAsync(shop);
        await _alerts.PassAsync(AlertWatch.Every);

        using var body = JsonDocument.Parse(Assert.Single(_stub.Bodies));
        var alert = body.RootElement.GetProperty("alerts")[0];
        var now = _alerts.Clock.GetUtcNow() - AlertWatch.Every;
        Assert.Equal(12, alert.GetProperty("counts").GetProperty("failed").GetInt32());
        Assert.Equal(now.AddHours(-1).ToString("yyyy-MM-dd'T'HH':00:00Z'", System.Globalization.CultureInfo.InvariantCulture), alert.GetProperty("counts").GetProperty("failedSince").GetString());
        Assert.Equal(["unauthorized", "unprocessable"], alert.GetProperty("causes").EnumerateArray().Select(cause => cause.GetProperty("code").GetString()));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_cause_leads_to_its_failure_group_and_to_the_newest_delivery_in_it()
    {
        var shop = await _alerts.Console.AddSourceAsync("Shop", connection => connection.PausedAt = DateTimeOffset.UnixEpoch);
        await _alerts.AddWebhookAsync(_stub);
        await _alerts.Channels.SetAsync(Actor.System, new AlertSettingsDraft(ConsoleUrl: "https://console.example.com/"));
        await _alerts.FailAsync(shop, FailureStage.Sending, "unprocessable", 5);
        await _alerts.FailAsync(shop, FailureStage.Sending, "unauthorized", 2);   // of this one no delivery is left
        using var sender = _alerts.Console.CreateClient();
        foreach (var id in new[] { "older", "newer" })
        {
            await sender.PostCallAsync("/v1/track", $$"""{"messageId":"{{id}}","userId":"u","event":"E"}""", shop.WriteKey).AcceptedAsync();
        }

        await _alerts.Console.ExpandedAsync();
        await using var db = _alerts.Console.Read();
        var newest = db.Deliveries.Max(row => row.Id);
        var groups = db.FailureGroups.ToDictionary(group => group.Cause, group => group.Id, StringComparer.Ordinal);
        await _alerts.Console.Writer.WriteAsync(session => session.Execute(FormattableString.Invariant($"""UPDATE "Deliveries" SET "GroupId"={groups["unprocessable"]}""")));

        await _alerts.HoldAsync(shop);
        await _alerts.PassAsync(AlertWatch.Every);

        using var body = JsonDocument.Parse(Assert.Single(_stub.Bodies));
        var causes = body.RootElement.GetProperty("alerts")[0].GetProperty("causes");
        Assert.Equal(
            [
                ($"https://console.example.com/groups/{PublicId.Group(groups["unprocessable"])}", $"https://console.example.com/deliveries/{PublicId.Delivery(newest)}"),
                ($"https://console.example.com/groups/{PublicId.Group(groups["unauthorized"])}", null),
            ],
            causes.EnumerateArray().Select(cause => (cause.GetProperty("group").GetString(), cause.GetProperty("sample").GetString())));
    }

    [Fact(Timeout = 60_000)]
    public async Task That_calls_fail_before_they_are_sent_is_told()
    {
        var shop = await _alerts.Console.AddSourceAsync("Shop");
        await _alerts.AddWebhookAsync(_stub);
        await _alerts.FailAsync(shop, FailureStage.Mapping, "no_user_anon_id", 6);
        await _alerts.FailAsync(shop, FailureStage.Sending, "unprocessable", 50);
        await _alerts.PassAsync(TimeSpan.FromMinutes(4));
        Assert.Empty(_stub.Bodies);

        await _alerts.FailAsync(shop, FailureStage.Reading, "no_user_anon_id", 6);
        await _alerts.PassAsync(TimeSpan.FromMinutes(4));

        var told = Assert.Single(Assert.Single(await _alerts.AlertsAsync()).Items);
        Assert.Equal((HealthState.Degraded, "no_user_anon_id"), (told.State, told.Cause));
        Assert.StartsWith("Shop cannot send a part of what comes in", told.Title, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task That_a_channel_is_dead_is_told_once_by_the_others_and_that_it_gets_through_again_after_a_test()
    {
        var shop = await _alerts.Console.AddSourceAsync("Shop");
        await using var dead = new WebhookStub { Answer = () => WebhookStub.Of(404, "") };
        var channel = await _alerts.AddWebhookAsync(dead, "Dead");
        await _alerts.AddWebhookAsync(_stub);
        await _alerts.HoldAsync(shop);
        await _alerts.PassAsync(TimeSpan.FromMinutes(5));

        Assert.Single(dead.Bodies);
        Assert.Equal(2, _stub.Bodies.Count);
        Assert.Contains("The channel Dead does not get through", _stub.Bodies[1], StringComparison.Ordinal);
        Assert.Contains(await _alerts.Get<AlertQueries>().StandingAsync(Actor.System, Ct), one => one.Name == "The channel Dead");

        dead.Answer = () => WebhookStub.Of(200, "ok");
        await _alerts.Get<AlertTester>().TestAsync(Actor.System, channel.Id, Ct);
        await _alerts.PassAsync(TimeSpan.FromMinutes(5));
        Assert.Contains("Recovered: The channel Dead gets through again", _stub.Bodies[2], StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_channel_tells_only_of_what_it_was_asked_to_and_two_connections_in_one_letter()
    {
        await using var mail = new MailStub();
        var (shop, staging) = (await _alerts.Console.AddSourceAsync("Shop"), await _alerts.Console.AddSourceAsync("Staging"));
        await _alerts.AddAsync(new AlertChannelDraft
        {
            Name = "Everyone",
            Kind = AlertChannelKind.Mail,
            Host = "127.0.0.1",
            Port = mail.Port,
            Security = MailSecurity.None,
            From = "console@example.com",
            To = "a@example.com; b@example.com",
        });
        await _alerts.AddAsync(new AlertChannelDraft { Name = "Staging only", Kind = AlertChannelKind.Slack, Url = _stub.Url, Connections = [staging.ConnectionId], TellsInstallation = false });
        await _alerts.AddAsync(new AlertChannelDraft { Name = "Off", Kind = AlertChannelKind.Webhook, Url = _stub.Url, Disabled = true });

        await _alerts.HoldAsync(shop);
        await _alerts.HoldAsync(staging);
        await _alerts.PassAsync(AlertWatch.Every);

        var letter = Assert.Single(mail.Letters);
        Assert.Contains("Shop is on hold", letter, StringComparison.Ordinal);
        Assert.Contains("Staging is on hold", letter, StringComparison.Ordinal);
        var slack = Assert.Single(_stub.Bodies);
        Assert.Contains("Staging is on hold", slack, StringComparison.Ordinal);
        Assert.DoesNotContain("Shop is on hold", slack, StringComparison.Ordinal);
        Assert.Equal(["Everyone", "Staging only"], Assert.Single(await _alerts.AlertsAsync()).Sends.Select(send => send.ChannelName));
    }

    [Fact(Timeout = 60_000)]
    public async Task The_sandbox_is_told_of_only_where_a_channel_names_it()
    {
        var sandbox = _alerts.Console.Directory.Connections.Single(connection => connection.IsSandbox).Id;
        await _alerts.AddWebhookAsync(_stub);
        await _alerts.Get<Core.Deliveries.ConnectionHolds>().HoldAsync(sandbox, "unauthorized", null);
        await _alerts.PassAsync(AlertWatch.Every);
        Assert.Empty(await _alerts.AlertsAsync());

        await _alerts.AddAsync(new AlertChannelDraft { Name = "Sandbox", Kind = AlertChannelKind.Webhook, Url = _stub.Url, Connections = [sandbox] });
        await _alerts.PassAsync(AlertWatch.Every);

        Assert.Equal("Sandbox", Assert.Single(Assert.Single(await _alerts.AlertsAsync()).Sends).ChannelName);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_channel_that_is_deleted_gets_nothing_more()
    {
        var shop = await _alerts.Console.AddSourceAsync("Shop");
        var channel = await _alerts.AddWebhookAsync(_stub);
        _stub.Answer = () => WebhookStub.Of(503, "");
        await _alerts.HoldAsync(shop);
        await _alerts.PassAsync(AlertWatch.Every);

        await _alerts.Channels.DeleteAsync(Actor.System, channel.Id);
        await _alerts.PassAsync(TimeSpan.FromMinutes(5));

        Assert.Equal(AlertSendState.Dropped, Assert.Single(Assert.Single(await _alerts.AlertsAsync()).Sends).State);
        Assert.Single(_stub.Bodies);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_ledger_that_does_not_add_up_is_told_and_that_it_does_again()
    {
        await _alerts.AddWebhookAsync(_stub);
        await _alerts.Console.Writer.WriteAsync(session => session.Execute("""INSERT INTO "Ledger" VALUES (77, 1, 3, 5)"""));
        await _alerts.Get<Core.Ledger.LedgerWatch>().LookAsync(Ct);
        await _alerts.PassAsync(TimeSpan.FromMinutes(3));
        Assert.Contains("\"subject\":\"ledger_mismatch\"", Assert.Single(_stub.Bodies), StringComparison.Ordinal);

        await _alerts.Console.Writer.WriteAsync(session => session.Execute("""DELETE FROM "Ledger" WHERE "ConnectionId"=77"""));
        await _alerts.Get<Core.Ledger.LedgerWatch>().CheckAsync(Actor.System, Ct);
        await _alerts.PassAsync(TimeSpan.FromMinutes(3));

        Assert.Contains("Recovered: The ledger adds up again", _stub.Bodies[^1], StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task Old_alerts_are_taken_away_with_their_tries()
    {
        var shop = await _alerts.Console.AddSourceAsync("Shop");
        await _alerts.AddWebhookAsync(_stub);
        await _alerts.HoldAsync(shop);
        await _alerts.PassAsync(AlertWatch.Every);
        Assert.Single(await _alerts.AlertsAsync());

        await _alerts.ReleaseAsync(shop);
        _alerts.Clock.Advance(AlertOutbox.Kept + TimeSpan.FromHours(1));
        await _alerts.StepAsync();

        Assert.Empty(await _alerts.AlertsAsync());
        await using var context = _alerts.Console.Read();
        Assert.Empty(context.AlertTries);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_test_says_what_really_came_of_it_and_is_kept_with_a_line_of_the_change_log()
    {
        var channel = await _alerts.AddWebhookAsync(_stub);
        var tester = _alerts.Get<AlertTester>();

        var taken = await tester.TestAsync(Actor.System, channel.Id, Ct);
        _stub.Answer = () => WebhookStub.Of(404, "no_service");
        var refused = await tester.TestAsync(Actor.System, channel.Id, Ct);
        await _alerts.PassAsync(TimeSpan.FromMinutes(5));

        Assert.Equal((true, "It answered 200 (OK)."), (taken!.Taken, taken.Outcome[..21]));
        Assert.False(refused!.Taken);
        Assert.StartsWith("It answered 404 (NotFound). The address is wrong, or was revoked there: enter it again.", refused.Outcome, StringComparison.Ordinal);
        Assert.Contains("\"test\":true", _stub.Bodies[0], StringComparison.Ordinal);
        Assert.Equal(2, _stub.Bodies.Count);   // a test is not repeated
        Assert.Equal([AlertSendState.Failed, AlertSendState.Sent], (await _alerts.AlertsAsync()).Select(alert => Assert.Single(alert.Sends).State));
        Assert.Equal(["alert-channel.tested", "alert-channel.tested"], (await _alerts.Console.ChangesAsync()).Where(change => change == "alert-channel.tested"));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_test_goes_out_and_says_so_while_the_database_cannot_be_written()
    {
        var channel = await _alerts.AddWebhookAsync(_stub);
        await ReadOnlyStore.BeAsync(_alerts.Console.Writer);

        var result = await _alerts.Get<AlertTester>().TestAsync(Actor.System, channel.Id, Ct);

        Assert.True(result!.Taken);
        Assert.EndsWith("It is not in the list below: the database cannot be written now.", result.Outcome, StringComparison.Ordinal);
        Assert.Single(_stub.Bodies);
    }

    private static async Task UntilAsync(Func<bool> isSo)
    {
        while (!isSo())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, Ct);
        }
    }
}
