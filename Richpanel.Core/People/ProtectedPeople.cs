using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Richpanel.Core.Storage;

namespace Richpanel.Core.People;

/// <summary>
/// Identity's own store, but keys of authenticator apps and recovery codes are encrypted: who has a copy of the database has nobody's
/// second factor. Without the key ring there is none any more, and an admin switches the app off.
/// </summary>
public sealed class ProtectedPeople(ConsoleDbContext context, IDataProtectionProvider protection, IdentityErrorDescriber describer)
    : UserOnlyStore<Person, ConsoleDbContext, long>(context, describer)
{
    private readonly IDataProtector _protector = protection.CreateProtector("Richpanel.SecondFactors.v1");

    public override Task SetTokenAsync(Person user, string loginProvider, string name, string? value, CancellationToken cancellationToken) =>
        base.SetTokenAsync(user, loginProvider, name, value is null ? null : Convert.ToBase64String(_protector.Protect(Encoding.UTF8.GetBytes(value))), cancellationToken);

    public override async Task<string?> GetTokenAsync(Person user, string loginProvider, string name, CancellationToken cancellationToken)
    {
        var kept = await base.GetTokenAsync(user, loginProvider, name, cancellationToken);
        try
        {
            return kept is null ? null : Encoding.UTF8.GetString(_protector.Unprotect(Convert.FromBase64String(kept)));
        }
        catch (Exception unreadable) when (unreadable is CryptographicException or FormatException)
        {
            return null;
        }
    }
}
