using System.Globalization;
using Bunit;
using Microsoft.AspNetCore.Components;
using Richpanel.Console.Deliveries;
using Richpanel.Console.Groups;
using Richpanel.Console.Overview;
using Richpanel.Core;
using Richpanel.Core.Access;
using Richpanel.Core.Connections;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Deliveries.Query;
using Richpanel.Core.Groups;
using Richpanel.Core.Retries;
using Richpanel.Tests.SignIn;

namespace Richpanel.Tests.Pages;

public sealed class GroupPagesTests : IAsyncLifetime
{
    private static readonly Actor s_mara = new(ActorKind.Person, 3, "Mara", Role.Operator);

    private readonly PagesUnderTest _pages = new();

    private static CancellationToken Ct => Xunit.TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _pages.DisposeAsync();

    [Fact(Timeout = 60_000)]
    public async Task The_list_says_when_nothing_failed_when_nothing_needs_attention_and_when_nothing_fits()
    {
        _pages.Open<GroupsPage>("/groups").EventuallySays("Nothing has failed");
        var (id, _) = await FailedAsync();
        await _pages.Get<GroupActions>().ResolveAsync(s_mara, id);

        var page = _pages.Open<GroupsPage>("/groups");
        page.EventuallySays("Nothing needs attention");
        Assert.Equal("Resolved 1", page.FindAll("nav[aria-label=State] a")[4].Words());
        _pages.Open<GroupsPage>("/groups?state=open").EventuallySays("Nothing matches");
        _pages.Open<GroupsPage>("/groups?state=all&connection=con_zz").EventuallySays("Nothing matches");
        _pages.Open<GroupsPage>("/groups?state=all&cause=unprocessable").EventuallySays("Only the cause Content refused");
    }

    [Fact(Timeout = 60_000)]
    public async Task A_row_says_what_how_many_whom_since_when_and_who_looks_after_it()
    {
        var (id, _) = await FailedAsync();
        await _pages.Get<GroupActions>().AcknowledgeAsync(s_mara, id);
        await _pages.Get<GroupActions>().NoteAsync(s_mara, id, "The web team knows");

        var page = _pages.Open<GroupsPage>("/groups");

        page.EventuallySays("The web team knows");
        var row = page.Find("tbody tr");
        Assert.Equal($"/groups/{PublicId.Group(id)}", row.QuerySelector("a.row-link")!.GetAttribute("href"));
        Assert.Equal("Acknowledged Mara", row.QuerySelector("td[data-label=State]")!.Words());
        Assert.Equal("1 of 1", row.QuerySelector("td[data-label='Still failed']")!.Words());
        Assert.Equal($"/deliveries?q={Uri.EscapeDataString($"group:{PublicId.Group(id)} state:failed")}", row.QuerySelector("td[data-label='Still failed'] a")!.GetAttribute("href"));
        Assert.Equal("1", row.QuerySelector("td[data-label=Customers]")!.Words());
        Assert.Contains("1, none the day before", row.Words(), StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task The_list_is_narrowed_to_what_somebody_or_nobody_looks_after_and_a_link_says_so()
    {
        var (id, _) = await FailedAsync();
        _pages.Open<GroupsPage>("/groups?assignee=nobody").EventuallySays("Content refused");
        await _pages.Get<GroupActions>().AcknowledgeAsync(s_mara, id);

        _pages.Open<GroupsPage>("/groups?assignee=nobody").EventuallySays("Nothing matches");
        _pages.Open<GroupsPage>("/groups?assignee=per_9").EventuallySays("Nothing matches");
        var page = _pages.Open<GroupsPage>($"/groups?state=acknowledged&assignee={PublicId.Person(s_mara.Id!.Value)}");
        page.EventuallySays("Mara");
        Assert.Equal(PublicId.Person(3), page.Find("#group-looked-after").GetAttribute("value"));
        Assert.Equal($"/groups?state=open&assignee={PublicId.Person(3)}", page.FindAll("nav[aria-label=State] a")[1].GetAttribute("href"));
        await page.InvokeAsync(() => page.Find("#group-looked-after").Change(GroupFilter.NobodyWord));
        Assert.EndsWith("/groups?state=acknowledged&assignee=nobody", _pages.Address.Uri, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("me", 3)]
    [InlineData("Nobody", 0)]
    [InlineData("per_7", 7)]
    [InlineData("con_7", null)]
    [InlineData("Mara", null)]
    public void A_word_for_who_looks_after_a_group_names_a_person_or_nobody(string word, int? key) =>
        Assert.Equal(key, GroupFilter.AssigneeOf(word, s_mara));

    [Fact]
    public void What_is_no_person_looks_after_nothing_by_that_word() =>
        Assert.Null(GroupFilter.AssigneeOf(GroupFilter.MeWord, s_mara with { Kind = ActorKind.Token }));

    [Fact(Timeout = 60_000)]
    public async Task A_list_and_a_group_that_cannot_be_read_say_so_and_try_again()
    {
        var (id, _) = await FailedAsync();
        await _pages.App.Writer.WriteAsync(session => session.Command("""ALTER TABLE "FailureGroupNotes" RENAME TO "Away" """).ExecuteNonQuery());
        var list = _pages.Open<GroupsPage>("/groups");
        list.EventuallySays("This could not be loaded");
        var one = Open(id);
        one.EventuallySays("This could not be loaded");
        await _pages.App.Writer.WriteAsync(session => session.Command("""ALTER TABLE "Away" RENAME TO "FailureGroupNotes" """).ExecuteNonQuery());

        await TryAgainAsync(list);
        list.EventuallySays("Content refused");
        await TryAgainAsync(one);
        one.EventuallySays("1 delivery is failed this way.");
    }

    /// <summary>Unless a change has made the page read anew by itself meanwhile.</summary>
    private static Task TryAgainAsync<T>(IRenderedComponent<T> page)
        where T : IComponent => page.InvokeAsync(() => page.FindAll("button").FirstOrDefault(button => button.Words() == "Try again")?.ClickAsync(new()) ?? Task.CompletedTask);

    [Fact(Timeout = 60_000)]
    public async Task A_group_tells_what_happened_the_rule_what_changed_and_shows_its_newest_deliveries()
    {
        await _pages.Get<ConnectionStore>().UpdateAsync(s_mara with { Role = Role.Admin }, _pages.Sandbox.Id, new ConnectionDraft { TranslateEvents = false });
        var (id, row) = await FailedAsync();

        var page = Open(id);

        page.EventuallySays("1 delivery is failed this way.");
        page.EventuallySays("Mara changed the connection Sandbox");
        page.EventuallySays(FailurePrint.Rule);
        Assert.Equal("Order Completed", page.Find($"ol.samples a[href='/deliveries/{PublicId.Delivery(row)}']").Words());
        Assert.Equal($"/deliveries?q={Uri.EscapeDataString($"group:{PublicId.Group(id)}")}", page.FindAll("a").First(link => link.Words() == "All its deliveries in the log").GetAttribute("href"));
        Assert.Equal("jane@example.test", page.Find("ol.whose a").Words());
        Assert.Equal($"/deliveries/{PublicId.Delivery(row)}", page.Find("ol.whose a").GetAttribute("href"));
        Assert.Equal(
            $"/deliveries/export?format=csv&columns=email,user,anonymous,order,event,state,received,id&q={Uri.EscapeDataString($"group:{PublicId.Group(id)}")}",
            page.FindAll("a").Single(link => link.Words() == "All as CSV").GetAttribute("href"));
        _pages.Role = Role.Support;
        var redacted = Open(id);
        redacted.Eventually(() => Assert.Equal("j•••@e•••.test", redacted.Find("ol.whose a").Words()));
        redacted.EventuallySays("A setting was changed.");
        redacted.EventuallySays("This product was started.");
        Assert.DoesNotContain("Mara changed", redacted.Words(), StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task Support_acknowledges_and_notes_in_place_and_what_is_written_is_text_and_nothing_else()
    {
        var (id, _) = await FailedAsync();
        _pages.Role = Role.Support;
        var page = Open(id);
        page.EventuallySays("Nobody yet.");

        await page.PressAsync("Acknowledge");
        page.EventuallySays("Support, who acknowledged it");
        page.Find("#note-text").Input("<img src=x onerror=alert(1)>");
        page.Find("form").Submit();

        page.Eventually(() => Assert.Contains("<img src=x onerror=alert(1)>", page.Find("ol.written").Words(), StringComparison.Ordinal));
        Assert.Empty(page.FindAll("img"));
        page.Eventually(() => Assert.Equal("", page.Find("#note-text").GetAttribute("value") ?? ""));
        page.EventuallySays($"It needs operator: who may {Rights.What(Permission.Operate)}.");
    }

    [Fact(Timeout = 60_000)]
    public async Task A_note_that_is_added_while_something_else_is_being_changed_stays_where_it_was_written()
    {
        var (id, _) = await FailedAsync();
        var page = Open(id);
        page.EventuallySays("Nobody yet.");
        using var gate = new ManualResetEventSlim();
        var held = _pages.App.Writer.WriteAsync(_ => gate.Wait(Ct));   // what is pressed first does not come to its end

        var acknowledging = page.PressAsync("Acknowledge");
        await page.InputAsync("#note-text", "The web team knows");
        await page.SubmitAsync();

        page.EventuallySays("It was not done: something else is still being changed here. Try again.");
        Assert.Equal("The web team knows", page.Find("#note-text").GetAttribute("value"));
        gate.Set();
        await held;
        await acknowledging;
        page.EventuallySays("who acknowledged it");
        await page.SubmitAsync();
        page.Eventually(() => Assert.Contains("The web team knows", page.Find("ol.written").Words(), StringComparison.Ordinal));
        Assert.Equal("", page.Find("#note-text").GetAttribute("value") ?? "");
    }

    [Fact(Timeout = 60_000)]
    public async Task What_is_over_or_ignored_can_be_opened_again_and_nothing_else_is_made_of_it()
    {
        var (id, _) = await FailedAsync();
        foreach (var act in new Func<Actor, long, Task<GroupOutcome>>[] { _pages.Get<GroupActions>().ResolveAsync, _pages.Get<GroupActions>().IgnoreAsync })
        {
            await act(s_mara, id);
            var page = Open(id);
            page.EventuallySays("1 delivery is failed this way.");
            Assert.Equal(["Retry group…", "Open again"], page.FindAll("section[aria-label='What happened'] button").Select(button => button.Words()));
            Assert.Empty(page.FindAll("#group-assignee, #group-snooze"));
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task Names_of_colleagues_are_offered_to_operators_only_and_only_of_those_who_may_act()
    {
        await _pages.App.JoinedAsync("vera@example.test", Role.Viewer);
        await _pages.App.JoinedAsync("zelda@example.test", Role.Support);
        var (id, _) = await FailedAsync();

        _pages.Role = Role.Qa;
        var support = Open(id);
        support.EventuallySays("Nobody yet.");
        Assert.DoesNotContain("zelda", support.Markup, StringComparison.Ordinal);
        _pages.Role = Role.Operator;
        var page = Open(id);
        page.Eventually(() => Assert.Equal("Assign to… zelda", page.Find("#group-assignee").Words()));
        var zelda = _pages.App.Known().People.Single(person => person.Name == "zelda");
        await page.ChangeAsync("#group-assignee", PublicId.Person(zelda.Id));
        await page.PressAsync("Assign");
        page.EventuallySays("zelda, as Operator said");
    }

    [Fact(Timeout = 60_000)]
    public async Task While_older_failures_are_being_grouped_no_page_says_that_it_knows_all()
    {
        var (id, row) = await FailedAsync();
        await FailedAsync("m-2");
        await _pages.App.Writer.WriteAsync(session => session.Execute($"""UPDATE "Deliveries" SET "GroupId"=NULL WHERE "Id"={row.ToString(CultureInfo.InvariantCulture)}"""));

        _pages.Open<GroupsPage>("/groups").EventuallySays(GroupWords.StillGrouping);
        Open(id).EventuallySays(GroupWords.StillGrouping);
        var none = _pages.Open<GroupsPage>("/groups?state=ignored");
        none.EventuallySays("Older failures are still being grouped");
        Assert.DoesNotContain("Nothing", none.Words(), StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_group_that_began_before_the_change_log_does_not_say_that_nothing_was_changed()
    {
        var (id, _) = await FailedAsync();
        await _pages.App.Writer.WriteAsync(session => session.Execute("""UPDATE "FailureGroups" SET "BeganAt"=621355968000000000"""));   // 1970

        Open(id).EventuallySays("It began before the change log does, so nobody can tell what was changed then.");
    }

    [Fact(Timeout = 60_000)]
    public async Task An_operator_sends_again_what_is_still_failed_and_the_group_tells_what_came_of_it()
    {
        var (id, _) = await FailedAsync();
        _pages.Answers(200);
        _pages.Role = Role.Operator;
        var page = Open(id);
        page.EventuallySays("1 delivery is failed this way.");

        await page.PressAsync("Retry group…");
        page.EventuallySays("1 delivery goes out again");
        await page.PressAsync("Send 1");
        page.Eventually(() => Assert.Matches("/retries/rty_", _pages.Address.Uri));

        var after = Open(id);
        after.EventuallySays("Bulk retries of it");
        after.EventuallySays("1 accepted.");
        after.EventuallySays("None of its deliveries is failed any more.");
        Assert.DoesNotContain(after.FindAll("button"), button => button.Words() == "Retry group…");   // nothing is left to send
        await _pages.Get<GroupActions>().NoteAsync(s_mara, id, "It stays");
        after.EventuallySays("It stays");
    }

    [Fact(Timeout = 60_000)]
    public async Task A_group_that_is_not_there_and_one_of_another_kind_of_id_are_told_apart_from_none()
    {
        foreach (var address in new[] { "grp_zzz", "dlv_1", "x" })
        {
            _pages.Open<GroupPage>($"/groups/{address}", set => set.Add(page => page.PublicGroupId, address)).EventuallySays("There is no such failure group");
        }

        var (id, row) = await FailedAsync();
        var page = Open(id);
        page.EventuallySays("1 delivery is failed this way.");
        _pages.Answers(200);
        await _pages.Get<DeliveryActions>().RetryAsync(Actor.System, row, asThen: true, Xunit.TestContext.Current.CancellationToken);
        page.EventuallySays("None of its deliveries is failed any more.");   // by itself: the page follows
    }

    [Fact(Timeout = 60_000)]
    public async Task Two_groups_are_merged_on_the_page_of_one_and_split_on_either()
    {
        _pages.Role = Role.Operator;
        var (part, _) = await FailedAsync("m-1");
        _pages.Answers(413);
        await _pages.SendAsync(""" "userId":"joe","event":"Order Completed" """, "m-2");
        var page = Open(part);
        page.EventuallySays("This group stands for itself.");
        var into = page.FindAll("#group-into option")[1];
        Assert.Matches(@"\(1 still failed of 1\)$", into.Words());
        var whole = into.GetAttribute("value")!;

        await page.InvokeAsync(() => page.Find("#group-into").Change(whole));
        await page.PressAsync("Merge…");
        await page.PressAsync("Merge it");
        page.Eventually(() => Assert.EndsWith($"/groups/{whole}", _pages.Address.Uri, StringComparison.Ordinal));

        var merged = Open(PublicId.Parse(whole, "grp")!.Value);
        merged.EventuallySays("2 deliveries are failed this way.");
        merged.EventuallySays("1 still failed of 1");
        var list = _pages.Open<GroupsPage>("/groups");
        list.EventuallySays("with 1 other group merged into it: ");
        Assert.Single(list.FindAll("tbody tr"));
        var asPart = Open(part);
        asPart.EventuallySays("That group has the state and counts these deliveries, too.");
        Assert.DoesNotContain(asPart.FindAll("button"), button => button.Words() == "Acknowledge");

        await asPart.PressAsync("Split off");
        await asPart.PressAsync("Split it off");

        asPart.EventuallySays("This group stands for itself.");
        merged.EventuallySays("1 delivery is failed this way.");
    }

    [Fact(Timeout = 60_000)]
    public async Task The_list_shows_what_came_of_a_retry_of_a_group_in_its_row()
    {
        var (id, _) = await FailedAsync();
        _pages.Answers(200);
        var batch = (await _pages.Get<RetryPlanner>().PlanAsync(Actor.System, new RetryAsk(RetryKind.Retry) { Query = LogQuery.Of($"group:{PublicId.Group(id)} state:failed") }, Ct)).Batch!;
        await _pages.Get<RetryBatches>().StartAsync(Actor.System, batch.Id, new RetryStart());

        var list = _pages.Open<GroupsPage>("/groups");

        list.EventuallySays("1 accepted.");
        Assert.Equal($"/retries/{PublicId.Retry(batch.Id)}", list.Find(".run a").GetAttribute("href"));
        var overview = _pages.Open<OverviewPage>("/");
        overview.Eventually(() => Assert.Contains("Finished 1 delivery by Richpanel Console", overview.Find("[data-testid=retries]").Words(), StringComparison.Ordinal));
        Assert.Contains("1 accepted.", overview.Find("[data-testid=retries]").Words(), StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task Samples_are_looked_into_one_after_another_as_sent_received_and_answered()
    {
        var (id, _) = await FailedAsync();
        _pages.Answers(422);
        await _pages.SendAsync(""" "userId":"joe","event":"Order Completed","properties":{"order_id":"A-2","note":"joe.doe@example.test"} """, "m-second");
        var page = _pages.Open<GroupPage>($"/groups/{PublicId.Group(id)}", set => set.Add(one => one.PublicGroupId, PublicId.Group(id)));
        page.Eventually(() => Assert.Equal(2, page.FindAll(".samples li").Count));
        Assert.Empty(page.FindAll(".sample"));

        await page.InvokeAsync(() => page.FindAll(".samples button")[0].Click());
        page.EventuallySays("Sample 1 of 2");
        page.EventuallySays("HTTP 422");
        await page.PressAsync("Request sent");
        page.EventuallySays("m-second");
        await page.PressAsync("Segment event");
        page.EventuallySays("joe.doe@example.test");
        await page.ClickAsync("button[aria-label='Older sample']");
        page.EventuallySays("Sample 2 of 2");
        page.Eventually(() => Assert.DoesNotContain("joe.doe@example.test", page.Find(".sample").Words(), StringComparison.Ordinal));
        Assert.Equal("true", page.Find("button[aria-label='Older sample']").GetAttribute("aria-disabled"));
        for (var i = 0; i < 6; i++)
        {
            _pages.Answers(422);
            await _pages.SendAsync(""" "userId":"joe","event":"Order Completed" """, $"m-newer-{i}");
        }

        page.Eventually(() => Assert.DoesNotContain(page.FindAll(".samples li"), card => card.HasAttribute("aria-current")));   // it left the newest
        Assert.Contains("Sample 2 of 2", page.Find(".sample").Words(), StringComparison.Ordinal);   // and stays under the eye

        await page.InvokeAsync(() => page.FindAll(".samples button")[0].Click());
        page.EventuallySays("Sample 1 of 5");
        page.Render(set => set.Add(one => one.PublicGroupId, "grp_zz"));
        page.EventuallySays("There is no such failure group");
        page.Render(set => set.Add(one => one.PublicGroupId, PublicId.Group(id)));
        page.Eventually(() => Assert.Equal(5, page.FindAll(".samples li").Count));
        Assert.Empty(page.FindAll(".sample"));   // of another group it was

        _pages.Role = Role.Viewer;
        var masked = _pages.Open<GroupPage>($"/groups/{PublicId.Group(id)}", set => set.Add(one => one.PublicGroupId, PublicId.Group(id)));
        masked.Eventually(() => Assert.Equal(5, masked.FindAll(".samples li").Count));
        await masked.InvokeAsync(() => masked.FindAll(".samples button")[0].Click());
        await masked.PressAsync("Segment event");
        masked.EventuallySays("Order Completed");
        Assert.DoesNotContain("joe.doe", masked.Markup, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_retry_that_is_under_way_is_paused_gone_on_with_and_ended_in_the_row_of_its_group()
    {
        var (id, _) = await FailedAsync();
        await _pages.Holds.PauseAsync(Actor.System, _pages.Sandbox.Id, null);
        var batch = (await _pages.Get<RetryPlanner>().PlanAsync(Actor.System, new RetryAsk(RetryKind.Retry) { Query = LogQuery.Of($"group:{PublicId.Group(id)} state:failed") }, Ct)).Batch!;
        await _pages.Get<RetryBatches>().StartAsync(Actor.System, batch.Id, new RetryStart(Canary: 0));
        _pages.Role = Role.Viewer;
        var seen = _pages.Open<GroupsPage>("/groups");
        seen.EventuallySays("0 % sent. 1 left");
        Assert.Empty(seen.FindAll(".steering"));

        _pages.Role = Role.Operator;
        var list = _pages.Open<GroupsPage>("/groups");
        list.EventuallySays("0 % sent. 1 left");
        await list.PressAsync("Pause");
        list.EventuallySays("Nothing more is sent until somebody goes on.");
        await list.PressAsync("Go on");
        list.EventuallySays("0 % sent. 1 left");
        await list.PressAsync("Cancel the rest");
        await list.PressAsync("Leave them unsent");

        list.EventuallySays("Canceled");
        list.Eventually(() => Assert.Empty(list.FindAll(".steering")));
    }

    [Fact(Timeout = 60_000)]
    public async Task What_is_failed_can_be_looked_at_by_event_cause_code_and_connection()
    {
        _pages.Open<GroupsPage>("/groups?by=event").EventuallySays("Nothing is failed");
        await FailedAsync();
        var page = _pages.Open<GroupsPage>("/groups");
        page.EventuallySays("Grouped by");

        await page.InvokeAsync(() => page.Find("#group-by").Change("event"));

        Assert.EndsWith("/groups?by=event", _pages.Address.Uri, StringComparison.Ordinal);
        var events = _pages.Open<GroupsPage>("/groups?by=event");
        events.EventuallySays("Order Completed 1 100 %");
        Assert.Equal($"/deliveries?q={Uri.EscapeDataString("state:failed event:\"Order Completed\"")}", events.Find("a.row-link").GetAttribute("href"));
        Assert.Empty(events.FindAll("nav[aria-label=State]"));
        _pages.Open<GroupsPage>("/groups?by=cause").EventuallySays("Content refused (422) unprocessable 1 100 %");
        _pages.Open<GroupsPage>("/groups?by=code").EventuallySays("422 1 100 %");
    }

    [Fact(Timeout = 60_000)]
    public async Task A_delivery_and_the_overview_lead_to_the_group()
    {
        var (id, row) = await FailedAsync("m-1");
        await FailedAsync("m-2");

        var delivery = _pages.Open<DeliveryDetailPage>($"/deliveries/{PublicId.Delivery(row)}", set => set.Add(page => page.PublicDeliveryId, PublicId.Delivery(row)));
        delivery.EventuallySays("One of 2 like this");
        Assert.Equal($"/groups/{PublicId.Group(id)}", delivery.FindAll("a").Single(link => link.Words() == "One of 2 like this").GetAttribute("href"));
        var overview = _pages.Open<OverviewPage>("/");
        overview.EventuallySays("its failure groups");
        Assert.Equal("/groups?state=all&cause=unprocessable", overview.FindAll("a").Single(link => link.Words() == "its failure groups").GetAttribute("href"));
    }

    private IRenderedComponent<GroupPage> Open(long id) => _pages.Open<GroupPage>($"/groups/{PublicId.Group(id)}", set => set.Add(page => page.PublicGroupId, PublicId.Group(id)));

    /// <summary>A delivery that the sandbox refused, and its group.</summary>
    private async Task<(long Group, long Delivery)> FailedAsync(string messageId = "m-1")
    {
        _pages.Answers(422);
        var row = await _pages.SendAsync(""" "userId":"jane@example.test","event":"Order Completed","properties":{"order_id":"A-1"} """, messageId);
        return ((await _pages.Get<GroupQueries>().OfDeliveryAsync(Actor.System, row.Id, Xunit.TestContext.Current.CancellationToken))!.Id, row.Id);
    }
}
