using Microsoft.Playwright;
using Richpanel.Tests.SignIn;
using Richpanel.Tests.Support;

namespace Richpanel.Tests.Browser;

/// <summary>Pages about people, tokens and signing in, in states that are shown once or to few: they keep the rules of every page.</summary>
[Trait("Kind", "Browser")]
[Collection("Browser rules")]
public sealed class AccessPageRulesTests(BrowserFixture browser) : IAsyncDisposable
{
    private ConsoleUnderTest? _console;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _console?.DisposeAsync() ?? ValueTask.CompletedTask;

    [Fact(Timeout = 180_000)]
    public async Task Where_nobody_has_an_account_yet_and_the_form_and_link_that_change_it()
    {
        Start(new ConsoleUnderTest(new() { ["environment"] = "Development", ["Sandbox:Port"] = "0" }));
        await using var tab = await OpenAsync("/people");
        await SeesAsync(tab.Page.GetByText("Nobody has an account yet"));
        await tab.KeepsRulesInEveryLookAsync("people-empty");

        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Invite the first admin" }).ClickAsync();
        await SeesAsync(tab.Page.GetByLabel("E-mail"));
        await tab.KeepsRulesInEveryLookAsync("people-invite");

        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Make the link" }).ClickAsync();
        await SeesAsync(tab.Page.GetByText("Give a name of at most 100 characters."));
        await tab.KeepsRulesInEveryLookAsync("people-invite-fault");

        await tab.Page.GetByLabel("Name").FillAsync("Ada with a name that goes on and on");
        await tab.Page.GetByLabel("E-mail").FillAsync("ada.with-a-rather-long-name@example.test");
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Make the link" }).ClickAsync();
        await SeesAsync(tab.Page.GetByTestId("one-time-link"));
        await tab.KeepsRulesInEveryLookAsync("people-link");
    }

    [Fact(Timeout = 180_000)]
    public async Task A_token_that_was_just_made_and_the_question_before_it_is_revoked()
    {
        Start(new ConsoleUnderTest(new() { ["environment"] = "Development", ["Sandbox:Port"] = "0" }));
        await using var tab = await OpenAsync("/tokens");
        await tab.Page.GetByLabel("Name").FillAsync("a-token-with-a-name-that-has-no-blank-at-all-to-break-a-line-at");
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Make the token" }).ClickAsync();
        await SeesAsync(tab.Page.GetByText("Copy it now."));
        await tab.KeepsRulesInEveryLookAsync("tokens-made");

        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Revoke" }).ClickAsync();
        await SeesAsync(tab.Page.GetByText("Programs that use it are refused at once."));
        await tab.KeepsRulesInEveryLookAsync("tokens-revoke");
    }

    [Fact(Timeout = 180_000)]
    public async Task Signing_in_with_the_company_and_what_a_wrong_password_gets()
    {
        Start(Somebody.Console(
            ("SignIn:OpenIdConnect:Name", "Acme Worldwide Commerce Holding"), ("SignIn:OpenIdConnect:Authority", "https://login.example.test"), ("SignIn:OpenIdConnect:ClientId", "console"),
            ("SignIn:OpenIdConnect:ClientSecret", "secret-of-nothing"), ("SignIn:OpenIdConnect:Roles:admins", "admin")));
        await _console!.AdminAsync();
        await using var tab = await OpenAsync("/sign-in");
        await SeesAsync(tab.Page.GetByRole(AriaRole.Link, new() { Name = "Sign in with Acme Worldwide Commerce Holding" }));
        await tab.KeepsRulesInEveryLookAsync("sign-in-company");

        await SignInAsync(tab, "not the password");
        await SeesAsync(tab.Page.GetByText("E-mail or password is wrong"));
        await tab.KeepsRulesInEveryLookAsync("sign-in-fault");
    }

    [Fact(Timeout = 180_000)]
    public async Task Recovery_codes_and_the_second_step_of_signing_in()
    {
        Start(Somebody.Console());
        await _console!.AdminAsync();
        await using var tab = await OpenAsync("/sign-in");
        await SignInAsync(tab);
        await SeesAsync(tab.Page.GetByRole(AriaRole.Heading, new() { Name = "Overview" }));
        await tab.GoAsync("/account");
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Set it up" }).ClickAsync();
        var key = (await tab.Page.GetByTestId("app-key").InnerTextAsync()).Replace(" ", "", StringComparison.Ordinal);
        await tab.Page.GetByLabel("Type the six digits").FillAsync(AuthenticatorApp.CodeOf(key));
        await tab.Page.GetByLabel("Your password").FillAsync(Somebody.Password);
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Switch it on" }).ClickAsync();
        await SeesAsync(tab.Page.GetByRole(AriaRole.Heading, new() { Name = "Your recovery codes" }));
        await tab.KeepsRulesInEveryLookAsync("recovery-codes");

        await using var second = await OpenAsync("/sign-in");
        await SignInAsync(second);
        await SeesAsync(second.Page.GetByRole(AriaRole.Heading, new() { Name = "Code of your authenticator app" }));
        await second.KeepsRulesInEveryLookAsync("sign-in-code");
        await second.Page.GetByLabel("Six digits").FillAsync("000000");
        await second.Page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await SeesAsync(second.Page.GetByText("This code is wrong or too old."));
        await second.KeepsRulesInEveryLookAsync("sign-in-code-fault");
        await second.Page.GetByRole(AriaRole.Link, new() { Name = "Use a recovery code instead" }).ClickAsync();
        await SeesAsync(second.Page.GetByRole(AriaRole.Heading, new() { Name = "Use a recovery code" }));
        await second.KeepsRulesInEveryLookAsync("sign-in-recovery");
    }

    private void Start(ConsoleUnderTest console)
    {
        _console = console;
        console.UseKestrel(0);
        console.StartServer();
    }

    private Task<BrowserPage> OpenAsync(string path) => browser.OpenAsync(path, Ct, of: _console!.ClientOptions.BaseAddress);

    private static async Task SignInAsync(BrowserPage tab, string password = Somebody.Password)
    {
        await tab.Page.GetByLabel("E-mail").FillAsync("ada@example.test");
        await tab.Page.GetByLabel("Password").FillAsync(password);
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Sign in", Exact = true }).ClickAsync();
    }

    private static Task SeesAsync(ILocator what) => Assertions.Expect(what).ToBeVisibleAsync();
}
