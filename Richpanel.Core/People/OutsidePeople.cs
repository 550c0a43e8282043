using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using Richpanel.Core.Access;
using Richpanel.Core.ChangeLog;
using Richpanel.Core.Storage;

namespace Richpanel.Core.People;

/// <summary>
/// People the company's own sign-in brings: found by issuer and subject, made the first time, and given at every sign-in the role
/// that the provider's claim says.
/// </summary>
public sealed class OutsidePeople(IServiceScopeFactory scopes, PeopleDirectory directory, PeopleStore people, TimeProvider time, ChangeWriting log)
{
    /// <summary>The person, or sentences that say why not.</summary>
    public async Task<PeopleOutcome> ArriveAsync(OutsideSignIn who, string? address)
    {
        var known = await FindAsync(who);
        if (known is { DisabledAt: not null })
        {
            return PeopleOutcome.Refused(OutsideSignIn.Disabled);
        }

        if (who.Role is not { } role)
        {
            return PeopleOutcome.Refused(OutsideSignIn.NoRole);
        }

        if (known is null)
        {
            return await MakeAsync(who, role, address);
        }

        return known.Role == role ? PeopleOutcome.Of(known) : await people.SetRoleAsync(Actor.CompanySignIn with { Address = address }, known.Id, role);
    }

    private async Task<Person?> FindAsync(OutsideSignIn who)
    {
        await using var scope = scopes.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<UserManager<Person>>().FindByLoginAsync(who.Issuer, who.Subject);
    }

    private async Task<PeopleOutcome> MakeAsync(OutsideSignIn who, Role role, string? address)
    {
        if (string.IsNullOrWhiteSpace(who.Email))
        {
            return PeopleOutcome.Refused("The company's sign-in did not tell your e-mail. Whoever manages it must add the claim email.");
        }

        await using var scope = scopes.CreateAsyncScope();
        var users = scope.ServiceProvider.GetRequiredService<UserManager<Person>>();
        var context = scope.ServiceProvider.GetRequiredService<ConsoleDbContext>();
        if (await users.FindByEmailAsync(who.Email) is not null)
        {
            return PeopleOutcome.Refused(OutsideSignIn.EmailTaken);
        }

        var person = new Person
        {
            Name = Lengths.Cut(string.IsNullOrWhiteSpace(who.Name) || Actor.IsReserved(who.Name) ? who.Email : who.Name.Trim(), Lengths.Name)!,
            Email = who.Email,
            UserName = who.Email,
            Role = role,
            CreatedAt = time.GetUtcNow(),
            SecurityStamp = Guid.NewGuid().ToString("N"),
            LockoutEnabled = true,
        };
        context.Alongside = saving =>
        {
            // In the same commit: a person whom no login leads to could never come in again.
            var login = saving.Add(new IdentityUserLogin<long> { LoginProvider = who.Issuer, ProviderKey = who.Subject }).Property(row => row.UserId);
            (login.CurrentValue, login.IsTemporary) = (saving.Entry(person).Property(row => row.Id).CurrentValue, true);   // real once the person is saved
            saving.SaveChanges();   // in the same commit, so that the line knows the person's id
            log.Append(saving, new Actor(ActorKind.Nobody, null, person.Name, role, Address: address), new Change(ChangeCatalog.PersonArrived, PublicId.Person(person.Id), person.Name)
            {
                Fields = [new FieldChange("role", null, Rights.Word(role))],
            });
        };
        try
        {
            var result = await users.CreateAsync(person);
            return result.Succeeded ? PeopleOutcome.Of(person) : PeopleOutcome.Refused([.. result.Errors.Select(error => error.Description).Distinct(StringComparer.Ordinal)]);
        }
        finally
        {
            await directory.FollowAsync();
        }
    }
}
