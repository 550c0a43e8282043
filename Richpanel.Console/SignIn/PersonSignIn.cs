using Microsoft.AspNetCore.Identity;
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

    LockedOut,
}

/// <summary>Signs people in and out; every try stands in the change log. What Identity decides, it only words and records.</summary>
internal sealed class PersonSignIn(
    SignInManager<Person> signIn, UserManager<Person> users, IPasswordHasher<Person> hasher, PeopleStore people, ChangeWriting log)
{
    public async Task<SignInAnswer> WithPasswordAsync(string email, string password, string? address)
    {
        var person = await users.FindByEmailAsync(email.Trim());
        if (person is null)
        {
            hasher.HashPassword(new Person { Name = "", Role = Role.Viewer }, password);   // takes as long as a known e-mail does
            await log.WriteAsync(Actor.Nobody(address), new Change(ChangeCatalog.SignInFailed, null, log.Personal(email)));
            return SignInAnswer.Refused;
        }

        return await EndedAsync(person, await signIn.PasswordSignInAsync(person, password, isPersistent: false, lockoutOnFailure: true), address);
    }

    public async Task<SignInAnswer> WithCodeAsync(string code, string? address)
    {
        var person = await signIn.GetTwoFactorAuthenticationUserAsync();
        return person is null
            ? SignInAnswer.Refused
            : await EndedAsync(person, await signIn.TwoFactorAuthenticatorSignInAsync(Plain(code), isPersistent: false, rememberClient: false), address);
    }

    public async Task<SignInAnswer> WithRecoveryCodeAsync(string code, string? address)
    {
        var person = await signIn.GetTwoFactorAuthenticationUserAsync();
        return person is null ? SignInAnswer.Refused : await EndedAsync(person, await signIn.TwoFactorRecoveryCodeSignInAsync(Plain(code)), address);
    }

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

    public async Task OutAsync(Actor by)
    {
        await signIn.SignOutAsync();
        if (by.Kind == ActorKind.Person)
        {
            await log.WriteAsync(by, new Change(ChangeCatalog.SignedOut, PublicId.Person(by.Id ?? 0), by.Name));
        }
    }

    private async Task<SignInAnswer> EndedAsync(Person person, SignInResult result, string? address)
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

        await log.WriteAsync(
            Actor.Nobody(address),
            new Change(result.IsLockedOut ? ChangeCatalog.LockedOut : ChangeCatalog.SignInFailed, PublicId.Person(person.Id), person.Name));
        return result.IsLockedOut ? SignInAnswer.LockedOut : SignInAnswer.Refused;
    }

    /// <summary>Codes are shown with blanks and dashes to read them by.</summary>
    private static string Plain(string code) => code.Replace(" ", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal);
}

/// <summary>Only whom nobody disabled and who has joined may sign in.</summary>
internal sealed class ActivePeople : IUserConfirmation<Person>
{
    public Task<bool> IsConfirmedAsync(UserManager<Person> manager, Person user) => Task.FromResult(user is { DisabledAt: null, InvitedUntil: null });
}
