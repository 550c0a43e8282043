using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Richpanel.Core.Access;
using Richpanel.Core.Connections;
using Richpanel.Core.Storage;

namespace Richpanel.Core.People;

/// <summary><c>Bootstrap:Admin</c>: the first admin of an unattended installation, made when nobody has that e-mail.</summary>
public sealed partial class FirstAdmin(IOptions<BootstrapOptions> options, PeopleDirectory people, PeopleStore store, ILogger<FirstAdmin> logger)
{
    /// <exception cref="CannotStartException">The settings cannot make an admin; each fault names its setting.</exception>
    public async Task EnsureAsync()
    {
        var admin = options.Value.Admin;
        if (string.IsNullOrWhiteSpace(admin.Email))
        {
            return;
        }

        if (people.People.FirstOrDefault(person => string.Equals(person.Email, admin.Email.Trim(), StringComparison.OrdinalIgnoreCase)) is { } known)
        {
            await CompareAsync(admin, known);
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

    /// <summary>Whoever sets another password here expects it to work; that it does not must not stay a secret.</summary>
    private async Task CompareAsync(BootstrapAdmin admin, Person known)
    {
        try
        {
            if (SecretSetting.Read(admin.Password, admin.PasswordFile, "Bootstrap:Admin:Password") is { } password && !await store.HasPasswordAsync(known, password))
            {
                PasswordIgnored();
            }
        }
        catch (CannotStartException)
        {
            // The file was taken away after the first start, as it should be: there is nothing to compare with.
        }
    }

    [LoggerMessage(EventId = 1402, Level = LogLevel.Warning, Message = "Bootstrap:Admin:Password is not the password of the person it is for, and changes nothing: that person exists already, and the setting only makes the first admin. For another password let an admin make a link under People; then take the setting away")]
    private partial void PasswordIgnored();
}
