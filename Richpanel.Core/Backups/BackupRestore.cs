using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Backups;

/// <param name="Paused">Connections that wait for somebody to resume them.</param>
/// <param name="Waiting">Deliveries that were waiting when the backup was made: they may have gone out since, and say so.</param>
public sealed record Restored(BackupManifest Manifest, int Paused, long Waiting);

/// <summary>Left beside the database for the next start, which writes it into the change log.</summary>
public sealed record RestoreNote(string Backup, DateTimeOffset MadeAt, int Paused, long Waiting);

/// <summary>
/// Puts a backup into a folder where no product lives. The database gets its name last: until then a start finds nothing, and what a
/// restore that breaks off has made is taken away again.
/// </summary>
public sealed class BackupRestore(StoragePaths paths, TimeProvider time)
{
    /// <param name="sends">True: connections go on sending at once. False: they are paused, so that nothing goes out twice before somebody has looked.</param>
    /// <exception cref="BackupException">Nothing was changed; the message says why and what to do.</exception>
    public Restored Run(string file, string passphrase, bool sends, CancellationToken ct)
    {
        if (!File.Exists(file))
        {
            throw new BackupException($"There is no file {file}.");
        }

        DemandEmptyFolder();
        var manifest = BackupFile.ReadManifest(file);
        if (!DatabaseStartup.KnownMigrations.Contains(manifest.Schema, StringComparer.Ordinal))
        {
            throw new BackupException($"It was made by a newer version of the product ({manifest.Product}), whose database this one does not know. Install that version, or a later one, and restore with it.");
        }

        var ring = OpenRing(file, manifest, passphrase);
        var made = new List<string>();
        var isNewFolder = !Directory.Exists(paths.Folder);
        try
        {
            if (isNewFolder)
            {
                OwnerOnly.Folder(paths.Folder);
            }

            var restored = Write(file, manifest, ring, sends, made, ct);
            made.Clear();
            isNewFolder = false;
            return restored;
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
            CryptographicOperations.ZeroMemory(ring);
            TakeAway(made, isNewFolder);
        }
    }

    private Restored Write(string file, BackupManifest manifest, byte[] ring, bool sends, List<string> made, CancellationToken ct)
    {
        var part = manifest.Part(BackupManifest.Database);
        if (new DriveInfo(paths.Folder).AvailableFreeSpace < part.Bytes + (part.Bytes / 10))
        {
            throw new BackupException(string.Create(CultureInfo.InvariantCulture, $"There is no room in {paths.Folder} for its database of {part.Bytes / 1_000_000 + 1:N0} MB. Make room, or restore on another disk."));
        }

        var database = paths.DatabaseFile + ".restoring";
        made.AddRange([database, database + "-wal", database + "-shm", database + "-journal"]);
        File.Delete(database);   // of a restore that was killed
        using (var content = OwnerOnly.NewFile(database))
        {
            BackupFile.Extract(file, part, content, ct);
            content.Flush(flushToDisk: true);
        }

        var (paused, waiting) = Prepare(database, manifest, sends);

        // The keys before the database: secrets without a ring would count as lost.
        var keys = paths.KeyRing + ".restoring";
        made.AddRange([keys, paths.RestoreNote]);
        if (Directory.Exists(keys))
        {
            Directory.Delete(keys, recursive: true);
        }

        KeyRingFiles.Unpack(ring, keys);
        using (var note = new FileStream(paths.RestoreNote, FileMode.Create))
        {
            OwnerOnly.File(paths.RestoreNote);
            JsonSerializer.Serialize(note, new RestoreNote(Path.GetFileName(file), manifest.MadeAt, paused, waiting));
        }

        if (Directory.Exists(paths.KeyRing))
        {
            Directory.Delete(paths.KeyRing);   // empty, as was asked before
        }

        Directory.Move(keys, paths.KeyRing);
        made.Add(paths.KeyRing);
        File.Move(database, paths.DatabaseFile);
        return new Restored(manifest, paused, waiting);
    }

    /// <summary>
    /// Sound, and of the schema that the manifest names; then what waits is marked: whatever happened after the backup is not known here,
    /// so it may have gone out (promise 3).
    /// </summary>
    private (int Paused, long Waiting) Prepare(string database, BackupManifest manifest, bool sends)
    {
        if (DatabaseCopy.Faults(database) is [var fault, ..])
        {
            throw new BackupException($"The database in it is damaged: {fault}. Take an older backup.");
        }

        using var connection = DatabaseCopy.Open(database, SqliteOpenMode.ReadWrite);
        if (DatabaseCopy.Migrations(connection) is not [.., var schema] || schema != manifest.Schema)
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

        var waiting = Do("""UPDATE "Deliveries" SET "Marks"="Marks"|1 WHERE "State" IN (1,2)""");
        var paused = sends ? 0 : Do("""UPDATE "Connections" SET "PausedAt"=$now,"PausedUntil"=NULL WHERE NOT "IsSandbox" AND NOT "Disabled" AND "DeletedAt" IS NULL""");
        transaction.Commit();
        return ((int)paused, waiting);
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

    private void DemandEmptyFolder()
    {
        if (RunningMark.IsHeld(paths))
        {
            throw new BackupException($"The product runs on {paths.Folder}. Stop it, move its folder away, and restore then; or name another folder in Storage:ConnectionString.");
        }

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
