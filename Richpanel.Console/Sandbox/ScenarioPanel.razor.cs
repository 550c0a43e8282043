using Microsoft.AspNetCore.Components;
using Richpanel.Console.Shared;
using Richpanel.Core;
using Richpanel.Core.Sandbox;

namespace Richpanel.Console.Sandbox;

/// <summary>How the sandbox answers now, and the editor of how it shall. What stands in the form is applied by its button alone.</summary>
public sealed partial class ScenarioPanel : IDisposable
{
    private const int MostShown = 12;

    private List<StepInput> _steps = [];
    private int _seed = 1;
    private bool _open;
    private bool _tried;
    private string? _said;
    private string? _refused;
    private IReadOnlyList<StepFault> _faults = [];
    private (SandboxScenario Scenario, ScenarioPosition Position) _now;
    private LiveUpdate? _update;

    [Inject] public required SandboxScenarios Scenarios { get; init; }
    [Inject] public required SandboxControl Control { get; init; }
    [Inject] public required Viewer Viewer { get; init; }
    [Inject] public required ChangeFeed Changes { get; init; }

    protected override void OnInitialized()
    {
        _now = Scenarios.Now;
        _update = new LiveUpdate(Changes, () => InvokeAsync(Refresh));
    }

    /// <summary>The step that is next moves with each request; somebody else may have set another scenario.</summary>
    private void Refresh()
    {
        _now = Scenarios.Now;
        StateHasChanged();
    }

    private void Toggle()
    {
        _open = !_open;
        if (_open)
        {
            Fill(_now.Scenario);
        }
    }

    private void Fill(SandboxScenario scenario) =>
        (_steps, _seed, _faults, _tried, _said) = ([.. scenario.Steps.Select(StepInput.Of)], scenario.Seed, [], false, "Not applied yet.");

    private void Add()
    {
        _steps.Add(new StepInput());
        Check();
    }

    private void Remove(int at)
    {
        _steps.RemoveAt(at);
        Check();
    }

    private void Move(int at, int by)
    {
        (_steps[at], _steps[at + by]) = (_steps[at + by], _steps[at]);
        Check();
    }

    /// <summary>What is wrong is said from the first try on, and then as it is mended.</summary>
    private void Check() => (_faults, _said) = (_tried ? Asked().StepFaults() : [], "Not applied yet.");

    private List<string> FaultsOf(int step) => [.. _faults.Where(fault => fault.Step == step).Select(ScenarioWords.Of)];

    private SandboxScenario Asked() => new([.. _steps.Select(step => step.ToStep())], _seed);

    private async Task ApplyAsync()
    {
        var asked = Asked();
        (_tried, _faults) = (true, asked.StepFaults());
        if (asked.Faults().Count > 0)
        {
            _said = "Not applied: see what is marked.";
            return;
        }

        await SetAsync(asked);
        _said = _refused is null ? "Applied: it begins with step 1." : "Not applied.";
    }

    private Task RestartAsync() => SetAsync(_now.Scenario);

    private Task ResetAsync() => SetAsync(SandboxScenario.AsRichpanel);

    private async Task SetAsync(SandboxScenario scenario)
    {
        _refused = await Viewer.RefusalAsync(by => Control.SetScenarioAsync(by, scenario));
        _now = Scenarios.Now;
        Changes.Raise();   // others who have the page open
    }

    public void Dispose() => _update?.Dispose();
}
