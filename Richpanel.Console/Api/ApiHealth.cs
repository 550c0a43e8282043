using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Richpanel.Core.Storage;
using Richpanel.Core.Support;

namespace Richpanel.Console.Api;

/// <summary>
/// Ready = the next call can be kept: the writer commits, the file can be read, and there is room. What else is wrong with the
/// installation is told beside it and does not make it unready.
/// </summary>
internal sealed class StoreReadiness(StoreWriter writer, StoreHealth health, FaultBoard board, IDbContextFactory<ConsoleDbContext> contexts) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (health.IsNearlyFull)
        {
            return HealthCheckResult.Unhealthy("The disk of the database is nearly full, so nothing new is taken in.");
        }

        try
        {
            writer.DemandCommits();
            await writer.WriteAsync(_ => { }).WaitAsync(cancellationToken);
            await using var store = await contexts.CreateDbContextAsync(cancellationToken);
            await store.ExpansionCursors.AnyAsync(cancellationToken);
        }
        catch (StoreUnavailableException unavailable)
        {
            return HealthCheckResult.Unhealthy($"{DatabaseFault.WhileRunning(unavailable.Fault)} {DatabaseFault.Remedy(unavailable.Fault)}");
        }
        catch (Exception failure) when (failure is Microsoft.Data.Sqlite.SqliteException or ObjectDisposedException)
        {
            return HealthCheckResult.Unhealthy("The database cannot be read now.");
        }

        return board.Faults is { Count: > 0 } faults
            ? HealthCheckResult.Degraded("ready, but: " + string.Join(' ', faults.Select(fault => $"{fault.Text} {fault.Remedy}")))
            : HealthCheckResult.Healthy("ready");
    }
}
