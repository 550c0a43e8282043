using Bunit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using MudBlazor.Services;
using Richpanel.Console.Deliveries.Log;
using Richpanel.Console.Shared;
using Richpanel.Core.Deliveries.Log;
using Richpanel.Core.Deliveries.Query;

namespace Richpanel.Tests.Pages.DeliveryLog;

/// <summary>The parts of the log's page, each by itself.</summary>
public sealed class LogPartsTests : IAsyncLifetime
{
    private static readonly DateTimeOffset s_now = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    private readonly BunitContext _context = new();
    private LogQuery? _asked;

    public LogPartsTests()
    {
        _context.JSInterop.Mode = JSRuntimeMode.Loose;
        _context.Services.AddMudServices();
        _context.Services.AddSingleton<TimeProvider>(new FakeTimeProvider(s_now));
        _context.Services.AddScoped<ViewerTime>();
    }

    [Fact(Timeout = 30_000)]
    public async Task The_box_gives_keys_first_and_then_values_with_their_counts()
    {
        var box = _context.Render<LogQueryBox>(p => p.Add(c => c.Query, LogQuery.All)
            .Add(c => c.Known, _ => Task.FromResult<IReadOnlyList<LogCounted>>([new("Order Updated", 1_284)])));

        var keys = await box.InvokeAsync(() => box.Instance.CompleteAsync("sta", 3));
        var values = await box.InvokeAsync(() => box.Instance.CompleteAsync("event:Ord", 9));

        Assert.Equal("state:", Assert.Single(keys.Items).Insert);
        Assert.Equal(("\"Order Updated\"", "1,284"), (values.Items[0].Insert, values.Items[0].Count));
        Assert.Equal((6, 9), (values.Start, values.End));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_pasted_interval_becomes_the_time_range_and_leaves_the_rest()
    {
        var box = Box("state:failed");

        await box.InputAsync("input", "2026-11-24T10:00/2026-11-24T11:00");
        await box.SubmitAsync();

        Assert.Equal("state:failed since:2026-11-24T10:00 until:2026-11-24T11:00", _asked!.ToString());
    }

    [Fact(Timeout = 30_000)]
    public async Task A_chip_is_switched_off_turned_round_and_removed_without_typing()
    {
        var chips = Chips("state:failed event:\"Order Updated\"");
        await chips.ClickAsync(".chip .face");
        await chips.ChangeAsync(".ways input", false);
        Assert.Equal("~state:failed event:\"Order Updated\"", _asked!.ToString());

        chips.Render(p => p.Add(c => c.Query, _asked!));
        Assert.Contains("off", chips.Find(".chip").ClassName, StringComparison.Ordinal);
        await chips.InvokeAsync(() => chips.FindAll(".ways input")[1].Change(true));
        Assert.Equal("~-state:failed event:\"Order Updated\"", _asked.ToString());

        await chips.InvokeAsync(() => chips.FindAll(".remove")[1].Click());
        Assert.DoesNotContain("Order", _asked.ToString(), StringComparison.Ordinal);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_chip_offers_other_values_with_how_many_rows_have_them()
    {
        var chips = Chips("state:failed");
        await chips.ClickAsync(".chip .face");

        chips.Eventually(() => Assert.Contains("accepted 96,201", chips.Find(".values").Words(), StringComparison.Ordinal));
        await chips.InvokeAsync(() => chips.FindAll(".values input")[1].Change(true));

        Assert.Equal("state:failed,accepted", _asked!.ToString());
    }

    [Fact(Timeout = 30_000)]
    public async Task A_filter_is_added_by_choosing_and_a_value_that_does_not_fit_is_told()
    {
        var chips = Chips("");
        await chips.ClickAsync(".add");
        await chips.InvokeAsync(() => chips.FindAll(".keys button").Single(button => button.Words().StartsWith("code", StringComparison.Ordinal)).Click());
        await chips.ChangeAsync(".other input", "teapot");
        await chips.SubmitAsync(".other");
        Assert.Contains("is no HTTP status", chips.Find(".fault").Words(), StringComparison.Ordinal);

        await chips.ChangeAsync(".other input", "418");
        await chips.SubmitAsync(".other");

        Assert.Equal("code:418", _asked!.ToString());
    }

    [Fact(Timeout = 30_000)]
    public async Task A_time_range_is_a_word_a_distance_or_an_interval_and_says_what_it_cannot_read()
    {
        var range = _context.Render<LogRange>(p => p.Add(c => c.Query, LogQuery.Of("state:failed since:1h")).Add(c => c.OnAsk, query => _asked = query));
        await range.ClickAsync(".log-button");
        await range.InputAsync("#range-since", "soonish");
        await range.SubmitAsync();
        Assert.Contains("'soonish' is no time.", range.Words(), StringComparison.Ordinal);
        await range.InputAsync("#range-since", "1h");
        await range.InputAsync("#range-until", "2h");
        await range.SubmitAsync();
        Assert.Contains("The end is not after the start.", range.Words(), StringComparison.Ordinal);

        await range.InputAsync("#range-until", "2026-11-20/2026-11-21");
        await range.SubmitAsync();

        Assert.Equal("state:failed since:2026-11-20 until:2026-11-21", _asked!.ToString());
    }

    [Fact(Timeout = 30_000)]
    public async Task The_chart_is_narrowed_by_keyboard_and_says_each_bar_in_words()
    {
        ChosenSpan? chosen = null;
        var chart = Chart(null, span => chosen = span);
        Assert.Equal("24 Nov 11:00 – 24 Nov 12:00: 1,200 accepted at once, 3 failed", chart.FindAll("[role=option]")[1].GetAttribute("aria-label"));

        await PressAsync(chart, "ArrowRight", false);
        await PressAsync(chart, "ArrowLeft", true);
        Assert.Equal(2, chart.FindAll("[aria-selected=true]").Count);
        await PressAsync(chart, "Enter", false);

        Assert.Equal((s_now.AddHours(-2), s_now), (chosen!.Value.Since, chosen.Value.Until));
    }

    [Fact(Timeout = 30_000)]
    public void At_the_live_end_there_is_nothing_later()
    {
        var chart = Chart(null, _ => { });

        Assert.True(chart.Find("[aria-label=Later]").HasAttribute("disabled"));
        Assert.False(chart.Find("[aria-label=Earlier]").HasAttribute("disabled"));
    }

    [Fact(Timeout = 30_000)]
    public async Task Wider_ends_where_no_delivery_can_be()
    {
        ChosenSpan? chosen = null;
        var (from, to) = (new DateTimeOffset(2020, 3, 1, 0, 0, 0, TimeSpan.Zero), new DateTimeOffset(2020, 9, 1, 0, 0, 0, TimeSpan.Zero));
        var chart = _context.Render<LogChart>(p => p.Add(c => c.Histogram, new LogHistogram(from, to, TimeSpan.FromDays(28), [new LogBar(from, 0, 0, 0, 0, 0, 0)], null)).Add(c => c.OnNarrow, span => chosen = span));

        await chart.ClickAsync("[aria-label='Wider time range']");

        Assert.Equal(new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero), chosen!.Value.Since);
    }

    [Fact(Timeout = 30_000)]
    public void A_chart_that_did_not_count_everything_says_so()
    {
        var chart = Chart(s_now.AddHours(-1), _ => { });

        Assert.Contains("Partial: counted back to", chart.Words(), StringComparison.Ordinal);
    }

    [Fact(Timeout = 30_000)]
    public async Task Wider_than_now_stays_open_so_that_new_rows_still_come()
    {
        ChosenSpan? chosen = null;
        var chart = Chart(null, span => chosen = span);

        await chart.ClickAsync("[aria-label='Wider time range']");

        Assert.Equal((s_now.AddHours(-3), (DateTimeOffset?)null), (chosen!.Value.Since, chosen.Value.Until));
    }

    [Fact(Timeout = 30_000)]
    public void All_that_match_is_offered_only_after_the_page_and_says_how_many()
    {
        var bar = Bar(p => p.Add(c => c.Ids, [1, 2]).Add(c => c.OnPage, 2).Add(c => c.Count, new LogCount(10_000, true, 96_201)));
        Assert.Equal("Select all 10,000+ that match", bar.Find(".link").Words());

        bar = Bar(p => p.Add(c => c.Ids, []).Add(c => c.IsAll, true).Add(c => c.Count, new LogCount(10_000, true, 96_201)));
        Assert.StartsWith("All 10,000+ that match are selected", bar.Words(), StringComparison.Ordinal);
        Assert.True(bar.Find("button").HasAttribute("disabled"));
        Assert.Contains("At most 1,000 ids are copied; export them instead.", bar.Words(), StringComparison.Ordinal);
    }

    [Fact(Timeout = 30_000)]
    public async Task Columns_are_left_out_and_moved_by_keyboard_and_the_last_one_stays()
    {
        var columns = ListColumns.Default.With([ListColumns.State, ListColumns.Event]);
        var panel = _context.Render<LogColumnPanel>(p => p.Add(c => c.Columns, columns).Add(c => c.OnChange, to => columns = to));
        await panel.ClickAsync(".log-button");
        await panel.ClickAsync("[aria-label='Event to the left']");
        Assert.Equal([ListColumns.Event, ListColumns.State], columns.Shown);

        panel.Render(p => p.Add(c => c.Columns, columns.Toggle(ListColumns.State)));

        Assert.True(panel.Find("input").HasAttribute("disabled"));
    }

    [Fact(Timeout = 30_000)]
    public async Task What_is_unfolded_is_closed_by_escape()
    {
        var range = _context.Render<LogRange>(p => p.Add(c => c.Query, LogQuery.All));
        await range.ClickAsync(".log-button");
        Assert.NotEmpty(range.FindAll("[role=dialog]"));

        await range.InvokeAsync(() => range.Find(".host").KeyDownAsync(new Microsoft.AspNetCore.Components.Web.KeyboardEventArgs { Key = "Escape" }));

        Assert.Empty(range.FindAll("[role=dialog]"));
        Assert.Equal("false", range.Find("button").GetAttribute("aria-expanded"));
    }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _context.DisposeAsync();

    private IRenderedComponent<LogQueryBox> Box(string query) =>
        _context.Render<LogQueryBox>(p => p.Add(c => c.Query, LogQuery.Of(query)).Add(c => c.OnAsk, asked => _asked = asked));

    private IRenderedComponent<LogChips> Chips(string query) => _context.Render<LogChips>(p => p.Add(c => c.Query, LogQuery.Of(query)).Add(c => c.OnAsk, asked => _asked = asked)
        .Add(c => c.Values, _ => Task.FromResult<LogValueCounts?>(new([new("failed", 12), new("accepted", 96_201)], null, false))));

    private IRenderedComponent<LogSelectionBar> Bar(Action<ComponentParameterCollectionBuilder<LogSelectionBar>> parameters) =>
        _context.Render<LogSelectionBar>(p => parameters(p.Add(c => c.Address, LogAddress.All)));

    private IRenderedComponent<LogChart> Chart(DateTimeOffset? back, Action<ChosenSpan> chosen)
    {
        LogBar[] bars = [new(s_now.AddHours(-2), 0, 0, 0, 0, 0, 0), new(s_now.AddHours(-1), 1_200, 0, 0, 3, 0, 0)];
        return _context.Render<LogChart>(p => p.Add(c => c.Histogram, new LogHistogram(s_now.AddHours(-2), s_now, TimeSpan.FromHours(1), bars, back)).Add(c => c.OnNarrow, chosen));
    }

    private static Task PressAsync(IRenderedComponent<LogChart> chart, string key, bool shift) =>
        chart.InvokeAsync(() => chart.Find("[role=listbox]").KeyDownAsync(new Microsoft.AspNetCore.Components.Web.KeyboardEventArgs { Key = key, ShiftKey = shift }));
}
