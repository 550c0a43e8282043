using Microsoft.Extensions.DependencyInjection;
using Richpanel.Core;
using Richpanel.Core.Access;
using Richpanel.Core.ChangeLog;
using Richpanel.Core.People;
using Richpanel.Tests.Support;

namespace Richpanel.Tests.SignIn;

public sealed class PeopleStoreTests : IAsyncDisposable
{
    private const string LastAdmin = "This is the last admin who can sign in. Give somebody else the role admin first.";

    private readonly ConsoleUnderTest _console = Somebody.Console();

    public ValueTask DisposeAsync() => _console.DisposeAsync();

    [Fact]
    public async Task Nobody_can_remove_the_last_admin_and_nothing_of_the_try_is_kept()
    {
        var admin = await _console.AdminAsync();
        await _console.JoinedAsync("vera@example.test", Role.Viewer);
        await _console.Store().InviteAsync(Actor.System, "ivy@example.test", "Ivy", Role.Admin);   // cannot sign in yet
        var lines = (await _console.ChangesAsync()).Count;

        Assert.Equal([LastAdmin], (await _console.Store().DisableAsync(Actor.System, admin.Id)).Faults);
        Assert.Equal([LastAdmin], (await _console.Store().SetRoleAsync(Actor.System, admin.Id, Role.Operator)).Faults);

        Assert.True(_console.Known().IsActiveAdmin(_console.Known().Find(admin.Id)!));
        Assert.Equal(lines, (await _console.ChangesAsync()).Count);
    }

    [Fact]
    public async Task An_admin_whom_only_a_company_vouches_for_that_is_not_asked_any_more_does_not_count()
    {
        var ada = await _console.AdminAsync();
        await _console.JoinedAsync("kim@example.test", Role.Admin);
        await _console.Writer.WriteAsync(session => session.Execute("""UPDATE "People" SET "PasswordHash"=NULL WHERE "Email"='kim@example.test'"""));
        await _console.Known().ReloadAsync(TestContext.Current.CancellationToken);

        Assert.Equal([LastAdmin], (await _console.Store().DisableAsync(Actor.System, ada.Id)).Faults);
    }

    [Fact]
    public async Task Where_nobody_can_sign_in_any_more_the_setup_code_opens_the_door_again()
    {
        await _console.AdminAsync();
        var code = _console.Services.GetRequiredService<SetupCode>();
        Assert.False(code.IsOpen);

        await _console.Writer.WriteAsync(session => session.Execute("""UPDATE "People" SET "PasswordHash"=NULL"""));
        await _console.Known().ReloadAsync(TestContext.Current.CancellationToken);

        Assert.True(code.IsOpen);
    }

    [Fact]
    public async Task Two_admins_who_disable_each_other_at_the_same_moment_leave_one()
    {
        var ada = await _console.AdminAsync();
        var bob = await _console.JoinedAsync("bob@example.test", Role.Admin);

        var outcomes = await Task.WhenAll(_console.Store().DisableAsync(Actor.System, ada.Id), _console.Store().DisableAsync(Actor.System, bob.Id));

        Assert.Single(outcomes, outcome => outcome.Done);
        Assert.True(_console.Known().HasAdmin);
    }

    [Fact]
    public async Task An_e_mail_belongs_to_one_person_whatever_its_case()
    {
        await _console.AdminAsync();

        Assert.Equal(["Somebody has this e-mail already."], (await _console.Store().InviteAsync(Actor.System, "ADA@example.test", "Other", Role.Viewer)).Outcome.Faults);
    }

    [Theory]
    [InlineData("", "Name", "Give an e-mail address")]
    [InlineData("no-mail", "Name", "Give an e-mail address")]
    [InlineData("a@example.test", " ", "Give a name")]
    public async Task An_invitation_needs_an_e_mail_and_a_name(string email, string name, string said)
    {
        var (outcome, code) = await _console.Store().InviteAsync(Actor.System, email, name, Role.Viewer);

        Assert.Contains(said, Assert.Single(outcome.Faults), StringComparison.Ordinal);
        Assert.Null(code);
    }

    [Theory]
    [InlineData(Role.Viewer)]
    [InlineData(Role.Operator)]
    public async Task Only_an_admin_manages_people(Role role)
    {
        var admin = await _console.AdminAsync();
        var by = new Actor(ActorKind.Person, 99, "Other", role);

        await Assert.ThrowsAsync<ForbiddenException>(() => _console.Store().InviteAsync(by, "x@example.test", "X", Role.Admin));
        await Assert.ThrowsAsync<ForbiddenException>(() => _console.Store().SetRoleAsync(by, admin.Id, Role.Viewer));
        await Assert.ThrowsAsync<ForbiddenException>(() => _console.Store().DisableAsync(by, admin.Id));
        await Assert.ThrowsAsync<ForbiddenException>(() => _console.Store().MakeLinkAsync(by, admin.Id));
        await Assert.ThrowsAsync<ForbiddenException>(() => _console.Store().SwitchAuthenticatorOffAsync(by, admin.Id));
    }

    [Theory]
    [InlineData("Richpanel Console")]
    [InlineData("Richpanel\u200b Con\u00adsole")]
    [InlineData(" richpanel  console ")]
    [InlineData("LOCAL ADMIN")]
    [InlineData("Bootstrap configuration")]
    [InlineData("Nobody signed in")]
    [InlineData("Company sign-in")]
    public async Task Nobody_gets_the_name_by_which_the_change_log_calls_the_product(string name)
    {
        var vera = await _console.JoinedAsync("vera@example.test", Role.Viewer);
        var by = new Actor(ActorKind.Person, vera.Id, vera.Name, vera.Role);

        var faults = (await _console.Store().CreateAdminAsync(Actor.System, "x@example.test", name, Somebody.Password)).Faults
            .Concat((await _console.Store().InviteAsync(Actor.System, "x@example.test", name, Role.Viewer)).Outcome.Faults)
            .Concat((await _console.Store().RenameAsync(by, name)).Faults);

        Assert.Equal(3, faults.Count(fault => fault.StartsWith("Give another name", StringComparison.Ordinal)));
        Assert.Equal("vera", Assert.Single(_console.Known().People).Name);
    }

    [Fact]
    public async Task The_line_of_a_new_name_says_which_it_was_and_which_it_is()
    {
        var vera = await _console.JoinedAsync("vera@example.test", Role.Viewer);
        var by = new Actor(ActorKind.Person, vera.Id, vera.Name, vera.Role);

        await _console.Store().RenameAsync(by, " Vera Voss ");
        await _console.Store().RenameAsync(by, "Vera Voss");   // the same: no change, no line

        await using var context = _console.Read();
        var line = context.ChangeLog.Single(line => line.Action == ChangeCatalog.PersonRenamed.Code);
        Assert.Equal([new FieldChange("name", "vera", "Vera Voss")], FieldChange.Read(line.Fields));
        Assert.Equal((PublicId.Person(vera.Id), "Vera Voss"), (line.ObjectId, line.ObjectName));
    }

    [Fact]
    public async Task Lines_of_new_people_lead_to_them_and_say_their_role()
    {
        var ada = await _console.AdminAsync();
        var ivy = (await _console.Store().InviteAsync(Actor.System, "ivy@example.test", "Ivy", Role.Qa)).Outcome.Person!;

        await using var context = _console.Read();
        var lines = context.ChangeLog.Where(line => line.Action == ChangeCatalog.AdminSetUp.Code || line.Action == ChangeCatalog.PersonInvited.Code).OrderBy(line => line.Id).ToList();
        Assert.Equal([PublicId.Person(ada.Id), PublicId.Person(ivy.Id)], lines.Select(line => line.ObjectId));
        Assert.Equal([new FieldChange("role", null, "admin"), new FieldChange("role", null, "qa")], lines.SelectMany(line => FieldChange.Read(line.Fields)));
    }

    [Fact]
    public async Task An_invitation_that_is_refused_leaves_neither_person_nor_line()
    {
        await _console.AdminAsync();
        var lines = (await _console.ChangesAsync()).Count;

        await _console.Store().InviteAsync(Actor.System, "ADA@example.test", "Other", Role.Viewer);

        Assert.Equal(lines, (await _console.ChangesAsync()).Count);
        Assert.Single(_console.Known().People);
    }

    [Fact]
    public async Task Disabling_somebody_who_never_joined_is_a_withdrawn_invitation_with_its_reason()
    {
        var ivy = (await _console.Store().InviteAsync(Actor.System, "ivy@example.test", "Ivy", Role.Qa)).Outcome.Person!;

        Somebody.Done(await _console.Store().DisableAsync(Actor.System, ivy.Id, "a mistake"));

        await using var context = _console.Read();
        var line = context.ChangeLog.OrderBy(line => line.Id).Last();
        Assert.Equal((ChangeCatalog.InvitationWithdrawn.Code, PublicId.Person(ivy.Id), "a mistake"), (line.Action, line.ObjectId, line.Reason));
    }

    [Fact]
    public async Task Each_change_has_its_line_with_who_and_what_and_no_secret()
    {
        await _console.AdminAsync();
        var vera = await _console.JoinedAsync("vera@example.test", Role.Viewer);
        await _console.Store().SetRoleAsync(Actor.System, vera.Id, Role.Qa);
        await _console.Store().DisableAsync(Actor.System, vera.Id, "left");

        await using var context = _console.Read();
        var lines = context.ChangeLog.OrderBy(line => line.Id).ToList();
        Assert.Equal(
            [ChangeCatalog.AdminSetUp.Code, ChangeCatalog.PersonInvited.Code, ChangeCatalog.InvitationAccepted.Code, ChangeCatalog.RoleChanged.Code, ChangeCatalog.PersonDisabled.Code],
            lines.Select(line => line.Action).Where(action => action.StartsWith("person.", StringComparison.Ordinal)));
        Assert.Equal("left", lines[^1].Reason);
        Assert.Equal([new FieldChange("role", "viewer", "qa")], FieldChange.Read(lines.Single(line => line.Action == ChangeCatalog.RoleChanged.Code).Fields));
        Assert.DoesNotContain(lines, line => $"{line.Fields}{line.ObjectName}{line.Reason}".Contains('@', StringComparison.Ordinal));
    }
}
