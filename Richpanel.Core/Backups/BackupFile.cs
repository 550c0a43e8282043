using System.Buffers;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;

namespace Richpanel.Core.Backups;

/// <summary>The file of a backup: a zip of database, sealed key ring and manifest. Only its form; what stands in it comes and goes by the caller.</summary>
internal static class BackupFile
{
    public const string Extension = ".rpbackup";

    /// <summary>Of a sealed ring: packed files, their names, the seal.</summary>
    private const long MostRingBytes = KeyRingFiles.MostBytes + (1024 * 1024);

    private const string NotOurs = "It is damaged, or no backup of this product. Take another copy of the file, or an older backup.";

    /// <summary>SHA-256 of a file, lower-case hex, and its length.</summary>
    public static BackupPart Describe(string name, string file, CancellationToken ct)
    {
        using var content = File.OpenRead(file);
        return Copy(name, content, Stream.Null, long.MaxValue, ct);
    }

    public static BackupPart Describe(string name, byte[] content) => new(name, content.Length, Convert.ToHexStringLower(SHA256.HashData(content)));

    /// <summary>What a sealed ring is bound to.</summary>
    public static byte[] BelongsTo(BackupPart database) => Encoding.ASCII.GetBytes($"richpanel-console backup v1\n{database.Sha256}");

    /// <summary>To a new file for its owner only, on disk.</summary>
    public static void Write(string to, BackupManifest manifest, string database, byte[] sealedRing, CancellationToken ct)
    {
        using var file = OwnerOnlyFile(to);
        using (var zip = new ZipArchive(file, ZipArchiveMode.Create, leaveOpen: true))
        {
            Add(zip, BackupManifest.Entry, entry => entry.Write(manifest.Write()));
            Add(zip, BackupManifest.KeyRing, entry => entry.Write(sealedRing));
            Add(zip, BackupManifest.Database, entry =>
            {
                using var content = File.OpenRead(database);
                Copy(BackupManifest.Database, content, entry, long.MaxValue, ct);
            });
        }

        file.Flush(flushToDisk: true);
    }

    /// <exception cref="BackupException">It is no backup, damaged, or of a newer version.</exception>
    public static BackupManifest ReadManifest(string file) => Reading(file, zip =>
    {
        using var content = (zip.GetEntry(BackupManifest.Entry) ?? throw new BackupException(NotOurs)).Open();
        return BackupManifest.Read(content);
    });

    /// <summary>The sealed ring, known to be whole.</summary>
    /// <exception cref="BackupException">It is damaged.</exception>
    public static byte[] ReadRing(string file, BackupManifest manifest)
    {
        using var content = new MemoryStream();
        var part = manifest.Part(BackupManifest.KeyRing);
        if (part.Bytes > MostRingBytes)
        {
            throw new BackupException("Its key ring is larger than any of ours. It is damaged, or no backup of this product.");   // nobody has vouched for its length yet
        }

        Extract(file, part, content, default);
        return content.ToArray();
    }

    /// <summary>Copies a part out, and fails unless it is to the byte what the manifest says.</summary>
    /// <exception cref="BackupException">It is damaged.</exception>
    public static void Extract(string file, BackupPart part, Stream to, CancellationToken ct) => Reading(file, zip =>
    {
        using var content = (zip.GetEntry(part.Name) ?? throw new BackupException(NotOurs)).Open();
        return Copy(part.Name, content, to, part.Bytes, ct) == part ? part : throw new BackupException($"Its part {part.Name} is damaged. Take another copy of the file, or an older backup.");
    });

    /// <summary>Stops after <paramref name="most"/> bytes: what goes on beyond is not what it says it is.</summary>
    private static BackupPart Copy(string name, Stream from, Stream to, long most, CancellationToken ct)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent(256 * 1024);
        try
        {
            long length = 0;
            int read;
            while ((read = from.Read(buffer)) > 0 && length <= most)
            {
                ct.ThrowIfCancellationRequested();
                hash.AppendData(buffer, 0, read);
                to.Write(buffer, 0, read);
                length += read;
            }

            return new BackupPart(name, length, Convert.ToHexStringLower(hash.GetHashAndReset()));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
        }
    }

    private static T Reading<T>(string file, Func<ZipArchive, T> read)
    {
        try
        {
            using var zip = ZipFile.OpenRead(file);
            return read(zip);
        }
        catch (InvalidDataException damaged)
        {
            throw new BackupException(NotOurs, damaged);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw new BackupException($"It cannot be read: {unreadable.Message}", unreadable);
        }
    }

    private static void Add(ZipArchive zip, string name, Action<Stream> write)
    {
        using var entry = zip.CreateEntry(name, CompressionLevel.Fastest).Open();
        write(entry);
    }

    private static FileStream OwnerOnlyFile(string path) => Storage.OwnerOnly.NewFile(path);
}
