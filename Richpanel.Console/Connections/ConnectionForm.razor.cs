using System.Globalization;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Options;
using Richpanel.Core.Connections;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Wire;

namespace Richpanel.Console.Connections;

public sealed partial class ConnectionForm
{
    private Guid _field;
    private string? _keyHint;
    private string? _secretHint;
    private IReadOnlyList<TimeSpan> _waits = [];

    [Parameter, EditorRequired] public required ConnectionInput Input { get; set; }

    /// <summary>The connection it is of; null for a new one.</summary>
    [Parameter] public Connection? Connection { get; set; }

    [Parameter] public IReadOnlyList<FieldFault> Faults { get; set; } = [];

    [Parameter] public bool Busy { get; set; }

    /// <summary>What became of the last save.</summary>
    [Parameter] public string? Said { get; set; }

    [Parameter] public EventCallback OnSave { get; set; }

    /// <summary>Something in it was typed or chosen.</summary>
    [Parameter] public EventCallback OnEdit { get; set; }

    [Inject] public required IOptions<DeliveryOptions> Delivery { get; init; }

    private DeliveryOptions Defaults => Delivery.Value;

    private string DefaultTimeout => Defaults.Timeout.TotalSeconds.ToString("0.#", CultureInfo.InvariantCulture);

    private string AddressHelp => Input.IsSandbox
        ? "Stands for the built-in sandbox; no host of this name is ever asked."
        : "https://api.richpanel.com/v2 unless Richpanel told you another; newer scripts use /v3.";

    private string DefaultWaits => RetryWaits.Write(Defaults.EffectiveSchedule.Skip(1));

    private string DefaultJitter => (Math.Clamp(Defaults.Jitter, 0, RetrySchedule.MostJitter) * 100).ToString("0.#", CultureInfo.InvariantCulture);

    /// <summary>Said while it is typed; a save says it again.</summary>
    private string? WaitsFault => string.IsNullOrWhiteSpace(Input.RetryWaits) ? null : RetryWaits.FaultOf(Input.RetryWaits);

    /// <summary>Of what is typed, or while that cannot be read, of what could be read last.</summary>
    private ScheduleDrawing Drawing
    {
        get
        {
            var waits = string.IsNullOrWhiteSpace(Input.RetryWaits) ? [.. Defaults.EffectiveSchedule.Skip(1)] : RetryWaits.Read(Input.RetryWaits);
            _waits = waits ?? _waits;
            return ScheduleDrawing.Of(_waits, Math.Clamp(Input.RetryJitterPercent / 100d ?? Defaults.Jitter, 0, RetrySchedule.MostJitter));
        }
    }

    private string SecretHelp => Input switch
    {
        { IsSandbox: true } => "The sandbox has a secret of its own.",
        { SecretFingerprint: not null } => "Stored, and never shown again; what is known of it stands above. Type to replace it; leave it empty to keep it.",
        _ => "Signs what is sent. Stored encrypted and never shown again. Without it calls go out unsigned.",
    };

    /// <summary>What would be saved, as far as its address goes.</summary>
    private Connection Typed() => new() { Id = Connection?.Id ?? 0, Name = Connection?.Name ?? "", BaseUrl = Input.BaseUrl.Trim().TrimEnd('/'), ApiKey = Input.ApiKey };

    /// <summary>What is said of a pasted key belongs to that paste: a save or a discarded draft ends it.</summary>
    protected override void OnParametersSet()
    {
        if (_field != Input.SecretField)
        {
            (_field, _keyHint, _secretHint) = (Input.SecretField, null, null);
        }
    }

    private void PasteKey(ChangeEventArgs change) =>
        (Input.ApiKey, _keyHint) = PastedText.Of(change.Value?.ToString()) is var pasted ? (pasted.Value, pasted.Warning) : default;

    private void PasteSecret(ChangeEventArgs change)
    {
        var pasted = PastedText.Of(change.Value?.ToString());
        (Input.NewSecret, _secretHint) = (pasted.Value.Length == 0 ? null : pasted.Value, pasted.Warning);
    }
}
