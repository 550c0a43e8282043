using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Richpanel.Core.Access;
using Richpanel.Tests.Alerts;

namespace Richpanel.Tests.Browser;

/// <summary>An admin, who is the least that may, adds a channel, tries it, mends it and is told when a key is no longer accepted.</summary>
[Trait("Kind", "Browser")]
[Collection("Browser")]
public sealed class AlertJourneyTests(BrowserFixture browser)
{
    [Fact(Timeout = 180_000)]
    public async Task A_Slack_channel_is_tested_until_it_answers_and_then_told_of_a_hold_with_count_link_and_what_to_do()
    {
        await using var stub = new WebhookStub { Answer = () => WebhookStub.Of(404, "no_service") };
        await using var console = new JourneyConsole(null, ("Outgoing:AllowPrivateNetworks", "true"));
        await console.InitializeAsync();
        await using var tab = await console.OpenAsync(browser, Role.Admin, "/alerts");
        var page = tab.Page;
        await page.GetByRole(AriaRole.Button, new() { Name = "New channel…" }).ClickAsync();
        await page.GetByLabel("Name", new() { Exact = true }).FillAsync("On-call");
        await page.GetByLabel("Kind", new() { Exact = true }).SelectOptionAsync(new SelectOptionValue { Label = "Slack, or what takes the same" });
        await page.GetByLabel("Address", new() { Exact = true }).FillAsync(stub.Url);
        await page.GetByLabel("Connections", new() { Exact = true }).SelectOptionAsync(new SelectOptionValue { Label = "Only those chosen below" });
        await page.GetByRole(AriaRole.Checkbox, new() { Name = "Sandbox" }).CheckAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Save channel" }).ClickAsync();
        await SeesAsync(page.GetByText("On-call is saved."));

        var row = page.GetByRole(AriaRole.Row, new() { NameRegex = new Regex("^On-call") });
        await row.GetByRole(AriaRole.Button, new() { Name = "Test On-call" }).ClickAsync();
        await SeesAsync(row.GetByText("Test not taken"));
        await SeesAsync(row.GetByText("The address is wrong, or was revoked there: enter it again. It said: no service"));
        stub.Answer = () => WebhookStub.Of(200, "ok");
        await row.GetByRole(AriaRole.Button, new() { Name = "Test On-call" }).ClickAsync();
        await SeesAsync(row.GetByText("Test taken"));

        console.Answers(401);
        await console.Sender.PostAsync("""{"userId":"user-1","event":"Order Completed","messageId":"alert-1"}""");
        await SeesAsync(page.GetByTestId("alerts-standing").GetByRole(AriaRole.Row, new() { NameRegex = new Regex("^Sandbox Held") }));
        var told = page.GetByTestId("alerts-told").Locator("tbody tr").First;
        await SeesAsync(told.GetByText("Taken"));
        await told.GetByText("Sandbox is on hold: Key not accepted (401)").ClickAsync();
        await SeesAsync(told.GetByText("Deliveries: 1 waiting, 1 of them held"));
        await tab.KeepsRulesInEveryLookAsync("alerts-told");
        await page.SetViewportSizeAsync(1440, 900);

        Assert.Equal(3, stub.Bodies.Count);
        using var body = JsonDocument.Parse(stub.Bodies[^1]);
        var text = body.RootElement.GetProperty("text").GetString()!;
        Assert.StartsWith(":red_circle: *Sandbox is on hold: Key not accepted (401)*\n", text, StringComparison.Ordinal);
        Assert.Contains("Deliveries: 1 waiting, 1 of them held", text, StringComparison.Ordinal);
        Assert.Contains("\nWhat to do: ", text, StringComparison.Ordinal);
        Assert.EndsWith($"<{console.Address}connections/{console.SandboxId}|Open it in the console>", text, StringComparison.Ordinal);

        await told.GetByRole(AriaRole.Link, new() { Name = "Look at it" }).ClickAsync();
        await page.WaitForURLAsync(new Regex($"/connections/{console.SandboxId}$"));
        Assert.Empty(tab.Faults);
    }

    private static Task SeesAsync(ILocator what) => Assertions.Expect(what).ToBeVisibleAsync();
}
