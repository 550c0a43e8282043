using Richpanel.Core.Access;

namespace Richpanel.Core.People;

/// <summary>Whom the company's own sign-in vouches for, as its provider tells it.</summary>
/// <param name="Issuer">The provider, and <paramref name="Subject"/> the person at it: only the two together name somebody.</param>
/// <param name="Role">From the claim; null when none of its values gives one.</param>
public sealed record OutsideSignIn(string Issuer, string Subject, string? Email, string? Name, Role? Role)
{
    /// <summary>How a role is refused to whoever has no value of the claim that gives one.</summary>
    public const string NoRole = "Your account has no role in Richpanel Console. Whoever manages it must put you into a group that gives one.";

    public const string EmailTaken =
        "Somebody with your e-mail has an account here already and signs in with a password. The two were not joined, because an e-mail alone proves nothing: sign in with the password.";

    public const string Disabled = "Your account here is disabled. Ask an admin.";
}
