using Microsoft.Extensions.Time.Testing;

namespace Richpanel.Tests.Support;

internal static class ClockJump
{
    /// <summary>
    /// Sets the clock forward as somebody sets a clock: no timer ends by it. Advancing a running product by a day fires what it does
    /// each second 86,400 times, a minute of work that a question about dates has no use for.
    /// </summary>
    public static void Jump(this FakeTimeProvider clock, TimeSpan by) => clock.AdjustTime(clock.GetUtcNow() + by);
}
