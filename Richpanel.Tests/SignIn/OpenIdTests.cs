using Microsoft.EntityFrameworkCore;
using Richpanel.Console.SignIn;
using Richpanel.Core.Access;
using Richpanel.Core.ChangeLog;
using Richpanel.Core.People;
using Richpanel.Tests.Support;

namespace Richpanel.Tests.SignIn;

/// <summary>The company's own sign-in, against a provider of our own.</summary>
public sealed class OpenIdTests : IAsyncLifetime
{
    private readonly OpenIdProvider _provider = new();
    private readonly HttpClient _outside = new(new SocketsHttpHandler { AllowAutoRedirect = false });
    private ConsoleUnderTest _console = null!;
    private Visitor _visitor = null!;

    public async ValueTask InitializeAsync()
    {
        await _provider.StartAsync();
        _console = Somebody.Console(_provider.Settings());
        _visitor = new Visitor(_console);
    }

    [Fact]
    public async Task The_sign_in_names_the_company_and_leads_there_with_code_flow_and_pkce()
    {
        Assert.Contains("Sign in with Acme", (await _visitor.GetAsync("/sign-in")).Text, StringComparison.Ordinal);

        var leads = (await _visitor.GetAsync("/sign-in/company?to=%2Flab")).Location!;

        Assert.StartsWith(_provider.Address + "/authorize?", leads, StringComparison.Ordinal);
        Assert.Contains("code_challenge_method=S256", leads, StringComparison.Ordinal);
        Assert.Contains("response_type=code", leads, StringComparison.Ordinal);
        Assert.DoesNotContain(OpenIdProvider.ClientSecret, leads, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://evil.example")]
    [InlineData("//evil.example")]
    [InlineData("/\\evil.example")]
    [InlineData("javascript:alert(1)")]
    public async Task Arriving_never_leads_to_another_site(string to) => Assert.Equal("/", (await ArriveAsync(to)).To);

    [Fact]
    public async Task Nor_does_an_arrival_whose_address_somebody_changed_on_the_way()
    {
        var back = await AuthorizeAsync((await _visitor.GetAsync("/sign-in/company")).Location!);
        await _visitor.GetAsync(back);

        Assert.Equal("/", (await _visitor.GetAsync("/sign-in/arrival?to=%2F%2Fevil.example")).To);
    }

    [Fact]
    public async Task Somebody_with_a_role_is_made_at_the_first_sign_in_and_found_at_the_next()
    {
        Assert.Equal("/lab", (await ArriveAsync("/lab")).To);
        Assert.True(await _visitor.IsInAsync());
        var person = Assert.Single(_console.Known().People);
        Assert.Equal(("kim@example.test", "Kim Company", Role.Admin, true), (person.Email, person.Name, person.Role, person.SignsInElsewhere));

        using var other = new Visitor(_console);
        await ArriveAsync("/", other);

        Assert.True(await other.IsInAsync());
        Assert.Single(_console.Known().People);
        await using var context = _console.Read();
        var login = await context.Set<Microsoft.AspNetCore.Identity.IdentityUserLogin<long>>().SingleAsync(TestContext.Current.CancellationToken);
        Assert.Equal((_provider.Address, "subject-1", person.Id), (login.LoginProvider, login.ProviderKey, login.UserId));
        var arrived = await context.ChangeLog.SingleAsync(line => line.Action == ChangeCatalog.PersonArrived.Code, TestContext.Current.CancellationToken);
        Assert.Equal(Richpanel.Core.PublicId.Person(person.Id), arrived.ObjectId);
        Assert.Equal([new FieldChange("role", null, "admin")], FieldChange.Read(arrived.Fields));
        Assert.Equal(
            [ChangeCatalog.PersonArrived.Code, ChangeCatalog.SignedIn.Code, ChangeCatalog.SignedIn.Code],
            (await _console.ChangesAsync()).Where(action => action.StartsWith("person.", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task The_role_follows_the_claim_at_every_sign_in_and_ends_the_sessions_of_the_old_one()
    {
        await _console.AdminAsync();
        await ArriveAsync();
        using var later = new Visitor(_console);
        _provider.Claims = OpenIdProvider.Person("subject-1", "kim@example.test", "others", "helpers");

        await ArriveAsync("/", later);

        Assert.True(await later.IsInAsync());
        Assert.False(await _visitor.IsInAsync());
        Assert.Equal(Role.Support, _console.Known().People.Single(one => one.Email == "kim@example.test").Role);
        Assert.Contains(ChangeCatalog.RoleChanged.Code, await _console.ChangesAsync());
    }

    [Fact]
    public async Task Without_a_role_nobody_is_made_and_the_page_says_why()
    {
        _provider.Claims = OpenIdProvider.Person("subject-2", "lee@example.test", "strangers");

        Assert.Contains(OutsideSignIn.NoRole, (await ArriveAsync()).Text, StringComparison.Ordinal);

        Assert.Empty(_console.Known().People);
        Assert.False(await _visitor.IsInAsync());
        await using var context = _console.Read();
        var line = await context.ChangeLog.SingleAsync(line => line.Action == ChangeCatalog.SignInFailed.Code, TestContext.Current.CancellationToken);
        Assert.Equal((OutsideSignIn.NoRole, '#'), (line.Reason, line.ObjectName![0]));
        Assert.DoesNotContain("lee", line.ObjectName, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task An_admin_whom_the_company_vouches_for_counts_while_it_is_asked()
    {
        var ada = await _console.AdminAsync();
        await ArriveAsync();

        Assert.True((await _console.Store().DisableAsync(Actor.System, ada.Id)).Done);
    }

    [Fact]
    public async Task A_local_person_with_the_same_e_mail_is_not_taken_over()
    {
        await _console.AdminAsync("kim@example.test");

        Assert.Contains(OutsideSignIn.EmailTaken, (await ArriveAsync()).Text, StringComparison.Ordinal);

        Assert.False(await _visitor.IsInAsync());
        Assert.False(Assert.Single(_console.Known().People).SignsInElsewhere);
    }

    [Fact]
    public async Task Whom_an_admin_disabled_stays_out()
    {
        await _console.AdminAsync();
        await ArriveAsync();
        Somebody.Done(await _console.Store().DisableAsync(Actor.System, _console.Known().People.Single(one => one.Email == "kim@example.test").Id));

        Assert.Contains(OutsideSignIn.Disabled, (await ArriveAsync()).Text, StringComparison.Ordinal);

        Assert.False(await _visitor.IsInAsync());
    }

    [Fact]
    public async Task The_last_admin_is_not_demoted_by_a_claim()
    {
        await ArriveAsync();
        _provider.Claims = OpenIdProvider.Person("subject-1", "kim@example.test", "helpers");

        Assert.Contains("the last admin", (await ArriveAsync()).Text, StringComparison.Ordinal);

        Assert.True(_console.Known().HasAdmin);
    }

    [Fact]
    public async Task Nobody_who_came_this_way_gets_a_password_here()
    {
        await ArriveAsync();
        var person = Assert.Single(_console.Known().People);

        Assert.Null((await _console.Store().MakeLinkAsync(Actor.System, person.Id)).Code);
        using var other = new Visitor(_console);
        Assert.Contains("E-mail or password is wrong", (await other.SignInAsync("kim@example.test", Somebody.Password)).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_that_the_provider_did_not_sign_lets_nobody_in()
    {
        _provider.Forges = true;

        Assert.Contains("did not work out", (await ArriveAsync()).Text, StringComparison.Ordinal);

        Assert.Empty(_console.Known().People);
    }

    [Fact]
    public async Task A_refusal_of_the_provider_is_a_page_with_words_and_none_of_its_own()
    {
        _provider.Claims = null;

        var page = await ArriveAsync();

        Assert.Contains("did not work out", page.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("access_denied", page.Text, StringComparison.Ordinal);
        Assert.Single(await _console.ChangesAsync(), ChangeCatalog.CompanyRefused.Code);
    }

    [Fact]
    public async Task An_answer_that_another_browser_asked_for_lets_nobody_in()
    {
        using var attacker = new Visitor(_console);
        var back = await AuthorizeAsync((await attacker.GetAsync("/sign-in/company")).Location!);

        await _visitor.GetAsync(back);

        Assert.False(await _visitor.IsInAsync());
        Assert.Empty(_console.Known().People);
    }

    [Fact]
    public async Task Where_it_is_not_set_there_is_no_button_and_no_way()
    {
        await using var console = Somebody.Console();
        using var visitor = new Visitor(console);

        Assert.DoesNotContain("Sign in with", (await visitor.GetAsync("/sign-in")).Text, StringComparison.Ordinal);
        Assert.Equal("/sign-in", (await visitor.GetAsync("/sign-in/company")).To);
    }

    [Theory]
    [InlineData("Authority", "http://login.example.com", "https")]
    [InlineData("Authority", "nonsense", "https")]
    [InlineData("ClientId", "", "is missing")]
    [InlineData("ClientSecret", "", "is missing")]
    [InlineData("ClientSecretFile", "/nowhere/secret", "is not there")]
    [InlineData("Scopes", "profile", "must contain openid")]
    [InlineData("RoleClaim", "", "is empty")]
    [InlineData("Roles", "", "is empty")]
    [InlineData("Roles:admins", "owner", "is 'owner'")]
    public void What_cannot_be_right_is_named_with_its_setting(string setting, string value, string said)
    {
        var options = new OpenIdOptions
        {
            Authority = setting == "Authority" ? value : "https://login.example.com",
            ClientId = setting == "ClientId" ? value : "console",
            ClientSecret = setting == "ClientSecret" ? value : "s",
            ClientSecretFile = setting == "ClientSecretFile" ? value : null,
            Scopes = setting == "Scopes" ? value : "openid",
            RoleClaim = setting == "RoleClaim" ? value : "roles",
            Roles = setting == "Roles" ? new Dictionary<string, string>() : new Dictionary<string, string> { ["admins"] = setting == "Roles:admins" ? value : "admin" },
        };

        var fault = Assert.Single(new OpenIdValidation().Validate(null, options).Failures!);

        Assert.StartsWith($"SignIn:OpenIdConnect:{setting}", fault, StringComparison.Ordinal);
        Assert.Contains(said, fault, StringComparison.Ordinal);
    }

    public async ValueTask DisposeAsync()
    {
        _visitor.Dispose();
        _outside.Dispose();
        await _console.DisposeAsync();
        await _provider.DisposeAsync();
    }

    /// <summary>All the way: to the provider, back, and to the page that asks who it is.</summary>
    private async Task<Answer> ArriveAsync(string to = "/", Visitor? who = null)
    {
        who ??= _visitor;
        var back = await AuthorizeAsync((await who.GetAsync($"/sign-in/company?to={Uri.EscapeDataString(to)}")).Location!);
        return await who.GetAsync((await who.GetAsync(back)).To!);
    }

    private async Task<string> AuthorizeAsync(string address)
    {
        using var answer = await _outside.GetAsync(new Uri(address), TestContext.Current.CancellationToken);
        return answer.Headers.Location!.ToString();
    }
}
