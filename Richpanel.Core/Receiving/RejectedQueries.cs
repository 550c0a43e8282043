using Microsoft.EntityFrameworkCore;
using Richpanel.Core.Privacy;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Receiving;

/// <summary>One refused request, without its bytes.</summary>
public sealed record RejectedRow(
    long Id, DateTimeOffset At, long? ConnectionId, string Route, string Cause, int StatusCode, string? Path, string Message, string? Address)
{
    /// <summary>Whose it was, where that could be told.</summary>
    public long? SourceId { get; init; }
}

/// <summary>How often requests were refused for one cause since the product was installed; exact, unlike the samples.</summary>
public sealed record RejectedCount(string Cause, long Count);

public sealed class RejectedQueries(IDbContextFactory<ConsoleDbContext> contexts)
{
    /// <summary>The newest samples first.</summary>
    public Task<IReadOnlyList<RejectedRow>> RecentAsync(Sight sight, int limit, CancellationToken ct) => RecentAsync(sight, null, null, limit, ct);

    /// <param name="cause">Only of this cause; null = all.</param>
    /// <param name="before">Only older ones than this id; null = from the newest.</param>
    /// <param name="sourceId">Its own, and those of which nobody knows whose they were; null = all.</param>
    public async Task<IReadOnlyList<RejectedRow>> RecentAsync(Sight sight, string? cause, long? before, int limit, CancellationToken ct, long? sourceId = null)
    {
        await using var context = await contexts.CreateDbContextAsync(ct);
        var rows = await context.RejectedRequests
            .Where(r => (sourceId == null || r.SourceId == null || r.SourceId == sourceId) && (cause == null || r.Cause == cause) && (before == null || r.Id < before))
            .OrderByDescending(r => r.Id)
            .Take(limit)
            .Select(r => new RejectedRow(r.Id, r.At, r.ConnectionId, r.Route, r.Cause, r.StatusCode, r.Path, r.Message, r.Address) { SourceId = r.SourceId })
            .ToListAsync(ct);
        return sight.IsClear ? rows : [.. rows.Select(Masked)];
    }

    /// <summary>The commonest first.</summary>
    public async Task<IReadOnlyList<RejectedCount>> CountsAsync(CancellationToken ct)
    {
        await using var context = await contexts.CreateDbContextAsync(ct);
        var counts = await context.RequestCounts.Where(count => count.Cause != "" && count.Count > 0).ToListAsync(ct);
        return [.. counts.GroupBy(count => count.Cause, (cause, group) => new RejectedCount(cause, group.Sum(one => one.Count))).OrderByDescending(one => one.Count).ThenBy(one => one.Cause, StringComparer.Ordinal)];
    }

    /// <summary>The beginning of its body as text, keys masked; null when none was kept.</summary>
    public async Task<string?> SampleAsync(Sight sight, long id, CancellationToken ct)
    {
        await using var context = await contexts.CreateDbContextAsync(ct);
        var sample = await context.RejectedRequests.Where(r => r.Id == id).Select(r => r.Sample).SingleOrDefaultAsync(ct);
        return sample is null ? null : sight.IsClear ? System.Text.Encoding.UTF8.GetString(sample) : PayloadMask.Json(sample, PayloadKind.Call);
    }

    private static RejectedRow Masked(RejectedRow row) =>
        row with { Path = PathMask.Path(row.Path), Message = TextMask.Sentence(row.Message)!, Address = TextMask.Address(row.Address) };
}
