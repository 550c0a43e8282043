using System.Globalization;

namespace Richpanel.Core.Access;

public enum ActorKind
{
    /// <summary>The product itself.</summary>
    System = 1,

    /// <summary>Section Bootstrap of the configuration.</summary>
    Bootstrap = 2,

    /// <summary>A signed-in person.</summary>
    Person = 3,

    /// <summary>A bearer token of the API.</summary>
    Token = 4,

    /// <summary>Whoever sits at the machine, in the Development environment only.</summary>
    LocalAdmin = 5,

    /// <summary>Whoever is not signed in: what is tried at the door.</summary>
    Nobody = 6,
}

/// <summary>
/// Who does something. Every method that changes anything takes one, asks it for the right and writes it into the change log, so
/// that no page and no route can forget to.
/// </summary>
/// <param name="Id">Key of the person or token; null for the others.</param>
/// <param name="Name">As people read it in the change log.</param>
/// <param name="Connections">Names it is limited to; null = all.</param>
/// <param name="Address">Where the request came from; null when there was none.</param>
public sealed record Actor(ActorKind Kind, long? Id, string Name, Role Role, IReadOnlyList<string>? Connections = null, string? Address = null)
{
    /// <summary>Name of whoever sits at a Development machine.</summary>
    public const string LocalAdminName = "Local admin";

    private const string NobodyName = "Nobody signed in";

    public static Actor System { get; } = new(ActorKind.System, null, "Richpanel Console", Role.Admin);

    /// <summary>The product itself, where it does what the company's own sign-in says.</summary>
    public static Actor CompanySignIn { get; } = System with { Name = "Company sign-in" };

    public static Actor Bootstrap { get; } = new(ActorKind.Bootstrap, null, "Bootstrap configuration", Role.Admin);

    public static Actor Nobody(string? address) => new(ActorKind.Nobody, null, NobodyName, 0, [], address);

    /// <summary>Is this what the product calls itself or nobody in the change log? A person of this name would be taken for it there.</summary>
    public static bool IsReserved(string name)
    {
        // Signs that nobody sees would make a name that looks the same.
        var seen = string.Concat(name.Where(c => char.IsWhiteSpace(c) || char.GetUnicodeCategory(c) is not (UnicodeCategory.Format or UnicodeCategory.Control)));
        var plain = string.Join(' ', seen.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return new[] { System.Name, CompanySignIn.Name, Bootstrap.Name, LocalAdminName, NobodyName }.Contains(plain, StringComparer.OrdinalIgnoreCase);
    }

    public bool May(Permission permission) => Rights.May(Role, permission);

    public bool MayTouch(string connectionName) => Connections is null || Connections.Contains(connectionName, StringComparer.OrdinalIgnoreCase);

    /// <exception cref="ForbiddenException">The role has not the right.</exception>
    public void Demand(Permission permission)
    {
        if (!May(permission))
        {
            throw new ForbiddenException(permission);
        }
    }

    /// <summary>As above, for what is done to one connection.</summary>
    /// <exception cref="ForbiddenException">The role has not the right, or this actor is limited to other connections.</exception>
    public void Demand(Permission permission, string connectionName)
    {
        Demand(permission);
        if (!MayTouch(connectionName))
        {
            throw new ForbiddenException(permission, $"{Limit()}, and this concerns another connection.");
        }
    }

    /// <summary>As above, for what concerns no single connection: who is limited to some decides about nothing that is for all.</summary>
    /// <exception cref="ForbiddenException">The role has not the right, or this actor is limited to some connections.</exception>
    public void DemandForAll(Permission permission)
    {
        Demand(permission);
        if (Connections is not null)
        {
            throw new ForbiddenException(permission, $"{Limit()}, and this concerns more than that.");
        }
    }

    private string Limit() => $"{Name} is limited to {(Connections!.Count == 0 ? "no connection" : string.Join(", ", Connections))}";
}
