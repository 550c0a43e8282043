using Microsoft.JSInterop;

namespace Richpanel.Console.Shared;

/// <summary>The clock of the person who looks: their zone, and a tick that keeps "3 min ago" true. One per circuit.</summary>
public sealed class ViewerTime : IDisposable
{
    private static readonly TimeSpan s_tick = TimeSpan.FromSeconds(10);

    private readonly TimeProvider _time;
    private readonly ITimer _timer;

    public ViewerTime(TimeProvider time)
    {
        _time = time;
        _timer = time.CreateTimer(_ => Ticked?.Invoke(), null, s_tick, s_tick);
    }

    public event Action? Ticked;

    public TimeZoneInfo Zone { get; private set; } = TimeZoneInfo.Utc;

    public DateTimeOffset Now => _time.GetUtcNow();

    public DateTimeOffset Local(DateTimeOffset at) => TimeZoneInfo.ConvertTime(at, Zone);

    public async Task LearnZoneAsync(IJSRuntime browser)
    {
        if (await browser.InvokeAsync<BrowserZone?>("richpanel.zone") is not { } seen)
        {
            return;
        }

        // A small image has no zone table; then today's distance from UTC has to do.
        Zone = TimeZoneInfo.TryFindSystemTimeZoneById(seen.Name, out var zone)
            ? zone
            : TimeZoneInfo.CreateCustomTimeZone("browser", TimeSpan.FromMinutes(seen.OffsetMinutes), seen.Name, seen.Name);
    }

    public void Dispose() => _timer.Dispose();

    private sealed record BrowserZone(string Name, int OffsetMinutes);
}
