using Microsoft.EntityFrameworkCore;

namespace Richpanel.Core.Sandbox;

public sealed record SandboxRequestRow(long Id, DateTimeOffset At, string Path, int Status, int Calls, string? Event, bool KeepsContract, bool Taken);

/// <summary>Reads what the sandbox remembers, newest first.</summary>
public sealed class SandboxQueries(SandboxStore store)
{
    public const int MostRows = 1000;

    public async Task<IReadOnlyList<SandboxRequestRow>> RequestsAsync(long? before, int limit, CancellationToken ct)
    {
        await using var context = store.CreateDbContext();
        return await context.Requests.AsNoTracking().Where(r => before == null || r.Id < before).OrderByDescending(r => r.Id).Take(Limit(limit))
            .Select(r => new SandboxRequestRow(r.Id, r.At, r.Path, r.Status, r.Calls, r.Event, r.KeepsContract, r.Taken)).ToListAsync(ct);
    }

    public async Task<SandboxRequest?> RequestAsync(long id, CancellationToken ct)
    {
        await using var context = store.CreateDbContext();
        return await context.Requests.AsNoTracking().SingleOrDefaultAsync(r => r.Id == id, ct);
    }

    public async Task<IReadOnlyList<SandboxCustomer>> CustomersAsync(string? uid, int limit, CancellationToken ct)
    {
        await using var context = store.CreateDbContext();
        return await context.Customers.AsNoTracking().Where(c => uid == null || c.Uid == uid).OrderByDescending(c => c.Id).Take(Limit(limit)).ToListAsync(ct);
    }

    public async Task<IReadOnlyList<SandboxVisitor>> VisitorsAsync(string? did, int limit, CancellationToken ct)
    {
        await using var context = store.CreateDbContext();
        return await context.Visitors.AsNoTracking().Where(v => did == null || v.Did == did).OrderByDescending(v => v.Id).Take(Limit(limit)).ToListAsync(ct);
    }

    public async Task<IReadOnlyList<SandboxSession>> SessionsAsync(string? uid, string? did, int limit, CancellationToken ct)
    {
        var owner = SandboxSession.OwnerOf(uid, did);
        await using var context = store.CreateDbContext();
        return await context.Sessions.AsNoTracking().Where(s => owner == null || s.Owner == owner).OrderByDescending(s => s.Id).Take(Limit(limit)).ToListAsync(ct);
    }

    /// <summary>Events of one customer or device, else of all, newest arrival first.</summary>
    public async Task<IReadOnlyList<SandboxEvent>> TimelineAsync(string? uid, string? did, string? eventId, int limit, CancellationToken ct)
    {
        await using var context = store.CreateDbContext();
        return await context.Events.AsNoTracking()
            .Where(e => (uid == null || e.Uid == uid) && (did == null || e.Did == did) && (eventId == null || e.EventId == eventId))
            .OrderByDescending(e => e.Id).Take(Limit(limit)).ToListAsync(ct);
    }

    private static int Limit(int asked) => Math.Clamp(asked, 1, MostRows);
}
