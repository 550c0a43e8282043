using Microsoft.AspNetCore.Identity;

namespace Richpanel.Console.SignIn;

/// <summary>Identity's refusals in the console's words: a name to sign in with is always the e-mail.</summary>
internal sealed class SignInWords : IdentityErrorDescriber
{
    private const string NoEmail = "Give an e-mail address, such as jane@example.com.";
    private const string Taken = "Somebody has this e-mail already.";

    public override IdentityError InvalidEmail(string? email) => Say(nameof(InvalidEmail), NoEmail);

    public override IdentityError InvalidUserName(string? userName) => Say(nameof(InvalidUserName), NoEmail);

    public override IdentityError DuplicateEmail(string email) => Say(nameof(DuplicateEmail), Taken);

    public override IdentityError DuplicateUserName(string userName) => Say(nameof(DuplicateUserName), Taken);

    public override IdentityError PasswordMismatch() => Say(nameof(PasswordMismatch), "The current password is wrong.");

    public override IdentityError PasswordTooShort(int length) => Say(nameof(PasswordTooShort), $"The password is too short: {length} characters at least. Long beats complicated.");

    public override IdentityError PasswordRequiresUniqueChars(int uniqueChars) =>
        Say(nameof(PasswordRequiresUniqueChars), $"The password repeats itself: use {uniqueChars} different characters at least.");

    public override IdentityError ConcurrencyFailure() => Say(nameof(ConcurrencyFailure), "Somebody changed this person at the same moment. Try again.");

    private static IdentityError Say(string code, string words) => new() { Code = code, Description = words };
}
