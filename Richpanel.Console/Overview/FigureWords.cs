using System.Globalization;
using Richpanel.Console.Shared;

namespace Richpanel.Console.Overview;

/// <summary>Figures as a person reads them. Pure.</summary>
internal static class FigureWords
{
    /// <summary><c>240 ms</c>, <c>1.4 s</c>, <c>3 min</c>.</summary>
    public static string Latency(TimeSpan? took) => took switch
    {
        null => "–",
        { TotalSeconds: < 1 } one => $"{Math.Max(1, one.TotalMilliseconds).ToString("0", CultureInfo.InvariantCulture)} ms",
        { TotalMinutes: < 1 } one => $"{one.TotalSeconds.ToString("0.#", CultureInfo.InvariantCulture)} s",
        { } one => TimeWords.Length(one),
    };

    /// <summary><c>up 12 %</c>, <c>down 3 %</c>, <c>as before</c>; how many times, where a percentage is no longer read.</summary>
    public static string Change(double now, double before)
    {
        if (before <= 0)
        {
            return now <= 0 ? "as before" : "none before";
        }

        var by = (now - before) / before;
        return Math.Abs(by) < .005 ? "as before"
            : by >= 9.995 ? $"{(now / before).ToString("N0", CultureInfo.InvariantCulture)} times as many"
            : $"{(by > 0 ? "up" : "down")} {Math.Max(1, Math.Round(Math.Abs(by) * 100)).ToString("0", CultureInfo.InvariantCulture)} %";
    }

    /// <summary>Never 0 % of something, never 100 % while something is missing.</summary>
    public static string Share(long part, long all) => all == 0 ? "–"
        : part == 0 ? "0 %"
        : part == all ? "100 %"
        : (100d * part / all) switch
        {
            < .1 => "< 0.1 %",
            > 99.9 => "> 99.9 %",
            { } percent => $"{percent.ToString(percent is < 10 or > 90 ? "0.0" : "0", CultureInfo.InvariantCulture)} %",
        };
}
