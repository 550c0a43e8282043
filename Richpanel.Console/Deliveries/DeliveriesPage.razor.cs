using Microsoft.AspNetCore.Components;
using Richpanel.Console.Shared;
using Richpanel.Core;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Ledger;
using Richpanel.Core.Privacy;

namespace Richpanel.Console.Deliveries;

public sealed partial class DeliveriesPage : IDisposable
{
    private const int PageSize = 50;

    private readonly Leaving _leaving = new();
    private IReadOnlyList<ShownRow>? _rows;
    private LedgerLine? _ledger;
    private PersonalFilter? _personal;
    private string? _next;
    private DateTimeOffset? _searchedBackTo;
    private DeliveryCount? _matches;
    private string? _asked;
    private int _newer;
    private bool _failed;
    private string _live = "";
    private LiveUpdate? _update;

    [Inject] public required DeliveryQueries Deliveries { get; init; }
    [Inject] public required LedgerQueries Ledger { get; init; }
    [Inject] public required PersonalFilters Personal { get; init; }
    [Inject] public required ChangeFeed Changes { get; init; }
    [Inject] public required Viewer Viewer { get; init; }
    [Inject] public required ViewerTime Time { get; init; }
    [Inject] public required NavigationManager Navigation { get; init; }
    [Inject] public required ILogger<DeliveriesPage> Log { get; init; }

    [SupplyParameterFromQuery] public string? State { get; set; }
    [SupplyParameterFromQuery] public string? Type { get; set; }
    [SupplyParameterFromQuery] public string? Event { get; set; }
    [SupplyParameterFromQuery] public string? Order { get; set; }
    [SupplyParameterFromQuery] public string? MessageId { get; set; }
    [SupplyParameterFromQuery] public string? Connection { get; set; }
    [SupplyParameterFromQuery] public string? Origin { get; set; }
    [SupplyParameterFromQuery] public string? Code { get; set; }
    [SupplyParameterFromQuery] public string? Who { get; set; }
    [SupplyParameterFromQuery] public string? Cursor { get; set; }

    private DeliveryView View => new()
    {
        State = DeliveryView.Clean(State)?.ToLowerInvariant(),
        Type = DeliveryView.Clean(Type),
        Event = DeliveryView.Clean(Event),
        Order = DeliveryView.Clean(Order),
        MessageId = DeliveryView.Clean(MessageId),
        Connection = DeliveryView.Clean(Connection),
        Origin = DeliveryView.Clean(Origin),
        Code = DeliveryView.Clean(Code),
        Who = DeliveryView.Clean(Who),
    };

    private string TimeOf(DateTimeOffset at) => Time.Clock(at);

    private string Title => View.State is { } state ? $"{char.ToUpperInvariant(state[0])}{state[1..]} deliveries" : "Deliveries";

    protected override void OnInitialized() =>
        _update = new LiveUpdate(Changes, () => InvokeAsync(RefreshAsync));

    protected override async Task OnParametersSetAsync()
    {
        var asked = View.ToAddress(Cursor);
        if (asked != _asked && Who is null && View.Apart(null, null, PersonalFilter.KeyOf(await Viewer.FindAsync())) is ({ } open, { IsEmpty: false } personal))
        {
            // Typed into the address bar, or a link from elsewhere: at least it does not stay there.
            Navigation.NavigateTo((open with { Who = Personal.Keep(personal) }).ToAddress(), replace: true);
            return;
        }

        if (asked != _asked)
        {
            _asked = asked;
            await ReloadAsync();
        }
    }

    private async Task ReloadAsync()
    {
        (_rows, _matches, _failed, _newer) = (null, null, false, 0);
        _personal = await PersonalAsync();
        await ReadAsync(page =>
        {
            _rows = [.. page.Items.Select(row => new ShownRow(row))];
            (_next, _searchedBackTo) = (page.NextCursor, page.SearchedBackTo);
        });
    }

    /// <summary>A passed-on address must not show a masked role what somebody else typed.</summary>
    private async Task<PersonalFilter?> PersonalAsync()
    {
        var actor = await Viewer.FindAsync();
        return Personal.Find(Who) is { } personal && actor is not null && (Sight.Of(actor).IsClear || personal.By == PersonalFilter.KeyOf(actor)) ? personal : null;
    }

    private Task RefreshAsync() => ReadAsync(page =>
    {
        var merged = LiveRows.Merge(_rows ?? [], page);
        (_rows, _newer) = (merged.Rows, Cursor is null ? merged.Newer : 0);
        if (_next is null)
        {
            (_next, _searchedBackTo) = (page.NextCursor, page.SearchedBackTo);
        }
    });

    private async Task ReadAsync(Action<DeliveryPage> take)
    {
        var asked = _asked;
        try
        {
            var page = await Deliveries.PageAsync(await Viewer.SightAsync(), View.ToFilter(_personal), Cursor, PageSize, _leaving.Token);

            // Counted once a question: a live list that counts at every change would cost more than it shows.
            var matches = _matches ?? (View.IsNarrowed ? await Deliveries.CountAsync(View.ToFilter(_personal), _leaving.Token) : null);
            var ledger = await Ledger.ReadAsync(_leaving.Token);
            if (asked != _asked)
            {
                return;   // the person has moved on; a newer question has its own answer
            }

            take(page);
            _matches = matches;
            _ledger = ledger.Total;
            _failed = false;
            _live = "Live";
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            Log.LogError(failure, "The list of deliveries could not be read");
            (_failed, _live) = (true, "");
        }
        catch (OperationCanceledException) when (_leaving.IsCancellationRequested)
        {
            return;
        }

        StateHasChanged();
    }

    private async Task ShowNewest() => await ReloadAsync();

    private void Show(DeliveryView view) => Navigation.NavigateTo(view.ToAddress());

    public void Dispose()
    {
        _update?.Dispose();
        _leaving.Dispose();
    }
}
