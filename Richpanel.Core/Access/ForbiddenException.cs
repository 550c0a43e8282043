namespace Richpanel.Core.Access;

/// <summary>Somebody asked for what the role may not do. Pages and API ask before; this is what stands behind them.</summary>
public sealed class ForbiddenException(Permission permission)
    : Exception($"This needs the role {Rights.Word(Rights.LeastRole(permission))}, who may {Rights.What(permission)}.")
{
    public Permission Permission { get; } = permission;
}
