using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Richpanel.Core.Receiving;
using Richpanel.Core.Retries;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Backups;

/// <param name="Paused">Connections that wait for somebody to resume them.</param>
/// <param name="Waiting">Deliveries that were waiting when the backup was made: they may have gone out since, and say so.</param>
/// <param name="Retries">Bulk retries and replays that were under way: paused, until somebody resumes them.</param>
public sealed record Restored(DateTimeOffset MadeAt, long Deliveries, int Paused, long Waiting, int Retries);

/// <summary>Left beside the database for the next start, which writes it into the change log.</summary>
public sealed record RestoreNote(string Backup, DateTimeOffset MadeAt, int Paused, long Waiting, int Retries = 0);

/// <summary>
/// Puts a backup into a folder where no product lives, or the copy from before an upgrade back into its own. The database gets its name
/// last: until then a start finds nothing, and what a restore that breaks off has made is taken away again. No product starts on the
/// folder meanwhile: the restore holds its <see cref="RunningMark"/>.
/// </summary>
public sealed class BackupRestore(StoragePaths paths, TimeProvider time)
{
    /// <summary>At the end of the name of what is not whole yet.</summary>
    private const string Restoring = ".restoring";

    /// <summary>In the name of a database that a copy has taken the place of.</summary>
    private const string Aside = ".replaced-";

    /// <param name="sends">True: connections go on sending at once. False: they are paused, so that nothing goes out twice before somebody has looked.</param>
    /// <exception cref="BackupException">Nothing was changed; the message says why and what to do.</exception>
    public Restored Run(string file, string passphrase, bool sends, CancellationToken ct)
    {
        if (!File.Exists(file))
        {
            throw new BackupException($"There is no file {file}.");
        }

        DemandStopped();
        DemandEmptyFolder();
        var manifest = BackupFile.ReadManifest(file);
        if (!DatabaseStartup.KnownMigrations.Contains(manifest.Schema, StringComparer.Ordinal))
        {
            throw new BackupException($"It was made by a newer version of the product ({manifest.Product}), whose database this one does not know. Install that version, or a later one, and restore with it.");
        }

        var ring = OpenRing(file, manifest, passphrase);
        try
        {
            return Alone(made =>
            {
                DemandEmptyFolder();   // again, now that nobody else can be at it
                return Write(file, manifest, ring, sends, made, ct);
            });
        }
        finally
        {
            CryptographicOperations.ZeroMemory(ring);
        }
    }

    /// <summary>Is it a database as it stands, as <see cref="DatabaseStartup"/> copies one before an upgrade, and no backup?</summary>
    public static bool IsCopy(string file)
    {
        Span<byte> head = stackalloc byte[16];
        using var content = File.OpenRead(file);
        return content.ReadAtLeast(head, head.Length, throwOnEndOfStream: false) == head.Length && head.SequenceEqual("SQLite format 3\0"u8);
    }

    /// <summary>
    /// Back to the copy from before an upgrade, in the folder where it was made: the key ring is there. The database that it takes the
    /// place of stays beside it, as <c>console.db.replaced-TIME</c>.
    /// </summary>
    /// <param name="sends">As for a backup.</param>
    /// <exception cref="BackupException">Nothing was changed; the message says why and what to do.</exception>
    public Restored RunCopy(string file, bool sends, CancellationToken ct)
    {
        if (Path.GetFullPath(file) == paths.DatabaseFile)
        {
            throw new BackupException($"That is the database itself. Name the copy from before the upgrade, {paths.DatabaseFile}.before-upgrade-….");
        }

        DemandStopped();
        if (!KeyRingFiles.HasKey(paths))
        {
            throw new BackupException($"There is no key in {paths.KeyRing}, and without the key ring the secrets in the copy cannot be opened. Name the folder that the copy was made in, in Storage:ConnectionString.");
        }

        return Alone(made =>
        {
            DemandRoom(new FileInfo(file).Length);
            var database = Fresh(made);
            using (var from = File.OpenRead(file))
            using (var to = OwnerOnly.NewFile(database))
            {
                from.CopyTo(to);
                to.Flush(flushToDisk: true);
            }

            ct.ThrowIfCancellationRequested();
            var done = Prepare(database, null, sends, File.GetLastWriteTimeUtc(file));
            Note(made, file, done);
            var aside = string.Create(CultureInfo.InvariantCulture, $"{paths.DatabaseFile}{Aside}{time.GetUtcNow():yyyy-MM-dd'T'HH-mm-ss'Z'}");
            Move(paths.DatabaseFile, aside);
            try
            {
                File.Move(database, paths.DatabaseFile);
            }
            catch
            {
                Move(aside, paths.DatabaseFile);
                throw;
            }

            return done;
        });
    }

    /// <summary>Databases that were put aside, with what their last commits wait in.</summary>
    internal static IEnumerable<FileInfo> Replaced(StoragePaths paths) => Directory.Exists(paths.Folder)
        ? new DirectoryInfo(paths.Folder).EnumerateFiles(Path.GetFileName(paths.DatabaseFile) + Aside + "*")
        : [];

    /// <summary>What a restore or a <c>compact</c> that was killed has left. At a start, which holds the mark that a restore would hold.</summary>
    public void TakeAwayBroken()
    {
        try
        {
            TakeAway([.. Unfinished(paths.DatabaseFile + Restoring), paths.KeyRing + Restoring], withFolder: false);
            DatabaseSpace.TakeAwayBroken(paths);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // It costs room only; the next start tries again.
        }
    }

    private Restored Alone(Func<List<string>, Restored> restore)
    {
        var made = new List<string>();
        var isNewFolder = !Directory.Exists(paths.Folder);
        using var mark = new RunningMark(paths, time);
        try
        {
            if (!mark.TryTake())
            {
                throw Runs();
            }

            var restored = restore(made);
            mark.IsCheckOwed = false;   // of a database that is no longer there; this one was looked through
            made.Clear();
            isNewFolder = false;
            return restored;
        }
        catch (CannotStartException failure)
        {
            throw new BackupException(failure.Message, failure);
        }
        catch (SqliteException failure)
        {
            throw new BackupException($"The database in it cannot be used: {failure.Message} Take another copy of the file, or an older backup.", failure);
        }
        catch (InvalidDataException failure)
        {
            throw new BackupException($"It is damaged: {failure.Message} Take another copy of the file, or an older backup.", failure);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new BackupException($"It could not be written to {paths.Folder}: {failure.Message}", failure);
        }
        finally
        {
            mark.Dispose();
            TakeAway(made, isNewFolder);
        }
    }

    private Restored Write(string file, BackupManifest manifest, byte[] ring, bool sends, List<string> made, CancellationToken ct)
    {
        var part = manifest.Part(BackupManifest.Database);
        DemandRoom(part.Bytes);
        var database = Fresh(made);
        using (var content = OwnerOnly.NewFile(database))
        {
            BackupFile.Extract(file, part, content, ct);
            content.Flush(flushToDisk: true);
        }

        var done = Prepare(database, manifest.Schema, sends, manifest.MadeAt);

        // The keys before the database: secrets without a ring would count as lost.
        var keys = paths.KeyRing + Restoring;
        made.Add(keys);
        if (Directory.Exists(keys))
        {
            Directory.Delete(keys, recursive: true);
        }

        KeyRingFiles.Unpack(ring, keys);
        Note(made, file, done);
        if (Directory.Exists(paths.KeyRing))
        {
            Directory.Delete(paths.KeyRing);   // empty, as was asked before
        }

        Directory.Move(keys, paths.KeyRing);
        made.Add(paths.KeyRing);
        File.Move(database, paths.DatabaseFile);
        return done;
    }

    private static readonly string[] s_parts = ["", "-wal", "-shm"];

    /// <summary>A database, and what its last commits wait in.</summary>
    private static void Move(string database, string to)
    {
        foreach (var part in s_parts.Where(part => File.Exists(database + part)))
        {
            File.Move(database + part, to + part);
        }
    }

    private static string[] Unfinished(string database) => [database, database + "-wal", database + "-shm", database + "-journal"];

    /// <summary>Where the database is written before it gets its name; nothing of a restore that was killed is there any more.</summary>
    private string Fresh(List<string> made)
    {
        var files = Unfinished(paths.DatabaseFile + Restoring);
        made.AddRange(files);
        Array.ForEach(files, File.Delete);
        return files[0];
    }

    private void Note(List<string> made, string file, Restored done)
    {
        made.Add(paths.RestoreNote);
        using var note = new FileStream(paths.RestoreNote, FileMode.Create);
        OwnerOnly.File(paths.RestoreNote);
        JsonSerializer.Serialize(note, new RestoreNote(Path.GetFileName(file), done.MadeAt, done.Paused, done.Waiting, done.Retries));
    }

    private void DemandRoom(long bytes)
    {
        if (new DriveInfo(paths.Folder).AvailableFreeSpace < bytes + (bytes / 10))
        {
            throw new BackupException($"There is no room in {paths.Folder} for its database of {ByteSize.Words(bytes)}. Make room, or restore on another disk.");
        }
    }

    /// <summary>
    /// Sound, and of a schema that this version knows; then what waits is marked: whatever happened after the backup is not known here,
    /// so it may have gone out (promise 3). So may what was received and has no row yet: <see cref="ExpansionCursor.RestoredId"/> tells
    /// the expander. What a bulk retry has done since is not known either, so none goes on by itself.
    /// </summary>
    /// <param name="schema">The one that the manifest names; null = any that is known.</param>
    private Restored Prepare(string database, string? schema, bool sends, DateTimeOffset madeAt)
    {
        if (DatabaseCopy.Faults(database) is [var fault, ..])
        {
            throw new BackupException($"The database in it is damaged: {fault}. Take an older backup.");
        }

        using var connection = DatabaseCopy.Open(database, SqliteOpenMode.ReadWrite);
        var migrations = DatabaseCopy.Migrations(connection);
        if (migrations.Except(DatabaseStartup.KnownMigrations, StringComparer.Ordinal).Any())
        {
            throw new BackupException("It is of a newer version of the product, whose database this one does not know. Restore with that version, or a later one.");
        }

        if (migrations is not [.., var found] || found != (schema ?? found))
        {
            throw new BackupException("The database in it is not the one that its manifest names. Take another copy of the file, or an older backup.");
        }

        using var transaction = connection.BeginTransaction();
        long Do(string sql)
        {
            using var command = connection.CreateCommand();
            (command.Transaction, command.CommandText) = (transaction, sql);
            command.Parameters.AddWithValue("$now", time.GetUtcNow().UtcTicks);
            return command.ExecuteNonQuery();
        }

        long Read(string sql)
        {
            using var command = connection.CreateCommand();
            (command.Transaction, command.CommandText) = (transaction, sql);
            return (long)command.ExecuteScalar()!;
        }

        var waiting = Do("""UPDATE "Deliveries" SET "Marks"="Marks"|1 WHERE "State" IN (1,2)""");
        Do($"""INSERT OR REPLACE INTO "ExpansionCursor"("Id","RequestId") SELECT {ExpansionCursor.RestoredId},COALESCE(MAX("Id"),0) FROM "Requests" """);
        long retries = 0;
        if (Read("""SELECT COUNT(*) FROM "sqlite_schema" WHERE "type"='table' AND "name"='RetryBatches'""") == 1)
        {
            Do($"""UPDATE "Deliveries" SET "Marks"="Marks"|1 WHERE "Id" IN (SELECT "DeliveryId" FROM "RetryItems" WHERE "State"={(int)RetryItemState.Planned} AND "BatchId" IN (SELECT "Id" FROM "RetryBatches" WHERE "State" IN ({(int)RetryState.Canary},{(int)RetryState.Asking},{(int)RetryState.Running},{(int)RetryState.Paused})))""");
            retries = Do($"""UPDATE "RetryBatches" SET "State"={(int)RetryState.Paused},"StateSince"=$now WHERE "State" IN ({(int)RetryState.Canary},{(int)RetryState.Running})""");
        }

        var paused = sends ? 0 : Do("""UPDATE "Connections" SET "PausedAt"=$now,"PausedUntil"=NULL WHERE NOT "IsSandbox" AND NOT "Disabled" AND "DeletedAt" IS NULL""");
        var deliveries = Read("""SELECT COUNT(*) FROM "Deliveries" """);
        transaction.Commit();
        return new Restored(madeAt, deliveries, (int)paused, waiting, (int)retries);
    }

    private static byte[] OpenRing(string file, BackupManifest manifest, string passphrase)
    {
        var closed = BackupFile.ReadRing(file, manifest);
        try
        {
            return manifest.Seal.Open(closed, passphrase, BackupFile.BelongsTo(manifest.Part(BackupManifest.Database)));
        }
        catch (CryptographicException)
        {
            throw new BackupException("The passphrase does not open its key ring. Give the one that the backup was made with; without it the secrets in it cannot be opened by anybody.");
        }
    }

    private void DemandStopped()
    {
        if (RunningMark.IsHeld(paths))
        {
            throw Runs();
        }
    }

    private BackupException Runs() =>
        new($"The product runs on {paths.Folder}, or another restore is at work there. Stop it, move its folder away, and restore then; or name another folder in Storage:ConnectionString.");

    private void DemandEmptyFolder()
    {
        string[] files = [paths.DatabaseFile, paths.DatabaseFile + "-wal", paths.DatabaseFile + "-journal"];
        if (Array.Find(files, File.Exists) is { } there)
        {
            throw new BackupException($"There is a database already: {there}. Move the whole folder {paths.Folder} away, so that nothing of it is lost, and restore then; or name another folder in Storage:ConnectionString.");
        }

        if (Directory.Exists(paths.KeyRing) && Directory.EnumerateFileSystemEntries(paths.KeyRing).Any())
        {
            throw new BackupException($"There is a key ring already: {paths.KeyRing}. It may be the only one that opens another database: move it away, and restore then.");
        }
    }

    private void TakeAway(List<string> made, bool withFolder)
    {
        foreach (var path in made)
        {
            if (Directory.Exists(path))
            {
                Directory.Delete(path, recursive: true);
            }
            else
            {
                File.Delete(path);
            }
        }

        if (withFolder && Directory.Exists(paths.Folder) && !Directory.EnumerateFileSystemEntries(paths.Folder).Any())
        {
            Directory.Delete(paths.Folder);
        }
    }
}
