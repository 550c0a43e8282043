using Microsoft.AspNetCore.Components;
using Richpanel.Console.Shared;
using Richpanel.Core;
using Richpanel.Core.Connections;
using Richpanel.Core.Retries;

namespace Richpanel.Console.Retries;

/// <summary>One bulk retry, replay or cancel: how far it is, what became of its deliveries, and the buttons that steer it.</summary>
public sealed partial class RetryPage : IDisposable
{
    private readonly Leaving _leaving = new();
    private RetryView? _view;
    private IReadOnlyList<RetrySkip>? _skips;
    private string? _asked;
    private bool _isMissing;
    private bool _failed;
    private LiveUpdate? _update;

    [Parameter] public string PublicRetryId { get; set; } = "";

    [Inject] public required RetryQueries Queries { get; init; }
    [Inject] public required ConnectionDirectory Directory { get; init; }
    [Inject] public required ChangeFeed Changes { get; init; }
    [Inject] public required Viewer Viewer { get; init; }
    [Inject] public required ViewerTime Time { get; init; }
    [Inject] public required ILogger<RetryPage> Log { get; init; }

    private string Name => _view is { } view ? $"{RetryWords.Kind(view.Batch)} of {RetryWords.Count(view.Batch.Kind, view.Progress.Planned)}" : "Retry";

    private bool IsCancel => _view is { } view && RetryWords.IsCancel(view);

    private bool IsOnItsWay => _view is { Batch: { State: RetryState.Running, Sends: true } };

    protected override void OnInitialized()
    {
        _update = new LiveUpdate(Changes, () => InvokeAsync(ReadAsync));
        Time.Ticked += Tick;
    }

    protected override async Task OnParametersSetAsync()
    {
        if (_asked != PublicRetryId)
        {
            (_asked, _view, _skips, _isMissing) = (PublicRetryId, null, null, false);
            await ReadAsync();
        }
    }

    private async Task ReadAsync()
    {
        try
        {
            var by = await Viewer.ActorAsync();
            var view = PublicId.Parse(PublicRetryId, "rty") is { } id ? await Queries.FindAsync(by, id, _leaving.Token) : null;
            _isMissing = view is null;
            if (view is { Progress.Skipped: var skipped } && skipped != (_view?.Progress.Skipped ?? 0))
            {
                _skips = await Queries.SkipsAsync(by, view.Batch.Id, _leaving.Token);
            }

            (_view, _failed) = (view, false);
        }
        catch (OperationCanceledException) when (_leaving.IsCancellationRequested)
        {
            return;   // the person has left the page
        }
        catch (Exception failure) when (failure is not (OperationCanceledException or SessionEndedException or ObjectDisposedException))
        {
            Log.LogError(failure, "A bulk retry could not be read");
            _failed = true;
        }

        StateHasChanged();
    }

    private string LinkTo(RetryResult result) => LogLink.To(RetryWords.Query(_view!.Batch, result));

    private string ConnectionName(string publicId) => PublicId.Parse(publicId, "con") is { } id && Directory.Find(id) is { } connection ? connection.Name : publicId;

    private static string Percent(RetryProgress progress) => ((progress.Planned - progress.Left) * 100 / progress.Planned).ToString(System.Globalization.CultureInfo.InvariantCulture);

    private void Tick() => _ = InvokeAsync(StateHasChanged);

    public void Dispose()
    {
        Time.Ticked -= Tick;
        _update?.Dispose();
        _leaving.Dispose();
    }
}
