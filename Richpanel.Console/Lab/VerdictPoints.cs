using Richpanel.Core.Json;
using Richpanel.Core.Preview;

namespace Richpanel.Console.Lab;

/// <summary>One thing Richpanel will do, or will not.</summary>
/// <param name="Look">yes, no or silent.</param>
public sealed record VerdictPoint(string Look, string Text);

/// <summary>
/// The verdict taken apart (richpanel.md section 5): whose event it is, what is updated, what is never created, which session, and
/// what Richpanel would swallow without a word. Pure.
/// </summary>
public static class VerdictPoints
{
    /// <summary>Notes that say: Richpanel takes it, and then nobody ever sees it.</summary>
    private static readonly string[] s_silent = ["order_without_customer", "order_id_missing", "known_to_be_ignored", "flat_tracking_may_be_ignored", "shipping_address_not_text"];

    public static IReadOnlyList<VerdictPoint> Of(PreviewResult result)
    {
        if (result.Call is not { Content: var call } mapped)
        {
            return [new VerdictPoint("no", "Nothing is sent: Richpanel never hears of it.")];
        }

        var customer = call["userProperties"] as JsonTree.Map;
        var uid = customer?["uid"]?.AsText();
        var points = new List<VerdictPoint>
        {
            uid is null
                ? new VerdictPoint("no", "Visitor: known by the device id alone, and not in the Customer section until identified.")
                : new VerdictPoint("yes", $"Customer: {uid}."),
        };
        points.AddRange(mapped.Event == "identify" ? OfIdentify(customer, uid) : OfEvent(customer, uid, mapped.Event));
        if (mapped.Event is "order" or "order_status_update" && call["properties"] is JsonTree.Map order)
        {
            points.Add(OfOrder(order, mapped.Event));
        }

        points.Add(call["sid"]?.AsText() is { } session
            ? new VerdictPoint("yes", $"Session: {session}.")
            : new VerdictPoint("no", "Session: none given, so Richpanel builds one from the gaps between events."));
        points.AddRange(result.Notes.Where(note => s_silent.Contains(note.Code, StringComparer.Ordinal))
            .Select(note => new VerdictPoint("silent", $"Swallowed in silence: {note.Text}")));
        return points;
    }

    private static IEnumerable<VerdictPoint> OfIdentify(JsonTree.Map? customer, string? uid)
    {
        var fields = customer?.Members.Select(member => member.Key).Where(key => key != "uid").ToList() ?? [];
        yield return uid is null
            ? new VerdictPoint("no", "Creates no customer: an identify does so only with a user id.")
            : new VerdictPoint("yes", "Creates the customer, or updates the one with this id.");
        yield return fields.Count == 0
            ? new VerdictPoint("no", "Updates nothing: there are no traits.")
            : new VerdictPoint("yes", $"Sets {string.Join(", ", fields)}.");
        if (customer?.Members.Any(member => member.Value is JsonTree.Flag) == true)
        {
            yield return new VerdictPoint("yes", "Audiences and computed traits are sent as they are, true and false alike.");
        }
    }

    private static IEnumerable<VerdictPoint> OfEvent(JsonTree.Map? customer, string? uid, string? name)
    {
        yield return new VerdictPoint("yes", $"Adds “{name}” to the timeline.");
        yield return new VerdictPoint("no", "Never creates a customer.");
        yield return customer?["email"] is not null
            ? new VerdictPoint("yes", uid is null ? "Carries an e-mail, but no customer id that it could belong to." : "May update the e-mail of the customer, and no other trait.")
            : new VerdictPoint("no", "Updates nothing of the customer: it carries no e-mail.");
    }

    private static VerdictPoint OfOrder(JsonTree.Map order, string? name)
    {
        var id = order["order_id"]?.AsText() ?? order["orderId"]?.AsText() ?? (order["order_id"] as JsonTree.Number)?.Digits;
        var status = order["order_status"]?.AsText() ?? order["status"]?.AsText();
        return id is null
            ? new VerdictPoint("no", "Order: it has no id.")
            : new VerdictPoint("yes", $"{(name == "order" ? "Creates or updates" : "Updates the status of")} order {id}{(status is null ? "" : $", status {status}")}.");
    }
}
