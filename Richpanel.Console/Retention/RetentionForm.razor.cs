using Microsoft.AspNetCore.Components;
using Richpanel.Console.Shared;
using Richpanel.Core.Connections;
using Richpanel.Core.Retention;

namespace Richpanel.Console.Retention;

/// <summary>The rules, to be tried before they are saved.</summary>
public sealed partial class RetentionForm
{
    [Inject] public required RetentionStore Store { get; init; }
    [Inject] public required Viewer Viewer { get; init; }

    private IReadOnlyList<FieldFault> _faults = [];
    private RetentionRules? _from;
    private bool _enabled;
    private int _accepted;
    private int _failed;
    private int _row;
    private int _refusedDays;
    private bool _busy;
    private bool _saved;
    private string? _refused;

    [Parameter, EditorRequired] public required RetentionSettings Settings { get; set; }
    [Parameter] public EventCallback OnSaved { get; set; }

    /// <summary>What is typed, so that it can be tried before it is saved.</summary>
    [Parameter] public EventCallback<RetentionRules> OnTried { get; set; }

    private RetentionRules Typed => new(_enabled, _accepted, _failed, _row, _refusedDays);

    private IEnumerable<(string Id, string Name, string Label, string Help, int Value, Action<int> Take)> Fields =>
    [
        ("keep-accepted", nameof(RetentionRules.AcceptedDays), "Content of accepted, days", "Of accepted, skipped and settled deliveries, after their end: what was received, sent and answered.", _accepted, days => _accepted = days),
        ("keep-failed", nameof(RetentionRules.FailedDays), "Content of failed, days", "Of failed and canceled deliveries. Without its content nothing can be sent again.", _failed, days => _failed = days),
        ("keep-rows", nameof(RetentionRules.RowDays), "Rows, days", "A row without content still says what happened when. Afterwards it is counted as purged.", _row, days => _row = days),
        ("keep-refused", nameof(RetentionRules.RefusedDays), "Samples of refused requests, days", "Their counts stay.", _refusedDays, days => _refusedDays = days),
    ];

    /// <summary>Others may have saved meanwhile: what is typed here stays until it is saved or thrown away.</summary>
    protected override void OnParametersSet()
    {
        if (_from is null || Typed == _from)
        {
            Show(Settings.Rules);
        }

        _from = Settings.Rules;
    }

    private void Show(RetentionRules rules) => (_enabled, _accepted, _failed, _row, _refusedDays) = (rules.Enabled, rules.AcceptedDays, rules.FailedDays, rules.RowDays, rules.RefusedDays);

    private async Task ToDefaults()
    {
        Show(Settings.Defaults);
        (_faults, _saved) = ([], false);
        await OnTried.InvokeAsync(Typed);
    }

    private async Task Set(Action change)
    {
        change();
        _saved = false;
        _faults = [.. Typed.Faults().Select(fault => new FieldFault(fault.Field, fault.Text))];
        if (_faults.Count == 0)
        {
            await OnTried.InvokeAsync(Typed);
        }
    }

    private async Task SaveAsync()
    {
        _busy = true;
        try
        {
            _refused = await Viewer.RefusalAsync(async by => (_faults, _saved) = (await Store.SaveAsync(by, Typed)).Match(_ => ([], true), faults => (faults, false), () => ([], false)));
        }
        finally
        {
            _busy = false;
        }

        if (_saved)
        {
            await OnSaved.InvokeAsync();
        }
    }

    private string? Fault(string field) => _faults.Where(fault => fault.Field == field).Select(fault => fault.Text).FirstOrDefault();

    private static int Days(object? typed) => int.TryParse(typed?.ToString(), System.Globalization.CultureInfo.InvariantCulture, out var days) ? days : 0;
}
