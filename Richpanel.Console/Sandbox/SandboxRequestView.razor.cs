using System.Text;
using Microsoft.AspNetCore.Components;
using Richpanel.Console.Shared;
using Richpanel.Core;
using Richpanel.Core.Connections;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Deliveries.Log;
using Richpanel.Core.Deliveries.Query;
using Richpanel.Core.Sandbox;

namespace Richpanel.Console.Sandbox;

/// <summary>One request from every side, and the deliveries that sent it.</summary>
public sealed partial class SandboxRequestView : IDisposable
{
    /// <summary>An answer of which nothing is known by then was not written down: the longest delay is a minute.</summary>
    internal static readonly TimeSpan LongestAnswer = TimeSpan.FromMinutes(2);

    private const int MostRaw = 64 * 1024;

    /// <summary>Calls of one request whose deliveries are looked for.</summary>
    private const int MostLooked = 10;

    private readonly Leaving _leaving = new();
    private SandboxRequestDetail? _detail;
    private IReadOnlyList<DeliveryRow?> _deliveries = [];
    private string _whole = "";
    private bool _isMasked;
    private bool _isGone;
    private bool _failed;
    private LiveUpdate? _update;

    [Parameter, EditorRequired] public long Id { get; set; }

    [Parameter, EditorRequired] public required SandboxView View { get; set; }

    /// <summary>Address of the one above it in the list; null = it is the first.</summary>
    [Parameter] public string? NewerTo { get; set; }

    [Parameter] public string? OlderTo { get; set; }

    [Inject] public required SandboxQueries Queries { get; init; }
    [Inject] public required LogReader Reader { get; init; }
    [Inject] public required ConnectionDirectory Directory { get; init; }
    [Inject] public required Viewer Viewer { get; init; }
    [Inject] public required ChangeFeed Changes { get; init; }
    [Inject] public required TimeProvider Clock { get; init; }
    [Inject] public required ILogger<SandboxRequestView> Log { get; init; }

    private string Raw => _whole.Length > MostRaw ? _whole[..MostRaw] : _whole;

    protected override async Task OnInitializedAsync()
    {
        _update = new LiveUpdate(Changes, () => InvokeAsync(RefreshAsync), LiveUpdate.Calm, Clock);
        await ReadAsync();
    }

    /// <summary>A request does not change once it is answered; the state of its deliveries does, until each has its end.</summary>
    private Task RefreshAsync() => _failed || HasEnded ? Task.CompletedTask : ReadAsync();

    private bool HasEnded => _detail is { Request.TookMs: not null }
        && _deliveries.All(delivery => delivery is null ? Clock.GetUtcNow() - _detail.Request.At > LongestAnswer : delivery.State is not (DeliveryState.Waiting or DeliveryState.Sending));

    private async Task ReadAsync()
    {
        try
        {
            var sight = await Viewer.SightAsync();
            var detail = _detail is { Request.TookMs: not null } ? _detail : await Queries.RequestAsync(sight, Id, _leaving.Token);
            if (detail is not null)
            {
                _deliveries = await DeliveriesOfAsync(detail, sight);
            }

            if (!ReferenceEquals(detail, _detail))
            {
                _whole = detail is null ? "" : Encoding.UTF8.GetString(detail.Request.Body);
            }

            (_detail, _isGone, _isMasked, _failed) = (detail, detail is null, !sight.IsClear, false);
        }
        catch (Exception end) when (end is OperationCanceledException or SessionEndedException)
        {
            return;   // the person has left the page, or may not see it any more
        }
        catch (Exception failure)
        {
            Log.LogError(failure, "A request of the sandbox could not be read");
            _failed = true;
        }

        StateHasChanged();
    }

    /// <summary>By the event id, which is the messageId; of repeats the one that was sent.</summary>
    private async Task<IReadOnlyList<DeliveryRow?>> DeliveriesOfAsync(SandboxRequestDetail detail, Core.Privacy.Sight sight)
    {
        var sandbox = Directory.Connections.FirstOrDefault(connection => connection.IsSandbox);
        var found = new List<DeliveryRow?>();
        foreach (var id in detail.EventIds.Take(MostLooked))
        {
            var lines = sandbox is null || id.Length == 0
                ? []
                : (await Reader.PageAsync(new LogAsk(LogQuery.All.With(new LogTerm(LogKey.Message, id)), sight) { Among = [sandbox.Id] }, LogPlace.Newest, MostLooked, _leaving.Token)).Rows;
            found.Add((lines.FirstOrDefault(line => line.Row.State != DeliveryState.Skipped) ?? (lines is [var newest, ..] ? newest : null))?.Row);
        }

        return found;
    }

    public void Dispose()
    {
        _update?.Dispose();
        _leaving.Dispose();
    }
}
