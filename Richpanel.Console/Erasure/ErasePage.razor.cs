using Microsoft.AspNetCore.Components;
using Richpanel.Console.Shared;
using Richpanel.Core;
using Richpanel.Core.Connections;
using Richpanel.Core.Erasure;

namespace Richpanel.Console.Erasure;

/// <summary>Names a customer, shows what would go, and begins the erasure once the first name was typed again.</summary>
public sealed partial class ErasePage : IDisposable
{
    private readonly Leaving _leaving = new();
    private readonly List<CustomerKey> _keys = [];
    private CustomerKeyKind _kind = CustomerKeyKind.Email;
    private ErasurePreview? _preview;
    private IReadOnlyList<FieldFault> _faults = [];
    private DateTimeOffset _at;
    private long? _task;
    private string? _value;
    private string? _reason;
    private string _typed = "";
    private string? _keyFault;
    private string? _refused;
    private bool _busy;

    /// <summary>Public id of the privacy task it is about.</summary>
    [SupplyParameterFromQuery] public string? Task { get; set; }

    [Inject] public required ErasureStore Erasures { get; init; }
    [Inject] public required PrivacyTasks Tasks { get; init; }
    [Inject] public required Viewer Viewer { get; init; }
    [Inject] public required TimeProvider Clock { get; init; }
    [Inject] public required NavigationManager Navigation { get; init; }

    protected override async Task OnInitializedAsync()
    {
        if (PublicId.Parse(Task, "ptk") is { } task)
        {
            CustomerKey? key = null;
            _busy = true;
            _refused = await Viewer.RefusalAsync(async by => key = await Tasks.KeyOfAsync(by, task, _leaving.Token));
            _task = task;
            if (key is not null)
            {
                await AddAsync(key);
            }

            _busy = false;
        }
    }

    private Task AddAsync() => AddAsync(new CustomerKey(_kind, _value?.Trim() ?? ""));

    private async Task AddAsync(CustomerKey key)
    {
        _keyFault = ErasureStore.FaultsOf([key]).Select(fault => fault.Text).FirstOrDefault() ?? (_keys.Count >= ErasureStore.MostKeys ? $"At most {ErasureStore.MostKeys} names." : null);
        if (_keyFault is not null)
        {
            return;
        }

        if (!_keys.Contains(key))
        {
            _keys.Add(key);
        }

        _value = null;
        await LookAsync();
    }

    private async Task TakeAwayAsync(CustomerKey key)
    {
        _keys.Remove(key);
        (_preview, _typed) = (null, "");
        if (_keys.Count > 0)
        {
            await LookAsync();
        }
    }

    private async Task LookAsync()
    {
        _busy = true;
        StateHasChanged();
        try
        {
            ErasurePreview? found = null;
            _refused = await Viewer.RefusalAsync(async by =>
            {
                IReadOnlyList<CustomerKey> keys = [.. _keys];
                found = await System.Threading.Tasks.Task.Run(() => Erasures.PreviewAsync(by, keys, _leaving.Token), _leaving.Token);
                _at = Clock.GetUtcNow();
            });
            _preview = found;   // none rather than that of fewer names
        }
        catch (OperationCanceledException) when (_leaving.IsCancellationRequested)
        {
            // The person has left the page.
        }
        finally
        {
            _busy = false;
        }
    }

    private async Task EraseAsync()
    {
        _busy = true;
        try
        {
            CustomerErasure? begun = null;
            _refused = await Viewer.RefusalAsync(async by => (begun, _faults) = (await Erasures.AskAsync(by, new ErasureAsk([.. _keys], _reason, _typed, _task)))
                .Match<(CustomerErasure?, IReadOnlyList<FieldFault>)>(saved => (saved, []), faults => (null, faults), () => (null, [])));
            if (begun is not null)
            {
                Navigation.NavigateTo($"/privacy/erasures/{PublicId.Erasure(begun.Id)}");
            }
        }
        finally
        {
            _busy = false;
        }
    }

    private string? Fault(string field) => _faults.Where(fault => fault.Field == field).Select(fault => fault.Text).FirstOrDefault();

    private static string States(ErasurePreview preview) => preview.All == 0 ? "" : string.Join(", ", preview.Deliveries.OrderBy(one => one.Key).Select(one => $"{Numbers.Of(one.Value)} {one.Key.ToString().ToLowerInvariant()}"));

    private static string Capital(string word) => char.ToUpperInvariant(word[0]) + word[1..];

    public void Dispose() => _leaving.Dispose();
}
