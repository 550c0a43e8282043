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
public sealed class BackupMaker(StoragePaths paths, StorageOptions options, TimeProvider time)
{
    private const string NamePrefix = "richpanel-console-";
    private const string WorkPrefix = ".";

    /// <summary>Held in the work folder while a backup is made there.</summary>
    private const string Lock = "lock";

    /// <summary>What comes in meanwhile: the snapshot that is copied keeps the WAL from starting again.</summary>
    private const long WalAllowance = 256L * 1024 * 1024;

    /// <summary>A work folder without a lock is of a version that had none, or was made this moment.</summary>
    private static readonly TimeSpan s_surelyOver = TimeSpan.FromDays(1);

    /// <summary>Is any secret in it that a key of the ring has sealed?</summary>
    private const string Sealed =
        """SELECT EXISTS(SELECT 1 FROM "Connections" WHERE "ProtectedSecret" IS NOT NULL) OR EXISTS(SELECT 1 FROM "Sources" WHERE "ProtectedWriteKey" IS NOT NULL)""";

    private static readonly TimeSpan s_looksAtTheDisk = TimeSpan.FromSeconds(1);

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
        FileStream? held = null;
        using var narrow = CancellationTokenSource.CreateLinkedTokenSource(ct);
        try
        {
            if (!Directory.Exists(folder))
            {
                OwnerOnly.Folder(folder);
            }

            TakeAwayBroken(folder);
            DemandRoom(folder);
            work = OwnerOnly.Folder(Path.Combine(folder, $"{WorkPrefix}{name}-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4))}")).FullName;
            held = new FileStream(Path.Combine(work, Lock), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None);
            using var watch = time.CreateTimer(_ => GiveWay(narrow), null, s_looksAtTheDisk, s_looksAtTheDisk);
            return Make(folder, work, name, at, passphrase, product, tell ?? (_ => { }), narrow.Token);
        }
        catch (Exception failure) when (narrow.IsCancellationRequested && failure is SqliteException or OperationCanceledException)
        {
            ct.ThrowIfCancellationRequested();
            throw new BackupException("The disk of the database was getting full, and the receiver needs it more. Nothing is left of the backup. Make room, or choose a folder on another disk (Storage:BackupFolder, --to).", failure);
        }
        catch (SqliteException failure)
        {
            throw new BackupException($"The database could not be copied: {failure.Message} Nothing was changed.", failure);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new BackupException($"The backup could not be written: {failure.Message} Nothing is left of it.", failure);
        }
        finally
        {
            held?.Dispose();
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
        var (schema, counts, isBalanced) = Check(copy, KeyRingFiles.HasKey(paths), ct);

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
    private (string Schema, BackupCounts Counts, bool IsBalanced) Check(string copy, bool hasKey, CancellationToken ct)
    {
        if (DatabaseCopy.Faults(copy, ct) is [var fault, ..])
        {
            throw new BackupException($"The database is damaged, so the copy was thrown away: {fault}. Keep the folder as it is and restore the last good backup.");
        }

        using var connection = DatabaseCopy.Open(copy, SqliteOpenMode.ReadOnly);
        using var stopping = DatabaseCopy.Interrupt(connection, ct);
        using var transaction = connection.BeginTransaction(deferred: true);
        long Read(string sql)
        {
            ct.ThrowIfCancellationRequested();
            using var read = connection.CreateCommand();
            read.CommandText = sql;
            return (long)read.ExecuteScalar()!;
        }

        long Count(string table) => Read($"""SELECT COUNT(*) FROM "{table}" """);

        var schema = DatabaseCopy.Migrations(connection) is [.., var last] ? last : throw new BackupException("The database is none of this product: it knows no schema.");
        if (schema != DatabaseStartup.KnownMigrations[^1])
        {
            throw new BackupException("The database has the schema of another version of the product. Make the backup with the version that runs on it, or start this one on it once.");
        }

        if (!hasKey && Read(Sealed) != 0)
        {
            throw new BackupException($"There is no key in {paths.KeyRing}, and secrets in the database are sealed with one: a backup would bring none of them back. Make it as the user and with the Storage:ConnectionString that the product runs with.");
        }

        var counts = new BackupCounts(Count("Deliveries"), Count("Requests"), Count("Connections"), Count("Sources"), Count("People"), Count("ChangeLog"));
        return (schema, counts, LedgerSums.Faults(connection, transaction).Count == 0 && LedgerSums.FaultsAgainstRows(connection, transaction).Count == 0);
    }

    /// <summary>Names that backups will have which are being made now in the product's folder for them.</summary>
    internal static IEnumerable<string> UnderWay(StoragePaths paths) => Directory.Exists(paths.Backups)
        ? new DirectoryInfo(paths.Backups).EnumerateDirectories(WorkPrefix + NamePrefix + "*").Select(work => work.Name[WorkPrefix.Length..work.Name.LastIndexOf('-')] + BackupFile.Extension)
        : [];

    /// <summary>What a backup that was killed has left in the product's folder for them. At the start, so that it does not lie hidden until the next one.</summary>
    public void TakeAwayBroken()
    {
        try
        {
            if (Directory.Exists(paths.Backups))
            {
                TakeAwayBroken(paths.Backups);
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // Nothing hangs on it; the next backup tries again and says why it cannot.
        }
    }

    /// <summary>A whole copy of the database each. Another command may be at work beside this one: it holds its lock.</summary>
    private void TakeAwayBroken(string folder)
    {
        foreach (var left in new DirectoryInfo(folder).EnumerateDirectories(WorkPrefix + NamePrefix + "*").Where(IsBroken))
        {
            left.Delete(recursive: true);
        }
    }

    private bool IsBroken(DirectoryInfo work)
    {
        try
        {
            using var held = new FileStream(Path.Combine(work.FullName, Lock), FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            return true;
        }
        catch (FileNotFoundException)
        {
            return work.LastWriteTimeUtc < time.GetUtcNow() - s_surelyOver;
        }
        catch (IOException)
        {
            return false;   // held, or gone this moment
        }
    }

    /// <summary>For the copy and the packed file beside it, whatever it packs to; and the receiver goes on beside it.</summary>
    private void DemandRoom(string folder)
    {
        var drive = new DriveInfo(folder);
        var log = new FileInfo(paths.DatabaseFile + "-wal");
        var needed = (2 * (new FileInfo(paths.DatabaseFile).Length + (log.Exists ? log.Length : 0))) + (IsDiskOfDatabase(drive) ? options.FullBelow + WalAllowance : 0);
        if (drive.AvailableFreeSpace < needed)
        {
            throw new BackupException($"There is no room in {folder}: {ByteSize.Words(needed)} must be free while a backup is made, so that the receiver is not closed by it. Make room, or choose a folder on another disk (Storage:BackupFolder, --to).");
        }
    }

    /// <summary>Mounts of one disk have its size; another disk of the very same size only costs the reserve.</summary>
    private bool IsDiskOfDatabase(DriveInfo drive) => new DriveInfo(paths.Folder) is var its && its.TotalSize == drive.TotalSize && its.DriveFormat == drive.DriveFormat;

    /// <summary>The snapshot that is copied holds the WAL, which grows by what comes in: before the door closes, the backup gives up.</summary>
    private void GiveWay(CancellationTokenSource narrow)
    {
        try
        {
            if (new DriveInfo(paths.Folder).AvailableFreeSpace < options.FullBelow)
            {
                narrow.Cancel();
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            // A disk that does not say is not taken for full; or the backup has just ended.
        }
    }
}
