using Microsoft.EntityFrameworkCore;
using Richpanel.Core.ChangeLog;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Connections;

/// <summary>What the change log knows of a connection's secret.</summary>
public sealed class SecretQueries(IDbContextFactory<ConsoleDbContext> contexts)
{
    /// <summary>The line stands in the commit that set the secret, so its time is hardly later.</summary>
    private static readonly TimeSpan s_sameCommit = TimeSpan.FromMinutes(1);

    /// <summary>Who set the secret that is stored now; null when the log does not say.</summary>
    public async Task<string?> SetByAsync(Connection connection, CancellationToken ct)
    {
        if (connection.SecretSetAt is not { } setAt)
        {
            return null;
        }

        var id = PublicId.Connection(connection.Id);
        var latest = setAt + s_sameCommit;
        await using var context = await contexts.CreateDbContextAsync(ct);
        return await context.ChangeLog
            .Where(line => line.ObjectId == id && line.At >= setAt && line.At <= latest
                && (line.Action == ChangeCatalog.SecretReplaced.Code || line.Action == ChangeCatalog.ConnectionCreated.Code))
            .OrderBy(line => line.Id).Select(line => line.ActorName).FirstOrDefaultAsync(ct);
    }
}
