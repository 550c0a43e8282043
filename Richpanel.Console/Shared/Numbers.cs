using System.Globalization;
using Richpanel.Core;

namespace Richpanel.Console.Shared;

/// <summary>Counts as people read them.</summary>
internal static class Numbers
{
    /// <summary><c>1,284</c>.</summary>
    public static string Of(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    /// <inheritdoc cref="ByteSize.Words"/>
    public static string Bytes(long bytes) => ByteSize.Words(bytes);
}
