using System.Net;
using Richpanel.Core.Access;
using Richpanel.Core.ChangeLog;
using Richpanel.Tests.Support;

namespace Richpanel.Tests.SignIn;

/// <summary>The door for people, over https as behind a proxy.</summary>
public sealed class SignInTests : IAsyncLifetime
{
    private readonly ConsoleUnderTest _console = Somebody.Console();
    private Visitor _visitor = null!;

    public async ValueTask InitializeAsync()
    {
        _visitor = new Visitor(_console);
        await _console.AdminAsync();
    }

    [Fact]
    public async Task The_right_password_opens_the_page_that_was_asked_for()
    {
        Assert.Equal("/sign-in?to=%2Fdeliveries", (await _visitor.GetAsync("/deliveries")).To);

        Assert.Equal("/deliveries", (await _visitor.SignInAsync("ADA@example.test", Somebody.Password, "/deliveries")).To);

        Assert.Equal(HttpStatusCode.OK, (await _visitor.GetAsync("/deliveries")).Status);
        Assert.Contains(ChangeCatalog.SignedIn.Code, await _console.ChangesAsync());
    }

    [Fact]
    public async Task The_cookie_is_for_this_site_over_https_alone_and_out_of_reach_for_scripts()
    {
        var cookie = Assert.Single((await _visitor.SignInAsync("ada@example.test", Somebody.Password)).Cookies, cookie => cookie.StartsWith("richpanel.session=", StringComparison.Ordinal));

        Assert.Contains("; secure", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("; httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("; samesite=lax", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("expires", cookie, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("https://evil.example")]
    [InlineData("//evil.example")]
    [InlineData("/\\evil.example")]
    [InlineData("\\\\evil.example")]
    [InlineData("javascript:alert(1)")]
    [InlineData("/\t/evil.example")]
    [InlineData("evil.example")]
    [InlineData("")]
    public async Task Signing_in_never_leads_to_another_site(string to) =>
        Assert.Equal("/", (await _visitor.SignInAsync("ada@example.test", Somebody.Password, to)).To);

    [Theory]
    [InlineData("https://evil.example")]
    [InlineData("//evil.example")]
    [InlineData("/\\evil.example")]
    public async Task Nor_is_whoever_is_signed_in_already_led_there(string to)
    {
        await _visitor.SignInAsync("ada@example.test", Somebody.Password);

        Assert.Equal("/", (await _visitor.GetAsync($"/sign-in?to={Uri.EscapeDataString(to)}")).To);
    }

    [Fact]
    public async Task Who_guesses_is_not_told_whether_anybody_has_that_e_mail()
    {
        var (_, code) = await _console.Store().InviteAsync(Actor.System, "ivy@example.test", "Ivy", Role.Viewer);
        Assert.NotNull(code);

        var unknown = await _visitor.SignInAsync("nobody@example.test", Somebody.Password);
        var wrong = await _visitor.SignInAsync("ada@example.test", "not the password");
        var invited = await _visitor.SignInAsync("ivy@example.test", Somebody.Password);

        Assert.Contains("E-mail or password is wrong", unknown.Text, StringComparison.Ordinal);
        Assert.Equal([FaultIn(unknown), FaultIn(unknown)], [FaultIn(wrong), FaultIn(invited)]);
        Assert.Equal(3, (await _console.ChangesAsync()).Count(code => code == ChangeCatalog.SignInFailed.Code));
    }

    [Fact]
    public async Task After_six_wrong_passwords_the_right_one_is_refused_too_in_the_same_words()
    {
        for (var guess = 0; guess < 6; guess++)
        {
            await _visitor.SignInAsync("ada@example.test", "not the password");
        }

        var right = await _visitor.SignInAsync("ada@example.test", Somebody.Password);

        Assert.Contains("E-mail or password is wrong", right.Text, StringComparison.Ordinal);
        Assert.False(await _visitor.IsInAsync());
        Assert.Contains(ChangeCatalog.LockedOut.Code, await _console.ChangesAsync());
        Assert.NotNull(Assert.Single(_console.Known().People).LockoutEnd);
    }

    [Fact]
    public async Task Guesses_that_come_all_at_once_count_each()
    {
        var page = await _visitor.GetAsync("/sign-in");
        Assert.Equal(HttpStatusCode.OK, page.Status);

        await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => GuessAsync()));

        Assert.NotNull(Assert.Single(_console.Known().People).LockoutEnd);

        async Task GuessAsync()
        {
            using var guesser = new Visitor(_console);
            await guesser.SignInAsync("ada@example.test", "not the password");
        }
    }

    [Fact]
    public async Task More_than_twenty_tries_a_minute_from_one_address_get_429_with_words()
    {
        for (var guess = 0; guess < 20; guess++)
        {
            Assert.NotEqual(HttpStatusCode.TooManyRequests, (await _visitor.PostAsync("/sign-in")).Status);
        }

        var refused = await _visitor.PostAsync("/set-up");

        Assert.Equal(HttpStatusCode.TooManyRequests, refused.Status);
        Assert.Contains("Too many tries from your address", refused.Text, StringComparison.Ordinal);
        Assert.Equal(TimeSpan.FromMinutes(1), refused.RetryAfter);
        Assert.Equal(HttpStatusCode.OK, (await _visitor.GetAsync("/sign-in")).Status);
    }

    [Theory]
    [InlineData("/sign-in", "sign-in")]
    [InlineData("/sign-out", "sign-out")]
    [InlineData("/account", "password")]
    [InlineData("/account", "name")]
    [InlineData("/account", "begin")]
    [InlineData("/account", "off")]
    [InlineData("/account", "codes")]
    [InlineData("/account/authenticator", "app")]
    [InlineData("/sign-in/code", "code")]
    public async Task A_form_that_another_site_sends_is_refused(string address, string form)
    {
        await _visitor.SignInAsync("ada@example.test", Somebody.Password);

        Assert.Equal(HttpStatusCode.BadRequest, (await _visitor.PostAsync(address, ("_handler", form), ("Input.Email", "ada@example.test"), ("Input.Password", Somebody.Password))).Status);
        Assert.True(await _visitor.IsInAsync());
    }

    [Fact]
    public async Task Signing_out_ends_the_session_and_stands_in_the_change_log()
    {
        await _visitor.SignInAsync("ada@example.test", Somebody.Password);

        Assert.Equal("/sign-in", (await _visitor.SendAsync("/sign-out", "sign-out")).To);

        Assert.False(await _visitor.IsInAsync());
        Assert.Contains(ChangeCatalog.SignedOut.Code, await _console.ChangesAsync());
    }

    [Fact]
    public async Task A_copy_of_the_cookie_is_worth_nothing_after_signing_out()
    {
        var cookie = (await _visitor.SignInAsync("ada@example.test", Somebody.Password)).Cookies.Single(one => one.StartsWith("richpanel.session=", StringComparison.Ordinal)).Split(';')[0];
        Assert.True(await OpensAsync(cookie));

        await _visitor.SendAsync("/sign-out", "sign-out");

        Assert.False(await OpensAsync(cookie));
    }

    [Fact]
    public async Task No_password_or_e_mail_reaches_the_log()
    {
        await _visitor.SignInAsync("ada@example.test", "not the password");
        await _visitor.SignInAsync("ada@example.test", Somebody.Password);

        Assert.DoesNotContain(Somebody.Password, _console.Logs.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("ada@example.test", _console.Logs.Text, StringComparison.OrdinalIgnoreCase);
    }

    public async ValueTask DisposeAsync()
    {
        _visitor.Dispose();
        await _console.DisposeAsync();
    }

    private async Task<bool> OpensAsync(string cookie)
    {
        using var thief = _console.CreateClient(new() { AllowAutoRedirect = false, HandleCookies = false, BaseAddress = new Uri("https://console.test") });
        thief.DefaultRequestHeaders.Add("Cookie", cookie);
        using var answer = await thief.GetAsync(new Uri("/deliveries", UriKind.Relative), TestContext.Current.CancellationToken);
        return answer.StatusCode == HttpStatusCode.OK;
    }

    private static string FaultIn(Answer answer) => answer.Text.Split("role=\"alert\">")[1].Split("</div>")[0];
}
