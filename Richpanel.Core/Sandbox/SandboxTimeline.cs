using System.Text;
using Richpanel.Core.Json;

namespace Richpanel.Core.Sandbox;

/// <summary>
/// Takes over what requests say, by richpanel.md section 5: who is made, who is updated, what lands on whose timeline. Reads what
/// it needs of the memory once for all calls of a commit, and applies them in the order they came.
/// </summary>
internal sealed class SandboxTimeline
{
    private readonly SandboxDbContext _context;
    private readonly TimeSpan _gap;
    private readonly Dictionary<string, SandboxCustomer> _customers;
    private readonly Dictionary<string, SandboxVisitor> _visitors;
    private readonly ILookup<string, SandboxSession> _known;
    private readonly Dictionary<string, List<SandboxSession>> _begun = [];
    private readonly HashSet<string> _eventIds;

    private SandboxTimeline(SandboxDbContext context, IReadOnlyList<SandboxCall> calls, TimeSpan gap)
    {
        _context = context;
        _gap = gap;
        var uids = Distinct(calls.Select(call => call.Uid));
        var dids = Distinct(calls.Select(call => call.Did));
        var sids = Distinct(calls.Select(call => call.Sid));
        var owners = Distinct(calls.Select(call => call.Owner));
        var eventIds = Distinct(calls.Select(call => call.EventId));
        var (earliest, latest) = (calls.Min(call => call.At) - gap, calls.Max(call => call.At) + gap);
        _customers = context.Customers.Where(c => uids.Contains(c.Uid)).ToDictionary(c => c.Uid, StringComparer.Ordinal);
        _visitors = context.Visitors.Where(v => dids.Contains(v.Did)).ToDictionary(v => v.Did, StringComparer.Ordinal);
        _known = context.Sessions
            .Where(s => owners.Contains(s.Owner) && (s.Sid == null ? s.LastAt >= earliest && s.StartedAt <= latest : sids.Contains(s.Sid)))
            .ToLookup(s => s.Owner, StringComparer.Ordinal);
        _eventIds = context.Events.Where(e => eventIds.Contains(e.EventId!)).Select(e => e.EventId!).ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>The requests must have been saved: events point at them.</summary>
    public static void Take(SandboxDbContext context, IReadOnlyList<SandboxCall> calls, TimeSpan sessionGap)
    {
        if (calls.Count == 0)
        {
            return;
        }

        var timeline = new SandboxTimeline(context, calls, sessionGap);
        var events = calls.Select(timeline.Take).ToList();
        context.SaveChanges();   // sessions have their ids from here on
        foreach (var (one, session) in events)
        {
            one.SessionId = session?.Id;
            context.Events.Add(one);
        }

        context.SaveChanges();
    }

    private (SandboxEvent Event, SandboxSession? Session) Take(SandboxCall call)
    {
        TakeCustomer(call);
        TakeVisitor(call);
        var taken = new SandboxEvent
        {
            RequestId = call.Request.Id,
            EventId = call.EventId,
            Name = call.Event,
            Uid = call.Uid,
            Did = call.Did,
            OccurredAt = call.At,
            ArrivedAt = call.Request.At,
            Call = JsonTreeWriter.Write(call.Content),
            Repeat = call.EventId is not null && !_eventIds.Add(call.EventId),
        };
        return (taken, TakeSession(call));
    }

    /// <summary>identify makes or updates; any other call updates the e-mail of a customer that exists and never makes one.</summary>
    private void TakeCustomer(SandboxCall call)
    {
        if (call.Uid is not { } uid)
        {
            return;
        }

        var customer = _customers.GetValueOrDefault(uid);
        if (!call.IsIdentify)
        {
            if (customer is not null && call.User["email"]?.AsText() is { } email)
            {
                customer.Email = email;
                customer.UpdatedAt = call.Request.At;
            }

            return;
        }

        if (customer is null)
        {
            customer = new SandboxCustomer { Uid = uid, Properties = "{}", CreatedAt = call.Request.At };
            _customers.Add(uid, customer);
            _context.Customers.Add(customer);
        }

        var known = JsonTreeReader.Read(Encoding.UTF8.GetBytes(customer.Properties)).Tree as JsonTree.Map ?? JsonTree.Map.Empty;
        var all = new JsonTree.Map([.. known.Members.Where(member => call.User[member.Key] is null), .. call.User.Members]);
        customer.Properties = JsonTreeWriter.Write(all);
        customer.Email = call.User["email"]?.AsText() ?? customer.Email;
        customer.Name = all["name"]?.AsText() ?? Joined(all["firstName"]?.AsText(), all["lastName"]?.AsText()) ?? customer.Name;
        customer.UpdatedAt = call.Request.At;
    }

    private void TakeVisitor(SandboxCall call)
    {
        if (call.Did is not { } did)
        {
            return;
        }

        if (!_visitors.TryGetValue(did, out var visitor))
        {
            visitor = new SandboxVisitor { Did = did, FirstSeen = call.Request.At };
            _visitors.Add(did, visitor);
            _context.Visitors.Add(visitor);
        }

        visitor.LastSeen = call.Request.At;
        visitor.Uid = call.IsIdentify ? call.Uid ?? visitor.Uid : visitor.Uid;
    }

    /// <summary>The session with the id that was sent; else the owner's latest that is no further away than the gap; else a new one.</summary>
    private SandboxSession? TakeSession(SandboxCall call)
    {
        if (call.Owner is not { } owner)
        {
            return null;
        }

        if (!_begun.TryGetValue(owner, out var sessions))
        {
            _begun.Add(owner, sessions = [.. _known[owner]]);
        }

        var session = sessions
            .Where(s => s.Sid == call.Sid && (s.Sid is not null || (s.LastAt >= call.At - _gap && s.StartedAt <= call.At + _gap)))
            .MaxBy(s => s.LastAt);
        if (session is null)
        {
            session = new SandboxSession { Owner = owner, Sid = call.Sid, StartedAt = call.At, LastAt = call.At };
            sessions.Add(session);
            _context.Sessions.Add(session);
        }

        session.StartedAt = call.At < session.StartedAt ? call.At : session.StartedAt;
        session.LastAt = call.At > session.LastAt ? call.At : session.LastAt;
        session.Events++;
        return session;
    }

    private static List<string> Distinct(IEnumerable<string?> values) => [.. values.OfType<string>().Distinct(StringComparer.Ordinal)];

    private static string? Joined(string? first, string? last) =>
        first is null && last is null ? null : $"{first} {last}".Trim();
}
