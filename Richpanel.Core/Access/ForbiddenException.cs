namespace Richpanel.Core.Access;

/// <summary>Somebody asked for what they may not do. Pages and API ask before; this is what stands behind them.</summary>
public sealed class ForbiddenException : Exception
{
    /// <summary>The role has not the right.</summary>
    public ForbiddenException(Permission permission)
        : this(permission, $"This needs the role {Rights.Word(Rights.LeastRole(permission))}, who may {Rights.What(permission)}.")
    {
    }

    /// <param name="sentence">Why not, where the role would do.</param>
    public ForbiddenException(Permission permission, string sentence)
        : base(sentence) => Permission = permission;

    public Permission Permission { get; }
}
