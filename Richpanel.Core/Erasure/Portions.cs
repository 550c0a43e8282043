namespace Richpanel.Core.Erasure;

/// <summary>Cuts a list into pieces of the writer's work: by number, and by bytes where single ones are large. Pure.</summary>
internal static class Portions
{
    /// <summary>Written in one commit, a sender may be waiting behind it.</summary>
    public const long MostBytes = 512 * 1024;

    /// <summary>In their order; one that is larger than all of it may be stands alone.</summary>
    /// <param name="bytes">Asked once for each, when its piece is made.</param>
    public static IEnumerable<IReadOnlyList<T>> Of<T>(IEnumerable<T> all, int most, Func<T, long> bytes)
    {
        List<T> piece = [];
        var sum = 0L;
        foreach (var one in all)
        {
            var size = bytes(one);
            if (piece.Count > 0 && (piece.Count == most || sum + size > MostBytes))
            {
                yield return piece;
                (piece, sum) = ([], 0);
            }

            piece.Add(one);
            sum += size;
        }

        if (piece.Count > 0)
        {
            yield return piece;
        }
    }
}
