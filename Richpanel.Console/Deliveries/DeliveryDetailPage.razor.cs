using System.Globalization;
using Microsoft.AspNetCore.Components;
using Richpanel.Console.Deliveries.Detail;
using Richpanel.Console.Deliveries.Log;
using Richpanel.Console.Shared;
using Richpanel.Core.Deliveries.Log;
using Richpanel.Core.Deliveries.Query;

namespace Richpanel.Console.Deliveries;

/// <summary>A delivery's own page: its address, and the keys that do something on it.</summary>
public sealed partial class DeliveryDetailPage : IDisposable
{
    private DeliveryView? _view;
    private LogQuery? _query;
    private string? _lost;
    private LogAddress? _queryOf;
    private string? _name;
    private IDisposable? _keys;

    [Parameter] public string PublicDeliveryId { get; set; } = "";

    [SupplyParameterFromQuery(Name = "q")] public string? Q { get; set; }
    [SupplyParameterFromQuery] public string? Who { get; set; }
    [SupplyParameterFromQuery] public string? View { get; set; }
    [SupplyParameterFromQuery] public string? At { get; set; }
    [SupplyParameterFromQuery] public string? Tab { get; set; }
    [SupplyParameterFromQuery] public string? Try { get; set; }
    [SupplyParameterFromQuery] public string? Against { get; set; }
    [SupplyParameterFromQuery] public string? Ask { get; set; }

    [Inject] public required LogViewStore Views { get; init; }
    [Inject] public required PersonalFilters Personal { get; init; }
    [Inject] public required Viewer Viewer { get; init; }
    [Inject] public required Shortcuts Shortcuts { get; init; }
    [Inject] public required NavigationManager Navigation { get; init; }

    private LogAddress Log => new() { Query = Q, Who = Who, View = View, At = At };

    private DetailAddress Address => new(Log, PublicDeliveryId, IsPane: false) { Tab = Tab, Try = int.TryParse(Try, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null, Against = Against, Ask = Ask };

    protected override void OnInitialized() => _keys = Shortcuts.Add(
        "This delivery",
        ("r", "Retry", () => _view?.AskRetryAsync() ?? Task.CompletedTask),
        ("e", "Open in lab", () => GoAsync(_view?.LabAddress)),
        ("c", "Copy as cURL", () => _view?.CopyCurlAsync() ?? Task.CompletedTask),
        ("[", "Previous in the list", () => GoAsync(_view?.PreviousAddress)),
        ("]", "Next in the list", () => GoAsync(_view?.NextAddress)),
        ("ArrowLeft", "Previous in the list", () => GoAsync(_view?.PreviousAddress)),
        ("ArrowRight", "Next in the list", () => GoAsync(_view?.NextAddress)),
        ("Escape", "Back to the list", () => GoAsync(Address.Back)));

    protected override async Task OnParametersSetAsync()
    {
        if (_queryOf != Log)
        {
            var log = Log;
            var (query, lost) = await log.QueryAsync(await Viewer.FindAsync(), Personal, Views, CancellationToken.None);
            (_query, _lost, _queryOf) = (query, lost, log);
        }
    }

    private void Show(string? name) => _name = name;

    private Task GoAsync(string? address)
    {
        if (address is not null)
        {
            Navigation.NavigateTo(address);
        }

        return Task.CompletedTask;
    }

    public void Dispose() => _keys?.Dispose();
}
