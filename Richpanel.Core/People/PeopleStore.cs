using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Richpanel.Core.Access;
using Richpanel.Core.ChangeLog;
using Richpanel.Core.Storage;

namespace Richpanel.Core.People;

/// <summary>
/// Changes people: one method, one commit with its line of the change log, then the directory is reloaded, which ends the sessions
/// concerned. Passwords, stamps and one-time links are Identity's; each operation has a scope of its own, because circuits outlive any.
/// </summary>
public sealed partial class PeopleStore(IServiceScopeFactory scopes, PeopleDirectory directory, ChangeWriting log, TimeProvider time)
{
    /// <summary>How long a one-time link works; also the life of Identity's tokens.</summary>
    public static readonly TimeSpan LinkLife = TimeSpan.FromDays(3);

    private const string LateLink = "This link has run out. Ask an admin for a new one.";
    private const string UsedLink = "This link was used before, or it has run out. Ask an admin for a new one.";

    /// <summary>The first admin, by setup code or Bootstrap.</summary>
    public Task<PeopleOutcome> CreateAdminAsync(Actor by, string email, string name, string password) => WorkAsync(async (users, context) =>
    {
        if (NameFault(name) is { } fault)
        {
            return fault;
        }

        var person = New(email, name, Role.Admin);
        Alongside(context, by, ChangeCatalog.AdminSetUp, person, ("role", null, Rights.Word(person.Role)));
        return Outcome(await users.CreateAsync(person, password), person);
    });

    /// <summary>A person with no password yet, and the one-time code of the link that lets them choose one.</summary>
    public async Task<(PeopleOutcome Outcome, string? Code)> InviteAsync(Actor by, string email, string name, Role role)
    {
        by.DemandForAll(Permission.ManagePeople);
        string? code = null;
        var outcome = await WorkAsync(async (users, context) =>
        {
            if (NameFault(name) is { } fault)
            {
                return fault;
            }

            var person = New(email, name, role);
            person.InvitedUntil = time.GetUtcNow() + LinkLife;
            Alongside(context, by, ChangeCatalog.PersonInvited, person, ("role", null, Rights.Word(role)));
            var result = Outcome(await users.CreateAsync(person), person);
            code = result.Done ? await users.GeneratePasswordResetTokenAsync(person) : null;
            return result;
        });
        return (outcome, code);
    }

    /// <summary>A new one-time link, for an invitation that ran out or a password that was forgotten. The old link stops working.</summary>
    public async Task<(PeopleOutcome Outcome, string? Code)> MakeLinkAsync(Actor by, long id)
    {
        by.DemandForAll(Permission.ManagePeople);
        string? code = null;
        var outcome = await ChangeAsync(id, async (users, context, person) =>
        {
            if (person.SignsInElsewhere)
            {
                return PeopleOutcome.Refused("This person signs in with the company's account and has no password here.");
            }

            if (person.DisabledAt is not null)
            {
                return PeopleOutcome.Refused("A disabled person gets no link. Enable the account first.");
            }

            person.InvitedUntil = person.InvitedUntil is null ? null : time.GetUtcNow() + LinkLife;
            Alongside(context, by, ChangeCatalog.PasswordReset, person);
            var result = Outcome(await users.UpdateSecurityStampAsync(person), person);
            code = result.Done ? await users.GeneratePasswordResetTokenAsync(person) : null;
            return result;
        });
        return (outcome, code);
    }

    /// <summary>Whom a one-time link is for; null when it was used, has run out or was changed.</summary>
    public async Task<Person?> OfLinkAsync(long id, string code)
    {
        await using var scope = scopes.CreateAsyncScope();
        var users = scope.ServiceProvider.GetRequiredService<UserManager<Person>>();
        return directory.Find(id) is { DisabledAt: null } person && !(person.InvitedUntil <= time.GetUtcNow())
            && await users.VerifyUserTokenAsync(person, users.Options.Tokens.PasswordResetTokenProvider, UserManager<Person>.ResetPasswordTokenPurpose, code)
            ? person
            : null;
    }

    /// <summary>Whoever opens a one-time link chooses a password; the link is used up by that.</summary>
    public async Task<PeopleOutcome> AcceptLinkAsync(string? address, long id, string code, string password)
    {
        var outcome = await ChangeAsync(id, (users, context, person) => AcceptLinkAsync(users, context, person, address, code, password));
        if (outcome.Faults is [UsedLink or LateLink])
        {
            await log.WriteAsync(Actor.Nobody(address), new Change(ChangeCatalog.LinkRefused, PublicId.Person(id), directory.Find(id)?.Name));
        }

        return outcome;
    }

    private async Task<PeopleOutcome> AcceptLinkAsync(UserManager<Person> users, ConsoleDbContext context, Person person, string? address, string code, string password)
    {
        var invited = person.InvitedUntil is not null;
        if (person.DisabledAt is not null || person.InvitedUntil <= time.GetUtcNow())
        {
            return PeopleOutcome.Refused(LateLink);
        }

        person.InvitedUntil = null;
        (person.AccessFailedCount, person.LockoutEnd) = (0, null);   // an admin made the link for whoever was locked out, too
        var by = new Actor(ActorKind.Person, person.Id, person.Name, person.Role, Address: address);
        Alongside(context, by, invited ? ChangeCatalog.InvitationAccepted : ChangeCatalog.PasswordChanged, person);
        var result = await users.ResetPasswordAsync(person, code, password);
        return result.Errors.Any(error => error.Code == nameof(IdentityErrorDescriber.InvalidToken))
            ? PeopleOutcome.Refused(UsedLink)
            : Outcome(result, person);
    }

    public Task<PeopleOutcome> SetRoleAsync(Actor by, long id, Role role) => ManageAsync(by, id, (users, context, person) =>
    {
        var before = person.Role;
        if (before == role)
        {
            return Task.FromResult(IdentityResult.Success);
        }

        person.Role = role;
        Alongside(context, by, ChangeCatalog.RoleChanged, person, ("role", Rights.Word(before), Rights.Word(role)));
        return person.InvitedUntil is null
            ? users.UpdateSecurityStampAsync(person)   // a session knows its role only by its stamp
            : users.UpdateAsync(person);               // there is none yet, and the link goes on working
    });

    public Task<PeopleOutcome> DisableAsync(Actor by, long id, string? reason = null) => ManageAsync(by, id, (users, context, person) =>
    {
        person.DisabledAt = time.GetUtcNow();
        var action = person.InvitedUntil is null ? ChangeCatalog.PersonDisabled : ChangeCatalog.InvitationWithdrawn;
        context.Alongside = Line(by, new Change(action, PublicId.Person(person.Id), person.Name) { Reason = reason });
        return users.UpdateSecurityStampAsync(person);
    });

    public Task<PeopleOutcome> EnableAsync(Actor by, long id) => ManageAsync(by, id, (users, context, person) =>
    {
        person.DisabledAt = null;
        person.AccessFailedCount = 0;
        person.LockoutEnd = null;
        Alongside(context, by, ChangeCatalog.PersonEnabled, person);
        return users.UpdateSecurityStampAsync(person);   // nothing from before wakes up
    });

    /// <summary>For somebody whose telephone is gone, recovery codes and all: the password alone lets in again.</summary>
    public Task<PeopleOutcome> SwitchAuthenticatorOffAsync(Actor by, long id) => ManageAsync(by, id, (users, context, person) =>
    {
        Alongside(context, by, ChangeCatalog.AuthenticatorOff, person);
        return users.SetTwoFactorEnabledAsync(person, false);
    });

    private Task<PeopleOutcome> ManageAsync(
        Actor by, long id, Func<UserManager<Person>, ConsoleDbContext, Person, Task<IdentityResult>> change)
    {
        by.DemandForAll(Permission.ManagePeople);
        return ChangeAsync(id, async (users, context, person) => Outcome(await change(users, context, person), person));
    }

    private Task<PeopleOutcome> ChangeAsync(long id, Func<UserManager<Person>, ConsoleDbContext, Person, Task<PeopleOutcome>> change) =>
        WorkAsync(async (users, context) => await context.People.SingleOrDefaultAsync(person => person.Id == id) is { } person
            ? await change(users, context, person)
            : PeopleOutcome.Refused("There is no such person any more."));

    private async Task<PeopleOutcome> WorkAsync(Func<UserManager<Person>, ConsoleDbContext, Task<PeopleOutcome>> work)
    {
        await using var scope = scopes.CreateAsyncScope();
        try
        {
            return await work(scope.ServiceProvider.GetRequiredService<UserManager<Person>>(), scope.ServiceProvider.GetRequiredService<ConsoleDbContext>());
        }
        catch (LastAdminException last)
        {
            return PeopleOutcome.Refused(last.Message);
        }
        finally
        {
            await directory.FollowAsync();   // a commit that was made stays made
        }
    }

    private void Alongside(ConsoleDbContext context, Actor by, ChangeAction action, Person person, params IReadOnlyList<(string Field, string? Before, string? After)> fields) =>
        context.Alongside = saving =>
        {
            if (person.Id == 0)
            {
                saving.SaveChanges();   // in the same commit, so that the line knows the id of whoever is new
            }

            Line(by, new Change(action, PublicId.Person(person.Id), person.Name)
            {
                Fields = [.. fields.Select(field => new FieldChange(field.Field, field.Before, field.After))],
            })(saving);
        };

    /// <summary>The line, and the last look that keeps at least one admin: both inside the commit.</summary>
    private Action<ConsoleDbContext> Line(Actor by, Change change) => context =>
    {
        if (change.Action == ChangeCatalog.RoleChanged || change.Action == ChangeCatalog.PersonDisabled)
        {
            var changed = context.ChangeTracker.Entries<Person>().Select(entry => entry.Entity).ToList();
            var ids = changed.Select(person => person.Id).ToList();
            var others = context.People.AsNoTracking().Where(person => !ids.Contains(person.Id)).AsEnumerable();
            if (!changed.Concat(others).Any(directory.IsActiveAdmin))
            {
                throw new LastAdminException();
            }
        }

        log.Append(context, by, change);
    };

    private Person New(string email, string name, Role role) => new()
    {
        Name = name.Trim(),
        Email = email.Trim(),
        UserName = email.Trim(),
        Role = role,
        CreatedAt = time.GetUtcNow(),
        SecurityStamp = Guid.NewGuid().ToString("N"),
        LockoutEnabled = true,
    };

    private static PeopleOutcome? NameFault(string name) =>
        name.Trim().Length is 0 or > Lengths.Name ? PeopleOutcome.Refused($"Give a name of at most {Lengths.Name} characters.")
        : Actor.IsReserved(name) ? PeopleOutcome.Refused("Give another name: the change log calls the product itself by this one.")
        : null;

    private static PeopleOutcome Outcome(IdentityResult result, Person person) =>
        result.Succeeded ? PeopleOutcome.Of(person) : PeopleOutcome.Refused([.. result.Errors.Select(error => error.Description).Distinct(StringComparer.Ordinal)]);
}
