using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Components;
using Richpanel.Console.Shared;
using Richpanel.Core;
using Richpanel.Core.Access;
using Richpanel.Core.Connections;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Preview;

namespace Richpanel.Console.Lab;

public sealed partial class LabPage : IDisposable
{
    private const string FirstSample = "order-completed";
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(15);

    private readonly Leaving _leaving = new();
    private CodeEditor? _editor;
    private Connection? _target;
    private string? _sampleId;
    private string _text = "";
    private JsonFault? _fault;
    private PreviewView? _preview;
    private LabResult? _result;
    private bool _sending;
    private int _typed;

    [SupplyParameterFromQuery] public string? Sample { get; set; }
    [SupplyParameterFromQuery] public string? Connection { get; set; }

    [Inject] public required LabSender Sender { get; init; }
    [Inject] public required Viewer Viewer { get; init; }
    [Inject] public required DeliveryQueries Deliveries { get; init; }
    [Inject] public required ConnectionDirectory Directory { get; init; }
    [Inject] public required TimeProvider Time { get; init; }
    [Inject] public required ILogger<LabPage> Log { get; init; }

    private IEnumerable<Connection> Targets => Directory.Connections.OrderByDescending(connection => connection.IsSandbox).ThenBy(connection => connection.Name);

    private string Size => string.Create(CultureInfo.InvariantCulture, $"{Encoding.UTF8.GetByteCount(_text):N0} bytes of 32,768");

    protected override void OnInitialized()
    {
        _target = PublicId.Parse(Connection, "con") is { } id ? Directory.Find(id) : null;
        _target ??= Targets.FirstOrDefault();
        Pick(SampleCatalog.Find(Sample)?.Id ?? FirstSample);
    }

    private void Pick(string? id)
    {
        if (SampleCatalog.Find(id) is { } sample)
        {
            (_sampleId, _text, _result) = (sample.Id, sample.Fill(NewMessageId(), Time.GetUtcNow()), null);
            Show();
        }
    }

    private void Aim(string? id)
    {
        _target = long.TryParse(id, CultureInfo.InvariantCulture, out var key) ? Directory.Find(key) : null;
        _result = null;
        Show();
    }

    /// <summary>Waits until the typing pauses, so that not every key runs the mapper.</summary>
    private async Task TypeAsync(string text)
    {
        (_text, _sampleId, _result) = (text, null, null);
        var mine = ++_typed;
        try
        {
            await Task.Delay(s_pause, Time, _leaving.Token);
        }
        catch (OperationCanceledException)
        {
            return;
        }

        if (mine == _typed)
        {
            Show();
        }
    }

    private void Renew()
    {
        if (JsonNode.Parse(_text) is JsonObject call)
        {
            call["messageId"] = NewMessageId();
            call["timestamp"] = TimeWords.Iso(Time.GetUtcNow());
            _text = call.ToJsonString(new System.Text.Json.JsonSerializerOptions { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
            Show();
        }
    }

    private void Show()
    {
        _typed++;
        _target = _target is null ? null : Directory.Find(_target.Id) ?? _target;
        _fault = JsonFault.Find(_text);
        _preview = _fault is null && _target is not null ? PreviewView.Of(CallPreview.Of(Encoding.UTF8.GetBytes(_text), _target, CallPreview.TypedNow(Time.GetUtcNow()), Time.GetUtcNow())) : null;
    }

    private Task GoToFaultAsync() => _editor is not null && _fault is not null ? _editor.SelectAsync(_fault.Offset, 1).AsTask() : Task.CompletedTask;

    /// <summary>Sends exactly what the editor holds, and says what came of it.</summary>
    private async Task SendAsync()
    {
        var seen = _target;
        Show();
        if (_fault is not null || _target is null)
        {
            return;
        }

        if (seen is not null && (seen.Environment != _target.Environment || ConnectionRights.ToSend(seen) != ConnectionRights.ToSend(_target)))
        {
            _result = LabResult.Changed(_target);   // what was confirmed was confirmed for another environment
            return;
        }

        (_sending, _result) = (true, null);
        StateHasChanged();
        try
        {
            var outcome = await Sender.SendAsync(await Viewer.ActorAsync(), _target, Encoding.UTF8.GetBytes(_text), s_patience, _leaving.Token);
            _result = outcome is LabOutcome.Kept kept && await Deliveries.FindAsync(await Viewer.SightAsync(), kept.Delivery.Id, _leaving.Token) is { } detail
                ? LabResult.Of(detail.Row, _target)
                : LabResult.NotSent(outcome);
        }
        catch (OperationCanceledException)
        {
            return;
        }
        catch (ForbiddenException forbidden)
        {
            _result = LabResult.Forbidden(forbidden.Message);
        }
        catch (Exception failure) when (failure is not SessionEndedException)
        {
            Log.LogError(failure, "A call could not be sent from the lab");
            _result = LabResult.Broken;
        }
        finally
        {
            _sending = false;
        }
    }

    private static string NewMessageId() => $"lab-{Guid.NewGuid():N}";

    public void Dispose()
    {
        _leaving.Dispose();
    }
}
