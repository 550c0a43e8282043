using Richpanel.Core.Access;
using Richpanel.Core.ChangeLog;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Connections;

/// <summary>
/// Goes back to the secret before, or lets go of it: the API Secret of a connection, the webhook secret of a source. Each is one commit
/// with its line of the change log. Replacing is a change of the row: <see cref="ConnectionStore"/>, <see cref="SourceStore"/>.
/// </summary>
public sealed class SecretStore(
    StoreWriter writer, ConnectionDirectory directory, SecretProtector secrets, ChangeWriting log, ChangeFeed changes, TimeProvider time)
{
    private const string Previous = "PreviousSecret";
    private const string Nothing = "Nothing is due.";

    /// <summary>The two secrets change places. Invalid when none is kept any more.</summary>
    public Task<SaveOutcome<Connection>> RollBackAsync(Actor by, long connectionId)
    {
        by.Demand(Permission.Administer);
        return ChangeAsync(by, context => ConnectionOf(context, by, connectionId), ChangeCatalog.SecretRolledBack, connection =>
        {
            if (RollBack(connection) is { } fault)
            {
                return fault;
            }

            SecretRotation.EndHold(connection);
            connection.ProbeNow(time.GetUtcNow());
            connection.Version++;
            return null;
        });
    }

    /// <summary>As <see cref="RollBackAsync"/>, of a source. What is signed with either goes on being taken while both are kept.</summary>
    public Task<SaveOutcome<Source>> RollBackWebhookAsync(Actor by, long sourceId)
    {
        by.Demand(Permission.Administer);
        return ChangeAsync(by, context => SourceOf(context, by, sourceId), ChangeCatalog.WebhookSecretRolledBack, RollBack);
    }

    /// <summary>Lets go of the secret before, now. Invalid when none is kept.</summary>
    public Task<SaveOutcome<Connection>> ForgetAsync(Actor by, long connectionId)
    {
        by.Demand(Permission.Administer);
        return ChangeAsync(by, context => ConnectionOf(context, by, connectionId), ChangeCatalog.SecretForgotten, Forget);
    }

    /// <summary>As <see cref="ForgetAsync"/>, of a source: what is signed with it is refused from now on.</summary>
    public Task<SaveOutcome<Source>> ForgetWebhookAsync(Actor by, long sourceId)
    {
        by.Demand(Permission.Administer);
        return ChangeAsync(by, context => SourceOf(context, by, sourceId), ChangeCatalog.WebhookSecretForgotten, Forget);
    }

    /// <summary>Lets go of every secret before that was kept long enough.</summary>
    internal async Task ForgetDueAsync()
    {
        foreach (var connection in directory.Connections.Where(IsDue))
        {
            await ChangeAsync(Actor.System, context => context.Connections.Find(connection.Id), ChangeCatalog.SecretForgotten, ForgetDue);
        }

        foreach (var source in directory.Sources.Where(IsDue))
        {
            await ChangeAsync(Actor.System, context => context.Sources.Find(source.Id), ChangeCatalog.WebhookSecretForgotten, ForgetDue);
        }
    }

    private static Connection? ConnectionOf(ConsoleDbContext context, Actor by, long id)
    {
        if (context.Connections.Find(id) is not { DeletedAt: null } connection)
        {
            return null;
        }

        by.Demand(Permission.Administer, connection);
        return connection;
    }

    private static Source? SourceOf(ConsoleDbContext context, Actor by, long id) =>
        context.Sources.Find(id) is { } source && ConnectionOf(context, by, source.ConnectionId) is not null ? source : null;

    /// <returns>What stands against it.</returns>
    private string? RollBack(IKeepsSecret row)
    {
        if (!row.KeepsPrevious(time.GetUtcNow()))
        {
            return "No secret before this one is kept any more. Enter it again to use it.";
        }

        if (!secrets.CanOpen(row.Previous!))
        {
            return "The secret before this one can no longer be decrypted. Enter it again to use it.";
        }

        SecretRotation.RollBack(row);
        return null;
    }

    private static string? Forget(IKeepsSecret row)
    {
        if (row.Previous is null)
        {
            return "No secret before this one is kept.";
        }

        SecretRotation.Forget(row);
        return null;
    }

    private string? ForgetDue(IKeepsSecret row) => IsDue(row) ? Forget(row) : Nothing;

    private bool IsDue(IKeepsSecret row) => row.Previous is not null && !row.KeepsPrevious(time.GetUtcNow());

    /// <param name="change">Gives back what stands against it.</param>
    private async Task<SaveOutcome<T>> ChangeAsync<T>(Actor by, Func<ConsoleDbContext, T?> find, ChangeAction action, Func<T, string?> change)
        where T : class, IKeepsSecret
    {
        var outcome = await writer.WriteAsync<SaveOutcome<T>>(session =>
        {
            using var context = session.Context();
            if (find(context) is not { } row)
            {
                return new SaveOutcome<T>.Missing();
            }

            if (change(row) is { } fault)
            {
                return new SaveOutcome<T>.Invalid([new FieldFault(Previous, fault)]);
            }

            log.Append(context, by, LineOf(row, action));
            context.SaveChanges();
            return new SaveOutcome<T>.Saved(row);
        });
        if (outcome is SaveOutcome<T>.Saved)
        {
            await directory.ReloadAsync();
            changes.Raise();
        }

        return outcome;
    }

    private Change LineOf(IKeepsSecret row, ChangeAction action)
    {
        switch (row)
        {
            case Connection connection:
                connection.UpdatedAt = time.GetUtcNow();
                return new Change(action, PublicId.Connection(connection.Id), connection.Name);
            case Source source:
                return new Change(action, PublicId.Source(source.Id), source.Name);
            default:
                throw new ArgumentOutOfRangeException(nameof(row));
        }
    }
}
