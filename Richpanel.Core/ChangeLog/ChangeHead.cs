using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Richpanel.Core.Storage;

namespace Richpanel.Core.ChangeLog;

/// <summary>Number and hash of the last line there was.</summary>
public sealed record ChangeHeadNote(long Id, byte[] Hash)
{
    public bool IsSame(ChangeHeadNote? other) => other is not null && other.Id == Id && other.Hash.AsSpan().SequenceEqual(Hash);
}

/// <summary>
/// A sealed note of the last line of the change log, kept beside the key ring and not in the database: who can write only the
/// database cannot cut lines off the end of the log without it showing.
/// </summary>
public sealed class ChangeHead(StoragePaths paths, InstallationKey key)
{
    private string FilePath => Path.Combine(paths.KeyRing, "change-log.head");

    /// <summary>Null when there is none, or it is not sealed with today's key.</summary>
    public ChangeHeadNote? Read()
    {
        string[] parts;
        try
        {
            parts = File.ReadAllText(FilePath).Split('\n');
        }
        catch (Exception missing) when (missing is IOException or UnauthorizedAccessException)
        {
            return null;
        }

        try
        {
            return parts is [var id, var hash, var seal, ..] && CryptographicOperations.FixedTimeEquals(Seal(id, hash), Convert.FromHexString(seal))
                ? new ChangeHeadNote(long.Parse(id, NumberStyles.None, CultureInfo.InvariantCulture), Convert.FromHexString(hash))
                : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }

    /// <summary>Whole or not at all, for the owner alone.</summary>
    public void Write(ChangeHeadNote note)
    {
        var id = note.Id.ToString(CultureInfo.InvariantCulture);
        var hash = Convert.ToHexStringLower(note.Hash);
        var fresh = FilePath + ".new";
        using (var stream = new FileStream(fresh, FileMode.Create, FileAccess.Write))
        {
            OwnerOnly.File(fresh);
            stream.Write(Encoding.ASCII.GetBytes($"{id}\n{hash}\n{Convert.ToHexStringLower(Seal(id, hash))}\n"));
            stream.Flush(flushToDisk: true);
        }

        File.Move(fresh, FilePath, overwrite: true);
    }

    private byte[] Seal(string id, string hash) => key.Seal(Encoding.ASCII.GetBytes($"change log ends with\n{id}\n{hash}"));
}
