using Microsoft.EntityFrameworkCore;
using Richpanel.Core.Json;

namespace Richpanel.Core.Sandbox;

/// <summary>Takes over what a request says, by richpanel.md section 5: who is made, who is updated, what lands on whose timeline.</summary>
internal static class SandboxTimeline
{
    public static void Take(SandboxDbContext context, SandboxRequest request, JsonTree.Map call, TimeSpan sessionGap)
    {
        var user = call["userProperties"] as JsonTree.Map ?? JsonTree.Map.Empty;
        var uid = user["uid"]?.AsText();
        var did = call["did"]?.AsText();
        var name = call["event"]?.AsText() ?? "";
        var eventId = call["eventId"]?.AsText();
        var at = SandboxContract.Milliseconds(call, "originalTimestamp") is { } ms ? DateTimeOffset.FromUnixTimeMilliseconds(ms) : request.At;

        TakeCustomer(context, name, uid, user, request.At);
        TakeVisitor(context, name, did, uid, request.At);
        var session = TakeSession(context, uid, did, call["sid"]?.AsText(), at, sessionGap);
        context.SaveChanges();
        context.Events.Add(new SandboxEvent
        {
            RequestId = request.Id,
            EventId = eventId,
            Name = name,
            Uid = uid,
            Did = did,
            SessionId = session?.Id,
            OccurredAt = at,
            ArrivedAt = request.At,
            Call = JsonTreeWriter.Write(call),
            Repeat = eventId is not null && context.Events.Any(e => e.EventId == eventId),
        });
        context.SaveChanges();
    }

    /// <summary>identify makes or updates; any other call updates the e-mail of a customer that exists and never makes one.</summary>
    private static void TakeCustomer(SandboxDbContext context, string name, string? uid, JsonTree.Map user, DateTimeOffset now)
    {
        if (uid is null)
        {
            return;
        }

        var customer = Find(context.Customers, c => c.Uid == uid);
        if (name != "identify")
        {
            if (customer is not null && user["email"]?.AsText() is { } email)
            {
                customer.Email = email;
                customer.UpdatedAt = now;
            }

            return;
        }

        if (customer is null)
        {
            customer = new SandboxCustomer { Uid = uid, Properties = "{}", CreatedAt = now };
            context.Customers.Add(customer);
        }

        var known = JsonTreeReader.Read(System.Text.Encoding.UTF8.GetBytes(customer.Properties)).Tree as JsonTree.Map ?? JsonTree.Map.Empty;
        customer.Properties = JsonTreeWriter.Write(new JsonTree.Map([.. known.Members.Where(member => user[member.Key] is null), .. user.Members]));
        customer.Email = user["email"]?.AsText() ?? customer.Email;
        customer.Name = user["name"]?.AsText() ?? Joined(user["firstName"]?.AsText(), user["lastName"]?.AsText()) ?? customer.Name;
        customer.UpdatedAt = now;
    }

    private static void TakeVisitor(SandboxDbContext context, string name, string? did, string? uid, DateTimeOffset now)
    {
        if (did is null)
        {
            return;
        }

        var visitor = Find(context.Visitors, v => v.Did == did);
        if (visitor is null)
        {
            visitor = new SandboxVisitor { Did = did, FirstSeen = now };
            context.Visitors.Add(visitor);
        }

        visitor.LastSeen = now;
        visitor.Uid = name == "identify" ? uid ?? visitor.Uid : visitor.Uid;
    }

    private static SandboxSession? TakeSession(
        SandboxDbContext context, string? uid, string? did, string? sid, DateTimeOffset at, TimeSpan gap)
    {
        var owner = uid is not null ? "uid:" + uid : did is not null ? "did:" + did : null;
        if (owner is null)
        {
            return null;
        }

        var earliest = at - gap;
        var session = sid is not null
            ? Find(context.Sessions, s => s.Owner == owner && s.Sid == sid)
            : context.Sessions.Where(s => s.Owner == owner && s.Sid == null && s.LastAt >= earliest).OrderByDescending(s => s.LastAt).FirstOrDefault();
        if (session is null)
        {
            session = new SandboxSession { Owner = owner, Sid = sid, StartedAt = at, LastAt = at };
            context.Sessions.Add(session);
        }

        session.StartedAt = at < session.StartedAt ? at : session.StartedAt;
        session.LastAt = at > session.LastAt ? at : session.LastAt;
        session.Events++;
        return session;
    }

    private static T? Find<T>(DbSet<T> rows, System.Linq.Expressions.Expression<Func<T, bool>> which)
        where T : class =>
        rows.Local.AsQueryable().FirstOrDefault(which) ?? rows.FirstOrDefault(which);

    private static string? Joined(string? first, string? last) =>
        first is null && last is null ? null : $"{first} {last}".Trim();
}
