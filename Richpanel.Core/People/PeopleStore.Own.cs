using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using Richpanel.Core.Access;
using Richpanel.Core.ChangeLog;

namespace Richpanel.Core.People;

/// <summary>What people do to nobody but themselves.</summary>
public sealed partial class PeopleStore
{
    private const string Locked = "Too many wrong passwords. Wait 15 minutes, then try again.";

    /// <summary>A new key for the authenticator app; nothing asks for its codes until the person has confirmed one.</summary>
    public async Task<PeopleOutcome> NewAuthenticatorKeyAsync(Actor by) => await ChangeAsync(by.Id ?? 0, async (users, _, person) =>
        person.TwoFactorEnabled
            ? PeopleOutcome.Refused("The authenticator app is on already.")
            : Outcome(await users.ResetAuthenticatorKeyAsync(person), person));

    /// <summary>
    /// Asks whoever is signed in for the own password once more. A wrong one counts towards the lock-out as one at the sign-in does,
    /// else a session that was left open would be a place to guess at.
    /// </summary>
    public Task<PeopleOutcome> ProveAsync(Actor by, string password) => ChangeAsync(by.Id ?? 0, async (users, context, person) =>
    {
        if (await users.IsLockedOutAsync(person))
        {
            return PeopleOutcome.Refused(Locked);
        }

        if (await users.CheckPasswordAsync(person, password))
        {
            return person.AccessFailedCount == 0 ? PeopleOutcome.Of(person) : Outcome(await users.ResetAccessFailedCountAsync(person), person);
        }

        Alongside(context, by, person.AccessFailedCount + 1 < users.Options.Lockout.MaxFailedAccessAttempts ? ChangeCatalog.OwnPasswordWrong : ChangeCatalog.LockedOut, person);
        var counted = await users.AccessFailedAsync(person);
        return !counted.Succeeded ? Outcome(counted, person)
            : PeopleOutcome.Refused(await users.IsLockedOutAsync(person) ? Locked : users.ErrorDescriber.PasswordMismatch().Description);
    });

    /// <summary>Is this what that person signs in with? For the settings of an unattended start; nothing is counted.</summary>
    internal async Task<bool> HasPasswordAsync(Person person, string password)
    {
        await using var scope = scopes.CreateAsyncScope();
        var users = scope.ServiceProvider.GetRequiredService<UserManager<Person>>();
        return person.PasswordHash is { } hash && users.PasswordHasher.VerifyHashedPassword(person, hash, password) != PasswordVerificationResult.Failed;
    }

    /// <summary>A person's own change: password, authenticator. The session it comes from ends with the others, and is made again by the page.</summary>
    public Task<PeopleOutcome> ChangeOwnAsync(
        Actor by, ChangeAction action, Func<UserManager<Person>, Person, Task<IdentityResult>> change) =>
        ChangeAsync(by.Id ?? 0, async (users, context, person) =>
        {
            Alongside(context, by, action, person);
            return Outcome(await change(users, person), person);
        });

    /// <summary>The own name, by which others know who did what; no session ends by it.</summary>
    public async Task<PeopleOutcome> RenameAsync(Actor by, string name) => NameFault(name) ?? await ChangeAsync(by.Id ?? 0, async (users, context, person) =>
    {
        var before = person.Name;
        person.Name = name.Trim();
        if (person.Name == before)
        {
            return PeopleOutcome.Of(person);
        }

        Alongside(context, by, ChangeCatalog.PersonRenamed, person, ("name", before, person.Name));
        return Outcome(await users.UpdateAsync(person), person);
    });

    /// <summary>Remembers a sign-in. Only the time changes, so no session ends.</summary>
    public Task SignedInAsync(Actor by) => ChangeAsync(by.Id ?? 0, async (users, context, person) =>
    {
        person.LastSignInAt = time.GetUtcNow();
        Alongside(context, by, ChangeCatalog.SignedIn, person);
        return Outcome(await users.UpdateAsync(person), person);
    });
}
