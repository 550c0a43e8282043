using System.Linq.Expressions;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Richpanel.Core.Connections;
using Richpanel.Core.Json;
using Richpanel.Core.Privacy;

namespace Richpanel.Core.Sandbox;

/// <summary>One line of the list.</summary>
/// <param name="Status">0 = the connection was cut instead.</param>
/// <param name="Broken">Rules of the contract it does not keep, in the order they are checked.</param>
/// <param name="TookMs">Null while it is being answered, or when an earlier version kept it.</param>
public sealed record SandboxRequestRow(
    long Id, DateTimeOffset At, string Method, string Path, int Status, int Calls, string? Event, bool KeepsContract, bool Taken, int? TookMs, bool SenderLeft, IReadOnlyList<string> Broken);

/// <summary>A request the sandbox got, with the calls decoded from it.</summary>
public sealed record SandboxRequestDetail(SandboxRequest Request, IReadOnlyList<JsonTree.Map> Calls)
{
    public IReadOnlyList<ContractFinding> Findings => JsonSerializer.Deserialize<List<ContractFinding>>(Request.Findings, JsonSerializerOptions.Web) ?? [];

    /// <summary>What was answered; null when an earlier version kept the request.</summary>
    public SandboxAnswer? Answer => SandboxAnswer.Read(Request.Step) is { } step ? SandboxAnswer.Of(step) : null;

    /// <summary>As they came, also where the rest is masked: they only find the deliveries that were sent.</summary>
    internal IReadOnlyList<string> EventIds { get; init; } = [];
}

/// <summary>Which requests are listed.</summary>
public enum SandboxOnly
{
    All,

    /// <summary>At least one rule of the contract is broken.</summary>
    Broken,

    /// <summary>Answered otherwise than Richpanel would.</summary>
    NotTaken,
}

/// <summary>How full the sandbox's memory is.</summary>
/// <param name="Oldest">When the oldest request came; null when there is none.</param>
public sealed record SandboxSize(int Requests, int Customers, int Visitors, int Sessions, int Events, DateTimeOffset? Oldest);

/// <summary>Whose timeline: by the row's id, so that no person's id stands in an address.</summary>
/// <param name="Words">As whoever asks may see it.</param>
public sealed record SandboxWhose(string? Uid, string? Did, long? SessionId, string Words);

/// <summary>Reads what the sandbox remembers, newest first; masked for whoever may not see personal data.</summary>
public sealed class SandboxQueries(SandboxStore store)
{
    public const int MostRows = 1000;

    public Task<IReadOnlyList<SandboxRequestRow>> RequestsAsync(Sight sight, long? before, int limit, CancellationToken ct) =>
        RequestsAsync(sight, SandboxOnly.All, before, limit, ct);

    public async Task<IReadOnlyList<SandboxRequestRow>> RequestsAsync(Sight sight, SandboxOnly only, long? before, int limit, CancellationToken ct)
    {
        await using var context = store.CreateDbContext();
        var rows = await Fitting(context, only).Where(r => before == null || r.Id < before).OrderByDescending(r => r.Id).Take(Limit(limit))
            .Select(r => new { r.Id, r.At, r.Method, r.Path, r.Status, r.Calls, r.Event, r.KeepsContract, r.Taken, r.TookMs, r.SenderLeft, Findings = r.KeepsContract ? "[]" : r.Findings }).ToListAsync(ct);
        return
        [
            .. rows.Select(r => new SandboxRequestRow(r.Id, r.At, r.Method, r.Path, r.Status, r.Calls, r.Event, r.KeepsContract, r.Taken, r.TookMs, r.SenderLeft, BrokenOf(r.Findings)))
                .Select(row => sight.IsClear ? row : SandboxMask.Of(row)),
        ];
    }

    /// <summary>How many came after this one; counted no further than <see cref="MostRows"/>.</summary>
    public async Task<int> NewerAsync(SandboxOnly only, long after, CancellationToken ct)
    {
        await using var context = store.CreateDbContext();
        return await Fitting(context, only).Where(r => r.Id > after).Take(MostRows).CountAsync(ct);
    }

    public async Task<SandboxRequestDetail?> RequestAsync(Sight sight, long id, CancellationToken ct)
    {
        await using var context = store.CreateDbContext();
        if (await context.Requests.AsNoTracking().SingleOrDefaultAsync(r => r.Id == id, ct) is not { } request)
        {
            return null;
        }

        // Decoding needs no key; the findings are those of the moment it came in.
        var calls = SandboxContract.Check(request.Path, "application/json", request.Body, new ContractKeys("", null, SignatureHash.Sha256)).Calls;
        var detail = new SandboxRequestDetail(request, calls) { EventIds = [.. calls.Select(call => call["eventId"]?.AsText() ?? "")] };
        return sight.IsClear ? detail : SandboxMask.Of(detail);
    }

    public async Task<SandboxSize> SizeAsync(CancellationToken ct)
    {
        await using var context = store.CreateDbContext();
        return new SandboxSize(
            await context.Requests.CountAsync(ct),
            await context.Customers.CountAsync(ct),
            await context.Visitors.CountAsync(ct),
            await context.Sessions.CountAsync(ct),
            await context.Events.CountAsync(ct),
            await context.Requests.OrderBy(r => r.Id).Select(r => (DateTimeOffset?)r.At).FirstOrDefaultAsync(ct));
    }

    public Task<IReadOnlyList<SandboxCustomer>> CustomersAsync(Sight sight, string? uid, int limit, CancellationToken ct) => CustomersAsync(sight, uid, null, limit, ct);

    public Task<IReadOnlyList<SandboxCustomer>> CustomersAsync(Sight sight, string? uid, long? before, int limit, CancellationToken ct) =>
        ListAsync(sight, context => context.Customers, c => (uid == null || c.Uid == uid) && (before == null || c.Id < before), c => c.Id, SandboxMask.Of, limit, ct);

    public Task<IReadOnlyList<SandboxVisitor>> VisitorsAsync(Sight sight, string? did, int limit, CancellationToken ct) => VisitorsAsync(sight, did, null, limit, ct);

    public Task<IReadOnlyList<SandboxVisitor>> VisitorsAsync(Sight sight, string? did, long? before, int limit, CancellationToken ct) =>
        ListAsync(sight, context => context.Visitors, v => (did == null || v.Did == did) && (before == null || v.Id < before), v => v.Id, SandboxMask.Of, limit, ct);

    public Task<IReadOnlyList<SandboxSession>> SessionsAsync(Sight sight, string? uid, string? did, int limit, CancellationToken ct) =>
        SessionsAsync(sight, uid, did, null, limit, ct);

    public Task<IReadOnlyList<SandboxSession>> SessionsAsync(Sight sight, string? uid, string? did, long? before, int limit, CancellationToken ct)
    {
        var owner = SandboxSession.OwnerOf(uid, did);
        return ListAsync(sight, context => context.Sessions, s => (owner == null || s.Owner == owner) && (before == null || s.Id < before), s => s.Id, SandboxMask.Of, limit, ct);
    }

    /// <summary>Events of one customer or device, else of all, newest arrival first.</summary>
    public Task<IReadOnlyList<SandboxEvent>> TimelineAsync(Sight sight, string? uid, string? did, string? eventId, int limit, CancellationToken ct) => ListAsync(
        sight, context => context.Events, e => (uid == null || e.Uid == uid) && (did == null || e.Did == did) && (eventId == null || e.EventId == eventId), e => e.Id, SandboxMask.Of, limit, ct);

    public Task<IReadOnlyList<SandboxEvent>> TimelineAsync(Sight sight, SandboxWhose whose, long? before, int limit, CancellationToken ct) => ListAsync(
        sight,
        context => context.Events,
        e => (whose.Uid == null || e.Uid == whose.Uid) && (whose.Did == null || e.Did == whose.Did) && (whose.SessionId == null || e.SessionId == whose.SessionId) && (before == null || e.Id < before),
        e => e.Id,
        SandboxMask.Of,
        limit,
        ct);

    /// <summary>Null: it is forgotten.</summary>
    public async Task<SandboxWhose?> CustomerAsync(Sight sight, long id, CancellationToken ct)
    {
        await using var context = store.CreateDbContext();
        return await context.Customers.Where(c => c.Id == id).Select(c => c.Uid).SingleOrDefaultAsync(ct) is { } uid
            ? new SandboxWhose(uid, null, null, $"customer {(sight.IsClear ? uid : TextMask.Id(uid))}")
            : null;
    }

    /// <summary>Null: it is forgotten.</summary>
    public async Task<SandboxWhose?> VisitorAsync(Sight sight, long id, CancellationToken ct)
    {
        await using var context = store.CreateDbContext();
        return await context.Visitors.Where(v => v.Id == id).Select(v => v.Did).SingleOrDefaultAsync(ct) is { } did
            ? new SandboxWhose(null, did, null, $"visitor {(sight.IsClear ? did : TextMask.Id(did))}")
            : null;
    }

    /// <summary>Null: it is forgotten.</summary>
    public async Task<SandboxWhose?> SessionAsync(long id, CancellationToken ct)
    {
        await using var context = store.CreateDbContext();
        return await context.Sessions.AnyAsync(s => s.Id == id, ct) ? new SandboxWhose(null, null, id, $"session {id}") : null;
    }

    private async Task<IReadOnlyList<T>> ListAsync<T>(
        Sight sight, Func<SandboxDbContext, DbSet<T>> from, Expression<Func<T, bool>> fit, Expression<Func<T, long>> id, Func<T, T> mask, int limit, CancellationToken ct)
        where T : class
    {
        await using var context = store.CreateDbContext();
        var rows = await from(context).AsNoTracking().Where(fit).OrderByDescending(id).Take(Limit(limit)).ToListAsync(ct);
        return sight.IsClear ? rows : [.. rows.Select(mask)];
    }

    private static IQueryable<SandboxRequest> Fitting(SandboxDbContext context, SandboxOnly only) => (only switch
    {
        SandboxOnly.Broken => context.BrokenRequests,
        SandboxOnly.NotTaken => context.NotTakenRequests,
        _ => context.Requests,
    }).AsNoTracking();

    private static List<string> BrokenOf(string findings) =>
        findings.Length <= 2 ? [] : [.. (JsonSerializer.Deserialize<List<ContractFinding>>(findings, JsonSerializerOptions.Web) ?? []).Where(finding => !finding.Passed).Select(finding => finding.Rule)];

    private static int Limit(int asked) => Math.Clamp(asked, 1, MostRows);
}
