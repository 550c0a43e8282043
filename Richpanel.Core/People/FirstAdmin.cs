using Microsoft.Extensions.Options;
using Richpanel.Core.Access;
using Richpanel.Core.Connections;
using Richpanel.Core.Storage;

namespace Richpanel.Core.People;

/// <summary><c>Bootstrap:Admin</c>: the first admin of an unattended installation, made when nobody has that e-mail.</summary>
public sealed class FirstAdmin(IOptions<BootstrapOptions> options, PeopleDirectory people, PeopleStore store)
{
    /// <exception cref="CannotStartException">The settings cannot make an admin; each fault names its setting.</exception>
    public async Task EnsureAsync()
    {
        var admin = options.Value.Admin;
        if (string.IsNullOrWhiteSpace(admin.Email) || people.People.Any(person => string.Equals(person.Email, admin.Email.Trim(), StringComparison.OrdinalIgnoreCase)))
        {
            return;   // whom an admin disabled or gave another role stays so
        }

        var password = SecretSetting.Read(admin.Password, admin.PasswordFile, "Bootstrap:Admin:Password")
            ?? throw new CannotStartException("Bootstrap:Admin:Email is set without a password. Set Bootstrap:Admin:PasswordFile to a file that holds one, or Bootstrap:Admin:Password by environment.");
        var outcome = await store.CreateAdminAsync(Actor.Bootstrap, admin.Email, admin.Email.Split('@')[0], password);
        if (!outcome.Done)
        {
            throw new CannotStartException(string.Join(' ', outcome.Faults.Select(fault => $"Bootstrap:Admin: {fault}")));
        }
    }
}
