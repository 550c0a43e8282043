namespace Richpanel.Core.Connections;

/// <summary>Who a bearer token speaks for.</summary>
/// <param name="Connections">Names it is limited to; null = all.</param>
public sealed record TokenHolder(string Name, Role Role, IReadOnlyList<string>? Connections)
{
    /// <summary>Null for a role this version does not know: such a token opens nothing.</summary>
    public static TokenHolder? Of(ApiToken token) => Enum.TryParse<Role>(token.Role, ignoreCase: true, out var role)
        ? new TokenHolder(token.Name, role, token.Connections?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        : null;

    public bool MayTouch(Connection connection) =>
        Connections is null || Connections.Contains(connection.Name, StringComparer.OrdinalIgnoreCase);
}
