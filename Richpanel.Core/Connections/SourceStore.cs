using System.Security.Cryptography;
using Richpanel.Core.Access;
using Richpanel.Core.ChangeLog;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Connections;

/// <summary>A source together with its write key in clear: shown once by the API, on demand on a page.</summary>
public sealed record SourceWithKey(Source Source, string WriteKey)
{
    /// <summary>Never the key.</summary>
    public override string ToString() => $"Source {Source.Name}";
}

/// <summary>Changes sources: one method, one commit with its line of the change log; then the directory is reloaded and change is raised.</summary>
public sealed class SourceStore(
    StoreWriter writer, ConnectionDirectory directory, SecretProtector secrets, ChangeWriting log, ChangeFeed changes, TimeProvider time)
{
    /// <summary>A key that is not changed at the senders within this time is not being changed.</summary>
    public static readonly TimeSpan LongestOverlap = TimeSpan.FromDays(90);

    private const string WebhookSecret = "webhookSecret";

    public Task<SaveOutcome<SourceWithKey>> AddSourceAsync(Actor by, long connectionId, SourceDraft draft) => AddSourceAsync(by, connectionId, draft, static _ => { });

    /// <param name="alongside">Written in the same commit, only when the draft is saved.</param>
    internal async Task<SaveOutcome<SourceWithKey>> AddSourceAsync(Actor by, long connectionId, SourceDraft draft, Action<ConsoleDbContext> alongside)
    {
        by.Demand(Permission.Administer);
        var key = draft.WriteKey ?? RandomKey();
        var faults = SourceValidator.CheckNew(draft);
        if (faults.Count > 0)
        {
            return new SaveOutcome<SourceWithKey>.Invalid(faults);
        }

        var secret = Sealed(draft.WebhookSecret);
        var outcome = await writer.WriteAsync<SaveOutcome<SourceWithKey>>(session =>
        {
            using var context = session.Context();
            var hash = SecretProtector.HashKey(key);
            if (context.Connections.Find(connectionId) is not { DeletedAt: null } connection)
            {
                return new SaveOutcome<SourceWithKey>.Missing();
            }

            by.Demand(Permission.Administer, connection);
            if (IsTaken(context, hash))
            {
                return new SaveOutcome<SourceWithKey>.Invalid([new FieldFault("WriteKey", "Another source already has this write key. Keys are unique.")]);
            }

            var source = new Source
            {
                PublicId = RandomKey(),
                ConnectionId = connectionId,
                Name = "",
                WriteKeyHash = hash,
                ProtectedWriteKey = secrets.Protect(key),
                CreatedAt = time.GetUtcNow(),
                WriteKeySetAt = time.GetUtcNow(),
            };
            Apply(draft, source);
            ChangeSecret(draft, source, secret);
            context.Sources.Add(source);
            alongside(context);
            context.SaveChanges();   // its line needs its id
            Log(context, by, ChangeCatalog.SourceCreated, source,
            [
                .. FieldChange.Between(("connection", null, connection.Name)),
                .. ConnectionFields.Between(ConnectionFields.Of((Source?)null), ConnectionFields.Of(source)),
                .. source.ProtectedWebhookSecret is null ? (FieldChange[])[] : [FieldChange.Changed(WebhookSecret)],
            ]);
            context.SaveChanges();
            return new SaveOutcome<SourceWithKey>.Saved(new SourceWithKey(source, key));
        });
        await TellAsync();
        return outcome;
    }

    /// <summary>A disabled source's calls are still kept, as Skipped rows.</summary>
    public async Task<SaveOutcome<Source>> UpdateSourceAsync(Actor by, long sourceId, SourceDraft draft)
    {
        by.Demand(Permission.Administer);
        var secret = Sealed(draft.WebhookSecret);
        var outcome = await writer.WriteAsync<SaveOutcome<Source>>(session =>
        {
            using var context = session.Context();
            if (context.Sources.Find(sourceId) is not { DeletedAt: null } source)
            {
                return new SaveOutcome<Source>.Missing();
            }

            by.Demand(Permission.Administer, context.Connections.Find(source.ConnectionId)!);
            var before = ConnectionFields.Of(source);
            Apply(draft, source);
            var ofSecret = ChangeSecret(draft, source, secret);
            List<FieldFault> faults = [.. SourceValidator.Check(source)];
            SourceValidator.CheckWebhookSecret(draft.WebhookSecret, faults);
            if (faults.Count > 0)
            {
                return new SaveOutcome<Source>.Invalid(faults);
            }

            var fields = ConnectionFields.Between(before, ConnectionFields.Of(source));
            if (fields.Count > 0)
            {
                Log(context, by, ChangeCatalog.SourceChanged, source, fields);
            }

            context.SaveChanges();

            // A secret has a line of its own, so that nobody has to read all changes to find when it was replaced.
            if (ofSecret is not null)
            {
                Log(context, by, ofSecret, source, [FieldChange.Changed(WebhookSecret), .. FieldChange.Between(("previousSecretUntil", null, source.PreviousWebhookSecretUntil))]);
                context.SaveChanges();
            }

            return new SaveOutcome<Source>.Saved(source);
        });
        await TellAsync();
        return outcome;
    }

    /// <summary>The write key of a source in clear, for the page that shows it on demand; looking is a line of the change log.</summary>
    /// <exception cref="CryptographicException">The key ring that sealed it is gone.</exception>
    public async Task<string> ShowWriteKeyAsync(Actor by, Source source)
    {
        by.Demand(Permission.Administer, directory.Find(source.ConnectionId)!);
        var key = RevealWriteKey(source);
        await log.WriteAsync(by, new Change(ChangeCatalog.WriteKeyShown, PublicIdOf(source), source.Name));
        return key;
    }

    /// <summary>False when the key ring that sealed it is gone: it goes on working, but nobody can look at it any more.</summary>
    public bool CanShowWriteKey(Source source) => secrets.CanOpen(source.ProtectedWriteKey);

    /// <summary>False when signed webhooks cannot be checked until the secret is entered again.</summary>
    public bool CanCheckSignatures(Source source) => source.ProtectedWebhookSecret is null || secrets.CanOpen(source.ProtectedWebhookSecret);

    /// <summary>For the product's own first event, where nobody looks.</summary>
    internal string RevealWriteKey(Source source) => secrets.Unprotect(source.ProtectedWriteKey);

    /// <summary>
    /// Makes a new random write key. The one before is let in for <paramref name="keep"/> more, so that senders can be changed one after
    /// another, and ends by itself then; one that was still kept from an earlier time ends now.
    /// </summary>
    /// <param name="keep">0 (it ends at once) to 90 days.</param>
    public async Task<SaveOutcome<SourceWithKey>> RotateWriteKeyAsync(Actor by, long sourceId, TimeSpan keep)
    {
        by.Demand(Permission.Administer);
        if (keep < TimeSpan.Zero || keep > LongestOverlap)
        {
            return new SaveOutcome<SourceWithKey>.Invalid([new FieldFault("KeepOldFor", $"The old key can stay valid for at most {LongestOverlap.Days} days.")]);
        }

        var key = RandomKey();
        var outcome = await writer.WriteAsync<SaveOutcome<SourceWithKey>>(session =>
        {
            using var context = session.Context();
            if (context.Sources.Find(sourceId) is not { DeletedAt: null } source)
            {
                return new SaveOutcome<SourceWithKey>.Missing();
            }

            by.Demand(Permission.Administer, context.Connections.Find(source.ConnectionId)!);
            var now = time.GetUtcNow();
            (source.PreviousWriteKeyHash, source.PreviousWriteKeyUntil) = keep > TimeSpan.Zero ? (source.WriteKeyHash, now + keep) : ((byte[]?)null, (DateTimeOffset?)null);
            (source.WriteKeyHash, source.ProtectedWriteKey, source.WriteKeySetAt) = (SecretProtector.HashKey(key), secrets.Protect(key), now);
            Log(context, by, ChangeCatalog.WriteKeyRotated, source, [FieldChange.Changed("writeKey"), .. FieldChange.Between(("oldKeyUntil", null, source.PreviousWriteKeyUntil))]);
            context.SaveChanges();
            return new SaveOutcome<SourceWithKey>.Saved(new SourceWithKey(source, key));
        });
        directory.ForgetOldWriteKeyUse(sourceId);
        await TellAsync();
        return outcome;
    }

    /// <summary>The write key before lets in nobody from now on. Invalid when none is kept.</summary>
    public async Task<SaveOutcome<Source>> EndOldWriteKeyAsync(Actor by, long sourceId)
    {
        by.Demand(Permission.Administer);
        return await EndOldWriteKeyAsync(by, sourceId, _ => true);
    }

    /// <summary>Ends the old write keys whose time has come. They let in nobody since that very moment; this only says so.</summary>
    internal async Task EndDueWriteKeysAsync()
    {
        foreach (var source in directory.Sources.Where(IsOver))
        {
            await EndOldWriteKeyAsync(Actor.System, source.Id, IsOver);
        }
    }

    private bool IsOver(Source source) => source.PreviousWriteKeyHash is not null && !source.KeepsPreviousWriteKey(time.GetUtcNow());

    private async Task<SaveOutcome<Source>> EndOldWriteKeyAsync(Actor by, long sourceId, Func<Source, bool> still)
    {
        var outcome = await writer.WriteAsync<SaveOutcome<Source>>(session =>
        {
            using var context = session.Context();
            if (context.Sources.Find(sourceId) is not { DeletedAt: null } source)
            {
                return new SaveOutcome<Source>.Missing();
            }

            by.Demand(Permission.Administer, context.Connections.Find(source.ConnectionId)!);
            if (source.PreviousWriteKeyHash is null || !still(source))
            {
                return new SaveOutcome<Source>.Invalid([new FieldFault("WriteKey", "No old write key of this source is valid.")]);
            }

            var until = source.PreviousWriteKeyUntil;
            (source.PreviousWriteKeyHash, source.PreviousWriteKeyUntil) = (null, null);
            Log(context, by, ChangeCatalog.OldWriteKeyEnded, source, FieldChange.Between(("oldKeyUntil", until, null)));
            context.SaveChanges();
            return new SaveOutcome<Source>.Saved(source);
        });
        if (outcome is SaveOutcome<Source>.Saved)
        {
            directory.ForgetOldWriteKeyUse(sourceId);
            await TellAsync();
        }

        return outcome;
    }

    /// <summary>An old key counts, too: it would let in two sources at once.</summary>
    private static bool IsTaken(ConsoleDbContext context, byte[] hash) => context.Sources.Any(s => s.WriteKeyHash == hash || s.PreviousWriteKeyHash == hash);

    private static void Apply(SourceDraft draft, Source source)
    {
        source.Name = draft.Name?.Trim() ?? source.Name;
        source.Disabled = draft.Disabled ?? source.Disabled;
        source.RequiresSignature = draft.RequiresSignature ?? source.RequiresSignature;
        source.AllowedOrigins = Kept(draft.AllowedOrigins, source.AllowedOrigins);
        source.AllowedAddresses = draft.AllowedAddresses is null ? source.AllowedAddresses : AddressList.Tidy(draft.AllowedAddresses);
    }

    /// <summary>Before the writer's turn: the derivation is slow.</summary>
    private SealedSecret? Sealed(string? secret) => string.IsNullOrEmpty(secret) ? null : new SealedSecret(secrets.Protect(secret), SecretProtector.Fingerprint(secret));

    /// <summary>What of it stands in the change log; null = nothing.</summary>
    private ChangeAction? ChangeSecret(SourceDraft draft, Source source, SealedSecret? secret)
    {
        if (secret is not null)
        {
            var stored = source.ProtectedWebhookSecret is { } kept ? secrets.Open(kept) : null;
            if (stored is not null)
            {
                source.WebhookSecretFingerprint ??= SecretProtector.Fingerprint(stored);   // of an earlier version, which made none
            }

            return SecretRotation.Replace(source, secret, draft.KeepPreviousFor, stored is not null, time.GetUtcNow()) ? ChangeCatalog.WebhookSecretReplaced : null;
        }

        if (draft.WebhookSecret is null || source.ProtectedWebhookSecret is null)
        {
            return null;
        }

        SecretRotation.Remove(source);
        return ChangeCatalog.WebhookSecretRemoved;
    }

    private static string? Kept(string? wish, string? stored) => wish is null ? stored : string.IsNullOrWhiteSpace(wish) ? null : string.Join(' ', wish.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    private void Log(ConsoleDbContext context, Actor by, ChangeAction action, Source source, IReadOnlyList<FieldChange> fields) =>
        log.Append(context, by, new Change(action, PublicIdOf(source), source.Name) { Fields = fields });

    /// <summary>Never the id of its address, which lets in whoever knows it: what is written here stays for ever.</summary>
    private static string PublicIdOf(Source source) => PublicId.Source(source.Id);

    private async Task TellAsync()
    {
        await directory.ReloadAsync();
        changes.Raise();
    }

    /// <summary>128 random bits as 32 lower-case hex digits: the form of Segment's own write keys.</summary>
    private static string RandomKey() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
}
