using System.IO.Compression;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Backups;

/// <summary>The files beside the database that open what is sealed in it, as one block of bytes in memory.</summary>
internal static class KeyRingFiles
{
    private const string ChangeLogHead = "change-log.head";
    private const int MostFiles = 1_000;

    /// <summary>Of all files together.</summary>
    public const int MostBytes = 8 * 1024 * 1024;

    /// <summary>Is there a key at all that could open something?</summary>
    public static bool HasKey(StoragePaths paths) => Directory.Exists(paths.KeyRing) && Directory.EnumerateFiles(paths.KeyRing, "key-*.xml").Any();

    /// <summary>
    /// The note of the change log's end, to be read before the database is copied: a later one would name lines that the copy has not,
    /// and they would count as cut off. Null when there is none.
    /// </summary>
    public static byte[]? ReadHead(StoragePaths paths)
    {
        var file = Path.Combine(paths.KeyRing, ChangeLogHead);
        return File.Exists(file) ? File.ReadAllBytes(file) : null;
    }

    /// <summary>Everything else, to be read after it: a key that was made meanwhile may have sealed something in the copy.</summary>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static byte[] Pack(StoragePaths paths, byte[]? head)
    {
        using var packed = new MemoryStream();
        using (var zip = new ZipArchive(packed, ZipArchiveMode.Create, leaveOpen: true))
        {
            var files = Directory.Exists(paths.KeyRing) ? Directory.EnumerateFiles(paths.KeyRing).Order(StringComparer.Ordinal) : Enumerable.Empty<string>();
            foreach (var file in files.Where(file => Path.GetFileName(file) != ChangeLogHead && !file.EndsWith(".new", StringComparison.Ordinal)))
            {
                Add(zip, Path.GetFileName(file), File.ReadAllBytes(file));
            }

            if (head is not null)
            {
                Add(zip, ChangeLogHead, head);
            }
        }

        return packed.ToArray();
    }

    /// <summary>Into a folder that is not there yet, for the owner only, on disk.</summary>
    /// <exception cref="InvalidDataException">It is not what <see cref="Pack"/> made.</exception>
    public static void Unpack(byte[] packed, string folder)
    {
        using var zip = new ZipArchive(new MemoryStream(packed), ZipArchiveMode.Read);
        if (zip.Entries.Count > MostFiles || zip.Entries.Sum(entry => entry.Length) > MostBytes || zip.Entries.Any(entry => entry.FullName != Path.GetFileName(entry.FullName) || entry.FullName is "" or "." or ".."))
        {
            throw new InvalidDataException("The key ring in it is not one of ours.");
        }

        OwnerOnly.Folder(folder);
        foreach (var entry in zip.Entries)
        {
            using var content = entry.Open();
            using var file = OwnerOnly.NewFile(Path.Combine(folder, entry.FullName));
            content.CopyTo(file);
            file.Flush(flushToDisk: true);
        }
    }

    private static void Add(ZipArchive zip, string name, byte[] content)
    {
        using var entry = zip.CreateEntry(name, CompressionLevel.Fastest).Open();
        entry.Write(content);
    }
}
