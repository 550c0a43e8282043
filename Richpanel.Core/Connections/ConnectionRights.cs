using Richpanel.Core.Access;

namespace Richpanel.Core.Connections;

/// <summary>What somebody may do with one connection.</summary>
public static class ConnectionRights
{
    public static bool MayTouch(this Actor actor, Connection connection) => actor.MayTouch(connection.Name);

    /// <exception cref="ForbiddenException">The role has not the right, or the actor is limited to other connections.</exception>
    public static void Demand(this Actor actor, Permission permission, Connection connection) => actor.Demand(permission, connection.Name);

    /// <summary>What a call sent by hand asks for: sandbox, what is not production, production that allows it, any production, each more.</summary>
    public static Permission ToSend(Connection connection) =>
        connection.IsSandbox ? Permission.UseSandbox
        : connection.Environment != ConnectionEnvironment.Production || connection.AllowsLabSends ? Permission.Send
        : Permission.SendToProduction;
}
