using Microsoft.AspNetCore.Components;
using Richpanel.Console.Shared;
using Richpanel.Core;
using Richpanel.Core.Access;
using Richpanel.Core.Connections;
using Richpanel.Core.Deliveries;

namespace Richpanel.Console.Connections;

public sealed partial class ConnectionPage : IDisposable
{
    private const string Created = "Created. Check the address, add a source below, then point Segment at it.";

    private static readonly (string Anchor, string Words)[] s_parts =
    [
        ("sending", "Sending"), ("secret", "API Secret"), ("settings", "Settings"), ("retry", "Retry"), ("check", "Check"), ("trial", "Trial"), ("sources", "Sources"), ("danger", "Danger zone"),
    ];

    private Connection? _connection;
    private ConnectionInput? _input;
    private ConnectionInput? _from;   // what the typing began with
    private IReadOnlyList<string> _contested = [];
    private string? _shownId;
    private IReadOnlyList<FieldFault> _faults = [];
    private string? _said;
    private string? _refused;
    private bool _busy;
    private bool _opened;
    private bool _offered;
    private readonly Leaving _leaving = new();
    private LiveUpdate? _update;

    /// <summary>Null on the page of a new one.</summary>
    [Parameter] public string? PublicConnectionId { get; set; }

    [Inject] public required ConnectionDirectory Directory { get; init; }
    [Inject] public required ConnectionStore Store { get; init; }
    [Inject] public required Viewer Viewer { get; init; }
    [Inject] public required ConnectionHolds Holds { get; init; }
    [Inject] public required ConnectionCheck Check { get; init; }
    [Inject] public required ChangeFeed Changes { get; init; }
    [Inject] public required ViewerTime Time { get; init; }
    [Inject] public required NavigationManager Navigation { get; init; }
    [Inject] public required ILogger<ConnectionPage> Log { get; init; }

    private IEnumerable<(string Anchor, string Words)> Parts => s_parts.Where(part => part.Anchor != "secret" || _connection?.ProtectedSecret is not null);

    private string Title => PublicConnectionId is null ? "New connection" : _connection?.Name ?? "Connection";

    protected override void OnInitialized() => _update = new LiveUpdate(Changes, () => InvokeAsync(Refresh));

    protected override void OnParametersSet()
    {
        if (_opened && _shownId == PublicConnectionId)
        {
            return;
        }

        (_opened, _shownId, _faults, _refused, _offered, _busy) = (true, PublicConnectionId, [], null, false, false);
        _said = Navigation.HistoryEntryState == Created ? Created : null;
        _connection = Find();
        Begin();
        _draftSought = false;
    }

    private async Task SaveAsync()
    {
        (_busy, _said) = (true, null);
        var wasNew = _input!.IsNew;
        SaveOutcome<Connection> outcome;
        try
        {
            outcome = wasNew
                ? await Store.CreateAsync(await Viewer.ActorAsync(), _input.ToDraft(stored: null))
                : await Store.UpdateAsync(await Viewer.ActorAsync(), _connection!.Id, _input.ToDraft(_from));
        }
        catch (ForbiddenException refused)
        {
            (_busy, _said) = (false, $"Not saved. {refused.Message}");
            return;
        }
        catch (Exception failure) when (failure is not SessionEndedException)
        {
            Log.LogError(failure, "A connection could not be saved");
            (_busy, _said) = (false, "Not saved: the database did not answer. What you typed is still here; the reason is in the log.");
            return;
        }

        (_busy, _faults) = (false, outcome.Match(_ => [], faults => faults, () => []));
        _said = outcome.Match(_ => wasNew ? Created : "Saved.", _ => "Not saved: see what is marked above.", () => "Not saved: the connection is gone.");
        if (outcome is not SaveOutcome<Connection>.Saved saved)
        {
            return;
        }

        await Drafts.DiscardAsync(DraftForm);
        _connection = saved.Value;
        Begin();
        await OfferToGoOnAsync(saved.Value);
        if (wasNew)
        {
            _shownId = PublicId.Connection(saved.Value.Id);
            Navigation.NavigateTo($"/connections/{_shownId}", new NavigationOptions { HistoryEntryState = Created });   // another page, which says it again
        }
    }

    private async Task PauseAsync(PauseAsk ask) =>
        _refused = await Viewer.RefusalAsync(by => Holds.PauseAsync(by, _connection!.Id, ask.Until, ask.Reason));

    /// <summary>What was wrong may be mended by what was saved: where a check passes, the next step is offered at once.</summary>
    private async Task OfferToGoOnAsync(Connection saved)
    {
        if (!saved.IsHeld(Time.Now))
        {
            return;
        }

        (_busy, _said) = (true, "Saved. It is on hold: checking whether it can go on…");
        StateHasChanged();
        IReadOnlyList<CheckStep> steps = [];
        var refused = await Viewer.RefusalAsync(async by => steps = await Check.RunAsync(by, saved, _leaving.Token));
        var stopped = steps.FirstOrDefault(step => !step.Passed);
        if (_connection?.Id != saved.Id)
        {
            return;   // another connection's page by now
        }

        _busy = false;
        _offered = refused is null && stopped is null && steps.Count > 0;
        _said = _offered ? "Saved." : $"Saved. It stays on hold: {refused ?? stopped?.Text}";
    }

    /// <summary>Going back to the secret before mends a bad rotation as entering another does.</summary>
    private Task OfferAfterBackAsync() => Find() is { } now ? OfferToGoOnAsync(now) : Task.CompletedTask;

    private void EndOffer(string? refused) => (_offered, _refused) = (false, refused);

    /// <summary>What someone is typing stays; the fields that nobody has touched show what is stored now.</summary>
    private void Refresh()
    {
        var before = _connection;
        _connection = Find();
        if (_connection is { } now && before is not null && !ReferenceEquals(now, before) && _input is not null && _from is not null)
        {
            _input = _input.Over(now, _from, out var contested);
            (_from, _contested) = (ConnectionInput.Of(now), [.. _contested.Union(contested)]);
        }

        StateHasChanged();
    }

    private Connection? Find() => PublicId.Parse(_shownId, "con") is { } id ? Directory.Find(id) : null;

    public void Dispose()
    {
        _update?.Dispose();
        _leaving.Dispose();
    }
}
