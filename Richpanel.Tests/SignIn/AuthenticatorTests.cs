using System.Text.RegularExpressions;
using Richpanel.Console.SignIn;
using Richpanel.Core.Access;
using Richpanel.Core.ChangeLog;
using Richpanel.Tests.Support;

namespace Richpanel.Tests.SignIn;

/// <summary>The authenticator app: on, asked for, got around with recovery codes, off.</summary>
public sealed partial class AuthenticatorTests : IAsyncLifetime
{
    private readonly ConsoleUnderTest _console = Somebody.Console();
    private Visitor _visitor = null!;

    public async ValueTask InitializeAsync()
    {
        _visitor = new Visitor(_console);
        await _console.AdminAsync();
        await _visitor.SignInAsync("ada@example.test", Somebody.Password);
    }

    [Fact]
    public async Task Once_a_code_proves_it_signing_in_asks_for_codes()
    {
        var (key, _) = await SwitchOnAsync();
        Assert.True(await _visitor.IsInAsync());
        using var other = new Visitor(_console);

        var first = await other.SignInAsync("ada@example.test", Somebody.Password, "/lab");
        Assert.Equal("/sign-in/code?to=%2Flab", first.To);
        Assert.False(await other.IsInAsync());

        Assert.Contains("This code is wrong", (await other.SendAsync(first.To!, "code", ("Input.Code", "000000"))).Text, StringComparison.Ordinal);
        Assert.Equal("/lab", (await other.SendAsync(first.To!, "code", ("Input.Code", AuthenticatorApp.CodeOf(key)))).To);
        Assert.True(await other.IsInAsync());
        Assert.Contains(ChangeCatalog.AuthenticatorOn.Code, await _console.ChangesAsync());
    }

    [Theory]
    [InlineData("https://evil.example")]
    [InlineData("//evil.example")]
    [InlineData("/\\evil.example")]
    public async Task The_second_step_never_leads_to_another_site(string to)
    {
        var (key, _) = await SwitchOnAsync();
        using var other = new Visitor(_console);
        await other.SignInAsync("ada@example.test", Somebody.Password);

        Assert.Equal("/", (await other.SendAsync($"/sign-in/code?to={Uri.EscapeDataString(to)}", "code", ("Input.Code", AuthenticatorApp.CodeOf(key)))).To);
    }

    [Fact]
    public async Task Ten_recovery_codes_are_shown_and_each_lets_in_once()
    {
        var (_, codes) = await SwitchOnAsync();
        Assert.Equal(10, codes.Count);
        using var other = new Visitor(_console);
        await other.SignInAsync("ada@example.test", Somebody.Password);

        Assert.Equal("/", (await other.SendAsync("/sign-in/code?recovery=true&to=%2F", "code", ("Input.Code", codes[0].Replace('-', ' ').ToLowerInvariant()))).To);

        using var thief = new Visitor(_console);
        await thief.SignInAsync("ada@example.test", Somebody.Password);
        Assert.Contains("wrong or was used before", (await thief.SendAsync("/sign-in/code?recovery=true&to=%2F", "code", ("Input.Code", codes[0]))).Text, StringComparison.Ordinal);
        Assert.Contains("Recovery codes left: 9", (await _visitor.GetAsync("/account")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_recovery_code_lets_in_nobody_who_was_disabled_meanwhile_and_wakes_nothing_for_later()
    {
        var (_, codes) = await SwitchOnAsync();
        var boss = await _console.AdminAsync("bea@example.test");
        var ada = _console.Known().People.Single(person => person.Id != boss.Id);
        using var other = new Visitor(_console);
        await other.SignInAsync("ada@example.test", Somebody.Password);
        Somebody.Done(await _console.Store().DisableAsync(Actor.System, ada.Id));

        Assert.Null((await other.SendAsync("/sign-in/code?recovery=true&to=%2F", "code", ("Input.Code", codes[0]))).To);
        Somebody.Done(await _console.Store().EnableAsync(Actor.System, ada.Id));

        Assert.False(await other.IsInAsync());
    }

    [Fact]
    public async Task Neither_the_apps_key_nor_a_recovery_code_stands_in_the_database_in_clear()
    {
        var (key, codes) = await SwitchOnAsync();

        await using var context = _console.Read();
        var kept = string.Join('\n', context.Set<Microsoft.AspNetCore.Identity.IdentityUserToken<long>>().Select(token => token.Value));
        Assert.NotEqual("", kept);
        Assert.DoesNotContain(key, kept, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(codes[0], kept, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_wrong_code_switches_nothing_on()
    {
        await _visitor.SendAsync("/account", "begin");

        Assert.Contains("This code is wrong", (await _visitor.SendAsync("/account/authenticator", "app", ("Input.Password", Somebody.Password), ("Input.Code", "123"))).Text, StringComparison.Ordinal);

        Assert.False(Assert.Single(_console.Known().People).TwoFactorEnabled);
        Assert.DoesNotContain(ChangeCatalog.AuthenticatorOn.Code, await _console.ChangesAsync());
    }

    [Theory]
    [InlineData("")]
    [InlineData("not the password")]
    public async Task Without_the_password_a_right_code_switches_nothing_on(string password)
    {
        await _visitor.SendAsync("/account", "begin");
        var key = KeyIn().Match((await _visitor.GetAsync("/account/authenticator")).Text).Groups[1].Value.Replace(" ", "", StringComparison.Ordinal);

        var page = await _visitor.SendAsync("/account/authenticator", "app", ("Input.Password", password), ("Input.Code", AuthenticatorApp.CodeOf(key)));

        Assert.Contains("The current password is wrong", page.Text, StringComparison.Ordinal);
        Assert.Empty(CodesIn(page.Text));
        Assert.False(Assert.Single(_console.Known().People).TwoFactorEnabled);
    }

    [Fact]
    public async Task Off_and_new_codes_need_the_password()
    {
        var (_, codes) = await SwitchOnAsync();

        Assert.Contains("The current password is wrong", (await _visitor.SendAsync("/account", "off", ("Off.Current", "not it"))).Text, StringComparison.Ordinal);
        var renewed = await _visitor.SendAsync("/account", "codes", ("Codes.Current", Somebody.Password));
        Assert.Equal(10, CodesIn(renewed.Text).Except(codes).Count());
        Assert.Equal("/account?done=off", (await _visitor.SendAsync("/account", "off", ("Off.Current", Somebody.Password))).To);

        Assert.False(Assert.Single(_console.Known().People).TwoFactorEnabled);
        Assert.True(await _visitor.IsInAsync());
    }

    [Fact]
    public void The_picture_is_of_an_address_that_apps_read_and_runs_nothing()
    {
        Assert.Equal("otpauth://totp/Richpanel%20Console:o%27brien%40example.test?secret=ABCD&issuer=Richpanel%20Console&digits=6", AppKey.Address("o'brien@example.test", "ABCD"));
        var picture = AppKey.Picture("<script>alert(1)</script>@example.test", "ABCDEFGH");
        Assert.StartsWith("<svg", picture, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", picture, StringComparison.Ordinal);
        Assert.Equal("abcd efgh", AppKey.Readable("ABCDEFGH"));
    }

    public async ValueTask DisposeAsync()
    {
        _visitor.Dispose();
        await _console.DisposeAsync();
    }

    private async Task<(string Key, IReadOnlyList<string> Codes)> SwitchOnAsync()
    {
        Assert.Equal("/account/authenticator", (await _visitor.SendAsync("/account", "begin")).To);
        var key = KeyIn().Match((await _visitor.GetAsync("/account/authenticator")).Text).Groups[1].Value.Replace(" ", "", StringComparison.Ordinal);
        var on = await _visitor.SendAsync("/account/authenticator", "app", ("Input.Password", Somebody.Password), ("Input.Code", AuthenticatorApp.CodeOf(key)));
        Assert.Contains("The authenticator app is on", on.Text, StringComparison.Ordinal);
        return (key, CodesIn(on.Text));
    }

    private static IReadOnlyList<string> CodesIn(string page) => [.. RecoveryCode().Matches(page).Select(match => match.Groups[1].Value)];

    [GeneratedRegex("data-testid=\"app-key\">([a-z2-7 ]+)<")]
    private static partial Regex KeyIn();

    [GeneratedRegex("<li>([A-Z0-9]{5}-[A-Z0-9]{5})</li>")]
    private static partial Regex RecoveryCode();
}
