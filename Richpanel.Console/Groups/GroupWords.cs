using System.Globalization;
using Richpanel.Console.Shared;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Groups;

namespace Richpanel.Console.Groups;

/// <summary>Figures of a group as a person reads them. Pure.</summary>
internal static class GroupWords
{
    /// <summary>While failures of an earlier version are in no group yet.</summary>
    public const string StillGrouping = "Older failures are still being grouped. Until that is done there are more of them than it says here, and Retry group… sends only those that are grouped already.";

    /// <summary><c>12</c>, or <c>1,000+</c> when only the newest deliveries were looked at.</summary>
    public static string Customers(GroupCustomers customers) => Numbers.Of(customers.Count) + (customers.LookedAt is null ? "" : "+");

    /// <summary>What the number leaves out; null when nothing.</summary>
    public static string? CustomersNote(GroupCustomers customers) => customers.LookedAt is { } most ? $"among the newest {Numbers.Of(most)} deliveries" : null;

    /// <summary>Whose delivery it is, as far as whoever looks may see it.</summary>
    public static string Customer(DeliveryRow row) => row.Email ?? row.UserId ?? row.AnonymousId ?? "nobody known";

    /// <summary>The last 24 hours against the 24 before.</summary>
    public static string Trend(GroupLine line) => (line.LastDay, line.DayBefore) switch
    {
        (0, 0) => "quiet for two days",
        (0, var before) => $"none, after {Numbers.Of(before)} the day before",
        (var now, 0) => $"{Numbers.Of(now)}, none the day before",
        var (now, before) => $"{Numbers.Of(now)}, {Change(now, before)}",
    };

    /// <summary><c>12 still failed of 40</c>.</summary>
    public static string Failed(FailureGroup group) => $"{Numbers.Of(group.StillFailed)} still failed of {Numbers.Of(group.Total)}";

    /// <summary>One line in a list of groups to choose from.</summary>
    public static string InList(FailureGroup group) =>
        GroupNames.Title(group) + (GroupNames.Message(group) is { } message ? $": {GroupNames.Shortened(message)}" : "") + $" ({Failed(group)}{(group.State == GroupState.Open ? "" : $", {group.State.ToString().ToLowerInvariant()}")})";

    /// <summary>Who looks after it. A group that resolved by itself says what is so, not by which of the ways it came to it.</summary>
    /// <param name="isGone">Its connection was deleted.</param>
    public static string Care(GroupLine line, bool isGone) => (line.State, line.Group) switch
    {
        (GroupState.Acknowledged, { Assignee: { } who, StateBy: { } by }) => who == by ? $"{who}, who acknowledged it" : $"{who}, as {by} said",
        (GroupState.Snoozed, { StateBy: { } by }) => $"Nobody for now: {by} snoozed it",
        (GroupState.Resolved, { StateBy: { } by }) => $"Nobody any more: {by} resolved it",
        (GroupState.Resolved, _) when isGone => "Nobody any more: its connection was deleted.",
        (GroupState.Resolved, { StillFailed: > 0 }) => "Nobody any more: it resolved by itself.",
        (GroupState.Resolved, _) => "Nobody any more: it resolved by itself, and none fails this way now.",
        (GroupState.Ignored, { StateBy: { } by }) => $"Nobody, and nobody shall: {by} ignored it",
        (_, { IsRegressed: true, StateBy: null }) => "Nobody yet. It was resolved, and came back.",
        (_, { StateBy: { } by }) => $"Nobody yet: {by} opened it again",
        _ => "Nobody yet.",
    };

    public static string Stage(FailureGroup group) => group.Stage.ToString().ToLowerInvariant();

    private static string Change(long now, long before)
    {
        var percent = (int)Math.Round(100d * (now - before) / before);
        return percent == 0 ? "as the day before" : percent > 999 ? $"{(now / before).ToString(CultureInfo.InvariantCulture)} times the day before"
            : string.Create(CultureInfo.InvariantCulture, $"{(percent > 0 ? "+" : "−")}{Math.Abs(percent)} % against the day before");
    }
}
