using Microsoft.AspNetCore.Components;
using Richpanel.Console.Shared;
using Richpanel.Core;
using Richpanel.Core.Retention;
using Richpanel.Core.Storage;

namespace Richpanel.Console.Retention;

/// <summary>The rules, what they would remove, the rounds so far, and what became of the space.</summary>
public sealed partial class RetentionPage : IDisposable
{
    private const int RunsShown = 20;

    private readonly Leaving _leaving = new();
    private RetentionSettings? _settings;
    private RetentionRules? _tried;
    private IReadOnlyList<RetentionRun> _runs = [];
    private DatabaseSpaceUse? _space;
    private string? _refused;
    private bool _failed;
    private LiveUpdate? _update;

    [Inject] public required RetentionStore Store { get; init; }
    [Inject] public required RetentionCare Care { get; init; }
    [Inject] public required DatabaseSpace Space { get; init; }
    [Inject] public required Viewer Viewer { get; init; }
    [Inject] public required ChangeFeed Changes { get; init; }
    [Inject] public required TimeProvider Clock { get; init; }
    [Inject] public required ILogger<RetentionPage> Log { get; init; }

    protected override async Task OnInitializedAsync()
    {
        _update = new LiveUpdate(Changes, () => InvokeAsync(ReadAsync), LiveUpdate.Calm, Clock);
        await ReadAsync();
    }

    private async Task ReadAsync()
    {
        try
        {
            (_settings, _runs) = (await Store.SettingsAsync(_leaving.Token), await Store.RunsAsync(RunsShown, _leaving.Token));
            (_space, _failed) = (Space.Read(), false);
        }
        catch (OperationCanceledException) when (_leaving.IsCancellationRequested)
        {
            return;   // the person has left the page
        }
        catch (Exception failure) when (failure is not (OperationCanceledException or SessionEndedException or ObjectDisposedException))
        {
            Log.LogError(failure, "The retention could not be read");
            _failed = _settings is null;   // what is shown stays, with what is typed
        }

        StateHasChanged();
    }

    /// <summary>What is typed above, before it is saved.</summary>
    private void Try(RetentionRules rules) => _tried = rules;

    private async Task RunAsync()
    {
        var begun = false;
        _refused = await Viewer.RefusalAsync(async by => begun = await Care.RunNowAsync(by));
        _refused ??= begun ? null : "A round is under way already.";
        await ReadAsync();
    }

    private async Task StopAsync()
    {
        _refused = await Viewer.RefusalAsync(by => Care.StopRoundAsync(by));   // one that has just ended needs no stop
        await ReadAsync();
    }

    public void Dispose()
    {
        _update?.Dispose();
        _leaving.Dispose();
    }
}
