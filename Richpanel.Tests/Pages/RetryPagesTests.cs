using Bunit;
using Richpanel.Console.Deliveries;
using Richpanel.Console.Retries;
using Richpanel.Core;
using Richpanel.Core.Access;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Deliveries.Query;
using Richpanel.Core.Retries;
using Richpanel.Core.Sandbox;

namespace Richpanel.Tests.Pages;

/// <summary>Planning from the log, and the pages of a bulk retry in each of its states.</summary>
public sealed class RetryPagesTests : IAsyncLifetime
{
    private readonly PagesUnderTest _pages = new();

    private static CancellationToken Ct => Xunit.TestContext.Current.CancellationToken;

    [Fact(Timeout = 60_000)]
    public async Task Selected_deliveries_are_counted_started_and_lead_to_their_report()
    {
        await FailAsync("m-1", "m-2");
        var page = _pages.Open<DeliveriesPage>("/deliveries");
        page.Eventually(() => Assert.Equal(2, page.FindAll("tbody input[type=checkbox]").Count));
        await page.InvokeAsync(() => page.Find("thead input[type=checkbox]").ChangeAsync(new() { Value = true }));
        await page.ClickAsync("fieldset.allowed .log-button");

        page.EventuallySays("2 deliveries go out again: exactly what was counted now");
        page.EventuallySays("Of the 2 looked at, nothing differs: both modes send the same.");
        Assert.Contains("Content refused (422) 2", page.Words(), StringComparison.Ordinal);
        Assert.Contains("At 20 a second it takes 1 s", page.Words(), StringComparison.Ordinal);
        await page.InvokeAsync(() => page.Find("#plan-rate").InputAsync("0"));
        page.EventuallySays("Give 1 to 200 a second");
        Assert.True(page.Button("Send 2").HasAttribute("disabled"));
        await page.InvokeAsync(() => page.Find("#plan-rate").InputAsync("50"));
        Answers(200);
        await page.InvokeAsync(() => page.Button("Send 2").ClickAsync(new()));

        page.Eventually(() => Assert.Contains("/retries/rty_", _pages.Address.Uri, StringComparison.Ordinal));
        var report = Show(_pages.Address.Uri.Split('/')[^1]);
        report.EventuallySays("2 accepted.");
        report.EventuallySays("Finished");
        Assert.Equal("Bulk retry of 2 deliveries", report.Find("h1").TextContent);
        Assert.Contains(report.FindAll("a"), link => link.GetAttribute("href")!.StartsWith("/deliveries?q=retry%3Arty_", StringComparison.Ordinal) && link.TextContent == "2");
    }

    [Fact(Timeout = 60_000)]
    public async Task A_plan_that_is_closed_leaves_nothing_and_sends_nothing()
    {
        await FailAsync("m-1");
        var page = _pages.Open<DeliveriesPage>("/deliveries");
        page.Eventually(() => Assert.Single(page.FindAll("tbody input[type=checkbox]")));
        await page.InvokeAsync(() => page.Find("thead input[type=checkbox]").ChangeAsync(new() { Value = true }));
        await page.ClickAsync("fieldset.allowed .log-button");
        page.EventuallySays("1 delivery goes out again");

        await page.InvokeAsync(() => page.Find("dialog").TriggerEventAsync("onclose", EventArgs.Empty));

        page.Eventually(() => Assert.Empty(page.FindAll("dialog")));
        await using var db = _pages.App.Read();
        Assert.Empty(db.RetryBatches);
        Assert.Empty(db.RetryItems);
        Assert.Equal(1, (await _pages.FindAsync("m-1")).AttemptCount);
    }

    [Fact(Timeout = 60_000)]
    public async Task What_cannot_be_sent_is_told_with_its_reason()
    {
        await _pages.SendAsync(""" "userId":"u","event":"Went well" """, "m-1");
        var page = _pages.Open<DeliveriesPage>("/deliveries");
        page.Eventually(() => Assert.Single(page.FindAll("tbody input[type=checkbox]")));
        await page.InvokeAsync(() => page.Find("thead input[type=checkbox]").ChangeAsync(new() { Value = true }));

        await page.ClickAsync("fieldset.allowed .log-button");

        page.EventuallySays("Nothing of it can be sent.");
        page.EventuallySays("were accepted already 1");
        Assert.DoesNotContain(page.FindAll("button"), button => button.Words().StartsWith("Send", StringComparison.Ordinal));
    }

    [Fact(Timeout = 60_000)]
    public async Task One_that_is_stopped_says_what_waits_and_is_paused_gone_on_with_and_canceled_in_place()
    {
        await FailAsync("m-1", "m-2");
        await _pages.Holds.PauseAsync(Actor.System, _pages.Sandbox.Id, null);
        var page = Show(await StartAsync(new RetryStart(PerSecond: 5, Canary: 0)));

        page.EventuallySays("2 left, 5 a second.");
        page.EventuallySays("Sandbox is stopped, so what goes there waits.");
        Assert.DoesNotContain("more at this rate", page.Words(), StringComparison.Ordinal);
        await page.InvokeAsync(() => page.Button("Pause").ClickAsync(new()));
        page.EventuallySays("Nothing more is sent until somebody goes on.");
        await page.InvokeAsync(() => page.Button("Go on").ClickAsync(new()));
        page.EventuallySays("2 left, 5 a second.");
        await page.InvokeAsync(() => page.Button("Cancel the rest").ClickAsync(new()));
        page.EventuallySays("Leave 2 unsent, for good?");
        await page.InvokeAsync(() => page.Button("Leave them unsent").ClickAsync(new()));
        page.EventuallySays("2 were not sent and stay as they were.");
        Assert.Contains("Never sent – 2", page.Words(), StringComparison.Ordinal);
        Assert.Equal((DeliveryState.Failed, 1), ((await _pages.FindAsync("m-1")).State, (await _pages.FindAsync("m-1")).AttemptCount));
    }

    [Fact(Timeout = 60_000)]
    public async Task What_waits_is_counted_canceled_and_says_by_whom_and_with_what()
    {
        await _pages.Holds.PauseAsync(Actor.System, _pages.Sandbox.Id, null);
        foreach (var id in new[] { "m-1", "m-2" })
        {
            await _pages.SendAsync(""" "userId":"jane","event":"Rubbish" """, id, settled: false);
        }

        var page = _pages.Open<DeliveriesPage>("/deliveries");
        page.Eventually(() => Assert.Equal(2, page.FindAll("tbody input[type=checkbox]").Count));
        await page.InvokeAsync(() => page.Find("thead input[type=checkbox]").ChangeAsync(new() { Value = true }));
        await page.PressAsync("Cancel tries…");
        page.EventuallySays("2 deliveries are canceled: exactly what was counted now");
        page.EventuallySays("None of them is sent any more, also when a connection goes on that is stopped now. None of them was ever tried.");
        Assert.Empty(page.FindAll("#plan-rate"));
        await page.PressAsync("Cancel 2 deliveries");

        page.Eventually(() => Assert.Contains("/retries/rty_", _pages.Address.Uri, StringComparison.Ordinal));
        var retry = _pages.Address.Uri.Split('/')[^1];
        var report = Show(retry);
        report.EventuallySays("2 canceled.");
        report.EventuallySays("Finished");
        Assert.Equal("Bulk cancel of 2 deliveries", report.Find("h1").TextContent);
        report.EventuallySays("To send them after all, open them in the log, select all and choose Retry…");
        Assert.DoesNotContain("a second", report.Words(), StringComparison.Ordinal);
        _pages.Open<RetriesPage>("/retries").EventuallySays("Bulk cancel");

        var delivery = PublicId.Delivery((await _pages.FindAsync("m-1")).Id);
        _pages.Open<DeliveryDetailPage>($"/deliveries/{delivery}", set => set.Add(one => one.PublicDeliveryId, delivery)).EventuallySays($"bulk cancel {retry}");
    }

    [Fact(Timeout = 60_000)]
    public async Task A_plan_over_several_failure_groups_names_each_with_its_count()
    {
        await FailAsync("m-1", "m-2");
        Answers(413);
        await _pages.SendAsync(""" "userId":"joe","event":"Order Completed" """, "m-3");
        var page = _pages.Open<DeliveriesPage>("/deliveries?q=state:failed");
        page.Eventually(() => Assert.Equal(3, page.FindAll("tbody input[type=checkbox]").Count));
        await page.InvokeAsync(() => page.Find("thead input[type=checkbox]").ChangeAsync(new() { Value = true }));
        await page.PressAsync("Retry…");

        page.EventuallySays("3 deliveries go out again");
        var groups = page.FindAll(".retry-shares").Single(part => part.Words().StartsWith("Failure group", StringComparison.Ordinal)).Words();
        Assert.Matches("^Failure group Content refused \\(422\\): .* 2 Too large \\(413\\): .* 1$", groups);
    }

    [Fact(Timeout = 60_000)]
    public async Task What_has_ended_cannot_be_canceled_and_the_box_says_why()
    {
        await FailAsync("m-1");
        var page = _pages.Open<DeliveriesPage>("/deliveries");
        page.Eventually(() => Assert.Single(page.FindAll("tbody input[type=checkbox]")));
        await page.InvokeAsync(() => page.Find("thead input[type=checkbox]").ChangeAsync(new() { Value = true }));

        await page.PressAsync("Cancel tries…");

        page.EventuallySays("Nothing of it can be canceled.");
        page.EventuallySays("have ended: there is no try to cancel 1");
    }

    [Fact(Timeout = 60_000)]
    public async Task A_bad_canary_is_told_and_asks_before_the_rest_goes()
    {
        await FailAsync("m-1", "m-2", "m-3");
        var page = Show(await StartAsync(new RetryStart(Canary: 2)));

        page.EventuallySays("2 of the first 2 were not accepted, more than 20 %. The other 1 wait for your decision.");
        await page.PressAsync("Send the other 1");
        page.EventuallySays("Send the other 1 all the same?");
        await page.PressAsync("Send them");
        page.EventuallySays("3 failed again (1 cause).");
        page.EventuallySays("Finished, some failed");
        page.EventuallySays("2 not accepted at the first try");
    }

    [Fact(Timeout = 60_000)]
    public async Task The_list_says_what_is_to_be_done_when_it_is_empty_and_shows_what_was_started()
    {
        var page = _pages.Open<RetriesPage>("/retries");
        page.EventuallySays("Nothing was sent again or canceled yet");
        await FailAsync("m-1");
        var id = await StartAsync(new RetryStart(Canary: 0));

        page.Eventually(() => Assert.Equal($"/retries/{id}", page.Find("tbody .row-link").GetAttribute("href")));
        page.EventuallySays("1 failed again (1 cause).");
        page.EventuallySays("by Richpanel Console");
        Assert.Contains("state:failed", page.Words(), StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_replay_asks_for_a_time_or_a_customer_and_makes_new_deliveries()
    {
        await _pages.SendAsync(""" "userId":"jane","event":"Went well" """, "m-1");
        await _pages.SendAsync(""" "userId":"joe","event":"Went well" """, "m-2");
        var page = _pages.Open<RetriesPage>("/retries");
        page.EventuallySays("Nothing was sent again or canceled yet");
        await page.InvokeAsync(() => page.Button("Replay…").ClickAsync(new()));
        await page.InvokeAsync(() => page.Find("dialog form").SubmitAsync());
        page.EventuallySays("Give a time to begin with, a customer, or only what was never accepted");

        await page.InvokeAsync(() => page.Find("#replay-customer").ChangeAsync(new() { Value = "jane" }));
        await page.InvokeAsync(() => page.Find("dialog form").SubmitAsync());
        page.EventuallySays("1 event goes out again as new deliveries, each with the event id of the first");
        page.EventuallySays("1 may have reached the other side before. It goes out marked as possible repeats");
        await page.InvokeAsync(() => page.Button("Send 1").ClickAsync(new()));

        page.Eventually(() => Assert.Contains("/retries/rty_", _pages.Address.Uri, StringComparison.Ordinal));
        var report = Show(_pages.Address.Uri.Split('/')[^1]);
        report.EventuallySays("1 accepted.");
        Assert.Equal("Replay of 1 event", report.Find("h1").TextContent);
    }

    [Fact(Timeout = 60_000)]
    public async Task What_was_never_accepted_is_replayed_alone_and_a_time_and_a_customer_narrow_it()
    {
        await FailAsync("m-1");
        Answers(200);
        await _pages.SendAsync(""" "userId":"joe@example.test","event":"Went well" """, "m-2");
        await _pages.SendAsync(""" "userId":"joe","event":"Went well","context":{"traits":{"email":"joe@example.test"}} """, "m-3");

        await CountAsync(page => page.Find("#replay-never").Change(true), "1 event goes out again as new deliveries");
        await CountAsync(page => page.Find("#replay-since").Change("2020-01-01T00:00:00"), "3 events go out again as new deliveries");
        await CountAsync(
            page =>
            {
                page.Find("#replay-since").Change("2020-01-01T00:00:00");
                page.Find("#replay-until").Change("2020-01-02T00:00:00");
            },
            "Nothing of it can be sent: no delivery fits.");
        await CountAsync(page => page.Find("#replay-customer").Change("joe@example.test"), "1 event goes out again", "#replay-key option[value=Email][selected]");
        await CountAsync(
            page =>
            {
                page.Find("#replay-key").Change("User");
                page.Find("#replay-customer").Change("joe@example.test");
            },
            "1 event goes out again");   // the other one

        async Task CountAsync(Action<IRenderedComponent<RetriesPage>> fill, string words, string? shows = null)
        {
            var page = _pages.Open<RetriesPage>("/retries");
            page.EventuallySays("Replay…");
            await page.PressAsync("Replay…");
            await page.InvokeAsync(() => fill(page));
            Assert.NotNull(page.Find(shows ?? "#replay-key"));
            await page.InvokeAsync(() => page.Find("dialog form").SubmitAsync());
            page.EventuallySays(words);
        }
    }

    [Theory(Timeout = 60_000)]
    [InlineData("rty_zzz")]
    [InlineData("nothing")]
    public void An_address_that_leads_nowhere_says_so(string id) => Show(id).EventuallySays("There is no such retry");

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _pages.DisposeAsync();

    private IRenderedComponent<RetryPage> Show(string id) => _pages.Open<RetryPage>($"/retries/{id}", set => set.Add(page => page.PublicRetryId, id));

    /// <summary>To everything from now on.</summary>
    private void Answers(int status) => _pages.Get<SandboxScenarios>().Set(new SandboxScenario([new SandboxStep(Status: status, Repeat: 100)]));

    private async Task FailAsync(params string[] messageIds)
    {
        Answers(422);
        foreach (var id in messageIds)
        {
            await _pages.SendAsync(""" "userId":"jane","event":"Order Completed","properties":{"order_id":"A-1"} """, id);
        }
    }

    private async Task<string> StartAsync(RetryStart how)
    {
        var planned = await _pages.Get<RetryPlanner>().PlanAsync(Actor.System, new RetryAsk(RetryKind.Retry) { Query = LogQuery.Of("state:failed") }, Ct);
        Assert.True((await _pages.Get<RetryBatches>().StartAsync(Actor.System, planned.Batch!.Id, how)).Done);
        return PublicId.Retry(planned.Batch.Id);
    }
}
