using Microsoft.EntityFrameworkCore;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Access;

/// <summary>Finds the token behind a bearer, by its hash.</summary>
public sealed class ApiTokenDirectory(IDbContextFactory<ConsoleDbContext> contexts, TimeProvider time)
{
    /// <summary>Null when it is unknown, expired or revoked.</summary>
    public async Task<ApiToken?> FindAsync(string bearer, CancellationToken ct)
    {
        var hash = ApiToken.HashOf(bearer);
        await using var context = await contexts.CreateDbContextAsync(ct);
        var token = await context.ApiTokens.SingleOrDefaultAsync(t => t.Hash == hash, ct);
        return token is { RevokedAt: null } && !(token.ExpiresAt <= time.GetUtcNow()) ? token : null;
    }
}
