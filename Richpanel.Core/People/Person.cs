using Microsoft.AspNetCore.Identity;
using Richpanel.Core.Access;

namespace Richpanel.Core.People;

/// <summary>
/// Somebody who signs in. The framework's Identity keeps the password, lock-out, authenticator and recovery codes; its
/// <see cref="IdentityUser{TKey}.SecurityStamp"/> changes with each of them, and with role and state, which ends every session.
/// </summary>
public sealed class Person : IdentityUser<long>
{
    /// <summary>As shown to colleagues and written in the change log.</summary>
    public required string Name { get; set; }

    public required Role Role { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>Not null: may not sign in, and no session goes on.</summary>
    public DateTimeOffset? DisabledAt { get; set; }

    public DateTimeOffset? LastSignInAt { get; set; }

    /// <summary>Not null: an invitation is open until then; the person has neither password nor session yet.</summary>
    public DateTimeOffset? InvitedUntil { get; set; }

    /// <summary>An admin who can sign in: an open invitation does not count, nor whom only a company vouches for that is not asked any more.</summary>
    public bool IsActiveAdmin(SignInWays ways) => Role == Role.Admin && DisabledAt is null && InvitedUntil is null && (ways.Company || !SignsInElsewhere);

    /// <summary>No password was ever chosen here: the company's own sign-in vouches for the person, and gives the role.</summary>
    public bool SignsInElsewhere => PasswordHash is null && InvitedUntil is null;
}
