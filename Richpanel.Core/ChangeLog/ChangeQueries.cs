using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Richpanel.Core.Storage;

namespace Richpanel.Core.ChangeLog;

/// <summary>A page of the change log, newest first.</summary>
/// <param name="NextCursor">Give it back for the page after this one; null when there is none.</param>
/// <param name="SearchedBackTo">Little of what was looked at fits, so the search stopped here; null when the page is full or the log is at its end.</param>
public sealed record ChangePage(IReadOnlyList<ChangeEntry> Items, long? NextCursor, DateTimeOffset? SearchedBackTo);

/// <summary>Reads the change log. What a page costs does not grow with the log.</summary>
public sealed class ChangeQueries(IDbContextFactory<ConsoleDbContext> contexts)
{
    private const int MostLines = 500;

    /// <summary>Lines a page may look at: what rare words cost at most.</summary>
    private const int MostLookedAt = 20_000;

    /// <summary>The clock of the machine may have stepped back, so that lines do not follow it to the second.</summary>
    private static readonly TimeSpan s_disorder = TimeSpan.FromMinutes(2);

    /// <param name="before">The cursor of the page before: lines with a smaller number. Null = from the newest.</param>
    public async Task<ChangePage> PageAsync(ChangeFilter filter, long? before, int limit, CancellationToken ct)
    {
        var take = Math.Clamp(limit, 1, MostLines);
        await using var context = await contexts.CreateDbContextAsync(ct);
        var (first, end) = await SpanAsync(context, filter, ct);
        var next = Math.Min(before ?? long.MaxValue, end);
        var lines = context.ChangeLog.Where(e => e.Id < next && e.Id >= first).NarrowByIndex(filter).OrderByDescending(e => e.Id);
        var items = await lines.Take(MostLookedAt).Narrow(filter).OrderByDescending(e => e.Id).Take(take + 1).ToListAsync(ct);
        if (items.Count > take)
        {
            return new ChangePage(items[..take], items[take - 1].Id, null);
        }

        var oldest = await lines.Skip(MostLookedAt - 1).Select(e => new { e.Id, e.At }).FirstOrDefaultAsync(ct);
        return new ChangePage(items, oldest?.Id, oldest?.At);
    }

    /// <summary>Every line that fits, newest first, a piece at a time: for exports of any length.</summary>
    /// <param name="before">Lines with a smaller number.</param>
    public async IAsyncEnumerable<ChangeEntry> ReadAsync(ChangeFilter filter, long before, [EnumeratorCancellation] CancellationToken ct)
    {
        long? next = before;
        while (next is not null)
        {
            var page = await PageAsync(filter, next, MostLines, ct);
            foreach (var line in page.Items)
            {
                yield return line;
            }

            next = page.NextCursor;
        }
    }

    /// <summary>How many lines fit, below a number.</summary>
    internal async Task<long> CountAsync(ChangeFilter filter, long before, CancellationToken ct)
    {
        await using var context = await contexts.CreateDbContextAsync(ct);
        return await context.ChangeLog.Where(e => e.Id < before).Narrow(filter).LongCountAsync(ct);
    }

    /// <summary>The number of the newest line; 0 when there is none.</summary>
    public async Task<long> LastIdAsync(CancellationToken ct)
    {
        await using var context = await contexts.CreateDbContextAsync(ct);
        return await LastIdAsync(context, ct);
    }

    private static async Task<long> LastIdAsync(ConsoleDbContext context, CancellationToken ct) => await context.ChangeLog.MaxAsync(e => (long?)e.Id, ct) ?? 0;

    /// <summary>Numbers of the lines of the filter's span: the first, and the first after it.</summary>
    private static async Task<(long First, long End)> SpanAsync(ConsoleDbContext context, ChangeFilter filter, CancellationToken ct) => (
        filter.Since is { } since ? await FirstIdAsync(context, since - s_disorder, ct) : 1,
        filter.Until is { } until ? await FirstIdAsync(context, until + s_disorder, ct) : long.MaxValue);

    /// <summary>The first line of this time or later, by halving: numbers and times grow together.</summary>
    private static async Task<long> FirstIdAsync(ConsoleDbContext context, DateTimeOffset time, CancellationToken ct)
    {
        var low = 1L;
        var high = await LastIdAsync(context, ct) + 1;
        while (low < high)
        {
            var middle = low + ((high - low) / 2);
            var line = await context.ChangeLog.Where(e => e.Id >= middle).OrderBy(e => e.Id).Select(e => new { e.Id, e.At }).FirstAsync(ct);
            (low, high) = line.At < time ? (line.Id + 1, high) : (low, middle);
        }

        return low;
    }
}
