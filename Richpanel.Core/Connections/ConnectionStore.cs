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
        by.DemandForAll(Permission.Administer);   // a new one is none of those somebody is limited to
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
            if (find(context) is not { DeletedAt: null } connection)
            {
                return new SaveOutcome<Connection>.Missing();
            }

            if (connection.Id != 0)
            {
                by.Demand(Permission.Administer, connection);
            }

            return Save(context, by, connection, draft, secret, alongside);
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
        var nameBefore = connection.Name;
        Apply(draft, connection);
        var ofSecret = ChangeSecret(draft, connection, secret);

        var otherNames = context.Connections.Where(c => c.Id != connection.Id).Select(c => c.Name).ToList();
        var faults = ConnectionValidator.Check(connection, connection.ProtectedSecret is not null, otherNames).ToList();
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
        connection.ProbeNow(connection.UpdatedAt);
        if (!isNew && nameBefore != connection.Name)
        {
            RenameInTokens(context, nameBefore, connection.Name);
        }

        alongside(context);
        context.SaveChanges();
        var fields = ConnectionFields.Between(before, ConnectionFields.Of(connection));
        if (isNew)
        {
            Log(context, by, connection, ChangeCatalog.ConnectionCreated, fields);
            return new SaveOutcome<Connection>.Saved(connection);
        }

        // A secret has a line of its own, so that nobody has to read all changes to find when it was replaced.
        var others = ofSecret is null ? fields : [.. fields.Where(field => field.Field != ConnectionFields.Secret)];
        if (others.Count > 0 || ofSecret is null)
        {
            Log(context, by, connection, ChangeCatalog.ConnectionChanged, others);
        }

        if (ofSecret is not null)
        {
            Log(context, by, connection, ofSecret, [FieldChange.Changed(ConnectionFields.Secret), .. FieldChange.Between(("previousSecretUntil", null, connection.PreviousSecretUntil))]);
        }

        return new SaveOutcome<Connection>.Saved(connection);
    }

    /// <summary>What of it stands in the change log; null = nothing.</summary>
    private ChangeAction? ChangeSecret(ConnectionDraft draft, Connection connection, SealedSecret? secret)
    {
        if (secret is not null)
        {
            var canOpen = connection.ProtectedSecret is { } stored && secrets.CanOpen(stored);
            SecretRotation.EndHold(connection);
            return SecretRotation.Replace(connection, secret, draft.KeepPreviousFor, canOpen, time.GetUtcNow()) ? ChangeCatalog.SecretReplaced : null;
        }

        if (!draft.ClearSecret || connection.ProtectedSecret is null)
        {
            return null;
        }

        SecretRotation.EndHold(connection);
        SecretRotation.Remove(connection);
        return ChangeCatalog.SecretRemoved;
    }

    private void Log(ConsoleDbContext context, Actor by, Connection connection, ChangeAction action, IReadOnlyList<FieldChange> fields)
    {
        log.Append(context, by, new Change(action, PublicId.Connection(connection.Id), connection.Name) { Fields = fields });
        context.SaveChanges();
    }

    /// <summary>A token limited to this connection stays limited to it, and a later connection of the old name is none of its business.</summary>
    private static void RenameInTokens(ConsoleDbContext context, string before, string after)
    {
        foreach (var token in context.ApiTokens.Where(token => token.Connections != null).ToList())
        {
            token.Connections = string.Join(',', token.Connections!.Split(',', StringSplitOptions.TrimEntries)
                .Select(name => string.Equals(name, before, StringComparison.OrdinalIgnoreCase) ? after : name));
        }
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
        connection.RetryWaits = draft.RetryWaits is null ? connection.RetryWaits : RetryWaits.Tidy(draft.RetryWaits);
        connection.RetryJitterPercent = draft.ClearRetryJitter ? null : draft.RetryJitterPercent ?? connection.RetryJitterPercent;
        connection.AllowsLabSends = draft.AllowsLabSends ?? connection.AllowsLabSends;
        connection.Disabled = draft.Disabled ?? connection.Disabled;
        if (!connection.IsSandbox)
        {
            connection.BaseUrl = draft.BaseUrl?.Trim().TrimEnd('/') ?? connection.BaseUrl;
        }
    }
}
