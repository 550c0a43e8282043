using Microsoft.Playwright;
using Richpanel.Core.Access;

namespace Richpanel.Tests.Browser;

/// <summary>Failure groups in a real browser, with the least role that may act.</summary>
[Trait("Kind", "Browser")]
[Collection("Browser")]
public sealed class GroupJourneyTests(BrowserFixture browser, JourneyConsole console) : IClassFixture<JourneyConsole>, IDisposable
{
    [Fact(Timeout = 180_000)]
    public async Task Support_understands_a_group_acknowledges_it_leaves_a_note_and_finds_its_deliveries()
    {
        console.Answers([.. Enumerable.Repeat(422, 3)]);
        for (var i = 0; i < 3; i++)
        {
            await console.Sender.PostAsync($$"""{"userId":"customer-{{i}}","event":"Order Grouped","messageId":"grouped-{{i}}","properties":{"order_id":"A-{{i}}"} }""");
        }

        await console.Sender.SettledAsync("grouped-2");
        await console.Sender.SettledAsync("grouped-1");
        await console.Sender.SettledAsync("grouped-0");
        await using var tab = await console.OpenAsync(browser, Role.Support, "/groups");
        await tab.Page.GetByRole(AriaRole.Link, new() { Name = "Content refused" }).ClickAsync();
        await SeesAsync(tab.Page.GetByText("3 deliveries are failed this way."));
        await Assertions.Expect(tab.Page.GetByRole(AriaRole.Button, new() { Name = "Resolve" })).ToBeDisabledAsync();
        await tab.KeepsRulesInEveryLookAsync("group");
        await tab.Page.SetViewportSizeAsync(1440, 900);

        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Acknowledge" }).ClickAsync();
        await SeesAsync(tab.Page.GetByText("support, who acknowledged it"));
        await tab.Page.GetByLabel("Add a note").FillAsync("Totals come with a comma; the web team knows.");
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Add note" }).ClickAsync();
        await SeesAsync(tab.Page.Locator("ol.written").GetByText("Totals come with a comma"));
        await Assertions.Expect(tab.Page.GetByLabel("Add a note")).ToHaveValueAsync("");

        await tab.Page.GetByRole(AriaRole.Link, new() { Name = "All its deliveries in the log" }).ClickAsync();
        await Assertions.Expect(tab.Page.Locator("tr[data-row]")).ToHaveCountAsync(3);
        await tab.GoAsync("/groups?state=acknowledged");
        await SeesAsync(tab.Page.GetByText("support: Totals come with a comma; the web team knows."));
        await tab.KeepsRulesInEveryLookAsync("groups");
    }

    [Fact(Timeout = 180_000)]
    public async Task An_operator_retries_a_group_with_a_canary_and_it_tells_the_report()
    {
        console.Answers([.. Enumerable.Repeat(400, 3)]);
        for (var i = 0; i < 3; i++)
        {
            await console.Sender.PostAsync($$"""{"userId":"customer-{{i}}","event":"Order Regrouped","messageId":"regrouped-{{i}}"}""");
            await console.Sender.SettledAsync($"regrouped-{i}");
        }

        console.Answers();
        await using var tab = await console.OpenAsync(browser, Role.Operator, "/deliveries?q=message%3Aregrouped-0");
        await tab.Page.GetByRole(AriaRole.Link, new() { Name = "Order Regrouped" }).ClickAsync();
        await tab.Page.GetByRole(AriaRole.Link, new() { Name = "One of 3 like this" }).ClickAsync();
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Retry group…" }).ClickAsync();
        var box = tab.Page.GetByRole(AriaRole.Dialog, new() { Name = "Retry many" });
        await SeesAsync(box.GetByText("3 deliveries go out again"));
        await box.GetByLabel("First").FillAsync("1");
        await box.GetByRole(AriaRole.Button, new() { Name = "Send 3" }).ClickAsync();
        await SeesAsync(tab.Page.GetByText("3 accepted.").First);

        await tab.GoAsync("/groups?state=all&cause=bad_request_by_richpanel");
        await tab.Page.Locator("a.row-link").First.ClickAsync();
        await SeesAsync(tab.Page.GetByText("None of its deliveries is failed any more."));
        await SeesAsync(tab.Page.GetByRole(AriaRole.Heading, new() { Name = "Bulk retries of it" }));
        Assert.Empty(tab.Faults);
    }

    [Fact(Timeout = 180_000)]
    public async Task An_operator_merges_two_groups_that_are_one_thing_sees_their_retry_in_the_list_and_splits_them_again()
    {
        foreach (var status in new[] { 413, 418 })
        {
            console.Answers(status);
            await console.Sender.PostAsync($$"""{"userId":"customer-{{status}}","event":"Cart Merged","messageId":"merged-{{status}}"}""");
            await console.Sender.SettledAsync($"merged-{status}");
        }

        console.Answers();
        await using var tab = await console.OpenAsync(browser, Role.Operator, "/groups?state=all&cause=client_error");
        await tab.Page.Locator("a.row-link").ClickAsync();
        await SeesAsync(tab.Page.GetByText("This group stands for itself."));
        await tab.Page.GetByLabel("Part of the same thing as").SelectOptionAsync(new SelectOptionValue { Label = "Too large (413): Answered <number> by the sandbox's scenario. (1 still failed of 1)" });
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Merge…" }).ClickAsync();
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Merge it" }).ClickAsync();
        await SeesAsync(tab.Page.GetByText("2 deliveries are failed this way."));
        await SeesAsync(tab.Page.GetByRole(AriaRole.Heading, new() { Name = "Merged groups" }));
        await tab.KeepsRulesInEveryLookAsync("group-merged");
        await tab.Page.SetViewportSizeAsync(1440, 900);

        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Retry group…" }).ClickAsync();
        await tab.Page.GetByRole(AriaRole.Dialog, new() { Name = "Retry many" }).GetByRole(AriaRole.Button, new() { Name = "Send 2" }).ClickAsync();
        await SeesAsync(tab.Page.GetByText("2 accepted.").First);
        await tab.GoAsync("/groups?state=all&cause=client_error");
        await SeesAsync(tab.Page.Locator("tbody tr").GetByText("2 accepted."));
        await SeesAsync(tab.Page.GetByText("with 1 other group merged into it"));
        await tab.Page.Locator("a.row-link").ClickAsync();
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Split off" }).ClickAsync();
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Split it off" }).ClickAsync();
        await SeesAsync(tab.Page.GetByText("This group stands for itself."));
        Assert.Empty(tab.Faults);
    }

    public void Dispose() => console.Answers();

    private static Task SeesAsync(ILocator what) => Assertions.Expect(what).ToBeVisibleAsync();
}
