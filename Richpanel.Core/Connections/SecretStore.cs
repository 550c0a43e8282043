using Richpanel.Core.Access;
using Richpanel.Core.ChangeLog;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Connections;

/// <summary>Goes back to the secret before, or lets go of it. Each is one commit with its line of the change log. Replacing is a change of the connection: <see cref="ConnectionStore"/>.</summary>
public sealed class SecretStore(
    StoreWriter writer, ConnectionDirectory directory, SecretProtector secrets, ChangeWriting log, ChangeFeed changes, TimeProvider time)
{
    private const string Previous = "PreviousSecret";

    /// <summary>The two secrets change places. Invalid when none is kept any more.</summary>
    public Task<SaveOutcome<Connection>> RollBackAsync(Actor by, long connectionId) =>
        ByHandAsync(by, connectionId, ChangeCatalog.SecretRolledBack, connection =>
        {
            if (!connection.KeepsPreviousSecret(time.GetUtcNow()))
            {
                return "No secret before this one is kept any more. Enter it again to use it.";
            }

            if (!secrets.CanOpen(connection.PreviousSecret!))
            {
                return "The secret before this one can no longer be decrypted. Enter it again to use it.";
            }

            SecretRotation.RollBack(connection);
            connection.Version++;
            return null;
        });

    /// <summary>Lets go of the secret before, now. Invalid when none is kept.</summary>
    public Task<SaveOutcome<Connection>> ForgetAsync(Actor by, long connectionId) =>
        ByHandAsync(by, connectionId, ChangeCatalog.SecretForgotten, connection =>
        {
            if (connection.PreviousSecret is null)
            {
                return "No secret before this one is kept.";
            }

            SecretRotation.Forget(connection);
            return null;
        });

    /// <summary>Lets go of every secret before that was kept long enough.</summary>
    internal async Task ForgetDueAsync()
    {
        foreach (var connection in directory.Connections.Where(IsDue))
        {
            await ChangeAsync(Actor.System, connection.Id, ChangeCatalog.SecretForgotten, row =>
            {
                if (!IsDue(row))
                {
                    return Nothing;
                }

                SecretRotation.Forget(row);
                return null;
            });
        }
    }

    private const string Nothing = "Nothing is due.";

    private bool IsDue(Connection connection) => connection.PreviousSecret is not null && !connection.KeepsPreviousSecret(time.GetUtcNow());

    private Task<SaveOutcome<Connection>> ByHandAsync(Actor by, long connectionId, ChangeAction action, Func<Connection, string?> change)
    {
        by.Demand(Permission.Administer);
        return ChangeAsync(by, connectionId, action, change);
    }

    /// <param name="change">Gives back what stands against it.</param>
    private async Task<SaveOutcome<Connection>> ChangeAsync(Actor by, long connectionId, ChangeAction action, Func<Connection, string?> change)
    {
        var outcome = await writer.WriteAsync<SaveOutcome<Connection>>(session =>
        {
            using var context = session.Context();
            if (context.Connections.Find(connectionId) is not { } connection)
            {
                return new SaveOutcome<Connection>.Missing();
            }

            by.Demand(Permission.Administer, connection);
            if (change(connection) is { } fault)
            {
                return new SaveOutcome<Connection>.Invalid([new FieldFault(Previous, fault)]);
            }

            connection.UpdatedAt = time.GetUtcNow();
            log.Append(context, by, new Change(action, PublicId.Connection(connection.Id), connection.Name));
            context.SaveChanges();
            return new SaveOutcome<Connection>.Saved(connection);
        });
        if (outcome is SaveOutcome<Connection>.Saved)
        {
            await directory.ReloadAsync();
            changes.Raise();
        }

        return outcome;
    }
}
