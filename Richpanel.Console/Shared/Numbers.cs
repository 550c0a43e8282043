using System.Globalization;

namespace Richpanel.Console.Shared;

/// <summary>Counts as people read them.</summary>
internal static class Numbers
{
    /// <summary><c>1,284</c>.</summary>
    public static string Of(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary><c>812 bytes</c>, <c>12.4 KB</c>, <c>3.1 GB</c>; a KB is 1,024 bytes.</summary>
    public static string Bytes(long bytes) => bytes switch
    {
        1 => "1 byte",
        < 10_000 => FormattableString.Invariant($"{bytes:N0} bytes"),
        < 1L << 20 => FormattableString.Invariant($"{bytes / 1024.0:0.#} KB"),
        < 1L << 30 => FormattableString.Invariant($"{bytes / (double)(1L << 20):0.#} MB"),
        _ => FormattableString.Invariant($"{bytes / (double)(1L << 30):0.#} GB"),
    };
}
