using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Richpanel.Core.ChangeLog;

/// <summary>The hash of a line: SHA-256 over the hash before it and its own fields, each with its length, so that no two read alike. Pure.</summary>
public static class ChangeChain
{
    /// <summary>What the first line's hash goes on from.</summary>
    public static byte[] Beginning { get; } = SHA256.HashData("richpanel-console change log v1"u8);

    public static byte[] HashOf(ReadOnlySpan<byte> before, ChangeEntry entry) => HashOf(before, entry, entry.Id);

    /// <summary>As if the line stood at another place: tells what happened to a chain that does not fit.</summary>
    internal static byte[] HashOf(ReadOnlySpan<byte> before, ChangeEntry entry, long id)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(before);
        Add(hash, id);
        Add(hash, entry.At.UtcTicks);
        Add(hash, (long)entry.ActorKind);
        Add(hash, entry.ActorId);
        Add(hash, entry.ActorName);
        Add(hash, entry.Action);
        Add(hash, entry.ObjectId);
        Add(hash, entry.ObjectName);
        Add(hash, entry.Fields);
        Add(hash, entry.Count);
        Add(hash, entry.Reason);
        Add(hash, entry.Address);
        return hash.GetHashAndReset();
    }

    private static void Add(IncrementalHash hash, long? number)
    {
        Span<byte> bytes = stackalloc byte[9];
        bytes[0] = number is null ? (byte)0 : (byte)1;
        BinaryPrimitives.WriteInt64BigEndian(bytes[1..], number ?? 0);
        hash.AppendData(bytes);
    }

    private static void Add(IncrementalHash hash, string? text)
    {
        Add(hash, text is null ? null : (long)Encoding.UTF8.GetByteCount(text));
        hash.AppendData(Encoding.UTF8.GetBytes(text ?? ""));
    }
}
