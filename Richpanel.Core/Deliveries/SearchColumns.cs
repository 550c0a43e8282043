using Richpanel.Core.Storage;

namespace Richpanel.Core.Deliveries;

/// <summary>The hashes a delivery is searched by, each of a text in the same row: they can be made anew at any time.</summary>
internal static class SearchColumns
{
    public static void Fill(Delivery row, SearchKey key)
    {
        row.UserHash = key.OfOrNull(row.UserId ?? row.AnonymousId);
        row.AnonymousHash = row.UserId is null ? null : key.OfOrNull(row.AnonymousId);
        row.EmailHash = key.OfEmail(row.Email);
        row.OrderHash = key.OfOrNull(row.OrderId);
        row.Lane = row.UserHash ?? 0;
    }
}

/// <summary>Which key the hashes of the rows were made with.</summary>
public sealed class SearchState
{
    public long Id { get; set; }

    /// <summary><see cref="SearchKey.Mark"/> of the key that new rows are hashed with.</summary>
    public long KeyMark { get; set; }

    /// <summary>Rows with a smaller id may still have hashes of another key, or of none.</summary>
    public long OldBelow { get; set; }
}
