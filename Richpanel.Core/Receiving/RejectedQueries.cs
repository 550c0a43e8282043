using Microsoft.EntityFrameworkCore;
using Richpanel.Core.Privacy;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Receiving;

/// <summary>One refused request, without its bytes.</summary>
public sealed record RejectedRow(
    long Id, DateTimeOffset At, long? ConnectionId, string Route, string Cause, int StatusCode, string? Path, string Message, string? Address);

public sealed class RejectedQueries(IDbContextFactory<ConsoleDbContext> contexts)
{
    /// <summary>The newest samples first.</summary>
    public async Task<IReadOnlyList<RejectedRow>> RecentAsync(Sight sight, int limit, CancellationToken ct)
    {
        await using var context = await contexts.CreateDbContextAsync(ct);
        var rows = await context.RejectedRequests
            .OrderByDescending(r => r.Id)
            .Take(limit)
            .Select(r => new RejectedRow(r.Id, r.At, r.ConnectionId, r.Route, r.Cause, r.StatusCode, r.Path, r.Message, r.Address))
            .ToListAsync(ct);
        return sight.IsClear ? rows : [.. rows.Select(Masked)];
    }

    private static RejectedRow Masked(RejectedRow row) =>
        row with { Path = PathMask.Path(row.Path), Message = TextMask.Sentence(row.Message)!, Address = TextMask.Address(row.Address) };
}
