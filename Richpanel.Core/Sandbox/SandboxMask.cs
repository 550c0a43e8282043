using Richpanel.Core.Privacy;

namespace Richpanel.Core.Sandbox;

/// <summary>What the sandbox remembers, as whoever may not see personal data sees it. Entities are changed in place: they were read for this one answer.</summary>
internal static class SandboxMask
{
    public static SandboxRequestRow Of(SandboxRequestRow row) => row with { Event = TextMask.Name(row.Event) };

    public static SandboxRequestDetail Of(SandboxRequestDetail detail)
    {
        detail.Request.Body = PayloadMask.Bytes(detail.Request.Body, PayloadKind.Part);
        detail.Request.Event = TextMask.Name(detail.Request.Event);
        detail.Request.Headers = TextMask.Headers(detail.Request.Headers);
        return detail with { Calls = [.. detail.Calls.Select(call => PayloadMask.Map(call, PayloadKind.Call))] };
    }

    public static SandboxCustomer Of(SandboxCustomer customer) => new()
    {
        Id = customer.Id,
        Uid = TextMask.Id(customer.Uid)!,
        Email = TextMask.Email(customer.Email),
        Name = customer.Name is { } name ? PayloadMask.Text(name) : null,
        Properties = PayloadMask.Json(customer.Properties, PayloadKind.Part)!,
        CreatedAt = customer.CreatedAt,
        UpdatedAt = customer.UpdatedAt,
    };

    public static SandboxVisitor Of(SandboxVisitor visitor)
    {
        visitor.Did = TextMask.Id(visitor.Did)!;
        visitor.Uid = TextMask.Id(visitor.Uid);
        return visitor;
    }

    public static SandboxSession Of(SandboxSession session)
    {
        var colon = session.Owner.IndexOf(':', StringComparison.Ordinal) + 1;
        session.Owner = session.Owner[..colon] + TextMask.Id(session.Owner[colon..]);
        session.Sid = TextMask.Id(session.Sid);
        return session;
    }

    public static SandboxEvent Of(SandboxEvent one)
    {
        one.EventId = TextMask.Id(one.EventId);
        one.Name = TextMask.Name(one.Name)!;
        one.Uid = TextMask.Id(one.Uid);
        one.Did = TextMask.Id(one.Did);
        one.Call = PayloadMask.Json(one.Call, PayloadKind.Call)!;
        return one;
    }
}
