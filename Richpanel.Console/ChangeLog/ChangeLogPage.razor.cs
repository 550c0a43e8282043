using System.Globalization;
using Microsoft.AspNetCore.Components;
using Richpanel.Console.Shared;
using Richpanel.Core;
using Richpanel.Core.ChangeLog;
using Richpanel.Core.People;

namespace Richpanel.Console.ChangeLog;

public sealed partial class ChangeLogPage : IDisposable
{
    private const int PageSize = 50;

    private readonly Leaving _leaving = new();
    private IReadOnlyList<ChangeEntry>? _lines;
    private long? _next;
    private DateTimeOffset? _searchedBackTo;
    private string? _asked;
    private int _newer;
    private int _reads;
    private int _taken;
    private bool _failed;
    private string _live = "";
    private LiveUpdate? _update;

    [Inject] public required ChangeQueries Queries { get; init; }
    [Inject] public required ChangeWriting Writing { get; init; }
    [Inject] public required PeopleDirectory People { get; init; }
    [Inject] public required ChangeFeed Changes { get; init; }
    [Inject] public required ViewerTime Time { get; init; }
    [Inject] public required NavigationManager Navigation { get; init; }
    [Inject] public required ILogger<ChangeLogPage> Log { get; init; }

    [SupplyParameterFromQuery] public string? Who { get; set; }
    [SupplyParameterFromQuery] public string? Action { get; set; }
    [SupplyParameterFromQuery] public string? Object { get; set; }
    [SupplyParameterFromQuery] public string? Words { get; set; }
    [SupplyParameterFromQuery] public string? Since { get; set; }
    [SupplyParameterFromQuery] public string? Until { get; set; }
    [SupplyParameterFromQuery] public string? Cursor { get; set; }

    private ChangeLogView View => new()
    {
        Who = ChangeAsk.Clean(Who),
        Action = ChangeAsk.Clean(Action)?.ToLowerInvariant(),
        Object = ChangeAsk.Clean(Object),
        Words = ChangeAsk.Clean(Words),
        Since = ChangeAsk.Clean(Since),
        Until = ChangeAsk.Clean(Until),
    };

    private long? Before => long.TryParse(Cursor, NumberStyles.None, CultureInfo.InvariantCulture, out var line) ? line : null;

    protected override void OnInitialized() => _update = new LiveUpdate(Changes, () => InvokeAsync(RefreshAsync));

    protected override async Task OnParametersSetAsync()
    {
        if (InAddress(View) is var open && open != View)
        {
            // Typed into the address bar, or a link from elsewhere: at least it does not stay there.
            Navigation.NavigateTo(open.ToAddress(Before), replace: true);
            return;
        }

        var asked = View.ToAddress(Before);
        if (asked != _asked)
        {
            _asked = asked;
            await ReloadAsync();
        }
    }

    private async Task ReloadAsync()
    {
        (_lines, _failed, _newer) = (null, false, 0);
        await ReadAsync(Take);
    }

    /// <summary>Lines never change, so what is on the screen stays; what came above it is counted.</summary>
    private Task RefreshAsync() => Before is not null ? Task.CompletedTask : ReadAsync(page =>
    {
        if (_lines is not { Count: > 0 } shown)
        {
            Take(page);
        }
        else
        {
            _newer = page.Items.Count(line => line.Id > shown[0].Id);
        }
    });

    private void Take(ChangePage page) => (_lines, _next, _searchedBackTo) = (page.Items, page.NextCursor, page.SearchedBackTo);

    private async Task ReadAsync(Action<ChangePage> take)
    {
        var (asked, read) = (_asked, ++_reads);
        try
        {
            var filter = View.ToFilter(Time.Zone);
            var page = await Queries.PageAsync(filter with { Words = Writing.Scrubbed(filter.Words) }, Before, PageSize, _leaving.Token);
            if (asked != _asked || read < _taken)
            {
                return;   // the person has moved on, or what was read later is there already: a newer question has its own answer
            }

            _taken = read;
            take(page);
            (_failed, _live) = (false, "Live");
        }
        catch (OperationCanceledException) when (_leaving.IsCancellationRequested)
        {
            return;
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            Log.LogError(failure, "The change log could not be read");
            (_failed, _live) = (true, "");
        }

        StateHasChanged();
    }

    private string TimeOf(DateTimeOffset at) => Time.Exact(at);

    /// <summary>
    /// What was typed and is a person's goes into the address bar as the hash it has in the log; who works here, known by the e-mail
    /// that was typed, by the number.
    /// </summary>
    private ChangeLogView InAddress(ChangeLogView view) => view with
    {
        Who = WhoInAddress(view.Who),
        Action = Writing.Scrubbed(view.Action),
        Object = Writing.Scrubbed(view.Object),
        Words = Writing.Scrubbed(view.Words),
        Since = DayInAddress(view.Since),
        Until = DayInAddress(view.Until),
    };

    private void Show(ChangeLogView view) => Navigation.NavigateTo(InAddress(view).ToAddress());

    private string? DayInAddress(string? day) =>
        DateOnly.TryParseExact(day, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _) ? day : Writing.Scrubbed(day);

    private string? WhoInAddress(string? who) =>
        who is null || ChangeFilter.ReadWho(who) is not null ? who
        : People.People.FirstOrDefault(person => string.Equals(person.Email, who, StringComparison.OrdinalIgnoreCase)) is { } one ? $"person:{one.Id.ToString(CultureInfo.InvariantCulture)}"
        : Writing.Scrubbed(who);

    public void Dispose()
    {
        _update?.Dispose();
        _leaving.Dispose();
    }
}
