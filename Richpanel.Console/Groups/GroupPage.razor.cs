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

/// <summary>One failure group: what it is, how much of it there is, what was changed before, and what people make of it.</summary>
public sealed partial class GroupPage : IDisposable
{
    private readonly Leaving _leaving = new();
    private GroupDetail? _detail;
    private IReadOnlyList<RetryView> _retries = [];
    private IReadOnlyList<FailureGroup> _targets = [];
    private RetryAsk? _wish;
    private bool _missing;
    private bool _failed;
    private bool _busy;
    private bool _mayReadLog;
    private bool _mayAssign;
    private bool _mayMerge;
    private string? _refused;
    private string? _unmerged;
    private string? _done;
    private string? _carried;
    private string? _asked;
    private LiveUpdate? _update;

    [Parameter] public string PublicGroupId { get; set; } = "";

    [Inject] public required GroupQueries Queries { get; init; }
    [Inject] public required RetryQueries Retries { get; init; }
    [Inject] public required GroupActions Actions { get; init; }
    [Inject] public required GroupMerges Merges { get; init; }
    [Inject] public required PeopleDirectory Colleagues { get; init; }
    [Inject] public required ConnectionDirectory Directory { get; init; }
    [Inject] public required ChangeFeed Changes { get; init; }
    [Inject] public required TimeProvider Clock { get; init; }
    [Inject] public required Viewer Viewer { get; init; }
    [Inject] public required NavigationManager Navigation { get; init; }
    [Inject] public required ViewerTime Time { get; init; }
    [Inject] public required ILogger<GroupPage> Log { get; init; }

    /// <summary>Who may be asked to look after it; nobody's name goes to whoever may not ask.</summary>
    private IReadOnlyList<Person> People => _mayAssign ? [.. Colleagues.People.Where(GroupActions.MayLookAfter).OrderBy(person => person.Name, StringComparer.CurrentCultureIgnoreCase)] : [];

    protected override void OnInitialized()
    {
        _update = new LiveUpdate(Changes, () => InvokeAsync(ReadAsync), LiveUpdate.Calm, Clock);
        Time.Ticked += Tick;
    }

    protected override async Task OnParametersSetAsync()
    {
        if (_asked != PublicGroupId)
        {
            (_asked, _detail, _retries, _targets, _wish, _missing, _refused, _unmerged, _done) = (PublicGroupId, null, [], [], null, false, null, null, _carried);
            _carried = null;
            await ReadAsync();
        }
    }

    private async Task ReadAsync()
    {
        var asked = _asked;
        try
        {
            var by = await Viewer.ActorAsync();
            var detail = PublicId.Parse(PublicGroupId, "grp") is { } id ? await Queries.FindAsync(by, id, _leaving.Token) : null;
            var retries = detail is null ? [] : await Retries.OfGroupAsync(by, [.. detail.Line.Family.Select(PublicId.Group)], _leaving.Token);
            var targets = detail is { Whole: null } && by.May(Permission.Operate) ? await Queries.MergeTargetsAsync(by, detail.Line.Group.Id, _leaving.Token) : [];
            if (asked != _asked)
            {
                return;   // the person has moved on
            }

            (_detail, _retries, _targets, _missing, _failed) = (detail, retries, targets, detail is null, false);
            (_mayReadLog, _mayAssign, _mayMerge) = (by.May(Permission.ReadChangeLog) && by.Connections is null, GroupActions.MayAssign(by), by.May(Permission.Operate));
        }
        catch (OperationCanceledException) when (_leaving.IsCancellationRequested)
        {
            return;
        }
        catch (Exception failure) when (failure is not (OperationCanceledException or SessionEndedException))
        {
            Log.LogError(failure, "A failure group could not be read");
            _failed = true;
        }

        StateHasChanged();
    }

    private Task AcknowledgeAsync(long? assignee) => ActAsync("Acknowledged.", (by, id) => Actions.AcknowledgeAsync(by, id, assignee));

    private void PlanRetry() => _wish = new RetryAsk(RetryKind.Retry) { Query = LogQuery.Of($"group:{PublicGroupId} state:failed"), Zone = Time.Zone };

    private Task SnoozeAsync(TimeSpan length) => ActAsync("Snoozed.", (by, id) => Actions.SnoozeAsync(by, id, Time.Now + length));

    private Task ResolveAsync() => ActAsync("Resolved.", Actions.ResolveAsync);

    private Task IgnoreAsync() => ActAsync("Ignored.", Actions.IgnoreAsync);

    private Task ReopenAsync() => ActAsync("Open again.", Actions.ReopenAsync);

    /// <summary>Goes on with the group that counts it from now on.</summary>
    private async Task MergeAsync(long into)
    {
        var asked = _asked;
        var fault = _busy ? null : await TryAsync("Merged.", (by, id) => Merges.MergeAsync(by, id, into));
        if (_leaving.IsCancellationRequested || asked != _asked)
        {
            return;   // the person has moved on
        }

        _unmerged = fault;
        if (_done is not null)
        {
            _carried = _done;
            Navigation.NavigateTo($"/groups/{PublicId.Group(into)}");
        }
    }

    private async Task SplitAsync(long part)
    {
        var asked = _asked;
        var fault = _busy ? null : await TryAsync("Split off.", (by, _) => Merges.SplitAsync(by, part));
        _unmerged = asked == _asked ? fault : _unmerged;
    }

    /// <summary>Why it was not done; null when it was.</summary>
    private Task<string?> NoteAsync(string text) => TryAsync("Note added.", (by, id) => Actions.NoteAsync(by, id, text));

    private async Task ActAsync(string done, Func<Actor, long, Task<GroupOutcome>> act)
    {
        if (!_busy)   // a second press of the same button
        {
            _refused = await TryAsync(done, act);
        }
    }

    /// <summary>Why it was not done; null when it was, and only then.</summary>
    private async Task<string?> TryAsync(string done, Func<Actor, long, Task<GroupOutcome>> act)
    {
        if (_detail?.Line.Group.Id is not { } id)
        {
            return "It was not done: the failure group is not loaded.";
        }

        if (_busy)
        {
            return "It was not done: something else is still being changed here. Try again.";
        }

        (_busy, _refused, _unmerged, _done) = (true, null, null, null);
        string? fault;
        try
        {
            var outcome = GroupOutcome.Missing;
            fault = await Viewer.RefusalAsync(async by => outcome = await act(by, id)) ?? (outcome.Found ? outcome.Fault : "It was not done: there is no such failure group any more.");
        }
        catch (Exception failure) when (failure is not (SessionEndedException or ObjectDisposedException))
        {
            Log.LogError(failure, "A failure group could not be changed");
            fault = "Nothing was changed: the database did not answer. The reason is in the log; try again.";
        }
        finally
        {
            _busy = false;
        }

        if (fault is null)
        {
            _done = done;
            await ReadAsync();
        }

        return fault;
    }

    private string Rows(string more) => LogLink.To($"group:{PublicGroupId}{more}", null, null);

    private static string Sentence(FailureGroup group) =>
        group.StillFailed == 0 ? "None of its deliveries is failed any more."
        : group.StillFailed == 1 ? "1 delivery is failed this way."
        : $"{Numbers.Of(group.StillFailed)} deliveries are failed this way.";

    private bool IsGone(FailureGroup group) => Directory.Find(group.ConnectionId) is not { DeletedAt: null };

    /// <summary>Snoozes end by their own clock.</summary>
    private void Tick() => _ = InvokeAsync(() =>
    {
        if (_detail is { Line: { Group: var group } line } && group.EndSnooze(Time.Now))
        {
            _detail = _detail with { Line = line with { State = group.State } };
            StateHasChanged();
        }
    });

    public void Dispose()
    {
        _update?.Dispose();
        Time.Ticked -= Tick;
        _leaving.Dispose();
    }
}
