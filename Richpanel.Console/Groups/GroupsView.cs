using Richpanel.Core;
using Richpanel.Core.Access;
using Richpanel.Core.Deliveries.Query;
using Richpanel.Core.Groups;

namespace Richpanel.Console.Groups;

/// <summary>A state to look at, with how many groups are in it.</summary>
/// <param name="Name">As in the address; null for what the page shows by itself.</param>
internal sealed record GroupsTab(string? Name, string Word, params GroupState[] States)
{
    public int Count(IReadOnlyDictionary<GroupState, int> counts) => States.Sum(counts.GetValueOrDefault);
}

/// <summary>What the list shows, as its address says it. Pure.</summary>
/// <param name="State">Name of a tab.</param>
/// <param name="Connection">Public id.</param>
/// <param name="Cause">Code of the cause catalogue.</param>
/// <param name="Assignee">As <see cref="GroupFilter.AssigneeOf"/> reads it.</param>
/// <param name="By">What failed deliveries are counted by instead of by group: one of <see cref="Ways"/>.</param>
internal sealed record GroupsView(string? State = null, string? Connection = null, string? Cause = null, string? Assignee = null, string? By = null)
{
    private const long NoPerson = -1;

    /// <summary>Nothing but the tab narrows the list.</summary>
    public bool IsWhole => this is { Connection: null, Cause: null, Assignee: null };

    public static IReadOnlyList<GroupsTab> Tabs { get; } =
    [
        new(null, "Needs attention", GroupState.Open, GroupState.Acknowledged),
        new("open", "Open", GroupState.Open),
        new("acknowledged", "Acknowledged", GroupState.Acknowledged),
        new("snoozed", "Snoozed", GroupState.Snoozed),
        new("resolved", "Resolved", GroupState.Resolved),
        new("ignored", "Ignored", GroupState.Ignored),
        new("all", "All", Enum.GetValues<GroupState>()),
    ];

    /// <summary>Other ways to look at the same failures, with their word.</summary>
    public static IReadOnlyList<(LogKey Key, string Word)> Ways { get; } = [.. GroupQueries.Ways.Select(key => (key, key == LogKey.Code ? "Status code" : key.ToString()))];

    /// <summary>Null: by group.</summary>
    public LogKey? Way => Ways.Where(way => string.Equals(LogKeys.Of(way.Key).Word, By, StringComparison.OrdinalIgnoreCase)).Select(way => (LogKey?)way.Key).FirstOrDefault();

    /// <summary>The first for a word that is none.</summary>
    public GroupsTab Tab => Tabs.FirstOrDefault(tab => string.Equals(tab.Name, State, StringComparison.OrdinalIgnoreCase)) ?? Tabs[0];

    /// <summary>A connection or person that is none leaves nothing.</summary>
    public GroupFilter ToFilter(Actor by) => new(
        Tab.States.Length == 1 ? Tab.States[0] : null, Tab.Name is null, Connection is null ? null : PublicId.Parse(Connection, "con") ?? 0, Cause,
        Assignee is null ? null : GroupFilter.AssigneeOf(Assignee, by) ?? NoPerson);

    public string ToAddress(GroupCursor? after = null)
    {
        (string Name, string? Value)[] parts = Way is { } way
            ? [("by", LogKeys.Of(way).Word), ("connection", Connection)]
            : [("state", Tab.Name), ("connection", Connection), ("cause", Cause), ("assignee", Assignee), ("cursor", after?.ToString())];
        var query = string.Join('&', parts.Where(part => part.Value is not null).Select(part => $"{part.Name}={Uri.EscapeDataString(part.Value!)}"));
        return query.Length == 0 ? "/groups" : $"/groups?{query}";
    }
}
