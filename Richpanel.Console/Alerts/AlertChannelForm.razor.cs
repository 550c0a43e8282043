using Microsoft.AspNetCore.Components;
using Richpanel.Console.Shared;
using Richpanel.Core.Access;
using Richpanel.Core.Alerts;
using Richpanel.Core.Connections;

namespace Richpanel.Console.Alerts;

/// <summary>A channel, new or changed. What stands against it stands at its field.</summary>
public sealed partial class AlertChannelForm
{
    private IReadOnlyList<FieldFault> _faults = [];
    private ElementReference _title;
    private string _name = "";
    private string? _refused;
    private bool _busy;

    [Parameter, EditorRequired] public required AlertChannelInput Input { get; set; }
    [Parameter] public EventCallback<AlertChannel> OnSaved { get; set; }
    [Parameter] public EventCallback OnCancel { get; set; }

    [Inject] public required AlertChannels Store { get; init; }
    [Inject] public required ConnectionDirectory Directory { get; init; }
    [Inject] public required Viewer Viewer { get; init; }

    private string KindHelp => Input.Kind switch
    {
        AlertChannelKind.Slack => "An incoming webhook of Slack; Mattermost, Rocket.Chat and Discord's /slack address take the same.",
        AlertChannelKind.Mail => "A letter of plain text by your mail server.",
        _ => "A POST with JSON: state, cause, counts, link and what to do for each thing told.",
    };

    protected override void OnInitialized()
    {
        _name = Input.Name;
        Input.Chosen.IntersectWith(Directory.Connections.Select(connection => connection.Id));   // what is deleted has no box to take it off
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (firstRender)
        {
            await _title.FocusAsync();
        }
    }

    private async Task SaveAsync()
    {
        if (Input is { OnlySome: true, Chosen.Count: 0 })
        {
            _faults = [new FieldFault("Connections", "Choose at least one connection below, or all.")];   // the store takes none for all
            return;
        }

        _busy = true;
        AlertChannel? saved = null;
        try
        {
            _refused = await Viewer.RefusalAsync(async by => saved = await SaveAsync(by));
        }
        finally
        {
            _busy = false;
        }

        if (saved is not null)
        {
            await OnSaved.InvokeAsync(saved);
        }
    }

    private async Task<AlertChannel?> SaveAsync(Actor by)
    {
        var outcome = Input.Id is { } id ? await Store.ChangeAsync(by, id, Input.Draft()) : await Store.CreateAsync(by, Input.Draft());
        _faults = outcome.Match(_ => [], faults => faults, () => [new FieldFault("Name", "This channel is gone: somebody has deleted it.")]);
        return outcome is SaveOutcome<AlertChannel>.Saved { Value: var channel } ? channel : null;
    }

    private string SecretHelp(string usual) => Input.HasSecret ? "Stored, and never shown again. Type to replace it; leave it empty to keep it." : usual;

    private void TypeSecret(ChangeEventArgs change) => Input.NewSecret = change.Value?.ToString() is { Length: > 0 } typed ? typed : null;

    private void Choose(Connection connection, bool isChosen) => _ = isChosen ? Input.Chosen.Add(connection.Id) : Input.Chosen.Remove(connection.Id);

    private string? Fault(string field) => _faults.Where(fault => fault.Field == field).Select(fault => fault.Text).FirstOrDefault();

    /// <summary>Ids of the texts that describe a control: what is wrong with it comes first.</summary>
    private string SaidBy(string id, string field) => Fault(field) is null ? $"{id}-help" : $"{id}-fault {id}-help";

    private string? IsBad(string field) => Fault(field) is null ? null : "true";
}
