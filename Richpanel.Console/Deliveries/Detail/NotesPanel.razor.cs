using Microsoft.AspNetCore.Components;
using Richpanel.Console.Shared;
using Richpanel.Core;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Privacy;

namespace Richpanel.Console.Deliveries.Detail;

/// <summary>Reads the notes on a delivery and adds one.</summary>
public sealed partial class NotesPanel : IDisposable
{
    private readonly Leaving _leaving = new();
    private IReadOnlyList<WrittenNote>? _notes;
    private LiveUpdate? _update;
    private Sight? _seen;
    private bool _failed;
    private bool _busy;

    [Parameter, EditorRequired] public long Id { get; set; }

    /// <summary>What an unmasking showed; null: as the role sees.</summary>
    [Parameter] public Sight? Sight { get; set; }

    [Inject] public required DeliveryNotes Notes { get; init; }
    [Inject] public required Viewer Viewer { get; init; }
    [Inject] public required ChangeFeed Changes { get; init; }
    [Inject] public required TimeProvider Clock { get; init; }
    [Inject] public required ILogger<NotesPanel> Log { get; init; }

    protected override void OnInitialized() => _update = new LiveUpdate(Changes, () => InvokeAsync(ReadAsync), LiveUpdate.Calm, Clock);

    protected override async Task OnParametersSetAsync()
    {
        if (_notes is null || _seen != Sight)
        {
            _seen = Sight;
            await ReadAsync();
        }
    }

    private async Task ReadAsync()
    {
        try
        {
            var notes = await Notes.OfAsync(await Viewer.ActorAsync(), Id, _leaving.Token, Sight);
            _notes = notes is null ? null : [.. notes.Select(note => new WrittenNote(note.Id, note.Author, note.At, note.Text))];
            _failed = false;
        }
        catch (OperationCanceledException) when (_leaving.IsCancellationRequested)
        {
            return;   // the person has left the page
        }
        catch (Exception failure) when (failure is not (OperationCanceledException or SessionEndedException or ObjectDisposedException))
        {
            Log.LogError(failure, "The notes on a delivery could not be read");
            _failed = _notes is null;
        }

        StateHasChanged();
    }

    /// <summary>Why it was not added; null when it was.</summary>
    private async Task<string?> AddAsync(string text)
    {
        _busy = true;
        NoteOutcome? outcome = null;
        var refused = await Viewer.RefusalAsync(async by => outcome = await Notes.AddAsync(by, Id, text));
        _busy = false;
        await ReadAsync();
        return refused ?? (outcome is { Found: false } ? "The delivery is gone: it was removed meanwhile." : outcome?.Fault);
    }

    public void Dispose()
    {
        _update?.Dispose();
        _leaving.Dispose();
    }
}
