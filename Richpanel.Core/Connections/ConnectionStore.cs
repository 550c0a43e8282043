using System.Security.Cryptography;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Connections;

/// <summary>A source together with its write key in clear: shown once by the API, on demand on a page.</summary>
public sealed record SourceWithKey(Source Source, string WriteKey)
{
    /// <summary>Never the key.</summary>
    public override string ToString() => $"Source {Source.Name}";
}

/// <summary>Changes connections and sources: one method, one commit, then the directory is reloaded and change is raised.</summary>
public sealed class ConnectionStore(
    StoreWriter writer, ConnectionDirectory directory, SecretProtector secrets, ChangeFeed changes, TimeProvider time)
{
    public Task<SaveOutcome<Connection>> CreateAsync(ConnectionDraft draft) => CreateAsync(draft, static _ => { });

    /// <param name="alongside">Written in the same commit, only when the draft is saved.</param>
    internal Task<SaveOutcome<Connection>> CreateAsync(ConnectionDraft draft, Action<ConsoleDbContext> alongside)
    {
        var now = time.GetUtcNow();
        var connection = new Connection { Name = "", BaseUrl = "https://api.richpanel.com/v2", ApiKey = "", CreatedAt = now };
        return SaveAsync(draft, context =>
        {
            context.Connections.Add(connection);
            return connection;
        }, alongside);
    }

    public Task<SaveOutcome<Connection>> UpdateAsync(long connectionId, ConnectionDraft draft) => UpdateAsync(connectionId, draft, static _ => { });

    internal Task<SaveOutcome<Connection>> UpdateAsync(long connectionId, ConnectionDraft draft, Action<ConsoleDbContext> alongside) =>
        SaveAsync(draft, context => context.Connections.Find(connectionId), alongside);

    /// <summary>Adds a source; without <paramref name="writeKey"/> a new random one is made.</summary>
    public Task<SaveOutcome<SourceWithKey>> AddSourceAsync(
        long connectionId, string name, string? writeKey = null, string? webhookSecret = null, string? allowedOrigins = null) =>
        AddSourceAsync(connectionId, name, writeKey, webhookSecret, allowedOrigins, static _ => { });

    internal async Task<SaveOutcome<SourceWithKey>> AddSourceAsync(
        long connectionId, string name, string? writeKey, string? webhookSecret, string? allowedOrigins, Action<ConsoleDbContext> alongside)
    {
        var key = writeKey ?? RandomKey();
        var faults = SourceFaults(name, writeKey);
        if (faults.Count > 0)
        {
            return new SaveOutcome<SourceWithKey>.Invalid(faults);
        }

        var outcome = await writer.WriteAsync<SaveOutcome<SourceWithKey>>(session =>
        {
            using var context = session.Context();
            var hash = SecretProtector.HashKey(key);
            if (context.Connections.Find(connectionId) is null)
            {
                return new SaveOutcome<SourceWithKey>.Missing();
            }

            if (context.Sources.Any(s => s.WriteKeyHash == hash))
            {
                return new SaveOutcome<SourceWithKey>.Invalid([new FieldFault("WriteKey", "Another source already has this write key. Keys are unique.")]);
            }

            var source = new Source
            {
                PublicId = RandomKey(),
                ConnectionId = connectionId,
                Name = name.Trim(),
                WriteKeyHash = hash,
                ProtectedWriteKey = secrets.Protect(key),
                ProtectedWebhookSecret = string.IsNullOrEmpty(webhookSecret) ? null : secrets.Protect(webhookSecret),
                AllowedOrigins = string.IsNullOrWhiteSpace(allowedOrigins) ? null : allowedOrigins.Trim(),
                CreatedAt = time.GetUtcNow(),
            };
            context.Sources.Add(source);
            alongside(context);
            context.SaveChanges();
            return new SaveOutcome<SourceWithKey>.Saved(new SourceWithKey(source, key));
        });
        await TellAsync();
        return outcome;
    }

    /// <summary>A disabled source's calls are still kept, as Skipped rows.</summary>
    public Task<bool> SetSourceDisabledAsync(long sourceId, bool disabled) =>
        ChangeSourceAsync(sourceId, source => source.Disabled = disabled);

    /// <summary>Sets, replaces or (with null) removes the secret that checks <c>X-Signature</c>.</summary>
    public Task<bool> SetWebhookSecretAsync(long sourceId, string? secret) =>
        ChangeSourceAsync(sourceId, source => source.ProtectedWebhookSecret = string.IsNullOrEmpty(secret) ? null : secrets.Protect(secret));

    /// <summary>Origins a browser may post from, blank-separated; null = any.</summary>
    public Task<bool> SetAllowedOriginsAsync(long sourceId, string? origins) =>
        ChangeSourceAsync(sourceId, source => source.AllowedOrigins = string.IsNullOrWhiteSpace(origins) ? null : origins.Trim());

    /// <summary>The write key of a source in clear, for the page that shows it on demand.</summary>
    public string RevealWriteKey(Source source) => secrets.Unprotect(source.ProtectedWriteKey);

    private async Task<bool> ChangeSourceAsync(long sourceId, Action<Source> change)
    {
        var found = await writer.WriteAsync(session =>
        {
            using var context = session.Context();
            if (context.Sources.Find(sourceId) is not { } source)
            {
                return false;
            }

            change(source);
            context.SaveChanges();
            return true;
        });
        await TellAsync();
        return found;
    }

    private async Task<SaveOutcome<Connection>> SaveAsync(
        ConnectionDraft draft, Func<ConsoleDbContext, Connection?> find, Action<ConsoleDbContext> alongside)
    {
        // The slow derivation stays off the writer's thread.
        var secret = draft.ApiSecret is { } typed ? (Sealed: secrets.Protect(typed), Fingerprint: SecretProtector.Fingerprint(typed)) : default;
        var outcome = await writer.WriteAsync<SaveOutcome<Connection>>(session =>
        {
            using var context = session.Context();
            if (find(context) is not { } connection)
            {
                return new SaveOutcome<Connection>.Missing();
            }

            Apply(draft, connection);
            if (secret.Sealed is not null || draft.ClearSecret)
            {
                connection.ProtectedSecret = secret.Sealed;
                connection.SecretFingerprint = secret.Fingerprint;
                connection.SecretSetAt = secret.Sealed is null ? null : time.GetUtcNow();
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

            connection.Version = connection.Id == 0 ? 1 : connection.Version + 1;
            connection.UpdatedAt = time.GetUtcNow();
            alongside(context);
            context.SaveChanges();
            return new SaveOutcome<Connection>.Saved(connection);
        });
        await TellAsync();
        return outcome;
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
        connection.Disabled = draft.Disabled ?? connection.Disabled;
        if (!connection.IsSandbox)
        {
            connection.BaseUrl = draft.BaseUrl?.Trim().TrimEnd('/') ?? connection.BaseUrl;
        }
    }

    private static List<FieldFault> SourceFaults(string name, string? writeKey)
    {
        var faults = new List<FieldFault>();
        if (string.IsNullOrWhiteSpace(name) || name.Trim().Length > Lengths.Name)
        {
            faults.Add(new FieldFault("Name", $"Give the source a name of at most {Lengths.Name} characters, for example 'Web shop'."));
        }

        if (writeKey is not null && (writeKey.Length is < 16 or > Lengths.Key || writeKey.Any(c => c is <= ' ' or > '~' or ':')))
        {
            faults.Add(new FieldFault("WriteKey", $"A write key has 16 to {Lengths.Key} printable ASCII characters, without blanks and ':'."));
        }

        return faults;
    }

    private async Task TellAsync()
    {
        await directory.ReloadAsync();
        changes.Raise();
    }

    /// <summary>128 random bits as 32 lower-case hex digits: the form of Segment's own write keys.</summary>
    private static string RandomKey() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
}
