using Microsoft.AspNetCore.Components;
using Richpanel.Console.Shared;
using Richpanel.Core.Connections;
using Richpanel.Core.Onboarding;

namespace Richpanel.Console.Connections;

public sealed partial class AddressCheck : IDisposable
{
    private readonly Leaving _leaving = new();
    private readonly List<CheckStep> _done = [];
    private IReadOnlyList<CheckStepName> _plan = [];
    private string _address = "";
    private string? _refused;
    private bool _busy;

    /// <summary>What the button says.</summary>
    [Parameter] public RenderFragment? ChildContent { get; set; }

    /// <summary>What is looked at, asked at the click.</summary>
    [Parameter, EditorRequired] public required Func<Connection> Target { get; set; }

    /// <summary>It stands in a form and is not saved.</summary>
    [Parameter] public bool IsTyped { get; set; }

    /// <summary>What is said when it can be reached.</summary>
    [Parameter] public string Good { get; set; } = "The address can be reached. Whether the key is right, only a look into Richpanel shows.";

    [Inject] public required ConnectionCheck Check { get; init; }
    [Inject] public required Viewer Viewer { get; init; }
    [Inject] public required FirstSteps Steps { get; init; }

    private bool Passed => _done.All(step => step.Passed);

    private async Task RunAsync()
    {
        var target = Target();
        _done.Clear();
        (_plan, _refused) = ([], ConnectionValidator.AddressFaultOf(target)?.Text);
        if (_refused is not null)
        {
            return;
        }

        (_busy, _plan, _address) = (true, Check.Plan(target), target.BaseUrl);
        try
        {
            _refused = await Viewer.RefusalAsync(by => IsTyped ? Check.RunTypedAsync(by, target, _leaving.Token, Show) : Check.RunAsync(by, target, _leaving.Token, Show));
            if (_refused is null && !IsTyped && !target.IsSandbox && Passed)
            {
                await Steps.ReachedAsync(OnboardingStep.Check);
            }
        }
        catch (OperationCanceledException) when (_leaving.IsCancellationRequested)
        {
            return;   // the person has left the page
        }

        _busy = false;
    }

    /// <summary>Each step the moment it ends. It ends wherever it ran, so the page is called into its own turn.</summary>
    private void Show(CheckStep step) => _ = InvokeAsync(() =>
    {
        _done.Add(step);
        StateHasChanged();
    });

    private static string Words(CheckStepName name) => name switch
    {
        CheckStepName.Resolve => "Resolve the host",
        CheckStepName.Connect => "Connect",
        CheckStepName.Tls => "TLS",
        _ => "Answer",
    };

    public void Dispose() => _leaving.Dispose();
}
