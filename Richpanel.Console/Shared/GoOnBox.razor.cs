using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Options;
using Richpanel.Core.Connections;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Deliveries.Flow;
using Richpanel.Core.Ledger;

namespace Richpanel.Console.Shared;

public sealed partial class GoOnBox : IDisposable
{
    private static readonly int[] s_rates = [5, 20, 50, 200, Recovery.MostRate];

    private readonly Leaving _leaving = new();
    private ModalBox? _box;
    private long? _waiting;
    private bool _canary;
    private int _rate;
    private string _reason = "";
    private string? _fault;
    private bool _closed;

    [Parameter, EditorRequired] public required Connection Connection { get; set; }

    /// <summary>Ends the hold; else the pause.</summary>
    [Parameter] public bool IsHold { get; set; }

    /// <summary>A check of the connection as it is now has just passed.</summary>
    [Parameter] public bool Checked { get; set; }

    /// <summary>It is closed, take it out of the page: null, or why the wish was refused.</summary>
    [Parameter] public EventCallback<string?> OnClosed { get; set; }

    [Inject] public required ConnectionHolds Holds { get; init; }
    [Inject] public required LedgerQueries Ledger { get; init; }
    [Inject] public required IOptions<DeliveryOptions> Options { get; init; }
    [Inject] public required Viewer Viewer { get; init; }
    [Inject] public required ILogger<GoOnBox> Log { get; init; }

    /// <summary>A hold is released by a person; after a check that passed, what was held simply goes on.</summary>
    private string Verb => IsHold && !Checked ? "Release" : "Resume";

    /// <summary>Nothing has shown yet that what was wrong is mended.</summary>
    private bool NeedsReason => IsHold && !Checked;

    private string Press => Checked && _waiting is > 0 and { } held ? $"Resume {Numbers.Of(held)} held" : Verb;

    private string Words => _waiting switch
    {
        null => "The deliveries that have waited",
        0 => "Nothing has waited; new deliveries",
        1 => "1 delivery that has waited is to",
        { } count => $"{Numbers.Of(count)} deliveries that have waited",
    };

    private bool IsProduction => Connection is { IsSandbox: false, Environment: ConnectionEnvironment.Production };

    private string Estimate => _rate == 0 || _waiting is not > 0
        ? ""
        : $"That takes about {TimeWords.Length(TimeSpan.FromSeconds(Math.Max(1, _waiting.Value / (double)_rate)))}.";

    protected override async Task OnInitializedAsync()
    {
        _canary = IsHold;
        _rate = s_rates.MinBy(rate => Math.Abs(rate - Options.Value.RecoveryRate));
        try
        {
            var ledger = await Ledger.ReadAsync(_leaving.Token);
            _waiting = ledger.Connections.FirstOrDefault(line => line.ConnectionId == Connection.Id)?.Line.Waiting ?? 0;
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            Log.LogError(failure, "How many deliveries wait for a connection could not be read");   // it can be ended without
        }
        catch (OperationCanceledException)
        {
            // The person has left the page.
        }
    }

    private async Task GoOnAsync()
    {
        _fault = NeedsReason ? ConnectionHolds.ReleaseFault(_reason) : null;
        if (_fault is not null)
        {
            return;
        }

        var how = new Recovery(_rate == 0 ? null : _rate, _canary);
        var reason = string.IsNullOrWhiteSpace(_reason) ? null : _reason.Trim();
        var changed = false;
        var refused = await Viewer.RefusalAsync(async by =>
            changed = IsHold ? await Holds.ReleaseAsync(by, Connection.Id, reason, how) : await Holds.ResumeAsync(by, Connection.Id, reason, how));
        await EndAsync(refused ?? (changed ? null : "It was going on already: what you chose was not applied."));
    }

    private Task CloseAsync() => EndAsync(null);

    /// <summary>The browser tells of a close that was ours, too.</summary>
    private async Task EndAsync(string? refused)
    {
        if (_closed)
        {
            return;
        }

        _closed = true;
        if (_box is not null)
        {
            await _box.CloseAsync();
        }

        await OnClosed.InvokeAsync(refused);
    }

    public void Dispose() => _leaving.Dispose();
}
