using Microsoft.AspNetCore.Components;
using Richpanel.Console.Shared;
using Richpanel.Core.Access;
using Richpanel.Core.Connections;

namespace Richpanel.Console.Connections;

public sealed partial class SecretFacts<TRow> : IDisposable
    where TRow : class, IKeepsSecret
{
    private readonly Leaving _leaving = new();
    private DateTimeOffset? _asked;
    private bool _knows;
    private string? _setBy;
    private string? _said;

    /// <summary>Give it the row's id as key: what is known of one secret is not known of another.</summary>
    [Parameter, EditorRequired] public required TRow Row { get; set; }

    /// <summary>Who set the secret that is stored now; null when nobody knows.</summary>
    [Parameter, EditorRequired] public required Func<TRow, CancellationToken, Task<string?>> WhoSetIt { get; set; }

    [Parameter, EditorRequired] public required Func<Actor, Task<SaveOutcome<TRow>>> RollBack { get; set; }

    [Parameter, EditorRequired] public required Func<Actor, Task<SaveOutcome<TRow>>> Forget { get; set; }

    [Parameter, EditorRequired] public required string AcceptedMeans { get; set; }

    /// <summary>What the one before is still good for; null = only for going back.</summary>
    [Parameter] public string? PreviousMeans { get; set; }

    /// <summary>The one before is in use again: what was wrong may be mended.</summary>
    [Parameter] public EventCallback OnBack { get; set; }

    /// <summary>Said once the one before is gone.</summary>
    [Parameter] public string Forgotten { get; set; } = "The secret before is gone.";

    [Inject] public required ViewerTime Time { get; init; }
    [Inject] public required Viewer Viewer { get; init; }
    [Inject] public required ILogger<SecretStore> Log { get; init; }

    private bool KeepsPrevious => Row.KeepsPrevious(Time.Now);

    /// <summary>Live changes come often; who set it is asked once for each secret.</summary>
    protected override async Task OnParametersSetAsync()
    {
        if (_knows && _asked == Row.SetAt)
        {
            return;
        }

        (_knows, _asked, _setBy) = (true, Row.SetAt, null);
        try
        {
            _setBy = await WhoSetIt(Row, _leaving.Token);
        }
        catch (OperationCanceledException)
        {
            // The person has left the page.
        }
        catch (Exception failure)
        {
            Log.LogError(failure, "Who set a secret could not be read");   // everything else about it is known
        }
    }

    private async Task RollBackAsync()
    {
        const string Done = "The secret before is in use again. You can go back the same way while the other one is kept.";
        await DoAsync(RollBack, Done);
        if (_said == Done)
        {
            await OnBack.InvokeAsync();
        }
    }

    private Task ForgetAsync() => DoAsync(Forget, Forgotten);

    private async Task DoAsync(Func<Actor, Task<SaveOutcome<TRow>>> act, string done) => _said = await Viewer.RefusalAsync(async by =>
        _said = (await act(by)).Match(_ => done, faults => string.Join(' ', faults.Select(fault => fault.Text)), () => "What it belongs to is gone.")) ?? _said;

    public void Dispose() => _leaving.Dispose();
}
