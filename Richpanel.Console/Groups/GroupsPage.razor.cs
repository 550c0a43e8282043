using Microsoft.AspNetCore.Components;
using Richpanel.Console.Shared;
using Richpanel.Core;
using Richpanel.Core.Access;
using Richpanel.Core.Connections;
using Richpanel.Core.Deliveries.Query;
using Richpanel.Core.Groups;
using Richpanel.Core.People;
using Richpanel.Core.Retries;

namespace Richpanel.Console.Groups;

public sealed partial class GroupsPage : IDisposable
{
    private const int PageSize = 50;

    private readonly Leaving _leaving = new();
    private GroupList? _page;
    private FailedBy? _failedBy;
    private IReadOnlyDictionary<string, RetryView> _retries = new Dictionary<string, RetryView>();
    private IReadOnlyDictionary<GroupState, int>? _counts;
    private Actor? _by;
    private string? _asked;
    private bool _failed;
    private LiveUpdate? _update;

    [SupplyParameterFromQuery] public string? State { get; set; }
    [SupplyParameterFromQuery] public string? Connection { get; set; }
    [SupplyParameterFromQuery] public string? Cause { get; set; }
    [SupplyParameterFromQuery] public string? Assignee { get; set; }
    [SupplyParameterFromQuery] public string? By { get; set; }
    [SupplyParameterFromQuery] public string? Cursor { get; set; }

    [Inject] public required GroupQueries Queries { get; init; }
    [Inject] public required RetryQueries Retries { get; init; }
    [Inject] public required ConnectionDirectory Directory { get; init; }
    [Inject] public required PeopleDirectory Colleagues { get; init; }
    [Inject] public required ChangeFeed Changes { get; init; }
    [Inject] public required TimeProvider Clock { get; init; }
    [Inject] public required Viewer Viewer { get; init; }
    [Inject] public required NavigationManager Navigation { get; init; }
    [Inject] public required ILogger<GroupsPage> Log { get; init; }

    private GroupsView View => new(State, Connection, Cause, Assignee, By);

    /// <summary>Only who may give groups to others reads the names of colleagues.</summary>
    private IReadOnlyList<Person> People => _by is { } by && GroupActions.MayAssign(by)
        ? [.. Colleagues.People.Where(person => GroupActions.MayLookAfter(person) && person.Id != by.Id).OrderBy(person => person.Name, StringComparer.CurrentCultureIgnoreCase)]
        : [];

    private IReadOnlyList<Connection> Visible => [.. Directory.Connections.Where(connection => _by?.MayTouch(connection) == true)];

    protected override void OnInitialized() => _update = new LiveUpdate(Changes, () => InvokeAsync(ReadAsync), LiveUpdate.Calm, Clock);

    protected override async Task OnParametersSetAsync()
    {
        var asked = View.ToAddress(GroupCursor.Parse(Cursor));
        if (asked != _asked)
        {
            _asked = asked;
            await ReloadAsync();
        }
    }

    private Task ReloadAsync()
    {
        (_page, _failedBy, _failed) = (null, null, false);
        return ReadAsync();
    }

    private async Task ReadAsync()
    {
        var asked = _asked;
        try
        {
            var by = await Viewer.ActorAsync();
            var filter = View.ToFilter(by);
            var counts = await Queries.CountAsync(by, filter, _leaving.Token);
            var failedBy = View.Way is { } way ? await Queries.FailedByAsync(by, way, filter.ConnectionId, _leaving.Token) : null;
            var page = failedBy is null ? await Queries.PageAsync(by, filter, GroupCursor.Parse(Cursor), PageSize, _leaving.Token) : null;
            var retries = page is null ? _retries : await Retries.NewestOfGroupsAsync(by, [.. page.Lines.SelectMany(line => line.Family).Select(PublicId.Group)], _leaving.Token);
            if (asked != _asked)
            {
                return;   // the person has moved on; a newer question has its own answer
            }

            (_by, _counts, _page, _failedBy, _retries, _failed) = (by, counts, page, failedBy, retries, false);
        }
        catch (OperationCanceledException) when (_leaving.IsCancellationRequested)
        {
            return;
        }
        catch (Exception failure) when (failure is not (OperationCanceledException or SessionEndedException))
        {
            Log.LogError(failure, "The list of failure groups could not be read");
            _failed = true;
        }

        StateHasChanged();
    }

    private void ChooseConnection(ChangeEventArgs change) => Navigation.NavigateTo((View with { Connection = Chosen(change) }).ToAddress());

    private void ChooseWay(ChangeEventArgs change) => Navigation.NavigateTo((View with { By = Chosen(change) }).ToAddress());

    /// <summary>The same narrowing in the log's words.</summary>
    private string AlsoOf(string? connection) => PublicId.Parse(connection, "con") is { } id && Directory.Find(id) is { } of ? $" {new LogTerm(LogKey.Connection, of.Name)}" : "";

    private void ChooseAssignee(ChangeEventArgs change) => Navigation.NavigateTo((View with { Assignee = Chosen(change) }).ToAddress());

    private static string? Chosen(ChangeEventArgs change) => change.Value?.ToString() is { Length: > 0 } chosen ? chosen : null;

    public void Dispose()
    {
        _update?.Dispose();
        _leaving.Dispose();
    }
}
