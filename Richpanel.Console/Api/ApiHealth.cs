using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Richpanel.Core.Storage;

namespace Richpanel.Console.Api;

/// <summary>Ready = the next call can be kept: the writer commits, the file can be read, and there is room.</summary>
internal sealed class StoreReadiness(StoreWriter writer, StoreHealth health, IDbContextFactory<ConsoleDbContext> contexts) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (health.IsNearlyFull)
        {
            return HealthCheckResult.Unhealthy("The disk of the database is nearly full, so nothing new is taken in.");
        }

        try
        {
            await writer.WriteAsync(_ => { }).WaitAsync(cancellationToken);
            await using var store = await contexts.CreateDbContextAsync(cancellationToken);
            await store.ExpansionCursors.AnyAsync(cancellationToken);
            return HealthCheckResult.Healthy("ready");
        }
        catch (Exception failure) when (failure is StoreUnavailableException or Microsoft.Data.Sqlite.SqliteException or ObjectDisposedException)
        {
            return HealthCheckResult.Unhealthy("The database cannot be written now.");
        }
    }
}
