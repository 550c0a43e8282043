using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Richpanel.Core.Storage;

namespace Richpanel.Core.ChangeLog;

/// <summary>How far a walk has come.</summary>
public sealed record VerifyProgress(long Done, long All);

/// <summary>
/// Walks the whole chain in bounded pieces and says which line, if any, is the first that is not as it was written. Only reads, so
/// it works beside the running product and without it.
/// </summary>
public sealed class ChangeVerifier(IDbContextFactory<ConsoleDbContext> contexts, InstallationKey key, ChangeHead head)
{
    private const int Piece = 1_000;

    /// <summary>Looks at what was committed when it was called; what comes meanwhile is not awaited.</summary>
    public async Task<ChangeVerdict> VerifyAsync(IProgress<VerifyProgress>? progress, CancellationToken ct)
    {
        var noted = head.Read();   // before the log: it can only be older than what is read next
        var end = await EndAsync(ct);
        var walk = new Walk(key);
        long? sealsFrom = null;    // looked up only when a seal is not ours
        while (walk.Lines < end)
        {
            var lines = await ReadAsync(walk.Lines, ct);
            for (var i = 0; i < Math.Min(lines.Count, Piece) && walk.Lines < end; i++)
            {
                var fault = walk.Step(lines[i], i + 1 < lines.Count ? lines[i + 1] : null);
                if (fault is null && !walk.IsSealed(lines[i]))
                {
                    sealsFrom ??= await LastRenewalAsync(ct) ?? 0;
                    fault = lines[i].Id < sealsFrom ? null : await FaultOfSealAsync(lines, i, ct);
                    walk.KeyGoneUntil = fault is null ? lines[i].Id : walk.KeyGoneUntil;
                }

                if (fault is { } found)
                {
                    return walk.Broken(found);
                }

                walk.Accept(lines[i]);
            }

            if (lines.Count == 0)
            {
                return walk.Broken(ChangeFault.Removed);
            }

            progress?.Report(new VerifyProgress(walk.Lines, end));
        }

        return noted is null ? walk.WithoutEnd()
            : noted.Id > walk.Lines ? walk.Broken(ChangeFault.Removed)
            : await HashOfAsync(noted.Id, ct) is { } hash && !hash.AsSpan().SequenceEqual(noted.Hash) ? walk.BrokenAt(noted.Id, ChangeFault.Changed)
            : walk.Whole();
    }

    /// <summary>The hash over the line is right, but the seal is not: who wrote it had not the key. Or nobody has it any more.</summary>
    private async Task<ChangeFault> FaultOfSealAsync(IReadOnlyList<ChangeEntry> lines, int at, CancellationToken ct)
    {
        if (!await AnySealAsync(ct))
        {
            return ChangeFault.KeyGone;
        }

        // What follows a line that was changed, hash and all, still goes on from the hash it had.
        return at + 1 < lines.Count && !Walk.Follows(lines[at].Hash, lines[at + 1], lines[at + 1].Id) ? ChangeFault.Changed : ChangeFault.Inserted;
    }

    /// <summary>Whether today's key has sealed any of the newest or oldest lines.</summary>
    internal async Task<bool> AnySealAsync(CancellationToken ct)
    {
        await using var context = await contexts.CreateDbContextAsync(ct);
        var newest = await context.ChangeLog.OrderByDescending(e => e.Id).Take(Piece).Select(e => new { e.Hash, e.Seal }).ToListAsync(ct);
        var oldest = await context.ChangeLog.OrderBy(e => e.Id).Take(Piece).Select(e => new { e.Hash, e.Seal }).ToListAsync(ct);
        return newest.Concat(oldest).Any(line => Walk.IsSealed(key, line.Hash, line.Seal));
    }

    /// <summary>The newest line that says, sealed with today's key, that a new seal began.</summary>
    private async Task<long?> LastRenewalAsync(CancellationToken ct)
    {
        await using var context = await contexts.CreateDbContextAsync(ct);
        await foreach (var line in context.ChangeLog.Where(e => e.Action == ChangeCatalog.SealBroken.Code).OrderByDescending(e => e.Id)
            .Select(e => new { e.Id, e.Hash, e.Seal }).AsAsyncEnumerable().WithCancellation(ct))
        {
            if (Walk.IsSealed(key, line.Hash, line.Seal))
            {
                return line.Id;
            }
        }

        return null;
    }

    private async Task<IReadOnlyList<ChangeEntry>> ReadAsync(long after, CancellationToken ct)
    {
        await using var context = await contexts.CreateDbContextAsync(ct);
        return await context.ChangeLog.Where(e => e.Id > after).OrderBy(e => e.Id).Take(Piece + 1).ToListAsync(ct);   // and the one behind, which may explain
    }

    private async Task<long> EndAsync(CancellationToken ct)
    {
        await using var context = await contexts.CreateDbContextAsync(ct);
        return await context.ChangeLog.MaxAsync(e => (long?)e.Id, ct) ?? 0;
    }

    private async Task<byte[]?> HashOfAsync(long id, CancellationToken ct)
    {
        await using var context = await contexts.CreateDbContextAsync(ct);
        return await context.ChangeLog.Where(e => e.Id == id).Select(e => e.Hash).FirstOrDefaultAsync(ct);
    }

    /// <summary>The state of one walk, and what a line that does not fit means.</summary>
    private sealed class Walk(InstallationKey key)
    {
        private readonly List<long> _losses = [];
        private readonly List<long> _notes = [];
        private byte[] _before = ChangeChain.Beginning;

        public long Lines { get; private set; }

        public long? KeyGoneUntil { get; set; }

        /// <summary>Null when <paramref name="line"/> follows; <paramref name="next"/> helps to tell what happened when it does not.</summary>
        public ChangeFault? Step(ChangeEntry line, ChangeEntry? next)
        {
            var expected = Lines + 1;
            if (line.Id != expected)
            {
                return ChangeFault.Removed;
            }

            if (Follows(_before, line, line.Id))
            {
                return next is not null && !IsSealed(line) && Follows(_before, next, line.Id) ? ChangeFault.Inserted : null;
            }

            return next switch
            {
                null => ChangeFault.Changed,
                _ when Follows(_before, next, line.Id) => IsSealed(line) ? ChangeFault.Moved : ChangeFault.Inserted,
                _ when next.Id == line.Id + 1 && Follows(line.Hash, next, next.Id) => ChangeFault.Changed,
                _ when Follows(line.Hash, next, next.Id + 1) => ChangeFault.Removed,   // and the rest renumbered over the gap
                _ => ChangeFault.Changed,
            };
        }

        public void Accept(ChangeEntry line)
        {
            (_before, Lines) = (line.Hash, line.Id);
            if (line.Action == ChangeCatalog.EndMissing.Code)
            {
                _losses.Add(line.Id);
            }

            if (line.Action == ChangeCatalog.HeadMissing.Code)
            {
                _notes.Add(line.Id);
            }
        }

        public ChangeVerdict Broken(ChangeFault fault) => BrokenAt(Lines + 1, fault);

        public ChangeVerdict BrokenAt(long line, ChangeFault fault) => new(line - 1, fault, line, KeyGoneUntil, _losses, NotesMissing: _notes);

        public ChangeVerdict Whole() => new(Lines, null, null, KeyGoneUntil, _losses, IsEndProved: true, _notes);

        /// <summary>An empty log needs no proof of its end.</summary>
        public ChangeVerdict WithoutEnd() => new(Lines, Lines == 0 ? null : ChangeFault.EndUnproved, null, KeyGoneUntil, _losses, IsEndProved: false, _notes);

        public bool IsSealed(ChangeEntry line) => IsSealed(key, line.Hash, line.Seal);

        public static bool IsSealed(InstallationKey key, byte[] hash, byte[] seal) => CryptographicOperations.FixedTimeEquals(key.Seal(hash), seal);

        /// <summary>Whether the line was written as number <paramref name="id"/> behind a line of this hash.</summary>
        public static bool Follows(byte[] before, ChangeEntry line, long id) => ChangeChain.HashOf(before, line, id).AsSpan().SequenceEqual(line.Hash);
    }
}
