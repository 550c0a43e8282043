using Microsoft.AspNetCore.Components;
using Richpanel.Console.Shared;
using Richpanel.Core.Connections;
using Richpanel.Core.Preview;

namespace Richpanel.Console.Connections;

/// <summary>The trial of a connection: marked test visitors sent by hand, and what people saw of them.</summary>
public sealed partial class TrialPanel : IDisposable
{
    private readonly Leaving _leaving = new();
    private readonly List<TrialWay> _chosen = [];
    private IReadOnlyList<Trial>? _trials;
    private long? _asked;
    private string? _said;
    private bool _bad;
    private bool _busy;
    private bool _failed;

    [Parameter, EditorRequired] public required Connection Connection { get; set; }

    [Inject] public required ConnectionTrials Trials { get; init; }
    [Inject] public required ConnectionStore Store { get; init; }
    [Inject] public required Viewer Viewer { get; init; }
    [Inject] public required ILogger<TrialPanel> Log { get; init; }

    /// <summary>The newest that was seen, sent as the connection sends now.</summary>
    private Trial? Confirmed => _trials?.FirstOrDefault(trial => trial.Answer == TrialAnswer.Seen && trial.Way == TrialWay.Of(Connection));

    private string Question =>
        $"Send {_chosen.Count} marked test visitor{(_chosen.Count == 1 ? "" : "s")} to {Connection.Name} ({Connection.Environment}){(Connection.IsSandbox ? "?" : "? They appear there as customers and cannot be deleted.")}";

    protected override async Task OnParametersSetAsync()
    {
        if (_asked == Connection.Id)
        {
            return;
        }

        (_asked, _said, _trials) = (Connection.Id, null, null);
        _chosen.Clear();
        if (ConnectionTrials.FaultOf(Connection, TrialWay.Of(Connection)) is null)
        {
            _chosen.Add(TrialWay.Of(Connection));
        }

        await ReadAsync();
    }

    private async Task ReadAsync()
    {
        try
        {
            _trials = await Trials.ListAsync(Connection.Id, _leaving.Token);
            _failed = false;
        }
        catch (OperationCanceledException)
        {
            // The person has left the page.
        }
        catch (Exception failure)
        {
            Log.LogError(failure, "The trials of a connection could not be read");
            _failed = true;
        }
    }

    private void Choose(TrialWay way, bool on)
    {
        _chosen.Remove(way);
        if (on)
        {
            _chosen.Add(way);
        }
    }

    private async Task SendAsync()
    {
        (_busy, _said, _bad) = (true, $"Sending {_chosen.Count}…", false);
        try
        {
            var refused = await Viewer.RefusalAsync(async by =>
            {
                List<string> faults = [];
                var sent = 0;
                foreach (var way in TrialWay.All.Where(_chosen.Contains))
                {
                    var outcome = await Trials.SendAsync(by, Connection.Id, way, _leaving.Token);
                    outcome.Match(_ => sent++, found => { faults.AddRange(found.Select(fault => fault.Text)); return 0; }, () => { faults.Add("The connection is gone."); return 0; });
                    await ReadAsync();
                    StateHasChanged();
                }

                (_said, _bad) = faults.Count > 0
                    ? (string.Join(' ', faults.Distinct()), true)
                    : ($"Sent {sent}. In about five minutes look for the name{(sent == 1 ? "" : "s")} below among Richpanel's customers, then answer here.", false);
            });
            (_said, _bad) = refused is null ? (_said, _bad) : (refused, true);
        }
        catch (OperationCanceledException) when (_leaving.IsCancellationRequested)
        {
            return;   // the person has left the page
        }

        _busy = false;
    }

    private async Task AnswerAsync(Trial trial, TrialAnswer answer)
    {
        var refused = await Viewer.RefusalAsync(async by => (_said, _bad) = (await Trials.AnswerAsync(by, trial.Id, answer)).Match(
            _ => ($"Kept: “{trial.VisitorName}” was {(answer == TrialAnswer.Seen ? "seen" : "not seen")} in Richpanel.", false),
            faults => (string.Join(' ', faults.Select(fault => fault.Text)), true),
            () => ("The trial is gone.", true)));
        (_said, _bad) = refused is null ? (_said, _bad) : (refused, true);
        await ReadAsync();
    }

    private async Task UseAsync(Trial trial)
    {
        var refused = await Viewer.RefusalAsync(async by =>
            (_said, _bad) = (await Store.UpdateAsync(by, Connection.Id, new ConnectionDraft { Transport = trial.Transport, SignatureHash = trial.Hash })).Match(
                _ => ($"From now on {Connection.Name} sends by {trial.Way.Words}.", false),
                faults => (string.Join(' ', faults.Select(fault => fault.Text)), true),
                () => ("The connection is gone.", true)));
        (_said, _bad) = refused is null ? (_said, _bad) : (refused, true);
    }

    private static string IdOf(TrialWay way) => $"way-{way.Transport}-{way.Hash?.ToString() ?? "None"}".ToLowerInvariant();

    private static string SeenIn(TrialWay way) => way switch
    {
        { Transport: Transport.Single, Hash: SignatureHash.Sha256 } => "the default here; seen nowhere yet on /t",
        { Transport: Transport.Single, Hash: SignatureHash.Md5 } => "seen in Richpanel's WooCommerce plugin",
        { Transport: Transport.Single } => "seen in Richpanel's browser script and Android SDK",
        { Hash: SignatureHash.Sha256 } => "seen in the Magento 2 module, for orders only",
        _ => "seen in the WooCommerce plugin, for orders only",
    };

    public void Dispose() => _leaving.Dispose();
}
