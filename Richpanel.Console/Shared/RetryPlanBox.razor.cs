using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Options;
using Richpanel.Core;
using Richpanel.Core.Access;
using Richpanel.Core.Connections;
using Richpanel.Core.Groups;
using Richpanel.Core.Retries;

namespace Richpanel.Console.Shared;

public sealed partial class RetryPlanBox : IDisposable
{
    private const string OtherEvents = "all others";
    private const string NoName = "without a name";

    private readonly Leaving _leaving = new();
    private ModalBox? _box;
    private RetryView? _view;
    private IReadOnlyList<RetrySample>? _samples;
    private Dictionary<string, FailureGroup> _groups = [];
    private string? _fault;
    private bool _asThen;
    private bool _isStarting;
    private bool _isStarted;
    private int _perSecond;
    private int _canary;
    private int _stopAbove;

    [Parameter, EditorRequired] public required RetryAsk Wish { get; set; }

    /// <summary>It is closed: take it out of the page.</summary>
    [Parameter] public EventCallback OnClosed { get; set; }

    [Inject] public required GroupQueries Groups { get; init; }
    [Inject] public required RetryPlanner Planner { get; init; }
    [Inject] public required RetryBatches Batches { get; init; }
    [Inject] public required RetryQueries Queries { get; init; }
    [Inject] public required ConnectionDirectory Directory { get; init; }
    [Inject] public required IOptions<RetryOptions> Options { get; init; }
    [Inject] public required Viewer Viewer { get; init; }
    [Inject] public required ViewerTime Time { get; init; }
    [Inject] public required NavigationManager Navigation { get; init; }
    [Inject] public required ILogger<RetryPlanBox> Log { get; init; }

    private bool IsCancel => Wish.Kind == RetryKind.Cancel;

    private string Title => Wish.Kind switch { RetryKind.Replay => "Replay", RetryKind.Cancel => "Cancel tries", _ => "Retry many" };

    private string LeftOut => IsCancel ? "Will not be canceled" : "Will not be sent";

    private RetryStart How => new(_asThen, _perSecond, _canary, _stopAbove);

    protected override async Task OnInitializedAsync()
    {
        (_perSecond, _canary, _stopAbove) = (Options.Value.PerSecond, Options.Value.Canary, Options.Value.StopAbovePercent);
        try
        {
            _fault = await Viewer.RefusalAsync(PlanAsync);
        }
        catch (OperationCanceledException) when (_leaving.IsCancellationRequested)
        {
            // The person has closed it while it was counting; the planner takes away what it wrote.
        }
        catch (Exception failure) when (failure is not (OperationCanceledException or SessionEndedException))
        {
            Log.LogError(failure, "A bulk retry could not be planned");
            _fault = $"This could not be counted: the database did not answer. Nothing was {(IsCancel ? "canceled" : "sent")}. Close this and try again.";
        }
    }

    private async Task PlanAsync(Actor by)
    {
        var planned = await Planner.PlanAsync(by, Wish, _leaving.Token);
        if (planned.Batch is not { } batch)
        {
            _fault = planned.Fault;
            return;
        }

        _view = await Queries.FindAsync(by, batch.Id, _leaving.Token);
        _groups = (await Groups.NamedAsync(by, [.. _view!.Plan.Groups.Select(share => PublicId.Parse(share.Key, "grp")).OfType<long>()], _leaving.Token)).ToDictionary(group => PublicId.Group(group.Id), StringComparer.Ordinal);
        StateHasChanged();
        _samples = await Queries.SamplesAsync(by, _view!.Plan, _leaving.Token);
    }

    private async Task StartAsync()
    {
        if (_view is not { } view || (!IsCancel && How.Fault() is not null))
        {
            return;
        }

        _isStarting = true;
        RetryOutcome? outcome = null;
        var refused = await Viewer.RefusalAsync(async by => outcome = await Batches.StartAsync(by, view.Batch.Id, IsCancel ? new RetryStart() : How));
        _isStarting = false;
        _fault = refused ?? outcome?.Fault ?? (outcome?.State is null ? "The plan is gone: it was not started within an hour. Plan again." : null);
        if (_fault is null)
        {
            _isStarted = true;
            Navigation.NavigateTo($"/retries/{PublicId.Retry(view.Batch.Id)}");
        }
    }

    private async Task CloseAsync() => await _box!.CloseAsync();

    private async Task ClosedAsync()
    {
        await DiscardAsync();
        await OnClosed.InvokeAsync();
    }

    /// <summary>What nobody started leaves nothing behind; whoever may no longer take it away leaves it to the hour.</summary>
    private async Task DiscardAsync()
    {
        if (_view is { } view && !_isStarted && await Viewer.FindAsync() is { } by && by.May(Permission.ActOnMany))
        {
            await Batches.DiscardAsync(by, view.Batch.Id);
        }
    }

    private string Estimate(RetryView view)
    {
        var plan = view.Plan;
        if (How.Fault() is not null)
        {
            return $"Give 1 to {RetryOptions.MostPerSecond} a second, 0 to {RetryOptions.MostCanary} first, and a share of 0 to 100 %.";
        }

        var first = _canary == 0 || plan.Total <= _canary ? "" : $"The first {_canary} go out and are waited for; if more than {_stopAbove} % of them are not accepted, it stops and asks. ";
        if (!view.GoesOn)
        {
            return $"{first}It begins when sending goes on there, at {_perSecond} a second.";
        }

        var lasts = RetryPlan.Lasts(plan.Total, _perSecond);
        return $"{first}At {_perSecond} a second it takes {RetryWords.Lasts(plan.Total, _perSecond)}, until about {Time.Clock(Time.Now + lasts)}; what comes in meanwhile goes on.";
    }

    private string GroupOf(RetryShare share) => share.Key switch
    {
        "" => "in none",
        RetryPlan.OtherEvents => OtherEvents,
        var id => _groups.TryGetValue(id, out var group) ? GroupNames.Name(group) : id,
    };

    private string What(RetryPlan plan) => Wish.Kind switch
    {
        RetryKind.Cancel => plan.Total == 1 ? "is canceled" : "are canceled",
        RetryKind.Replay => $"{(plan.Total == 1 ? "goes" : "go")} out again as new deliveries, each with the event id of the first",
        _ => $"{(plan.Total == 1 ? "goes" : "go")} out again",
    };

    /// <summary>What a cancel cannot take back.</summary>
    private static string Tried(RetryPlan plan) => plan.MayHaveGoneOut > 0 ? $"{Numbers.Of(plan.MayHaveGoneOut)} may have reached the other side before; canceling takes nothing back."
        : plan.NeverSent == plan.Total ? "None of them was ever tried."
        : $"{Numbers.Of(plan.Total - plan.NeverSent)} had a try already.";

    private Connection? ConnectionOf(string publicId) => PublicId.Parse(publicId, "con") is { } id ? Directory.Find(id) : null;

    private static bool IsProduction(Connection? connection) => connection is { IsSandbox: false, Environment: ConnectionEnvironment.Production };

    private static string Target(Connection? connection) => connection is null ? "gone" : connection.IsSandbox ? "sandbox" : connection.Environment.ToString().ToLowerInvariant();

    public void Dispose() => _leaving.Dispose();
}
