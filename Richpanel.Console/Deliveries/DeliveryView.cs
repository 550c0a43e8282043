using System.Globalization;
using Richpanel.Console.Shared;
using Richpanel.Core;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Privacy;
using Richpanel.Core.Receiving;
using Richpanel.Core.Segment;

namespace Richpanel.Console.Deliveries;

/// <summary>What the list shows, as its address says it. Personal values stand in the address only as <see cref="Who"/>.</summary>
public sealed record DeliveryView
{
    /// <summary>A state in lower case, or <c>held</c>; null = all.</summary>
    public string? State { get; init; }

    public string? Type { get; init; }
    public string? Event { get; init; }
    public string? Order { get; init; }
    public string? MessageId { get; init; }

    /// <summary>Public id of a connection.</summary>
    public string? Connection { get; init; }

    public string? Origin { get; init; }
    public string? Code { get; init; }

    /// <summary>Id of a <see cref="PersonalFilter"/>.</summary>
    public string? Who { get; init; }

    /// <summary>Narrowed by more than the state, so that the ledger's counts no longer say how many rows there are.</summary>
    public bool IsNarrowed => (Type ?? Event ?? Order ?? MessageId ?? Connection ?? Origin ?? Code ?? Who) is not null;

    public DeliveryFilter ToFilter(PersonalFilter? who) => new()
    {
        State = State == "held" ? DeliveryState.Waiting : Parse<DeliveryState>(State),
        Held = State switch { "held" => true, "waiting" => false, _ => null },
        Type = Parse<SegmentCallType>(Type),
        Event = who?.Event ?? Event,
        User = who?.User,
        Email = who?.Email,
        Order = who?.Order ?? Order,
        MessageId = who?.MessageId ?? MessageId,
        ConnectionId = PublicId.Parse(Connection, "con"),
        Origin = Parse<Origin>(Origin),
        Code = Code,
    };

    /// <summary>
    /// This view as its address may say it, and what must not stand there: who the search is for, and an order, event or message id
    /// that masked roles would not see in clear either.
    /// </summary>
    public (DeliveryView Open, PersonalFilter Personal) Apart(string? user, string? email, string? by)
    {
        var personal = new PersonalFilter(user, email, by)
        {
            Order = Order != TextMask.Id(Order) ? Order : null,
            Event = Event != TextMask.Name(Event) ? Event : null,
            MessageId = MessageId != TextMask.Id(MessageId) ? MessageId : null,
        };
        return (this with
        {
            Order = personal.Order is null ? Order : null,
            Event = personal.Event is null ? Event : null,
            MessageId = personal.MessageId is null ? MessageId : null,
        }, personal);
    }

    /// <summary>The address of this view.</summary>
    public string ToAddress(string? cursor = null)
    {
        var parts = new (string Name, string? Value)[]
        {
            ("state", State), ("type", Type), ("event", Event), ("order", Order), ("messageId", MessageId), ("connection", Connection),
            ("origin", Origin), ("code", Code), ("who", Who), ("cursor", cursor),
        };
        var query = string.Join('&', parts.Where(part => part.Value is not null).Select(part => $"{part.Name}={Uri.EscapeDataString(part.Value!)}"));
        return query.Length == 0 ? "/deliveries" : "/deliveries?" + query;
    }

    /// <summary>What a person typed, without blanks around it; null when nothing is left.</summary>
    public static string? Clean(string? typed) => string.IsNullOrWhiteSpace(typed) ? null : typed.Trim();

    private static T? Parse<T>(string? word)
        where T : struct, Enum =>
        word is not null && !char.IsDigit(word.FirstOrDefault()) && Enum.TryParse<T>(word, ignoreCase: true, out var value) ? value : null;

    /// <summary><c>1 matches</c>, <c>1,284 match</c>, <c>10,000+ match</c>: never a wrong number.</summary>
    public static string Matches(DeliveryCount count) => (count.Found, count.AndMore) switch
    {
        (1, false) => "1 matches",
        (_, true) => $"{Number(count.Found)}+ match",
        _ => $"{Number(count.Found)} match",
    };

    /// <summary><c>7 of 7</c>-style numbers, with thousands apart.</summary>
    public static string Number(long count) => count.ToString("N0", CultureInfo.InvariantCulture);
}
