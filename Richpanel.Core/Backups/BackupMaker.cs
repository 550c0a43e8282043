using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Data.Sqlite;
using Richpanel.Core.Ledger;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Backups;

/// <summary>What a backup under way is doing.</summary>
public enum BackupStep
{
    Copying,
    Checking,
    Packing,
    Verifying,
}

/// <summary>
/// Makes one backup: database and key ring as one file, checked before anybody relies on it. Needs no running product, and does not
/// disturb one: it only reads, in one snapshot.
/// </summary>
public sealed class BackupMaker(StoragePaths paths, TimeProvider time)
{
    private const string NamePrefix = "richpanel-console-";
    private const string WorkPrefix = ".";

    private static readonly TimeSpan s_surelyOver = TimeSpan.FromDays(1);

    /// <summary>The finished file; a half-made one never has its name.</summary>
    /// <param name="folder">Where it goes; made when missing.</param>
    /// <param name="product">Version, for the manifest.</param>
    /// <exception cref="BackupException">It could not be made, or did not stand its own check; nothing is left of it.</exception>
    /// <exception cref="OperationCanceledException"/>
    public string Make(string folder, string passphrase, string product, Action<BackupStep>? tell, CancellationToken ct)
    {
        if (RingSeal.FaultOf(passphrase) is { } fault)
        {
            throw new BackupException(fault);
        }

        if (!File.Exists(paths.DatabaseFile))
        {
            throw new BackupException($"There is no database {paths.DatabaseFile}. Give the Storage:ConnectionString that the product runs with.");
        }

        var at = time.GetUtcNow();
        var name = string.Create(CultureInfo.InvariantCulture, $"{NamePrefix}{at:yyyy-MM-dd'T'HH-mm-ss'Z'}");
        string? work = null;
        try
        {
            if (!Directory.Exists(folder))
            {
                OwnerOnly.Folder(folder);
            }

            TakeAwayBroken(folder, at);
            DemandRoom(folder);
            work = OwnerOnly.Folder(Path.Combine(folder, $"{WorkPrefix}{name}-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4))}")).FullName;
            return Make(folder, work, name, at, passphrase, product, tell ?? (_ => { }), ct);
        }
        catch (SqliteException failure)
        {
            ct.ThrowIfCancellationRequested();
            throw new BackupException($"The database could not be copied: {failure.Message} Nothing was changed.", failure);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new BackupException($"The backup could not be written: {failure.Message} Nothing is left of it.", failure);
        }
        finally
        {
            if (work is not null && Directory.Exists(work))
            {
                Directory.Delete(work, recursive: true);
            }
        }
    }

    private string Make(string folder, string work, string name, DateTimeOffset at, string passphrase, string product, Action<BackupStep> tell, CancellationToken ct)
    {
        tell(BackupStep.Copying);
        var copy = Path.Combine(work, BackupManifest.Database);
        var head = KeyRingFiles.ReadHead(paths);
        DatabaseCopy.Make(paths.DatabaseFile, copy, ct);
        var ring = KeyRingFiles.Pack(paths, head);

        tell(BackupStep.Checking);
        var (schema, counts, isBalanced) = Check(copy, ct);

        tell(BackupStep.Packing);
        var database = BackupFile.Describe(BackupManifest.Database, copy, ct);
        var seal = RingSeal.New();
        var sealedRing = seal.Close(ring, passphrase, BackupFile.BelongsTo(database));
        CryptographicOperations.ZeroMemory(ring);
        var manifest = new BackupManifest(
            BackupManifest.CurrentFormat, product, schema, at, counts, isBalanced, seal, [database, BackupFile.Describe(BackupManifest.KeyRing, sealedRing)]);
        var packed = Path.Combine(work, name + BackupFile.Extension);
        BackupFile.Write(packed, manifest, copy, sealedRing, ct);

        // As it will be read one day: from the file, by the passphrase.
        tell(BackupStep.Verifying);
        var written = BackupFile.ReadManifest(packed);
        BackupFile.Extract(packed, written.Part(BackupManifest.Database), Stream.Null, ct);
        CryptographicOperations.ZeroMemory(written.Seal.Open(BackupFile.ReadRing(packed, written), passphrase, BackupFile.BelongsTo(written.Part(BackupManifest.Database))));

        var finished = Path.Combine(folder, name + BackupFile.Extension);
        for (var n = 2; File.Exists(finished); n++)
        {
            finished = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{name}-{n}{BackupFile.Extension}"));   // two in one second
        }

        File.Move(packed, finished);
        return finished;
    }

    /// <summary>The copy must open and be sound. Whether its counters add up is told, and no reason to have no backup.</summary>
    private static (string Schema, BackupCounts Counts, bool IsBalanced) Check(string copy, CancellationToken ct)
    {
        if (DatabaseCopy.Faults(copy) is [var fault, ..])
        {
            throw new BackupException($"The database is damaged, so the copy was thrown away: {fault}. Keep the folder as it is and restore the last good backup.");
        }

        using var connection = DatabaseCopy.Open(copy, SqliteOpenMode.ReadOnly);
        using var transaction = connection.BeginTransaction(deferred: true);
        long Count(string table)
        {
            ct.ThrowIfCancellationRequested();
            using var count = connection.CreateCommand();
            count.CommandText = $"""SELECT COUNT(*) FROM "{table}" """;
            return (long)count.ExecuteScalar()!;
        }

        var schema = DatabaseCopy.Migrations(connection) is [.., var last] ? last : throw new BackupException("The database is none of this product: it knows no schema.");
        if (schema != DatabaseStartup.KnownMigrations[^1])
        {
            throw new BackupException("The database has the schema of another version of the product. Make the backup with the version that runs on it, or start this one on it once.");
        }

        var counts = new BackupCounts(Count("Deliveries"), Count("Requests"), Count("Connections"), Count("Sources"), Count("People"), Count("ChangeLog"));
        return (schema, counts, LedgerSums.Faults(connection, transaction).Count == 0 && LedgerSums.FaultsAgainstRows(connection, transaction).Count == 0);
    }

    /// <summary>What a backup that was killed has left: a whole copy of the database. Another command may be at work beside this one.</summary>
    private static void TakeAwayBroken(string folder, DateTimeOffset now)
    {
        foreach (var left in new DirectoryInfo(folder).EnumerateDirectories(WorkPrefix + NamePrefix + "*").Where(left => left.LastWriteTimeUtc < now - s_surelyOver))
        {
            left.Delete(recursive: true);
        }
    }

    /// <summary>For the copy and the packed file beside it, whatever it packs to.</summary>
    private void DemandRoom(string folder)
    {
        var needed = 2 * new FileInfo(paths.DatabaseFile).Length;
        if (new DriveInfo(folder).AvailableFreeSpace < needed)
        {
            throw new BackupException(string.Create(
                CultureInfo.InvariantCulture, $"There is no room in {folder}: a backup needs up to {needed / 1_000_000 + 1:N0} MB while it is made. Make room, or choose another folder (Storage:BackupFolder, --to)."));
        }
    }
}
