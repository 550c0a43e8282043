using Richpanel.Core.Deliveries;
using Richpanel.Core.Json;
using Richpanel.Core.Receiving;
using Richpanel.Core.Wire;

namespace Richpanel.Tests.Deliveries;

/// <summary>Builders of what the dispatcher's pure parts work on.</summary>
internal static class A
{
    public static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public static ClaimedDelivery Claim(
        long id = 1,
        long lane = 1,
        DeliveryMarks marks = DeliveryMarks.None,
        int attempts = 0,
        int step = 0,
        string? cause = null) =>
        new(id, 1, 1, 0, 2, Origin.Receiver, marks, "Order Completed", $"m-{id}", lane, Noon, Noon, attempts, step, cause);

    public static PreparedDelivery Prepared(long id, long lane) => Prepared(Claim(id, lane));

    public static PreparedDelivery Prepared(ClaimedDelivery row) =>
        new(row, new RichpanelCall(JsonTree.Map.Empty), new KeptCall(null, """{"event":"order"}""", null, 1, 1, Noon));

    public static SendResult Answer(
        AnswerClass answer, string? cause = null, int? status = null, TimeSpan? retryAfter = null, HoldRule hold = HoldRule.None, int? waited = 3) =>
        new(new Verdict(answer, cause, hold), status, retryAfter, "http://127.0.0.1/t", null, null, null, new PhaseTimes(null, null, null, waited, null, 5), Noon);

    public static SentDelivery Sent(ClaimedDelivery row, params SendResult[] answers) =>
        new(Prepared(row), [.. answers.Select(answer => new SentExchange(answer, 1))], 1, "0011aabb");
}
