using System.Globalization;
using System.Text;
using Richpanel.Core;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Receiving;
using Richpanel.Core.Segment;

namespace Richpanel.Bench;

/// <summary>One delivery to be written, with the tries it had.</summary>
internal sealed record SeedRow(Delivery Row, string Call, IReadOnlyList<SeedTry> Tries);

internal sealed record SeedTry(int Number, DateTimeOffset At, int? StatusCode, string Outcome, string? Cause, int Milliseconds, string Answer);

/// <summary>
/// What a shop's log of thirty days looks like: many product views and few refunds, some customers who come every day, nights, an outage
/// of two hours, and a few refusals that a person must look at. The same seed gives the same log.
/// </summary>
internal sealed class SeedPlan(int rows, int seed, DateTimeOffset until, IReadOnlyList<(long Connection, long Source)> doors)
{
    public const int PerRequest = 10;
    private const int Days = 30;

    private static readonly (string Name, SegmentCallType Type, int Weight)[] s_events =
    [
        ("Product Viewed", SegmentCallType.Track, 300), ("Home", SegmentCallType.Page, 150), ("Product", SegmentCallType.Page, 180), ("Product List Viewed", SegmentCallType.Track, 90), ("Cart", SegmentCallType.Page, 60),
        ("Product Added", SegmentCallType.Track, 70), ("Cart Viewed", SegmentCallType.Track, 45), ("Checkout Started", SegmentCallType.Track, 25), ("Order Completed", SegmentCallType.Track, 18), ("Order Updated", SegmentCallType.Track, 20),
        ("Product Removed", SegmentCallType.Track, 12), ("Products Searched", SegmentCallType.Track, 40), ("Signed Up", SegmentCallType.Track, 6), ("Signed In", SegmentCallType.Track, 15), ("Order Cancelled", SegmentCallType.Track, 2),
        ("Order Refunded", SegmentCallType.Track, 2), ("Coupon Applied", SegmentCallType.Track, 5), ("Newsletter Subscribed", SegmentCallType.Track, 3), ("Product Reviewed", SegmentCallType.Track, 2), ("", SegmentCallType.Identify, 60),
    ];

    private static readonly int s_weights = s_events.Sum(one => one.Weight);

    private readonly Random _random = new(seed);

    public IEnumerable<SeedRow> Rows()
    {
        for (var n = 1; n <= rows; n++)
        {
            yield return Row(n);
        }
    }

    private SeedRow Row(int n)
    {
        var at = When(n);
        var door = doors[_random.Next(100) switch { < 82 => 0, < 96 => 1, _ => 2 } % doors.Count];
        var (name, type, _) = Event();
        var customer = (int)(Math.Pow(_random.NextDouble(), 3) * Math.Max(100, rows / 16));
        var isKnown = _random.Next(3) > 0;
        var order = name.StartsWith("Order", StringComparison.Ordinal) ? string.Create(CultureInfo.InvariantCulture, $"{100_000 + (n / 40)}") : null;
        var row = new Delivery
        {
            Id = n,
            ConnectionId = door.Connection,
            SourceId = door.Source,
            RequestId = ((n - 1) / PerRequest) + 1,
            Origin = _random.Next(400) == 0 ? Origin.Lab : Origin.Receiver,
            Type = type,
            EventName = name.Length == 0 ? null : name,
            MessageId = string.Create(CultureInfo.InvariantCulture, $"msg-{seed:x}-{n:x8}-{_random.NextInt64():x16}"),
            UserId = isKnown ? string.Create(CultureInfo.InvariantCulture, $"cus_{customer:d7}") : null,
            AnonymousId = string.Create(CultureInfo.InvariantCulture, $"{customer:x8}-4b1d-4f6e-9a51-{customer * 7919L:x12}"),
            Email = isKnown && _random.Next(2) == 0 ? string.Create(CultureInfo.InvariantCulture, $"customer{customer}@example.test") : null,
            OrderId = order,
            ReceivedAt = at,
            OccurredAt = at.AddMilliseconds(-_random.Next(40, 4_000)),
        };
        row.MessageHash = SearchHash.Of(row.MessageId);
        var tries = Outcome(row, n);
        var call = new StringBuilder().Append(CultureInfo.InvariantCulture,
            $$"""{"type":"{{type.ToString().ToLowerInvariant()}}","event":"{{name}}","messageId":"{{row.MessageId}}","userId":"{{row.UserId}}","anonymousId":"{{row.AnonymousId}}","properties":{"order_id":"{{order}}","sku":"SKU-{{_random.Next(5_000)}}","price":{{_random.Next(100, 90_000) / 100m}},"currency":"EUR"},"context":{"traits":{"email":"{{row.Email}}"},"page":{"path":"/p/{{_random.Next(5_000)}}"} } }""").ToString();
        return new SeedRow(row, call, tries);
    }

    private (string Name, SegmentCallType Type, int Weight) Event()
    {
        var left = _random.Next(s_weights);
        foreach (var one in s_events)
        {
            left -= one.Weight;
            if (left < 0)
            {
                return one;
            }
        }

        return s_events[0];
    }

    /// <summary>Evenly through the days, pushed out of the night.</summary>
    private DateTimeOffset When(int n)
    {
        var day = (double)n / rows * Days;
        var wave = day - (0.08 * Math.Sin(2 * Math.PI * day));
        return until - TimeSpan.FromDays(Days) + TimeSpan.FromDays(Math.Min(wave, Days)) - TimeSpan.FromMilliseconds(_random.Next(800));
    }

    private List<SeedTry> Outcome(Delivery row, int n)
    {
        var isOutage = row.ReceivedAt >= until.AddDays(-9) && row.ReceivedAt < until.AddDays(-9).AddHours(2);
        var lot = _random.Next(10_000);
        var tries = new List<SeedTry>();
        if (lot < 120)
        {
            (row.State, row.Cause, row.EndedAt) = (DeliveryState.Skipped, lot < 80 ? "duplicate" : "not_for_richpanel", row.ReceivedAt);
            return tries;
        }

        if (n > rows - (rows / 500) && lot < 3_000)
        {
            (row.State, row.DueAt) = (DeliveryState.Waiting, row.ReceivedAt.AddMinutes(5));
            return tries;
        }

        var failsFirst = isOutage || lot < 520;
        var isFinal = !isOutage && lot < 260;
        var at = row.ReceivedAt.AddMilliseconds(_random.Next(20, 400));
        var count = isFinal ? (lot < 200 ? 1 : 9) : failsFirst ? _random.Next(1, 4) : 0;
        for (var i = 1; i <= count; i++)
        {
            var (status, cause, answer) = isFinal && lot < 200
                ? ((int?)422, "invalid_request", """{"error":"Invalid payload","message":"customer.email is invalid"}""")
                : (lot % 3) switch
                {
                    0 => (503, "server_error", "<html><body>Service Unavailable</body></html>"),
                    1 => (429, "rate_limited", """{"message":"Too many requests"}"""),
                    _ => ((int?)null, "timeout", ""),
                };
            tries.Add(new SeedTry(i, at, status, isFinal && i == count ? "failed" : "try_later", cause, status is null ? 10_000 : _random.Next(30, 900), answer));
            at += TimeSpan.FromSeconds(5 * Math.Pow(4, i));
        }

        if (!isFinal)
        {
            tries.Add(new SeedTry(count + 1, at, 200, "accepted", null, _random.Next(25, 400), """{"status":"queued"}"""));
        }

        var last = tries[^1];
        row.State = isFinal ? DeliveryState.Failed : _random.Next(3_000) == 0 ? DeliveryState.Canceled : DeliveryState.Accepted;
        row.Stage = isFinal ? FailureStage.Sending : FailureStage.None;
        (row.AttemptCount, row.Cause, row.StatusCode, row.LastAttemptAt, row.EndedAt) = (tries.Count, last.Cause, last.StatusCode, last.At, last.At);
        return tries;
    }
}
