using Microsoft.AspNetCore.Components;
using Richpanel.Console.Shared;
using Richpanel.Core.Deliveries.Log;

namespace Richpanel.Console.Deliveries.Log;

/// <summary>From and to, in UTC; null = without that end.</summary>
public readonly record struct ChosenSpan(DateTimeOffset? Since, DateTimeOffset? Until);

public sealed partial class LogChart
{
    private static readonly DateTimeOffset s_first = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private long _highest;

    [Parameter, EditorRequired] public LogHistogram Histogram { get; set; } = null!;

    /// <summary>The span has no end of its own: it goes on as time does.</summary>
    [Parameter] public bool IsOpen { get; set; }

    /// <summary>The query has free words, which bars know nothing of.</summary>
    [Parameter] public bool WithoutWords { get; set; }

    [Parameter] public EventCallback<ChosenSpan> OnNarrow { get; set; }

    [Inject] public required ViewerTime Time { get; init; }

    private IReadOnlyList<LogBar> Bars => Histogram.Bars;

    private IEnumerable<(string Name, string Word, long Count)> Totals => new[]
    {
        ("first", "Accepted at once", Bars.Sum(bar => bar.FirstTry)), ("retry", "Accepted on retry", Bars.Sum(bar => bar.OnRetry)),
        ("waiting", "Waiting", Bars.Sum(bar => bar.Waiting)), ("failed", "Failed", Bars.Sum(bar => bar.Failed)),
        ("skipped", "Skipped", Bars.Sum(bar => bar.Skipped)), ("canceled", "Canceled", Bars.Sum(bar => bar.Canceled)),
    }.Where(total => total.Item3 > 0);

    private IReadOnlyList<ChartBar> Drawn => [.. Bars.Select(bar => new ChartBar(Say(bar), [.. Parts(bar)], IsPartial(bar)))];

    protected override void OnParametersSet() => _highest = Math.Max(1, Bars.Count == 0 ? 1 : Bars.Max(bar => bar.Total));

    private Task NarrowToAsync(ChosenBars chosen) => OnNarrow.InvokeAsync(new ChosenSpan(Bars[chosen.From].Start, Bars[chosen.To].Start + Histogram.Bucket));

    private Task NarrowAsync()
    {
        var quarter = (Histogram.Until - Histogram.Since) / 4;
        return OnNarrow.InvokeAsync(new ChosenSpan(Whole(Histogram.Since + quarter), Whole(Histogram.Until - quarter)));
    }

    private Task WidenAsync()
    {
        var half = (Histogram.Until - Histogram.Since) / 2;
        return OnNarrow.InvokeAsync(UpToNow(Back(half), Histogram.Until + half));
    }

    private Task MoveAsync(int by)
    {
        var half = (Histogram.Until - Histogram.Since) / 2;
        return OnNarrow.InvokeAsync(by < 0 ? UpToNow(Back(half), Histogram.Until - half) : UpToNow(Histogram.Since + half, Histogram.Until + half));
    }

    /// <summary>It ends now: there is nothing later.</summary>
    private bool IsAtEnd => IsOpen || Histogram.Until >= Time.Now;

    private bool IsAtBeginning => Histogram.Since <= s_first;

    /// <summary>Nothing was received before the product was there.</summary>
    private DateTimeOffset Back(TimeSpan by) => Histogram.Since - s_first <= by ? s_first : Histogram.Since - by;

    /// <summary>What would end in the future stays open, so that new rows still come.</summary>
    private ChosenSpan UpToNow(DateTimeOffset since, DateTimeOffset until)
    {
        var now = Time.Now;
        return until >= now ? new ChosenSpan(Whole(since > now ? now - (until - since) : since), null) : new ChosenSpan(Whole(since), Whole(until));
    }

    private static DateTimeOffset Whole(DateTimeOffset at) => new(at.Ticks - (at.Ticks % TimeSpan.TicksPerSecond), at.Offset);

    private bool IsPartial(LogBar bar) => Histogram.CountedBackTo is { } back && bar.Start < back;

    private static IEnumerable<(string Name, long Count)> Parts(LogBar bar) => new[]
    {
        ("canceled", bar.Canceled), ("skipped", bar.Skipped), ("failed", bar.Failed), ("waiting", bar.Waiting), ("retry", bar.OnRetry), ("first", bar.FirstTry),
    }.Where(part => part.Item2 > 0);

    private string Say(LogBar bar)
    {
        var parts = new[]
        {
            (bar.FirstTry, "accepted at once"), (bar.OnRetry, "accepted on retry"), (bar.Waiting, "waiting"),
            (bar.Failed, "failed"), (bar.Skipped, "skipped"), (bar.Canceled, "canceled"),
        }.Where(part => part.Item1 > 0).Select(part => $"{Numbers.Of(part.Item1)} {part.Item2}").ToList();
        return $"{Clock(bar.Start)} – {Clock(bar.Start + Histogram.Bucket)}: {(parts.Count == 0 ? "nothing" : string.Join(", ", parts))}{(IsPartial(bar) ? " (not all counted)" : "")}";
    }

    /// <summary>As fine as the bars are.</summary>
    private string Clock(DateTimeOffset at) => Time.Start(at, Histogram.Bucket);
}
