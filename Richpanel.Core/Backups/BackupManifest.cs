using System.Text.Json;

namespace Richpanel.Core.Backups;

/// <summary>What stands first in a backup: what it is, of when, and how each part can be known to be whole.</summary>
/// <param name="Format">Of the file; grows when an older product could no longer read it.</param>
/// <param name="Product">Version that made it.</param>
/// <param name="Schema">The last migration the database has.</param>
/// <param name="IsBalanced">The counters of the ledger agreed with the rows of this copy.</param>
/// <param name="Seal">How the key ring is sealed.</param>
public sealed record BackupManifest(
    int Format, string Product, string Schema, DateTimeOffset MadeAt, BackupCounts Counts, bool IsBalanced, RingSeal Seal, IReadOnlyList<BackupPart> Parts)
{
    public const int CurrentFormat = 1;

    /// <summary>Name of the manifest's own entry.</summary>
    public const string Entry = "manifest.json";

    public const string Database = "console.db";

    public const string KeyRing = "keys.sealed";

    private const int MostBytes = 64 * 1024;

    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public BackupPart Part(string name) => Parts.First(part => part.Name == name);

    internal byte[] Write() => JsonSerializer.SerializeToUtf8Bytes(this, s_json);

    /// <exception cref="BackupException">It is none, of a newer format, or asks for what no backup of ours has.</exception>
    internal static BackupManifest Read(Stream content)
    {
        var bytes = new byte[MostBytes + 1];
        var length = content.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        try
        {
            var json = bytes.AsSpan(0, length);
            if (length > MostBytes || JsonSerializer.Deserialize<FormatOnly>(json, s_json) is not { } head)
            {
                throw new BackupException("It is no backup of this product.");
            }

            if (head.Format > CurrentFormat)
            {
                throw new BackupException($"It was made by a newer version of the product ({head.Product}). Install that version, or a later one, and restore with it.");
            }

            var manifest = JsonSerializer.Deserialize<BackupManifest>(json, s_json)!;
            return IsWhole(manifest) ? manifest : throw new BackupException("Its manifest is damaged. Take another copy of the file, or an older backup.");
        }
        catch (JsonException)
        {
            throw new BackupException("Its manifest is damaged. Take another copy of the file, or an older backup.");
        }
    }

    /// <summary>A part missing in the JSON is null here, whatever the type says.</summary>
    private static bool IsWhole(BackupManifest read) =>
        read is { Format: >= 1, Product: not null, Schema: not null, Counts: not null, Seal: not null, Parts: not null }
        && read.Parts.All(part => part is { Name: not null, Sha256: not null, Bytes: >= 0 })
        && new[] { Database, KeyRing }.All(name => read.Parts.Count(part => part.Name == name) == 1)
        && read.Seal.IsUsable;

    private sealed record FormatOnly(int Format, string? Product);
}

/// <param name="Name">Of the entry.</param>
/// <param name="Bytes">Of its content, unpacked.</param>
/// <param name="Sha256">Of its content, lower-case hex.</param>
public sealed record BackupPart(string Name, long Bytes, string Sha256);

/// <summary>How much is in it, for a person to know it by.</summary>
public sealed record BackupCounts(long Deliveries, long Requests, long Connections, long Sources, long People, long ChangeLogLines);
