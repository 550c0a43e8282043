using Microsoft.AspNetCore.Components;
using Richpanel.Console.Shared;
using Richpanel.Core;
using Richpanel.Core.Retries;

namespace Richpanel.Console.Retries;

public sealed partial class RetriesPage : IDisposable
{
    private readonly Leaving _leaving = new();
    private IReadOnlyList<RetryView>? _views;
    private RetryAsk? _wish;
    private bool _asking;
    private bool _failed;
    private LiveUpdate? _update;

    [Inject] public required RetryQueries Queries { get; init; }
    [Inject] public required ChangeFeed Changes { get; init; }
    [Inject] public required Viewer Viewer { get; init; }
    [Inject] public required ILogger<RetriesPage> Log { get; init; }

    protected override async Task OnInitializedAsync()
    {
        _update = new LiveUpdate(Changes, () => InvokeAsync(ReadAsync));
        await ReadAsync();
    }

    private async Task ReadAsync()
    {
        try
        {
            _views = await Queries.ListAsync(await Viewer.ActorAsync(), null, _leaving.Token);
            _failed = false;
        }
        catch (OperationCanceledException) when (_leaving.IsCancellationRequested)
        {
            return;   // the person has left the page
        }
        catch (Exception failure) when (failure is not (OperationCanceledException or SessionEndedException or ObjectDisposedException))
        {
            Log.LogError(failure, "The list of retries could not be read");
            _failed = true;
        }

        StateHasChanged();
    }

    /// <summary>One box after the other: what was asked for is counted in the next.</summary>
    private void Plan(RetryAsk wish) => (_asking, _wish) = (false, wish);

    public void Dispose()
    {
        _update?.Dispose();
        _leaving.Dispose();
    }
}
