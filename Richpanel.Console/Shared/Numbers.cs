using System.Globalization;

namespace Richpanel.Console.Shared;

/// <summary>Counts as people read them.</summary>
internal static class Numbers
{
    /// <summary><c>1,284</c>.</summary>
    public static string Of(long count) => count.ToString("N0", CultureInfo.InvariantCulture);
}
