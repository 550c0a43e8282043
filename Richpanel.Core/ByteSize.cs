namespace Richpanel.Core;

/// <summary>Sizes as people read them, alike on every page and in every sentence.</summary>
public static class ByteSize
{
    /// <summary><c>812 bytes</c>, <c>12.4 KB</c>, <c>3.1 GB</c>; a KB is 1,024 bytes.</summary>
    public static string Words(long bytes) => bytes switch
    {
        1 => "1 byte",
        < 10_000 => FormattableString.Invariant($"{bytes:N0} bytes"),
        < 1L << 20 => FormattableString.Invariant($"{bytes / 1024.0:0.#} KB"),
        < 1L << 30 => FormattableString.Invariant($"{bytes / (double)(1L << 20):0.#} MB"),
        _ => FormattableString.Invariant($"{bytes / (double)(1L << 30):0.#} GB"),
    };
}
