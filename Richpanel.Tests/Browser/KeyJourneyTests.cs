using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Richpanel.Core;
using Richpanel.Core.Access;
using Richpanel.Core.Connections;
using Richpanel.Core.Deliveries;
using Richpanel.Tests.Deliveries;

namespace Richpanel.Tests.Browser;

/// <summary>An admin rotates a key badly: the hold is seen, the key mended, and what was held goes out.</summary>
[Trait("Kind", "Browser")]
[Collection("Browser")]
public sealed class KeyJourneyTests(BrowserFixture browser)
{
    [Fact(Timeout = 180_000)]
    public async Task A_key_that_was_rotated_badly_holds_the_connection_until_it_is_mended_and_what_was_held_goes_out()
    {
        await using var stub = await RichpanelStub.StartAsync();
        stub.Answer = request => Task.FromResult(new StubAnswer(request.Calls[0].GetProperty("appClientId").GetString() == "key-that-is-right" ? 200 : 401));
        await using var console = new JourneyConsole(null, ("Outgoing:AllowPrivateNetworks", "true"));
        await console.InitializeAsync();
        var key = await SetUpAsync(console, stub.BaseUrl);
        await console.Sender.PostAsync("""{"userId":"user-0","event":"Order Completed","messageId":"key-0"}""", key);
        Assert.Equal(DeliveryState.Accepted, (await console.Sender.SettledAsync("key-0")).State);

        await using var tab = await console.OpenAsync(browser, Role.Admin, $"/connections/{PublicId.Connection(console.ConnectionOf("Shop").Id)}");
        var page = tab.Page;
        await SaveKeyAsync(page, "key-that-is-wrong");
        await SeesAsync(page.GetByText("Saved.", new() { Exact = false }).First);
        for (var i = 1; i <= 3; i++)
        {
            await console.Sender.PostAsync($$"""{"userId":"user-{{i}}","event":"Order Completed","messageId":"key-{{i}}"}""", key);
        }

        await tab.GoAsync("/deliveries");
        var banner = page.GetByRole(AriaRole.Complementary, new() { Name = "Shop is on hold" });
        await SeesAsync(banner.GetByText("Shop is on hold: Key not accepted (401)"));
        await SeesAsync(banner.GetByText("3 deliveries are held"));
        await banner.GetByRole(AriaRole.Link, new() { Name = "Open it" }).ClickAsync();

        await SaveKeyAsync(page, "key-that-is-right");
        var box = page.GetByRole(AriaRole.Dialog, new() { Name = "Resume Shop" });
        await SeesAsync(box.GetByText("The check passed"));
        await SeesAsync(box.GetByText("3 deliveries that have waited go to"));
        await SeesAsync(box.GetByText("Richpanel may answer 200 to a wrong key"));
        await tab.KeepsRulesInEveryLookAsync("key-mended");
        await page.SetViewportSizeAsync(1440, 900);
        await box.GetByLabel("Why").FillAsync("The key is the new one now");
        await box.GetByRole(AriaRole.Button, new() { Name = "Resume 3 held", Exact = true }).ClickAsync();

        await Assertions.Expect(banner).ToHaveCountAsync(0);
        for (var i = 1; i <= 3; i++)
        {
            Assert.Equal(DeliveryState.Accepted, (await console.Sender.SettledAsync($"key-{i}")).State);
        }

        Assert.Empty(tab.Faults);
    }

    /// <returns>The write key of its source.</returns>
    private static async Task<string> SetUpAsync(JourneyConsole console, string address)
    {
        var shop = (await console.Services.GetRequiredService<ConnectionStore>().CreateAsync(
            Actor.System, new ConnectionDraft { Name = "Shop", BaseUrl = address, ApiKey = "key-that-is-right", ApiSecret = "secret-of-the-shop" })).Match<Connection?>(saved => saved, _ => null, () => null)!;
        const string Key = "write-key-of-the-shop-0000000001";
        await console.Services.GetRequiredService<SourceStore>().AddSourceAsync(Actor.System, shop.Id, new SourceDraft { Name = "Shop", WriteKey = Key });
        return Key;
    }

    private static async Task SaveKeyAsync(IPage page, string key)
    {
        var field = page.GetByLabel("API Key");
        await field.FillAsync(key);
        await field.PressAsync("Tab");   // its hint may move the button
        await page.GetByRole(AriaRole.Button, new() { Name = "Save changes" }).PressAsync("Enter");
    }

    private static Task SeesAsync(ILocator what) => Assertions.Expect(what).ToBeVisibleAsync();
}
