namespace Richpanel.Core.Connections;

public enum Role
{
    Viewer = 1,
    Support = 2,
    Qa = 3,
    Operator = 4,
    Admin = 5,
}

/// <summary>What a caller may do.</summary>
public enum Permission
{
    /// <summary>Read deliveries, ledger, connections, sandbox; preview.</summary>
    Read,

    /// <summary>Retry, cancel or hurry one delivery.</summary>
    ActOnOne,

    /// <summary>Send a call to the sandbox, set its scenario.</summary>
    UseSandbox,

    /// <summary>Send a call to any connection.</summary>
    Send,

    /// <summary>Pause, resume, release.</summary>
    Operate,

    /// <summary>Change connections and sources, see write keys.</summary>
    Administer,
}

/// <summary>The one table of who may do what.</summary>
public static class RolePermissions
{
    public static IReadOnlySet<Permission> Of(Role role) => role switch
    {
        Role.Viewer => new HashSet<Permission> { Permission.Read },
        Role.Support => new HashSet<Permission> { Permission.Read, Permission.ActOnOne, Permission.UseSandbox },
        Role.Qa => new HashSet<Permission> { Permission.Read, Permission.ActOnOne, Permission.UseSandbox, Permission.Send },
        Role.Operator => new HashSet<Permission>
            { Permission.Read, Permission.ActOnOne, Permission.UseSandbox, Permission.Send, Permission.Operate },
        Role.Admin => Enum.GetValues<Permission>().ToHashSet(),
        _ => new HashSet<Permission>(),
    };
}
