using Richpanel.Core.Access;
using Richpanel.Core.ChangeLog;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Connections;

/// <summary>Changes connections: one method, one commit with its line of the change log; then the directory is reloaded and change is raised.</summary>
public sealed class ConnectionStore(
    StoreWriter writer, ConnectionDirectory directory, SecretProtector secrets, ChangeWriting log, ChangeFeed changes, TimeProvider time)
{
    public Task<SaveOutcome<Connection>> CreateAsync(Actor by, ConnectionDraft draft) => CreateAsync(by, draft, static _ => { });

    /// <param name="alongside">Written in the same commit, only when the draft is saved.</param>
    internal Task<SaveOutcome<Connection>> CreateAsync(Actor by, ConnectionDraft draft, Action<ConsoleDbContext> alongside)
    {
        var connection = new Connection { Name = "", BaseUrl = "https://api.richpanel.com/v2", ApiKey = "", CreatedAt = time.GetUtcNow() };
        return SaveAsync(by, draft, context =>
        {
            context.Connections.Add(connection);
            return connection;
        }, alongside);
    }

    public Task<SaveOutcome<Connection>> UpdateAsync(Actor by, long connectionId, ConnectionDraft draft) => UpdateAsync(by, connectionId, draft, static _ => { });

    internal Task<SaveOutcome<Connection>> UpdateAsync(Actor by, long connectionId, ConnectionDraft draft, Action<ConsoleDbContext> alongside) =>
        SaveAsync(by, draft, context => context.Connections.Find(connectionId), alongside);

    private async Task<SaveOutcome<Connection>> SaveAsync(
        Actor by, ConnectionDraft draft, Func<ConsoleDbContext, Connection?> find, Action<ConsoleDbContext> alongside)
    {
        by.Demand(Permission.Administer);

        // The slow derivation stays off the writer's thread.
        var secret = draft.ApiSecret is { } typed ? new SealedSecret(secrets.Protect(typed), SecretProtector.Fingerprint(typed)) : null;
        var outcome = await writer.WriteAsync(session =>
        {
            using var context = session.Context();
            return find(context) is { } connection && (connection.Id == 0 || by.MayTouch(connection))
                ? Save(context, by, connection, draft, secret, alongside)
                : new SaveOutcome<Connection>.Missing();
        });
        await directory.ReloadAsync();
        changes.Raise();
        return outcome;
    }

    private SaveOutcome<Connection> Save(
        ConsoleDbContext context, Actor by, Connection connection, ConnectionDraft draft, SealedSecret? secret, Action<ConsoleDbContext> alongside)
    {
        var isNew = connection.Id == 0;
        var before = ConnectionFields.Of(isNew ? null : connection);
        Apply(draft, connection);
        if (secret is not null || draft.ClearSecret)
        {
            connection.ProtectedSecret = secret?.Content;
            connection.SecretFingerprint = secret?.Fingerprint;
            connection.SecretSetAt = secret is null ? null : time.GetUtcNow();
        }

        var others = context.Connections.Where(c => c.Id != connection.Id).Select(c => c.Name).ToList();
        var faults = ConnectionValidator.Check(connection, connection.ProtectedSecret is not null, others).ToList();
        if (draft.ApiSecret is { } asTyped && ConnectionValidator.CheckSecret(asTyped) is { } fault)
        {
            faults.Add(fault);
        }

        if (faults.Count > 0)
        {
            return new SaveOutcome<Connection>.Invalid(faults);
        }

        connection.Version = isNew ? 1 : connection.Version + 1;
        connection.UpdatedAt = time.GetUtcNow();
        alongside(context);
        context.SaveChanges();
        log.Append(context, by, new Change(isNew ? ChangeCatalog.ConnectionCreated : ChangeCatalog.ConnectionChanged, PublicId.Connection(connection.Id), connection.Name)
        {
            Fields = ConnectionFields.Between(before, ConnectionFields.Of(connection)),
        });
        context.SaveChanges();
        return new SaveOutcome<Connection>.Saved(connection);
    }

    private static void Apply(ConnectionDraft draft, Connection connection)
    {
        connection.Name = draft.Name?.Trim() ?? connection.Name;
        connection.Environment = draft.Environment ?? connection.Environment;
        connection.ApiKey = draft.ApiKey?.Trim() ?? connection.ApiKey;
        connection.SignatureHash = draft.SignatureHash ?? connection.SignatureHash;
        connection.Transport = draft.Transport ?? connection.Transport;
        connection.OrderFields = draft.OrderFields ?? connection.OrderFields;
        connection.CustomerId = draft.CustomerId ?? connection.CustomerId;
        connection.TranslateEvents = draft.TranslateEvents ?? connection.TranslateEvents;
        connection.Concurrency = draft.ClearConcurrency ? null : draft.Concurrency ?? connection.Concurrency;
        connection.TimeoutSeconds = draft.ClearTimeoutSeconds ? null : draft.TimeoutSeconds ?? connection.TimeoutSeconds;
        connection.AllowsLabSends = draft.AllowsLabSends ?? connection.AllowsLabSends;
        connection.Disabled = draft.Disabled ?? connection.Disabled;
        if (!connection.IsSandbox)
        {
            connection.BaseUrl = draft.BaseUrl?.Trim().TrimEnd('/') ?? connection.BaseUrl;
        }
    }

    private sealed record SealedSecret(byte[] Content, string Fingerprint);
}
