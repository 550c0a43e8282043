namespace Richpanel.Console.Shared;

/// <summary>Heights of a chart's bars. Pure.</summary>
internal static class ChartScale
{
    private static readonly int[] s_steps = [2, 4, 6, 8, 10];

    /// <summary>The least round number that holds the highest bar, and whose half is a whole number.</summary>
    public static long TopOf(long highest)
    {
        for (var unit = 1L; ; unit *= 10)
        {
            if (Array.Find(s_steps, step => step * unit >= highest) is var step and not 0)
            {
                return step * unit;
            }
        }
    }

    /// <summary>In hundredths of the height; what is there at all can be seen.</summary>
    public static double Height(long count, long top) => count == 0 ? 0 : Math.Max(.8, 100d * count / top);
}
