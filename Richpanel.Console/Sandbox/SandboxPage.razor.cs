using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Options;
using Richpanel.Console.Shared;
using Richpanel.Core;
using Richpanel.Core.Connections;
using Richpanel.Core.Sandbox;

namespace Richpanel.Console.Sandbox;

/// <summary>The frame: which tab, how full it is, clear and export. Each tab reads its own rows.</summary>
public sealed partial class SandboxPage : IDisposable
{
    private readonly Leaving _leaving = new();
    private SandboxView _view = new();
    private SandboxSize? _size;
    private bool _notFor;
    private string? _said;
    private LiveUpdate? _update;

    [SupplyParameterFromQuery] public string? Tab { get; set; }
    [SupplyParameterFromQuery] public string? Request { get; set; }
    [SupplyParameterFromQuery] public string? Pane { get; set; }
    [SupplyParameterFromQuery] public string? Only { get; set; }
    [SupplyParameterFromQuery] public string? Before { get; set; }
    [SupplyParameterFromQuery] public string? Of { get; set; }

    [Inject] public required SandboxQueries Queries { get; init; }
    [Inject] public required SandboxControl Control { get; init; }
    [Inject] public required ConnectionDirectory Directory { get; init; }
    [Inject] public required IOptions<SandboxOptions> Options { get; init; }
    [Inject] public required Viewer Viewer { get; init; }
    [Inject] public required ChangeFeed Changes { get; init; }
    [Inject] public required TimeProvider Clock { get; init; }
    [Inject] public required ILogger<SandboxPage> Log { get; init; }

    private bool IsOn => Options.Value.Enabled;

    private string Title => _view.Tab == SandboxView.Requests ? "Sandbox" : $"{SandboxView.Tabs.First(tab => tab.Id == _view.Tab).Name} in the sandbox";

    protected override async Task OnInitializedAsync()
    {
        var actor = await Viewer.FindAsync();
        _notFor = Directory.Connections.FirstOrDefault(connection => connection.IsSandbox) is { } sandbox && actor?.MayTouch(sandbox) == false;
        if (IsOn && !_notFor)
        {
            _update = new LiveUpdate(Changes, () => InvokeAsync(CountAsync), LiveUpdate.Calm, Clock);
            await CountAsync();
        }
    }

    protected override void OnParametersSet() => _view = SandboxView.Read(Tab, Request, Pane, Only, Before, Of);

    private async Task CountAsync()
    {
        try
        {
            _size = await Queries.SizeAsync(_leaving.Token);
            StateHasChanged();
        }
        catch (OperationCanceledException)
        {
            // The person has left the page.
        }
        catch (Exception failure)
        {
            Log.LogError(failure, "The size of the sandbox could not be read");   // its rows say so where they stand
        }
    }

    private async Task ClearAsync()
    {
        var had = _size;
        _said = await Viewer.RefusalAsync(by => Control.ClearAsync(by, _leaving.Token)) ?? $"The sandbox forgot {Count(had?.Requests ?? 0, "request")}. Its scenario stays.";
        await CountAsync();
    }

    private string CountOf(string tab) => _size is not { } size ? "" : Numbers.Of(tab switch
    {
        SandboxView.Customers => size.Customers,
        SandboxView.Visitors => size.Visitors,
        SandboxView.Sessions => size.Sessions,
        SandboxView.Timeline => size.Events,
        _ => size.Requests,
    });

    private static string Question(SandboxSize size) =>
        $"Forget {Count(size.Requests, "request")}, {Count(size.Customers, "customer")}, {Count(size.Visitors, "visitor")}, {Count(size.Sessions, "session")} and {Count(size.Events, "event")} of the sandbox? The delivery log and the scenario stay.";

    private static string Count(int count, string noun) => $"{Numbers.Of(count)} {noun}{(count == 1 ? "" : "s")}";

    public void Dispose()
    {
        _update?.Dispose();
        _leaving.Dispose();
    }
}
