using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Identity;
using Richpanel.Console.Shared;
using Richpanel.Core;
using Richpanel.Core.Access;
using Richpanel.Core.ChangeLog;
using Richpanel.Core.People;

namespace Richpanel.Console.SignIn;

/// <summary>How a try to sign in ended.</summary>
public enum SignInAnswer
{
    SignedIn,

    /// <summary>The password is right; the authenticator's code is asked for next.</summary>
    NeedsCode,

    /// <summary>Unknown, wrong, disabled or not yet joined: whoever tries is not told which.</summary>
    Refused,

    /// <summary>Told only to whoever gave the right password before, and now fails at the code.</summary>
    LockedOut,

    /// <summary>Not looked at: so many wait already.</summary>
    TooMany,
}

/// <summary>Signs people in and out; every try stands in the change log. What Identity decides, it only words and records.</summary>
internal sealed class PersonSignIn(
    SignInManager<Person> signIn, UserManager<Person> users, IPasswordHasher<Person> hasher, PeopleStore people, PeopleDirectory directory, EndedSessions ended, TryQueue tries, ChangeWriting log, DoorLog door)
{
    /// <summary>What is never told is which of these it was: who guesses would learn whose e-mail is known.</summary>
    public Task<SignInAnswer> WithPasswordAsync(string email, string password, string? address) => tries.RunAsync(email.Trim(), async () =>
    {
        var person = await users.FindByEmailAsync(email.Trim());
        if (person is null)
        {
            TakeAsLong(password);
            await door.WriteAsync(signIn.Context, new Change(ChangeCatalog.SignInFailed, null, log.Personal(email)));
            return SignInAnswer.Refused;
        }

        // Identity looks at no password of whom it would refuse anyway; the time it takes must not say so.
        var mayNot = person.PasswordHash is null || !await signIn.CanSignInAsync(person);
        var isLocked = await users.IsLockedOutAsync(person);
        if (mayNot || isLocked)
        {
            TakeAsLong(password);
        }

        var result = isLocked ? SignInResult.LockedOut : mayNot ? SignInResult.NotAllowed
            : await signIn.PasswordSignInAsync(person, password, isPersistent: false, lockoutOnFailure: true);
        return await EndedAsync(person, result, address, counted: !mayNot && !isLocked) is var answer and not SignInAnswer.LockedOut ? answer : SignInAnswer.Refused;
    }, SignInAnswer.TooMany);

    public Task<SignInAnswer> WithCodeAsync(string code, string? address) =>
        SecondStepAsync(address, () => signIn.TwoFactorAuthenticatorSignInAsync(Plain(code), isPersistent: false, rememberClient: false));

    public Task<SignInAnswer> WithRecoveryCodeAsync(string code, string? address) =>
        SecondStepAsync(address, () => signIn.TwoFactorRecoveryCodeSignInAsync(Recovery(code)));

    /// <summary>Asked again here, because a recovery code makes Identity ask neither whether the person may sign in nor whether it is locked out.</summary>
    private async Task<SignInAnswer> SecondStepAsync(string? address, Func<Task<SignInResult>> attempt) =>
        await FirstStepOfAsync() is not { } id ? SignInAnswer.Refused : await tries.RunAsync(id, async () =>
        {
            if (await signIn.GetTwoFactorAuthenticationUserAsync() is not { } person)
            {
                return SignInAnswer.Refused;
            }

            var (isLocked, may) = (await users.IsLockedOutAsync(person), await signIn.CanSignInAsync(person));
            var result = isLocked ? SignInResult.LockedOut : !may ? SignInResult.NotAllowed : await attempt();
            return await EndedAsync(person, result, address, counted: may && !isLocked);
        }, SignInAnswer.TooMany);

    /// <summary>Whose password was right, as the first step's cookie says; asked without reading the person, whose count the queue waits for.</summary>
    private async Task<string?> FirstStepOfAsync() =>
        (await signIn.Context.AuthenticateAsync(IdentityConstants.TwoFactorUserIdScheme)).Principal?.FindFirstValue(ClaimTypes.Name);

    /// <summary>Is the first step done, so that a code may be asked for?</summary>
    public async Task<bool> AwaitsCodeAsync() => await signIn.GetTwoFactorAuthenticationUserAsync() is not null;

    /// <summary>After a change of one's own that ends all sessions: this one goes on.</summary>
    public async Task AgainAsync(long personId)
    {
        if (await users.FindByIdAsync(personId.ToString(System.Globalization.CultureInfo.InvariantCulture)) is { } person)
        {
            await signIn.SignInAsync(person, isPersistent: false);
        }
    }

    /// <summary>Whom the company's own sign-in vouched for.</summary>
    public async Task<SignInAnswer> VouchedForAsync(Person person, string? address)
    {
        if (!await signIn.CanSignInAsync(person))
        {
            return SignInAnswer.Refused;
        }

        await signIn.SignInAsync(person, isPersistent: false);
        return await EndedAsync(person, SignInResult.Success, address, counted: true);
    }

    public async Task OutAsync(Actor by, ClaimsPrincipal session)
    {
        await signIn.SignOutAsync();
        ended.End(session);
        if (by.Kind == ActorKind.Person)
        {
            await log.WriteAsync(by, new Change(ChangeCatalog.SignedOut, PublicId.Person(by.Id ?? 0), by.Name));
        }
    }

    /// <param name="counted">Does the lock-out bound how often this can happen? What it does not bound, the door's own log does.</param>
    private async Task<SignInAnswer> EndedAsync(Person person, SignInResult result, string? address, bool counted)
    {
        var by = new Actor(ActorKind.Person, person.Id, person.Name, person.Role, Address: address);
        if (result.Succeeded)
        {
            await people.SignedInAsync(by);
            return SignInAnswer.SignedIn;
        }

        if (result.RequiresTwoFactor)
        {
            return SignInAnswer.NeedsCode;
        }

        var change = new Change(result.IsLockedOut ? ChangeCatalog.LockedOut : ChangeCatalog.SignInFailed, PublicId.Person(person.Id), person.Name);
        await (counted ? log.WriteAsync(Actor.Nobody(address), change) : door.WriteAsync(signIn.Context, change));
        if (result.IsLockedOut)
        {
            await directory.FollowAsync();   // People shows who is locked out
        }

        return result.IsLockedOut ? SignInAnswer.LockedOut : SignInAnswer.Refused;
    }

    /// <summary>One password's worth of work, as for somebody who is known.</summary>
    private void TakeAsLong(string password) => hasher.HashPassword(new Person { Name = "", Role = Role.Viewer }, password);

    /// <summary>As Identity keeps it, however it was typed.</summary>
    private static string Recovery(string code) => Plain(code).ToUpperInvariant() is { Length: > 5 } plain ? plain.Insert(5, "-") : code;

    /// <summary>Codes are shown with blanks and dashes to read them by.</summary>
    internal static string Plain(string code) => code.Replace(" ", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal);
}

/// <summary>Only whom nobody disabled and who has joined may sign in.</summary>
internal sealed class ActivePeople : IUserConfirmation<Person>
{
    public Task<bool> IsConfirmedAsync(UserManager<Person> manager, Person user) => Task.FromResult(user is { DisabledAt: null, InvitedUntil: null });
}
