using System.Security.Cryptography;
using Microsoft.AspNetCore.Components;
using Richpanel.Console.Shared;
using Richpanel.Core.Access;
using Richpanel.Core.Connections;
using Richpanel.Core.Deliveries;

namespace Richpanel.Console.Connections;

/// <summary>The sources of a connection: their keys, their doors, and what takes them away.</summary>
public sealed partial class SourcesPanel : IDisposable
{
    private string _name = "";
    private string? _fault;
    private long? _shown;
    private string? _key;
    private SourceInput? _input;
    private SourceInput? _from;   // what the form was filled with
    private long? _rotating;
    private long? _deleting;
    private IReadOnlyList<FieldFault> _faults = [];
    private string? _said;
    private bool _mayAdminister;

    [Parameter, EditorRequired] public required Connection Connection { get; set; }

    [Inject] public required ConnectionDirectory Directory { get; init; }
    [Inject] public required SourceStore Store { get; init; }
    [Inject] public required ConnectionRemoval Removal { get; init; }
    [Inject] public required Viewer Viewer { get; init; }
    [Inject] public required ViewerTime Time { get; init; }

    protected override void OnInitialized() => Time.Ticked += Tick;

    protected override async Task OnParametersSetAsync()
    {
        if (_shown is { } shown && Directory.FindSource(shown) is var source && (source is not { DeletedAt: null } || _key is null || !source.HasWriteKey(_key)))
        {
            (_shown, _key) = (null, null);   // somebody has made a new one meanwhile
        }

        _mayAdminister = (await Viewer.FindAsync())?.May(Permission.Administer) == true;
    }

    private async Task AddAsync() => _fault = await Viewer.RefusalAsync(AddAsync) ?? _fault;

    private async Task AddAsync(Actor by)
    {
        var outcome = await Store.AddSourceAsync(by, Connection.Id, new SourceDraft { Name = _name });
        _fault = outcome.Match<string?>(_ => null, Sentence, () => "The connection is gone.");
        if (outcome is SaveOutcome<SourceWithKey>.Saved saved)
        {
            (_shown, _key, _name) = (saved.Value.Source.Id, saved.Value.WriteKey, "");
        }
    }

    private void Edit(Source source) => (_input, _from, _faults, _said, _rotating, _deleting) = (SourceInput.Of(source), SourceInput.Of(source), [], null, null, null);

    private void Rotate(Source source) => (_rotating, _input, _deleting, _said) = (source.Id, null, null, null);

    private void AskToDelete(Source source) => (_deleting, _input, _rotating, _said) = (source.Id, null, null, null);

    private async Task SaveAsync() => _said = await Viewer.RefusalAsync(SaveAsync) ?? _said;

    private async Task SaveAsync(Actor by)
    {
        if (_input is not { } input || _from is not { } from)
        {
            return;
        }

        var outcome = await Store.UpdateSourceAsync(by, input.Id, input.ToDraft(from));
        (_input, _faults, _said) = outcome.Match<(SourceInput?, IReadOnlyList<FieldFault>, string?)>(
            saved => (null, [], $"Saved. {saved.Name} lets in: {SourceInput.LetsIn(saved)}."),
            faults => (input, faults, null),
            () => (null, [], "The source is gone."));
    }

    private async Task RotateAsync(Source source, TimeSpan keep) => _said = await Viewer.RefusalAsync(async by =>
    {
        var outcome = await Store.RotateWriteKeyAsync(by, source.Id, keep);
        _said = outcome.Match(
            made => made.Source.PreviousWriteKeyUntil is { } until
                ? $"Copy the new write key of {source.Name} now. The old one is let in until {Time.Clock(until)} and ends by itself."
                : $"Copy the new write key of {source.Name} now. The old one is refused from this moment.",
            Sentence,
            () => "The source is gone.");
        if (outcome is SaveOutcome<SourceWithKey>.Saved saved)
        {
            (_shown, _key, _rotating) = (source.Id, saved.Value.WriteKey, null);
        }
    }) ?? _said;

    private async Task EndOldAsync(Source source) => _said = await Viewer.RefusalAsync(async by =>
        _said = (await Store.EndOldWriteKeyAsync(by, source.Id)).Match(_ => $"The old write key of {source.Name} is refused from now on.", Sentence, () => "The source is gone.")) ?? _said;

    private async Task DeleteAsync(Source source, string typed) => _said = await Viewer.RefusalAsync(async by =>
    {
        var outcome = await Removal.DeleteSourceAsync(by, source.Id, typed);
        _said = outcome.Match(_ => $"{source.Name} was deleted: what it posts is refused with 401.", Sentence, () => "The source is gone.");
        _deleting = outcome is SaveOutcome<Source>.Invalid ? _deleting : null;
    }) ?? _said;

    /// <summary>Who looked at a key stands in the change log.</summary>
    private async Task ShowAsync(Source source)
    {
        try
        {
            _fault = await Viewer.RefusalAsync(async by => (_shown, _key) = (source.Id, await Store.ShowWriteKeyAsync(by, source)));
        }
        catch (CryptographicException)
        {
            _fault = $"The write key of {source.Name} cannot be shown: the key ring that sealed it is gone. It still works; make a new one to have a key you can copy.";
        }
    }

    private static string Sentence(IReadOnlyList<FieldFault> faults) => string.Join(' ', faults.Select(fault => fault.Text));

    /// <summary>An old key ends by its own clock.</summary>
    private void Tick() => _ = InvokeAsync(StateHasChanged);

    public void Dispose() => Time.Ticked -= Tick;
}
