using System.Diagnostics;
using Microsoft.Playwright;
using Richpanel.Core.Access;
using Richpanel.Tests.SignIn;
using Richpanel.Tests.Support;

namespace Richpanel.Tests.Browser;

/// <summary>An installation from its setup code to a colleague who sees what the role may, in a real browser outside Development.</summary>
[Trait("Kind", "Browser")]
[Collection("Browser rules")]
public sealed class SignInJourneyTests : IAsyncLifetime
{
    private readonly BrowserFixture _browser;
    private readonly ConsoleUnderTest _console = Somebody.Console();

    public SignInJourneyTests(BrowserFixture browser) => _browser = browser;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        _console.UseKestrel(0);
        _console.StartServer();
        return ValueTask.CompletedTask;
    }

    [Fact(Timeout = 180_000)]
    public async Task From_the_setup_code_to_a_viewer_who_joined_by_a_link_and_is_out_once_disabled()
    {
        await using var ada = await OpenAsync("/");
        await Assertions.Expect(ada.Page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex("/sign-in"));
        await ada.Page.GetByRole(AriaRole.Link, new() { Name = "Set up the first admin" }).ClickAsync();
        await ada.Page.GetByLabel("Setup code").FillAsync((await File.ReadAllTextAsync(Path.Combine(_console.Folder, "setup-code"), Ct)).Trim());
        await ada.Page.GetByLabel("Your name").FillAsync("Ada Admin");
        await ada.Page.GetByLabel("E-mail").FillAsync("ada@example.test");
        await ada.Page.GetByLabel("Password").FillAsync(Somebody.Password);
        await ada.Page.GetByRole(AriaRole.Button, new() { Name = "Create the admin" }).ClickAsync();
        await SignInAsync(ada, "ada@example.test");
        await SeesAsync(ada, "Overview");
        await Assertions.Expect(ada.Page.GetByText("Signed in as local admin")).ToBeHiddenAsync();

        await ada.Page.GetByRole(AriaRole.Link, new() { Name = "People" }).ClickAsync();
        await ada.Page.GetByRole(AriaRole.Button, new() { Name = "Invite somebody" }).ClickAsync();
        await ada.Page.GetByLabel("Name").FillAsync("Vera Viewer");
        await ada.Page.GetByLabel("E-mail").FillAsync("vera@example.test");
        await ada.Page.GetByRole(AriaRole.Button, new() { Name = "Make the link" }).ClickAsync();
        var link = await ada.Page.GetByTestId("one-time-link").InnerTextAsync();

        await using var vera = await OpenAsync(new Uri(link).PathAndQuery);
        await vera.Page.GetByLabel("Password").FillAsync(Somebody.Password);
        await vera.Page.GetByLabel("Once more").FillAsync(Somebody.Password);
        await vera.Page.GetByRole(AriaRole.Button, new() { Name = "Set the password" }).ClickAsync();
        await SignInAsync(vera, "vera@example.test");
        await SeesAsync(vera, "Overview");
        await Assertions.Expect(vera.Page.GetByRole(AriaRole.Link, new() { Name = "People" })).ToBeHiddenAsync();
        await vera.GoAsync("/people");
        await SeesAsync(vera, "This page is not for your role");
        await vera.GoAsync("/deliveries");
        await SeesAsync(vera, "Deliveries");

        await ada.Page.GetByRole(AriaRole.Button, new() { Name = "Change Vera Viewer" }).ClickAsync();
        await ada.Page.GetByLabel("Reason (kept in the change log)").FillAsync("left the company");
        await ada.Page.GetByRole(AriaRole.Button, new() { Name = "Disable", Exact = true }).ClickAsync();
        await ada.Page.GetByRole(AriaRole.Group).GetByRole(AriaRole.Button, new() { Name = "Disable", Exact = true }).ClickAsync();

        // Without a click of hers. That the product takes less than five seconds is shown on a clock of its own (LiveSessionTests);
        // here the machine's other work counts, too, so only what is far beyond it fails.
        var since = Stopwatch.StartNew();
        await SeesAsync(vera, "Sign in");
        TestContext.Current.TestOutputHelper?.WriteLine($"The open page of a disabled person left after {since.Elapsed.TotalSeconds:0.0} s.");
        Assert.InRange(since.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(20));
        await SeesAsync(ada, "People");
        Assert.Empty(ada.Faults);
        Assert.Empty(vera.Faults);
    }

    [Fact(Timeout = 120_000)]
    public async Task One_click_in_the_menu_signs_out_and_other_tabs_end_with_it()
    {
        await _console.AdminAsync();
        await using var ada = await OpenAsync("/sign-in");
        await SignInAsync(ada, "ada@example.test");
        await SeesAsync(ada, "Overview");

        var other = await ada.Page.Context.NewPageAsync();
        await other.GotoAsync("/deliveries");
        await Assertions.Expect(other.GetByRole(AriaRole.Heading, new() { Name = "Deliveries" })).ToBeVisibleAsync();

        await ada.Page.GetByRole(AriaRole.Button, new() { Name = "You: Ada Admin, admin" }).ClickAsync();
        await ada.Page.GetByRole(AriaRole.Menuitem, new() { Name = "Sign out" }).ClickAsync();

        await SeesAsync(ada, "Sign in");
        await Assertions.Expect(other.GetByRole(AriaRole.Heading, new() { Name = "Sign in" })).ToBeVisibleAsync();
        await ada.Page.GotoAsync("/deliveries");
        await SeesAsync(ada, "Sign in");
        Assert.Empty(ada.Faults);
    }

    [Fact(Timeout = 120_000)]
    public async Task A_new_password_in_one_tab_leaves_the_other_tab_of_the_same_browser_signed_in()
    {
        await _console.AdminAsync();
        await using var ada = await OpenAsync("/sign-in");
        await SignInAsync(ada, "ada@example.test");
        await SeesAsync(ada, "Overview");
        var other = await ada.Page.Context.NewPageAsync();
        await other.GotoAsync("/deliveries");
        await Assertions.Expect(other.GetByRole(AriaRole.Heading, new() { Name = "Deliveries" })).ToBeVisibleAsync();
        await other.EvaluateAsync("document.body.dataset.before = 'yes'");

        await ada.GoAsync("/account");
        await ada.Page.GetByLabel("Current password").FillAsync(Somebody.Password);
        await ada.Page.GetByLabel("New password").FillAsync("another long password");
        await ada.Page.GetByLabel("Once more").FillAsync("another long password");
        await ada.Page.GetByRole(AriaRole.Button, new() { Name = "Change the password" }).ClickAsync();

        await Assertions.Expect(ada.Page.GetByText("Your password is changed.")).ToBeVisibleAsync();
        await Assertions.Expect(other.Locator("body:not([data-before])")).ToBeAttachedAsync();
        await Assertions.Expect(other.GetByRole(AriaRole.Heading, new() { Name = "Deliveries" })).ToBeVisibleAsync();
        Assert.Empty(ada.Faults);
    }

    [Theory(Timeout = 180_000)]
    [InlineData("/sign-in", false)]
    [InlineData("/set-up", false)]
    [InlineData("join", false)]
    [InlineData("/join/per_1?code=used", false)]
    [InlineData("/sign-in/arrival", false)]
    [InlineData("/people", true)]
    [InlineData("/account", true)]
    [InlineData("/account/authenticator", true)]
    [InlineData("/sign-out", true)]
    public async Task A_page_of_sign_in_and_people_is_accessible_in_light_and_dark_and_fits_a_telephone(string path, bool signedIn)
    {
        var name = path.Split('?')[0].Trim('/').Replace('/', '-');
        if (path != "/set-up")
        {
            await _console.AdminAsync();
            await _console.JoinedAsync("vera.with-a-rather-long-name@example.test", Role.Viewer);
            var (ivy, code) = await _console.Store().InviteAsync(Actor.System, "ivy@example.test", "Ivy Invited", Role.Support);
            path = path == "join" ? Somebody.Link(ivy.Person!, code!) : path;
        }

        await using var tab = await OpenAsync("/sign-in");
        if (signedIn)
        {
            await SignInAsync(tab, "ada@example.test");
            await SeesAsync(tab, "Overview");
        }

        if (path == "/account/authenticator")
        {
            await tab.GoAsync("/account");
            await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Set it up" }).ClickAsync();
        }
        else
        {
            await tab.GoAsync(path);
        }

        if (path == "/people")
        {
            await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Change Ada Admin" }).ClickAsync();
            await Assertions.Expect(tab.Page.GetByText("This is the last admin who can sign in.").First).ToBeVisibleAsync();
        }

        await tab.Page.Locator("main h1").WaitForAsync();
        await tab.KeepsRulesInEveryLookAsync(name);
    }

    public ValueTask DisposeAsync() => _console.DisposeAsync();

    private Task<BrowserPage> OpenAsync(string path) => _browser.OpenAsync(path, Ct, of: _console.ClientOptions.BaseAddress);

    private static async Task SignInAsync(BrowserPage tab, string email)
    {
        await SeesAsync(tab, "Sign in");
        await tab.Page.GetByLabel("E-mail").FillAsync(email);
        await tab.Page.GetByLabel("Password").FillAsync(Somebody.Password);
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
    }

    private static Task SeesAsync(BrowserPage tab, string heading) =>
        Assertions.Expect(tab.Page.GetByRole(AriaRole.Heading, new() { Name = heading, Exact = true })).ToBeVisibleAsync();
}
