using Microsoft.Playwright;
using Richpanel.Tests.SignIn;
using Richpanel.Tests.Support;

namespace Richpanel.Tests.Browser;

/// <summary>From a first look without an account to an account, on the Development machine itself.</summary>
[Trait("Kind", "Browser")]
[Collection("Browser")]
public sealed class DevelopmentJourneyTests(BrowserFixture browser) : IAsyncLifetime
{
    private readonly ConsoleUnderTest _console = new(new() { ["environment"] = "Development", ["Sandbox:Port"] = "0" });

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        _console.UseKestrel(0);
        _console.StartServer();
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => _console.DisposeAsync();

    [Fact(Timeout = 180_000)]
    public async Task The_local_admin_invites_the_first_admin_who_joins_and_signs_in_in_the_same_browser()
    {
        await using var tab = await browser.OpenAsync("/people", Ct, of: _console.ClientOptions.BaseAddress);
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Invite the first admin" }).ClickAsync();
        await tab.Page.GetByLabel("Name").FillAsync("Ada Admin");
        await tab.Page.GetByLabel("E-mail").FillAsync("ada@example.test");
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Make the link" }).ClickAsync();
        var link = await tab.Page.GetByTestId("one-time-link").InnerTextAsync();

        await tab.GoAsync(new Uri(link).PathAndQuery);
        await tab.Page.GetByLabel("Password").FillAsync(Somebody.Password);
        await tab.Page.GetByLabel("Once more").FillAsync(Somebody.Password);
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Set the password" }).ClickAsync();
        await Assertions.Expect(tab.Page.GetByText("Your password is set.")).ToBeVisibleAsync();
        await tab.Page.GetByLabel("E-mail").FillAsync("ada@example.test");
        await tab.Page.GetByLabel("Password").FillAsync(Somebody.Password);
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();

        await Assertions.Expect(tab.Page.GetByRole(AriaRole.Button, new() { Name = "You: Ada Admin, admin" })).ToBeVisibleAsync();
        Assert.Empty(tab.Faults);
    }
}
