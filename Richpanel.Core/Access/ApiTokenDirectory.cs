using Microsoft.EntityFrameworkCore;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Access;

/// <summary>Finds the token behind a bearer, by its hash, and remembers when it was last used.</summary>
public sealed class ApiTokenDirectory(IDbContextFactory<ConsoleDbContext> contexts, StoreWriter writer, TimeProvider time)
{
    private static readonly TimeSpan s_useIsKeptTo = TimeSpan.FromMinutes(1);

    /// <summary>Null when it is unknown, expired or revoked.</summary>
    public async Task<ApiToken?> FindAsync(string bearer, CancellationToken ct)
    {
        var hash = ApiToken.HashOf(bearer);
        await using var context = await contexts.CreateDbContextAsync(ct);
        var token = await context.ApiTokens.SingleOrDefaultAsync(t => t.Hash == hash, ct);
        var now = time.GetUtcNow();
        if (token is not { RevokedAt: null } || token.ExpiresAt <= now)
        {
            return null;
        }

        if (!(now - token.LastUsedAt < s_useIsKeptTo))
        {
            await RememberAsync(token.Id, now);
        }

        return token;
    }

    private async Task RememberAsync(long id, DateTimeOffset now)
    {
        try
        {
            await writer.WriteAsync(session =>
            {
                using var context = session.Context();
                context.ApiTokens.Where(token => token.Id == id).ExecuteUpdate(token => token.SetProperty(t => t.LastUsedAt, now));
            });
        }
        catch (StoreUnavailableException)
        {
            // Only the time is lost: whoever reads must still be served while nothing can be written.
        }
    }
}
