using Microsoft.EntityFrameworkCore;
using Richpanel.Core.Connections;
using Richpanel.Core.Json;
using Richpanel.Core.Privacy;

namespace Richpanel.Core.Sandbox;

public sealed record SandboxRequestRow(long Id, DateTimeOffset At, string Path, int Status, int Calls, string? Event, bool KeepsContract, bool Taken);

/// <summary>A request the sandbox got, with the calls decoded from it.</summary>
public sealed record SandboxRequestDetail(SandboxRequest Request, IReadOnlyList<JsonTree.Map> Calls);

/// <summary>Reads what the sandbox remembers, newest first; masked for whoever may not see personal data.</summary>
public sealed class SandboxQueries(SandboxStore store)
{
    public const int MostRows = 1000;

    public async Task<IReadOnlyList<SandboxRequestRow>> RequestsAsync(Sight sight, long? before, int limit, CancellationToken ct)
    {
        await using var context = store.CreateDbContext();
        var rows = await context.Requests.AsNoTracking().Where(r => before == null || r.Id < before).OrderByDescending(r => r.Id).Take(Limit(limit))
            .Select(r => new SandboxRequestRow(r.Id, r.At, r.Path, r.Status, r.Calls, r.Event, r.KeepsContract, r.Taken)).ToListAsync(ct);
        return sight.IsClear ? rows : [.. rows.Select(SandboxMask.Of)];
    }

    public async Task<SandboxRequestDetail?> RequestAsync(Sight sight, long id, CancellationToken ct)
    {
        await using var context = store.CreateDbContext();
        if (await context.Requests.AsNoTracking().SingleOrDefaultAsync(r => r.Id == id, ct) is not { } request)
        {
            return null;
        }

        // Decoding needs no key; the findings are those of the moment it came in.
        var detail = new SandboxRequestDetail(
            request, SandboxContract.Check(request.Path, "application/json", request.Body, new ContractKeys("", null, SignatureHash.Sha256)).Calls);
        return sight.IsClear ? detail : SandboxMask.Of(detail);
    }

    public async Task<IReadOnlyList<SandboxCustomer>> CustomersAsync(Sight sight, string? uid, int limit, CancellationToken ct)
    {
        await using var context = store.CreateDbContext();
        var rows = await context.Customers.AsNoTracking().Where(c => uid == null || c.Uid == uid).OrderByDescending(c => c.Id).Take(Limit(limit)).ToListAsync(ct);
        return sight.IsClear ? rows : [.. rows.Select(SandboxMask.Of)];
    }

    public async Task<IReadOnlyList<SandboxVisitor>> VisitorsAsync(Sight sight, string? did, int limit, CancellationToken ct)
    {
        await using var context = store.CreateDbContext();
        var rows = await context.Visitors.AsNoTracking().Where(v => did == null || v.Did == did).OrderByDescending(v => v.Id).Take(Limit(limit)).ToListAsync(ct);
        return sight.IsClear ? rows : [.. rows.Select(SandboxMask.Of)];
    }

    public async Task<IReadOnlyList<SandboxSession>> SessionsAsync(Sight sight, string? uid, string? did, int limit, CancellationToken ct)
    {
        var owner = SandboxSession.OwnerOf(uid, did);
        await using var context = store.CreateDbContext();
        var rows = await context.Sessions.AsNoTracking().Where(s => owner == null || s.Owner == owner).OrderByDescending(s => s.Id).Take(Limit(limit)).ToListAsync(ct);
        return sight.IsClear ? rows : [.. rows.Select(SandboxMask.Of)];
    }

    /// <summary>Events of one customer or device, else of all, newest arrival first.</summary>
    public async Task<IReadOnlyList<SandboxEvent>> TimelineAsync(Sight sight, string? uid, string? did, string? eventId, int limit, CancellationToken ct)
    {
        await using var context = store.CreateDbContext();
        var rows = await context.Events.AsNoTracking()
            .Where(e => (uid == null || e.Uid == uid) && (did == null || e.Did == did) && (eventId == null || e.EventId == eventId))
            .OrderByDescending(e => e.Id).Take(Limit(limit)).ToListAsync(ct);
        return sight.IsClear ? rows : [.. rows.Select(SandboxMask.Of)];
    }

    private static int Limit(int asked) => Math.Clamp(asked, 1, MostRows);
}
