using Microsoft.JSInterop;

namespace Richpanel.Console.Shared;

/// <summary>
/// The clock of the person who looks: their zone or UTC, 24 or 12 hours, and a tick that keeps "3 min ago" true. One per circuit.
/// Whatever shows a time asks it (<see cref="Exact"/>, <see cref="Clock"/>, or the component TimeText), so that no page mixes two zones.
/// </summary>
public sealed class ViewerTime : IDisposable
{
    private static readonly TimeSpan s_tick = TimeSpan.FromSeconds(10);

    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private TimeZoneInfo _browser = TimeZoneInfo.Utc;

    public ViewerTime(TimeProvider time)
    {
        _time = time;
        _timer = time.CreateTimer(_ => Ticked?.Invoke(), null, s_tick, s_tick);
    }

    /// <summary>Some seconds have passed, or times are shown in another way from now on.</summary>
    public event Action? Ticked;

    /// <summary>What times are shown in.</summary>
    public TimeZoneInfo Zone => Shows.Utc ? TimeZoneInfo.Utc : _browser;

    public TimeChoice Shows { get; private set; }

    /// <summary>The browser's own zone, for the one who chooses.</summary>
    public string LocalZone => _browser.Id;

    public DateTimeOffset Now => _time.GetUtcNow();

    public DateTimeOffset Local(DateTimeOffset at) => TimeZoneInfo.ConvertTime(at, Zone);

    /// <summary>Day and clock, exact to the second; the year only when it is not this one.</summary>
    public string Exact(DateTimeOffset at) => TimeWords.Exact(Local(at), Local(Now), Shows.Twelve);

    /// <summary>Only the clock when it is today, else as <see cref="Exact"/>.</summary>
    public string Clock(DateTimeOffset at) => TimeWords.Clock(Local(at), Local(Now), Shows.Twelve);

    /// <inheritdoc cref="TimeWords.Span"/>
    public string Span(DateTimeOffset since, DateTimeOffset until) => TimeWords.Span(Local(since), Local(until), Shows.Twelve);

    /// <inheritdoc cref="TimeWords.Start"/>
    public string Start(DateTimeOffset at, TimeSpan length) => TimeWords.Start(Local(at), length, Shows.Twelve);

    /// <inheritdoc cref="TimeWords.Tick"/>
    public string Tick(DateTimeOffset at, TimeSpan shown) => TimeWords.Tick(Local(at), shown, Shows.Twelve);

    public void Choose(TimeChoice choice)
    {
        Shows = choice;
        Ticked?.Invoke();
    }

    public async Task LearnZoneAsync(IJSRuntime browser)
    {
        if (await browser.InvokeAsync<BrowserZone?>("richpanel.zone") is not { } seen)
        {
            return;
        }

        // A small image has no zone table; then today's distance from UTC has to do.
        _browser = TimeZoneInfo.TryFindSystemTimeZoneById(seen.Name, out var zone)
            ? zone
            : TimeZoneInfo.CreateCustomTimeZone("browser", TimeSpan.FromMinutes(seen.OffsetMinutes), seen.Name, seen.Name);
    }

    public void Dispose() => _timer.Dispose();

    private sealed record BrowserZone(string Name, int OffsetMinutes);
}

/// <summary>How somebody wants times.</summary>
/// <param name="Utc">UTC instead of the browser's zone.</param>
/// <param name="Twelve">AM and PM instead of 24 hours.</param>
public readonly record struct TimeChoice(bool Utc, bool Twelve);
