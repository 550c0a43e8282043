using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Richpanel.Core.Storage;

/// <summary>
/// 64-bit keyed hashes of personal values for exact search: alike for the same value, and without the installation's key nobody can
/// find a value by hashing guesses. Not unique: the text is compared after the look-up. Made for every event, so without garbage.
/// </summary>
public sealed class SearchKey(InstallationKey installation)
{
    private const int OnStack = 256;

    /// <summary>A key of its own, so that no hash of a search equals one of the change log.</summary>
    private readonly byte[] _key = installation.Seal("richpanel-console search keys v1"u8);

    /// <summary>What tells hashes of this key from those of another one; says nothing of the key.</summary>
    public long Mark => Of("richpanel-console search key in use");

    public long Of(ReadOnlySpan<char> text)
    {
        var most = Encoding.UTF8.GetMaxByteCount(text.Length);
        Span<byte> utf8 = most <= OnStack * 3 ? stackalloc byte[OnStack * 3] : new byte[most];
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(_key, utf8[..Encoding.UTF8.GetBytes(text, utf8)], hash);
        return BinaryPrimitives.ReadInt64LittleEndian(hash);
    }

    public long? OfOrNull(string? text) => text is null ? null : Of(text);

    /// <summary>E-mails are searched without regard to case and surrounding blanks.</summary>
    public long? OfEmail(string? email)
    {
        if (email is null)
        {
            return null;
        }

        var bare = email.AsSpan().Trim();
        Span<char> lower = bare.Length <= OnStack ? stackalloc char[OnStack] : new char[bare.Length];
        return Of(lower[..bare.ToLowerInvariant(lower)]);
    }
}
