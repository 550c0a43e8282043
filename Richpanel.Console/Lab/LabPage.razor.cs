using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Options;
using Microsoft.JSInterop;
using Richpanel.Console.Shared;
using Richpanel.Core;
using Richpanel.Core.Connections;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Json;
using Richpanel.Core.Notes;
using Richpanel.Core.Preview;
using Richpanel.Core.Receiving;

namespace Richpanel.Console.Lab;

/// <summary>Build, preview, send: one text, and three ways to look at it.</summary>
public sealed partial class LabPage : IDisposable
{
    private const string FirstSample = "order-completed";
    private const string Form = "lab";
    private const string Build = "build";
    private const int MostUndo = 20;

    /// <summary>Of all texts that can be brought back, in characters: a circuit holds them in memory.</summary>
    private const int MostUndoLength = 1_000_000;
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(200);
    private static readonly Tabs.Tab[] s_panes = [new(Build, "Build", Panel: "pane-build"), new("preview", "Preview", Panel: "pane-look"), new("send", "Send", Panel: "pane-send")];
    private static readonly List<string> s_events = [.. SampleCatalog.All.Select(sample => sample.Name).Where(name => !name.Contains(':', StringComparison.Ordinal) && !name.Contains('(', StringComparison.Ordinal))];

    private readonly Leaving _leaving = new();
    private readonly List<LabLoad> _before = [];
    private CallEditor? _editor;
    private Connection? _target;
    private bool _picking;
    private string _text = "";
    private LabSource _source = new("nothing");
    private bool _edited;
    private DateTimeOffset? _restored;
    private string? _draftKey;
    private JsonTree.Map? _call;
    private JsonFault? _fault;
    private PreviewView? _preview;
    private IReadOnlyList<EditorMark> _marks = [];
    private IReadOnlyList<SourcePart> _parts = [];
    private int _typed;
    private (string? Sample, string? Delivery, string? Connection, string? Edit) _asked;
    private LiveUpdate? _update;

    [SupplyParameterFromQuery] public string? Sample { get; set; }
    [SupplyParameterFromQuery] public string? Connection { get; set; }
    [SupplyParameterFromQuery] public string? Delivery { get; set; }

    /// <summary>Step that a narrow screen shows.</summary>
    [SupplyParameterFromQuery] public string? Pane { get; set; }

    /// <summary>What the preview shows.</summary>
    [SupplyParameterFromQuery] public string? Side { get; set; }

    [Inject] public required LabSender Sender { get; init; }
    [Inject] public required Viewer Viewer { get; init; }
    [Inject] public required DeliveryQueries Deliveries { get; init; }
    [Inject] public required ConnectionDirectory Directory { get; init; }
    [Inject] public required DraftStore Drafts { get; init; }
    [Inject] public required ChangeFeed Changes { get; init; }
    [Inject] public required TimeProvider Time { get; init; }
    [Inject] public required ViewerTime Clock { get; init; }
    [Inject] public required NavigationManager Navigation { get; init; }
    [Inject] public required ReceiverAddress Address { get; init; }
    [Inject] public required IOptions<ReceivingLimits> Limits { get; init; }
    [Inject] public required ILogger<LabPage> Log { get; init; }

    /// <summary>Null for one that was deleted.</summary>
    private Connection? Target(long id) => Directory.Find(id) is { DeletedAt: null } connection ? connection : null;

    private List<Connection> Targets => [.. Directory.Connections.OrderByDescending(connection => connection.IsSandbox).ThenBy(connection => connection.Name)];

    private int Most => Limits.Value.MaxCallBytes;

    private int Bytes => Encoding.UTF8.GetByteCount(_text);

    private string Size => string.Create(CultureInfo.InvariantCulture, $"{Bytes:N0} bytes of {Most:N0}{(Bytes > Most ? ": too long to be received" : "")}");

    private string PostTo => Address.Of(Navigation.BaseUri);

    protected override async Task OnInitializedAsync()
    {
        _update = new LiveUpdate(Changes, () => InvokeAsync(FollowAsync), LiveUpdate.Calm, Time);
        _asked = Asked;
        _target = PublicId.Parse(Connection, "con") is { } id ? Target(id) : null;
        _target ??= Targets.FirstOrDefault();
        Put(LabLoads.Of(SampleCatalog.Find(Sample) ?? SampleCatalog.Find(FirstSample)!, Time.GetUtcNow()));
        _draftKey = PersonalFilter.KeyOf(await Viewer.FindAsync()) is { } who ? $"draft:{who}:{Form}" : null;
        if (EditId is not null)
        {
            await OpenEditAsync(EditId, load =>
            {
                Put(load);
                return Task.CompletedTask;
            });
        }
        else if (Delivery is not null)
        {
            await OpenAsync(Delivery, Put);
        }
    }

    /// <summary>Another address of this page, from the command box or the history, asks for another call; the one that stood here is one click away.</summary>
    protected override async Task OnParametersSetAsync()
    {
        if (_asked == Asked)
        {
            return;
        }

        var before = _asked;
        _asked = Asked;
        if (EditId is { } edit && edit != before.Edit)
        {
            _refused = null;
            await OpenEditAsync(edit, PickAsync);
            return;
        }

        if (Editing is null && Connection != before.Connection && PublicId.Parse(Connection, "con") is { } id && Target(id) is { } target)
        {
            await AimAsync(target);
        }

        if (Delivery is { } delivery && delivery != before.Delivery)
        {
            LabLoad? load = null;
            await OpenAsync(delivery, found => load = found);
            if (load is not null && _asked.Delivery == delivery)
            {
                await PickAsync(load);
            }
        }
        else if (Sample != before.Sample && SampleCatalog.Find(Sample) is { } sample)
        {
            await PickAsync(LabLoads.Of(sample, Time.GetUtcNow()));
        }
    }

    private (string? Sample, string? Delivery, string? Connection, string? Edit) Asked => (Sample, Delivery, Connection, EditId);

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (firstRender && _hidden is null && await Drafts.FindAsync<LabDraft>(Form) is { Value.Text: { } text } draft && text != _text && !_edited)
        {
            try
            {
                await RestoreAsync(draft, new LabLoad(text, await SourceOfAsync(draft.Value)));
            }
            catch (Exception failure) when (failure is not (OperationCanceledException or SessionEndedException))
            {
                Log.LogError(failure, "The delivery that a draft is an edit of could not be read");   // the draft stays where it is kept
            }

            StateHasChanged();
        }
    }

    private async Task RestoreAsync(Draft<LabDraft> draft, LabLoad load)
    {
        var isAsked = EditId is null ? Sample is null && Delivery is null : draft.Value.Edit == EditId && Editing is not null;
        if (!isAsked)
        {
            _before.Add(load with { Source = load.Source with { Words = "the draft you had" } });   // what was asked for comes first; the draft is one step away
            return;
        }

        Put(load);
        (_restored, _edited) = (draft.At, true);
        _target = Editing is null && PublicId.Parse(draft.Value.Connection, "con") is { } id && Connection is null ? Target(id) ?? _target : _target;
        Show();
        KeepAddress();
        await KeepAsync();   // an edit that is none any more is kept as what it is now
    }

    /// <summary>Takes the text of a delivery, as far as the role may see it; else it is said why there is none.</summary>
    private async Task OpenAsync(string publicId, Action<LabLoad> take)
    {
        try
        {
            var detail = PublicId.Parse(publicId, "dlv") is { } id ? await Deliveries.FindAsync(await Viewer.SightAsync(), id, _leaving.Token) : null;
            if (detail is not null && LabLoads.Of(detail) is { } load)
            {
                _target = Connection is null ? Target(detail.Row.ConnectionId) ?? _target : _target;
                take(load);
            }
            else
            {
                Say(detail is null ? "There is no such delivery" : "The delivery's text is gone: it was purged");
            }
        }
        catch (Exception failure) when (failure is not (OperationCanceledException or SessionEndedException))
        {
            Log.LogError(failure, "A delivery could not be opened in the lab");
            Say("The delivery could not be read: the database did not answer. Reload the page to try again");
        }

        void Say(string why) => _source = _source with { Said = [$"{why}. What stands here is not it."] };
    }

    private string ChosenPane => Array.Exists(s_panes, pane => pane.Id == Pane) ? Pane! : Build;

    private void TurnTo(string pane) => Turn("pane", pane == Build ? null : pane);

    private void TurnPreview(string? side) => Turn("side", side);

    /// <summary>The address carries what is shown, without a step back for every look.</summary>
    private void Turn(string name, string? value) => Navigation.NavigateTo(Navigation.GetUriWithQueryParameter(name, value), replace: true);

    private void Put(LabLoad load)
    {
        (_text, _source, _edited, _restored) = (load.Text, load.Source, false, null);
        (_hidden, _refused, _ended, _knows) = (null, null, null, false);
        _target = Editing is { } edit ? Target(edit.ConnectionId) ?? _target : _target;
        _results.Clear();
        Show();
    }

    /// <summary>Another text in place of this one, which one click brings back.</summary>
    private async Task PickAsync(LabLoad load)
    {
        await SyncAsync();
        _before.Add(new LabLoad(_text, _source));
        while (_before.Count > 1 && (_before.Count > MostUndo || _before.Sum(one => one.Text.Length) > MostUndoLength))
        {
            _before.RemoveAt(0);
        }

        Put(load);
        _picking = false;
        _ended = _before[^1].Source.Edit is { } left && Editing?.Id != left.Id ? $"You no longer edit {left.Name}: what stands here is a call of its own." : null;
        KeepAddress();
        await KeepAsync();
    }

    private async Task UndoAsync()
    {
        Put(_before[^1]);
        _before.RemoveAt(_before.Count - 1);
        KeepAddress();
        await KeepAsync();
        await FollowEditAsync();   // it may have moved on since
    }

    private async Task DiscardAsync()
    {
        await Drafts.DiscardAsync(Form);
        if (Editing is { } edit)
        {
            await OpenEditAsync(edit.Name, load =>
            {
                Put(load);   // as it was before it was edited
                return Task.CompletedTask;
            });
            return;
        }

        Put(LabLoads.Of(SampleCatalog.Find(FirstSample)!, Time.GetUtcNow()));
    }

    private async Task AimAsync(Connection target)
    {
        await SyncAsync();
        _target = target;
        _results.Clear();
        Show();
        await KeepAsync();
    }

    /// <summary>Waits until the typing pauses, so that not every key runs the mapper; a later key calls off the earlier one's preview.</summary>
    private async Task TypeAsync(string text)
    {
        (_text, _edited) = (text, true);
        _results.Clear();
        var mine = ++_typed;
        try
        {
            await Task.Delay(s_pause, Time, _leaving.Token);
        }
        catch (OperationCanceledException)
        {
            return;
        }

        if (mine == _typed)
        {
            Show();
            await KeepAsync();
        }
    }

    /// <summary>What stands on the screen is what is worked with, even if its last key is still on the way.</summary>
    private async Task SyncAsync()
    {
        if (_editor is not null && await _editor.ReadAsync() is var text && text != _text)
        {
            (_text, _edited) = (text, true);
        }
    }

    private async Task<string> ReadAsync()
    {
        await SyncAsync();
        Show();
        return _text;
    }

    private Task SetAsync((CallField Field, string Value) set) => ChangeAsync(text => CallFields.Write(text, set.Field, set.Value));

    private Task RenewAsync() => ChangeAsync(text =>
        JsonText.Set(text, ["messageId"], JsonText.Quote(Made.MessageId())) is { } renewed ? JsonText.Set(renewed, ["timestamp"], JsonText.Quote(TimeWords.Iso(Time.GetUtcNow()))) : null);

    private Task FormatAsync() => ChangeAsync(JsonText.Pretty);

    private async Task ChangeAsync(Func<string, string?> change)
    {
        await SyncAsync();
        if (change(_text) is { } changed && changed != _text)
        {
            (_text, _edited) = (changed, true);
            _results.Clear();
        }

        Show();
        await KeepAsync();
    }

    private void Show()
    {
        _typed++;
        _target = _target is null ? null : Target(_target.Id) ?? _target;
        _fault = JsonFault.Find(_text);
        _call = _fault is null ? SafeJson.Read(_text) as JsonTree.Map : null;
        var result = _fault is null && _target is not null
            ? CallPreview.Of(Encoding.UTF8.GetBytes(_text), _target, CallPreview.TypedNow(Time.GetUtcNow()), Time.GetUtcNow())
            : null;
        (_mapped, _preview) = (result, result is null ? null : PreviewView.Of(result));
        Mark(result);
    }

    private void Mark(PreviewResult? result)
    {
        if (_fault is { } fault)
        {
            (_marks, _parts) = ([new EditorMark(fault.Offset, fault.Offset + 1, "error", fault.Text, "JSON")], []);
            return;
        }

        var places = JsonPlaces.Of(_text);
        var notes = result?.Notes ?? [];
        _marks = [.. notes.Select(note => places?.Find(note.Path ?? "") is { } at
            ? new EditorMark(at.Key < 0 ? at.Start : at.Key, at.Key < 0 || at.End - at.Start < 80 ? at.End : at.Start + 1, Word(note.Severity), $"{note.Text} {note.Remedy}", note.Code)
            : null).OfType<EditorMark>()];
        _parts = [.. (result?.Provenance ?? []).Select(row => row.Source).Concat(notes.Select(note => note.Path)).OfType<string>().Distinct(StringComparer.Ordinal)
            .Select(path => places?.Find(path) is { } at ? new SourcePart(path, at.Key < 0 ? at.Start : at.Key, at.End) : null).OfType<SourcePart>()];
    }

    private static string Word(NoteSeverity severity) => severity.ToString().ToLowerInvariant();

    private async Task KeepAsync()
    {
        if (_source.IsPrivate)
        {
            return;   // it was shown for as long as this page is open
        }

        try
        {
            await Drafts.KeepAsync(Form, new LabDraft(WriteKey().Replace(_text, "$1\"\""), _source.Words, _target is null ? null : PublicId.Connection(_target.Id), Editing?.Name));
        }
        catch (Exception gone) when (gone is JSDisconnectedException or OperationCanceledException)
        {
            // The browser itself goes on keeping what is typed.
        }
    }

    /// <summary>No secret is ever in a draft; the script in the browser does the same.</summary>
    [GeneratedRegex(@"(""writeKey""\s*:\s*)""[^""\n]*""", RegexOptions.IgnoreCase)]
    private static partial Regex WriteKey();

    private Task GoToFaultAsync() => _editor is not null && _fault is not null ? _editor.SelectAsync(_fault.Offset, 1).AsTask() : Task.CompletedTask;

    public void Dispose()
    {
        _update?.Dispose();
        _leaving.Dispose();
    }
}
