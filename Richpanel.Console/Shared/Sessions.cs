using System.Globalization;
using System.Security.Claims;
using Richpanel.Core.Access;
using Richpanel.Core.People;

namespace Richpanel.Console.Shared;

/// <summary>Turns a principal into who acts, as of now: a person's role is looked up, never believed from a cookie.</summary>
public sealed class Sessions(PeopleDirectory people, EndedSessions ended)
{
    /// <summary>Authentication type of whoever sits at a Development machine.</summary>
    public const string LocalScheme = "LocalAdmin";

    /// <summary>Authentication type of a bearer token.</summary>
    public const string TokenScheme = "Bearer";

    private const string AddressClaim = "richpanel.address";
    private const string ConnectionsClaim = "richpanel.connections";

    /// <summary>Null: nobody, or a session that has ended.</summary>
    public Actor? ActorOf(ClaimsPrincipal principal)
    {
        if (principal.Identity is not { IsAuthenticated: true } identity)
        {
            return null;
        }

        var address = principal.FindFirstValue(AddressClaim);
        return identity.AuthenticationType switch
        {
            LocalScheme => new Actor(ActorKind.LocalAdmin, null, Actor.LocalAdminName, Role.Admin, Address: address),
            TokenScheme => OfToken(principal, address),
            _ => !ended.Has(principal) && people.Of(principal) is { } person ? new Actor(ActorKind.Person, person.Id, person.Name, person.Role, Address: address) : null,
        };
    }

    public static ClaimsPrincipal PrincipalOf(Actor token)
    {
        var identity = new ClaimsIdentity(
            [
                new Claim(ClaimTypes.NameIdentifier, (token.Id ?? 0).ToString(CultureInfo.InvariantCulture)), new Claim(ClaimTypes.Name, token.Name),
                new Claim(ClaimTypes.Role, Rights.Word(token.Role)),
            ],
            TokenScheme);
        if (token.Connections is { } connections)
        {
            identity.AddClaim(new Claim(ConnectionsClaim, string.Join(',', connections)));
        }

        return new ClaimsPrincipal(identity);
    }

    public static ClaimsPrincipal LocalAdmin() => new(new ClaimsIdentity([new Claim(ClaimTypes.Name, Actor.LocalAdminName)], LocalScheme));

    /// <summary>Remembers where the request came from, also for the circuit that it opens.</summary>
    public static void Locate(HttpContext context)
    {
        if (context.User.Identity is ClaimsIdentity { IsAuthenticated: true } identity && RemoteAddress.Of(context) is { } address)
        {
            identity.AddClaim(new Claim(AddressClaim, address));
        }
    }

    private static Actor? OfToken(ClaimsPrincipal principal, string? address) =>
        Rights.Parse(principal.FindFirstValue(ClaimTypes.Role)) is { } role
            ? new Actor(
                ActorKind.Token,
                long.Parse(principal.FindFirstValue(ClaimTypes.NameIdentifier) ?? "0", CultureInfo.InvariantCulture),
                principal.FindFirstValue(ClaimTypes.Name) ?? "",
                role,
                principal.FindFirstValue(ConnectionsClaim)?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries),
                address)
            : null;
}
