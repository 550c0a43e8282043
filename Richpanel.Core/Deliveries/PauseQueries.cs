using Microsoft.EntityFrameworkCore;
using Richpanel.Core.ChangeLog;
using Richpanel.Core.Connections;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Deliveries;

/// <param name="Reason">As it was typed; null when none was given.</param>
public sealed record PausedBy(string Actor, string? Reason);

/// <summary>What the change log knows of a pause.</summary>
public sealed class PauseQueries(IDbContextFactory<ConsoleDbContext> contexts)
{
    /// <summary>Who paused the connection that is paused now, and why; null when it is not, or the log does not say.</summary>
    public async Task<PausedBy?> PausedByAsync(Connection connection, CancellationToken ct)
    {
        if (connection.PausedAt is null)
        {
            return null;
        }

        var id = PublicId.Connection(connection.Id);
        await using var context = await contexts.CreateDbContextAsync(ct);
        return await context.ChangeLog
            .Where(line => line.ObjectId == id && (line.Action == ChangeCatalog.ConnectionPaused.Code || line.Action == ChangeCatalog.ConnectionResumed.Code))
            .OrderByDescending(line => line.Id)
            .Select(line => new { line.Action, line.ActorName, line.Reason })
            .FirstOrDefaultAsync(ct) is { } last && last.Action == ChangeCatalog.ConnectionPaused.Code ? new PausedBy(last.ActorName, last.Reason) : null;
    }
}
