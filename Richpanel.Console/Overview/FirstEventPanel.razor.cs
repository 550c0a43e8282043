using System.Text;
using Microsoft.AspNetCore.Components;
using Richpanel.Console.Shared;
using Richpanel.Core;
using Richpanel.Core.Access;
using Richpanel.Core.Connections;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Deliveries.Log;
using Richpanel.Core.Deliveries.Query;
using Richpanel.Core.Preview;

namespace Richpanel.Console.Overview;

public sealed partial class FirstEventPanel : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(15);

    private readonly Leaving _leaving = new();
    private Connection? _sandbox;
    private bool _hasSource;
    private bool _keyLost;
    private string? _command;
    private DeliveryRow? _latest;
    private string? _said;
    private bool _sending;
    private LiveUpdate? _update;

    [Inject] public required ConnectionDirectory Directory { get; init; }
    [Inject] public required SourceStore Sources { get; init; }
    [Inject] public required LogReader Reader { get; init; }
    [Inject] public required LabSender Sender { get; init; }
    [Inject] public required Viewer Viewer { get; init; }
    [Inject] public required ChangeFeed Changes { get; init; }
    [Inject] public required TimeProvider Time { get; init; }
    [Inject] public required NavigationManager Navigation { get; init; }
    [Inject] public required ReceiverAddress Address { get; init; }
    [Inject] public required ILogger<FirstEventPanel> Log { get; init; }

    protected override async Task OnInitializedAsync()
    {
        _sandbox = Directory.Connections.FirstOrDefault(connection => connection.IsSandbox);
        var source = Directory.Sources.FirstOrDefault(source => source.ConnectionId == _sandbox?.Id && !source.Disabled);
        _hasSource = source is not null;
        var may = (await Viewer.FindAsync())?.May(Permission.Administer) == true;   // it shows a write key
        _keyLost = source is not null && !Sources.CanShowWriteKey(source);
        _command = source is null || !may || _keyLost ? null : CurlCommand.Of(PostTo, Sources.RevealWriteKey(source));
        _update = new LiveUpdate(Changes, () => InvokeAsync(ReadAsync));
        await ReadAsync();
    }

    private string PostTo => Address.Of(Navigation.BaseUri);

    private async Task ReadAsync()
    {
        if (_sandbox is null)
        {
            return;
        }

        try
        {
            var page = await Reader.PageAsync(new LogAsk(LogQuery.All, await Viewer.SightAsync()) { Among = [_sandbox.Id] }, LogPlace.Newest, 1, _leaving.Token);
            _latest = page.Rows.Count > 0 ? page.Rows[0].Row : null;
        }
        catch (OperationCanceledException)
        {
            return;   // the person has left the page
        }
        catch (Exception failure)
        {
            Log.LogError(failure, "The latest sandbox delivery could not be read");
        }

        StateHasChanged();
    }

    private async Task SendAsync()
    {
        (_sending, _said) = (true, null);
        try
        {
            var call = SampleCatalog.Find("order-completed")!.Fill($"lab-{Guid.NewGuid():N}", Time.GetUtcNow());
            _said = await Sender.SendAsync(await Viewer.ActorAsync(), _sandbox!, Encoding.UTF8.GetBytes(call), s_patience, _leaving.Token) switch
            {
                LabOutcome.Kept { Delivery.State: DeliveryState.Accepted } => "Accepted by the sandbox.",
                LabOutcome.Kept kept => $"It is {kept.Delivery.State.ToString().ToLowerInvariant()}.",
                LabOutcome.Unreadable unreadable => unreadable.Fault.Message,
                LabOutcome.Erased => "It was erased before its outcome was known.",
                _ => "It was not sent.",
            };
        }
        catch (OperationCanceledException)
        {
            return;
        }
        catch (ForbiddenException refused)
        {
            _said = refused.Message;
        }
        catch (Exception failure) when (failure is not SessionEndedException)
        {
            Log.LogError(failure, "The sample could not be sent");
            _said = "It was not sent; the reason is in the log.";
        }
        finally
        {
            _sending = false;
        }
    }

    public void Dispose()
    {
        _update?.Dispose();
        _leaving.Dispose();
    }
}
