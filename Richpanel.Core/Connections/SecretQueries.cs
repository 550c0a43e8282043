using Microsoft.EntityFrameworkCore;
using Richpanel.Core.ChangeLog;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Connections;

/// <summary>What the change log knows of a secret.</summary>
public sealed class SecretQueries(IDbContextFactory<ConsoleDbContext> contexts)
{
    /// <summary>The line stands in the commit that set the secret, so its time is hardly later.</summary>
    private static readonly TimeSpan s_sameCommit = TimeSpan.FromMinutes(1);

    /// <summary>Who set the secret that is stored now; null when the log does not say.</summary>
    public Task<string?> SetByAsync(Connection connection, CancellationToken ct) =>
        SetByAsync(PublicId.Connection(connection.Id), connection.SecretSetAt, ChangeCatalog.SecretReplaced, ChangeCatalog.ConnectionCreated, ct);

    /// <summary>As above, of a source's webhook secret.</summary>
    public Task<string?> SetByAsync(Source source, CancellationToken ct) =>
        SetByAsync(PublicId.Source(source.Id), source.WebhookSecretSetAt, ChangeCatalog.WebhookSecretReplaced, ChangeCatalog.SourceCreated, ct);

    private async Task<string?> SetByAsync(string id, DateTimeOffset? at, ChangeAction replaced, ChangeAction created, CancellationToken ct)
    {
        if (at is not { } setAt)
        {
            return null;
        }

        var latest = setAt + s_sameCommit;
        await using var context = await contexts.CreateDbContextAsync(ct);
        return await context.ChangeLog
            .Where(line => line.ObjectId == id && line.At >= setAt && line.At <= latest
                && (line.Action == replaced.Code || line.Action == created.Code))
            .OrderBy(line => line.Id).Select(line => line.ActorName).FirstOrDefaultAsync(ct);
    }
}
