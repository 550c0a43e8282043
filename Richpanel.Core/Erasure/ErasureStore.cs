using System.Text;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using Richpanel.Core.Access;
using Richpanel.Core.Backups;
using Richpanel.Core.ChangeLog;
using Richpanel.Core.Connections;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Sandbox;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Erasure;

/// <summary>Another name that the customer's deliveries carry: a device or an account may be shared, so a person decides.</summary>
public sealed record LinkedKey(CustomerKey Key, long Deliveries);

/// <summary>What an erasure would take away, as of now.</summary>
/// <param name="Deliveries">By state.</param>
/// <param name="Requests">Requests they came in.</param>
/// <param name="SharedRequests">Of these, those that carry calls of others, too: of them only the customer's own part goes.</param>
/// <param name="Linked">Names beside the given ones, most frequent first.</param>
/// <param name="Files">Backups and copies of the database, which the product does not change.</param>
/// <param name="IsPartial">The search keys of older deliveries are just being made anew, so some are not counted.</param>
public sealed record ErasurePreview(
    IReadOnlyList<CustomerKey> Keys, IReadOnlyDictionary<DeliveryState, long> Deliveries, long Requests, long SharedRequests, long Pinned, long Refused, long Samples, long Views, long Sandbox,
    IReadOnlyList<LinkedKey> Linked, IReadOnlyList<string> Files, bool IsPartial)
{
    public long All => Deliveries.Values.Sum();

    /// <summary>They have still to go out, and never would.</summary>
    public long Waiting => Deliveries.GetValueOrDefault(DeliveryState.Waiting) + Deliveries.GetValueOrDefault(DeliveryState.Sending);

    public bool IsNothing => All + Refused + Samples + Views + Sandbox == 0;
}

/// <summary>Whom to erase, why, and by which task.</summary>
/// <param name="Typed">The first name once more, as a person typed it to confirm.</param>
public sealed record ErasureAsk(IReadOnlyList<CustomerKey> Keys, string? Reason, string? Typed, long? TaskId = null)
{
    /// <summary>Never the names.</summary>
    public override string ToString() => nameof(ErasureAsk);
}

/// <summary>Previews, begins and remembers erasures. The names are kept sealed while one is under way, and nowhere afterwards.</summary>
public sealed class ErasureStore
{
    public const int MostKeys = 20;
    public const string KeysInTheMaking = "The search keys of older deliveries are just being made anew, so some could not be found. Try again when that is done; the log says when.";

    private const int MostLinked = 20;

    private readonly SqliteStore _store;
    private readonly StoreWriter _writer;
    private readonly IDbContextFactory<ConsoleDbContext> _contexts;
    private readonly SearchKey _search;
    private readonly SearchUpkeep _upkeep;
    private readonly SandboxErasure _sandbox;
    private readonly SmallPlaces _small;
    private readonly StoragePaths _paths;
    private readonly ChangeWriting _log;
    private readonly ChangeFeed _changes;
    private readonly TimeProvider _time;
    private readonly IDataProtector _protector;

    public ErasureStore(
        SqliteStore store, StoreWriter writer, IDbContextFactory<ConsoleDbContext> contexts, SearchKey search, SearchUpkeep upkeep, SandboxErasure sandbox, SmallPlaces small, StoragePaths paths,
        IDataProtectionProvider protection, ChangeWriting log, ChangeFeed changes, TimeProvider time)
    {
        (_store, _writer, _contexts, _search, _upkeep, _sandbox, _small, _paths, _log, _changes, _time) = (store, writer, contexts, search, upkeep, sandbox, small, paths, log, changes, time);
        _protector = protection.CreateProtector("Richpanel.Erasure.v1");
    }

    /// <summary>Told that there is something to do.</summary>
    internal event Action? Asked;

    /// <summary>A customer was erased: what is given tells of a query of the log whether it looks for them. Not for longer than it is told.</summary>
    public event Action<Func<string, bool>>? Erased;

    /// <summary>One sentence for each thing that is wrong with the names; empty when they can be looked for.</summary>
    public static IReadOnlyList<FieldFault> FaultsOf(IReadOnlyList<CustomerKey> keys)
    {
        if (keys.Count is 0 or > MostKeys)
        {
            return [new FieldFault("Keys", $"Give an e-mail, a user id or an anonymous id; at most {MostKeys} of them.")];
        }

        return
        [
            .. keys.SelectMany(key => key.Value.Trim() switch
            {
                "" => [new FieldFault("Keys", "A name is empty. Type it, or take it away.")],
                var email when key.Kind == CustomerKeyKind.Email && !LooksLikeEmail(email) => [new FieldFault("Keys", "An e-mail address has something before and after its @.")],
                { Length: > Lengths.Key } => [new FieldFault("Keys", $"A name has at most {Lengths.Key} characters here.")],
                _ => Array.Empty<FieldFault>(),
            }).Distinct(),
        ];
    }

    /// <summary>Counts, and changes nothing.</summary>
    /// <exception cref="ForbiddenException">The role has not the right.</exception>
    public async Task<ErasurePreview> PreviewAsync(Actor by, IReadOnlyList<CustomerKey> keys, CancellationToken ct)
    {
        by.DemandForAll(Permission.Erase);
        keys = Trimmed(keys);
        await Task.Yield();
        List<FoundDelivery> found;
        using (var reader = _store.OpenReader())
        {
            found = CustomerFinder.Find(reader, _search, keys);
        }

        var requests = found.Select(row => row.RequestId).Distinct().ToList();
        var ids = found.Select(row => row.Id).ToHashSet();
        var small = await _small.CountAsync(keys, ct);
        return new ErasurePreview(
            keys, found.GroupBy(row => row.State).ToDictionary(group => group.Key, group => group.LongCount()), requests.Count, await SharedAsync(requests, ids, ct), found.LongCount(row => row.IsPinned),
            small.Refused, small.Samples, small.Views, await _sandbox.CountAsync(keys, ct), Linked(keys, found), Files(), _upkeep.OldBelow > 0);
    }

    /// <summary>Begins. It goes on by itself to its end, whatever happens to whoever asked.</summary>
    /// <exception cref="ForbiddenException">The role has not the right.</exception>
    public async Task<SaveOutcome<CustomerErasure>> AskAsync(Actor by, ErasureAsk ask)
    {
        by.DemandForAll(Permission.Erase);
        var keys = Trimmed(ask.Keys);
        var faults = FaultsOf(keys).ToList();
        if (ask.Reason?.Trim() is not { Length: >= Lengths.LeastReason })
        {
            faults.Add(new FieldFault("Reason", $"Say why, in at least {Lengths.LeastReason} characters. The reason is kept in the receipt and in the change log."));
        }

        if (faults.Count == 0 && !IsTyped(keys[0], ask.Typed))
        {
            faults.Add(new FieldFault("Confirm", "Type the first name once more, exactly as it stands above: there is no way back."));
        }

        if (faults.Count == 0 && _upkeep.OldBelow > 0)
        {
            faults.Add(new FieldFault("Keys", KeysInTheMaking));
        }

        if (faults.Count > 0)
        {
            return new SaveOutcome<CustomerErasure>.Invalid(faults);
        }

        var erasure = await _writer.WriteAsync(session =>
        {
            using var context = session.Context();
            var row = new CustomerErasure
            {
                State = ErasureState.Running,
                AskedBy = Lengths.Cut(by.Name, Lengths.Name)!,
                AskedAt = _time.GetUtcNow(),
                Reason = Lengths.Cut(Hidden(ask.Reason!.Trim(), keys), Lengths.Reason)!,
                Names = Lengths.Cut(NamesOf(keys), Lengths.Url)!,
                SealedKeys = Seal(keys),
                TaskId = ask.TaskId is { } task && context.PrivacyTasks.Any(one => one.Id == task) ? task : null,
                Step = "Beginning",
            };
            context.Erasures.Add(row);
            context.SaveChanges();
            _log.Append(context, by, new Change(ChangeCatalog.ErasureAsked, PublicId.Erasure(row.Id), PublicId.Erasure(row.Id))
            {
                Reason = row.Reason,
                Fields = FieldChange.Between(("names", null, (object?)row.Names)),
            });
            context.SaveChanges();
            return row;
        });
        Asked?.Invoke();
        _changes.Raise();
        return new SaveOutcome<CustomerErasure>.Saved(erasure);
    }

    /// <summary>Newest first.</summary>
    /// <exception cref="ForbiddenException">The role has not the right.</exception>
    public async Task<IReadOnlyList<CustomerErasure>> ListAsync(Actor by, int most, CancellationToken ct)
    {
        by.DemandForAll(Permission.Erase);
        await using var context = await _contexts.CreateDbContextAsync(ct);
        return await context.Erasures.OrderByDescending(one => one.Id).Take(most).ToListAsync(ct);
    }

    /// <summary>Null: there is none.</summary>
    /// <exception cref="ForbiddenException">The role has not the right.</exception>
    public async Task<CustomerErasure?> FindAsync(Actor by, long id, CancellationToken ct)
    {
        by.DemandForAll(Permission.Erase);
        await using var context = await _contexts.CreateDbContextAsync(ct);
        return await context.Erasures.SingleOrDefaultAsync(one => one.Id == id, ct);
    }

    /// <summary>The names of one under way. Null: the key ring that sealed them is gone.</summary>
    internal IReadOnlyList<CustomerKey>? KeysOf(CustomerErasure erasure)
    {
        try
        {
            return erasure.SealedKeys is { } kept
                ? [.. Encoding.UTF8.GetString(_protector.Unprotect(kept)).Split('\n').Select(line => new CustomerKey((CustomerKeyKind)(line[0] - '0'), line[1..]))]
                : null;
        }
        catch (System.Security.Cryptography.CryptographicException)
        {
            return null;
        }
    }

    internal void Tell(IReadOnlyList<CustomerKey> keys) => Erased?.Invoke(query => SmallPlaces.SearchesFor(keys, query));

    /// <summary>Backups, copies from before upgrades, and databases that a restore has put aside, as they stand now; a backup that is being made, too.</summary>
    internal IReadOnlyList<string> Files()
    {
        try
        {
            var backups = Directory.Exists(_paths.Backups) ? new DirectoryInfo(_paths.Backups).EnumerateFiles("*" + BackupFile.Extension) : [];
            return
            [
                .. backups.Concat(DatabaseStartup.Copies(_paths)).Concat(BackupRestore.Replaced(_paths)).Select(file => file.Name)
                    .Concat(BackupMaker.UnderWay(_paths).Select(name => $"{name} (being made)")).Order(StringComparer.Ordinal),
            ];
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    internal static bool IsTyped(CustomerKey key, string? typed) => string.Equals(
        key.Value, typed?.Trim(), key.Kind == CustomerKeyKind.Email ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal);

    public static string WordOf(CustomerKeyKind kind) => kind switch
    {
        CustomerKeyKind.Email => "e-mail",
        CustomerKeyKind.User => "user id",
        _ => "anonymous id",
    };

    private static bool LooksLikeEmail(string text) => text.IndexOf('@', StringComparison.Ordinal) is > 0 and var at && at < text.Length - 1 && !text.Any(char.IsWhiteSpace);

    private static List<CustomerKey> Trimmed(IReadOnlyList<CustomerKey> keys) => [.. keys.Select(key => key with { Value = key.Value.Trim() }).Distinct()];

    private string NamesOf(IEnumerable<CustomerKey> keys) => string.Join(", ", keys.Select(key => $"{WordOf(key.Kind)} {_log.Personal(key.Value)}"));

    /// <summary>Whatever of the customer the person typed into the reason stands in it as its keyed hash, also an id that looks like any word.</summary>
    private string Hidden(string reason, IEnumerable<CustomerKey> keys)
    {
        foreach (var key in keys)
        {
            reason = reason.Replace(key.Value, _log.Personal(key.Value), StringComparison.OrdinalIgnoreCase);
        }

        return _log.Scrubbed(reason);
    }

    private byte[] Seal(IEnumerable<CustomerKey> keys) =>
        _protector.Protect(Encoding.UTF8.GetBytes(string.Join('\n', keys.Select(key => $"{(int)key.Kind}{key.Value.ReplaceLineEndings(" ")}"))));

    private static List<LinkedKey> Linked(IReadOnlyList<CustomerKey> keys, List<FoundDelivery> found)
    {
        var known = keys.ToHashSet();
        IEnumerable<CustomerKey> NamesIn(FoundDelivery row)
        {
            if (row.UserId is { Length: > 0 } user)
            {
                yield return new CustomerKey(CustomerKeyKind.User, user);
            }

            if (row.AnonymousId is { Length: > 0 } anonymous)
            {
                yield return new CustomerKey(CustomerKeyKind.Anonymous, anonymous);
            }

            if (row.Email?.Trim() is { Length: > 0 } email)
            {
                yield return new CustomerKey(CustomerKeyKind.Email, email.ToLowerInvariant());
            }
        }

        return
        [
            .. found.SelectMany(NamesIn).GroupBy(key => key).Where(group => !known.Contains(group.Key) && !known.Any(key => key.Kind == CustomerKeyKind.Email && CustomerFinder.IsSameEmail(group.Key.Value, key.Value)))
                .Select(group => new LinkedKey(group.Key, group.LongCount())).OrderByDescending(one => one.Deliveries).ThenBy(one => one.Key.Kind).Take(MostLinked),
        ];
    }

    private async Task<long> SharedAsync(List<long> requests, HashSet<long> own, CancellationToken ct)
    {
        await using var context = await _contexts.CreateDbContextAsync(ct);
        var shared = 0L;
        foreach (var ids in requests.Chunk(500))
        {
            var rows = await context.Deliveries.Where(delivery => ids.Contains(delivery.RequestId)).Select(delivery => new { delivery.RequestId, delivery.Id }).ToListAsync(ct);
            shared += rows.Where(row => !own.Contains(row.Id)).Select(row => row.RequestId).Distinct().LongCount();
        }

        return shared;
    }
}
