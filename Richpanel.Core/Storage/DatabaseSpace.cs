using System.Globalization;
using Microsoft.Data.Sqlite;

namespace Richpanel.Core.Storage;

/// <summary>How the database file is filled, in bytes.</summary>
/// <param name="File">The database file alone.</param>
/// <param name="Free">Of it, pages that hold nothing: what comes is written there first.</param>
/// <param name="Wal">What its last commits wait in.</param>
/// <param name="CanShrink">The file can become smaller while the product runs; false: only by <c>compact</c>.</param>
public sealed record DatabaseSpaceUse(long File, long Free, long Wal, bool CanShrink);

/// <summary>
/// Gives free pages of the database back to the disk, a few a commit. What is kept free is what the next days would only take again: a
/// file that shrinks and grows each round gains nothing.
/// </summary>
public sealed class DatabaseSpace(SqliteStore store, StoreWriter writer, StoragePaths paths, DoorLoad door, TimeProvider time)
{
    /// <summary>Pages given back in one commit, about 1 MB: each may have to be moved.</summary>
    private const int Piece = 256;

    /// <summary>Pages that stay free, about 16 MB.</summary>
    internal const long KeptFree = 4_096;

    private const int TriesToEmpty = 40;

    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(250);

    public DatabaseSpaceUse Read()
    {
        using var reader = store.OpenReader();
        var page = Number(reader, "page_size");
        return new DatabaseSpaceUse(LengthOf(paths.DatabaseFile), Number(reader, "freelist_count") * page, LengthOf(paths.DatabaseFile + "-wal"), Number(reader, "auto_vacuum") == 2);
    }

    /// <summary>Gives back what is free beyond <paramref name="keep"/> pages. Bytes that the file became smaller by.</summary>
    internal async Task<long> GiveBackAsync(long keep, CancellationToken ct)
    {
        var before = LengthOf(paths.DatabaseFile);
        var left = await writer.WriteAsync(session => IncrementalFree(session));
        if (left <= keep)
        {
            return 0;
        }

        while (left > keep)
        {
            ct.ThrowIfCancellationRequested();
            if (door.IsRush)
            {
                await Task.Delay(TimeSpan.FromSeconds(1), time, ct);
                continue;
            }

            var now = left;
            left = await writer.WriteAsync(session => Step(session, Math.Min(Piece, now - keep)));
            if (left >= now)
            {
                break;   // it does not become less: whatever it is, do not go on for ever
            }
        }

        await EmptyWalAsync(ct);   // the file becomes smaller with the checkpoint
        return Math.Max(0, before - LengthOf(paths.DatabaseFile));
    }

    /// <summary>Until the WAL is empty, or for some seconds: a reader may hold a snapshot of it. What was deleted is then nowhere in it.</summary>
    internal async Task<bool> EmptyWalAsync(CancellationToken ct)
    {
        for (var tries = 0; tries < TriesToEmpty; tries++)
        {
            if (await writer.EmptyWalAsync())
            {
                return true;
            }

            await Task.Delay(s_pause, time, ct);
        }

        return false;
    }

    /// <summary>At the end of the name of a database that is being written anew.</summary>
    private const string Compacting = ".compacting";

    /// <summary>
    /// Writes the whole database anew, beside itself, and puts it in its place: smaller, with nothing of what was deleted, and able to give
    /// space back from then on. For a product that does not run. Until the last step the old one stands as it was. VACUUM alone would write
    /// its copy to the disk of temporary files, wherever that is.
    /// </summary>
    /// <exception cref="SqliteException">It cannot be written, or there is no room for a second one beside it.</exception>
    /// <exception cref="IOException"/>
    /// <exception cref="UnauthorizedAccessException"/>
    public static (long Before, long After) Compact(StoragePaths paths)
    {
        var before = LengthOf(paths.DatabaseFile);
        var anew = paths.DatabaseFile + Compacting;
        TakeAwayBroken(paths);
        try
        {
            OwnerOnly.NewFile(anew).Dispose();
            using (var old = DatabaseCopy.Open(paths.DatabaseFile, SqliteOpenMode.ReadWrite))
            {
                // Its last commits into the file: no WAL of the old one may stand beside the new one.
                if (Do(old, "PRAGMA journal_mode=DELETE") is not "delete")
                {
                    throw new IOException($"Another program has {paths.DatabaseFile} open.");
                }

                Do(old, "PRAGMA auto_vacuum=INCREMENTAL");
                Do(old, "VACUUM INTO $file", anew);
            }

            using (var made = DatabaseCopy.Open(anew, SqliteOpenMode.ReadWrite))
            {
                Do(made, "PRAGMA journal_mode=WAL");
            }

            using (var content = new FileStream(anew, FileMode.Open, FileAccess.ReadWrite))
            {
                content.Flush(flushToDisk: true);
            }

            File.Move(anew, paths.DatabaseFile, overwrite: true);
        }
        catch
        {
            TakeAwayBroken(paths);
            throw;
        }

        return (before, LengthOf(paths.DatabaseFile));
    }

    /// <summary>What a <see cref="Compact"/> that was killed has left: a whole copy of the database. Only where nobody else is at it.</summary>
    public static void TakeAwayBroken(StoragePaths paths)
    {
        foreach (var part in new[] { "", "-journal", "-wal", "-shm" })
        {
            File.Delete(paths.DatabaseFile + Compacting + part);
        }
    }

    private static object? Do(SqliteConnection connection, string sql, string? file = null)
    {
        using var command = connection.CreateCommand();
        (command.CommandText, command.CommandTimeout) = (sql, 0);
        if (file is not null)
        {
            command.Parameters.AddWithValue("$file", file);
        }

        return command.ExecuteScalar();
    }

    private static long IncrementalFree(WriteSession session) =>
        (long)session.Command("PRAGMA auto_vacuum").ExecuteScalar()! == 2 ? (long)session.Command("PRAGMA freelist_count").ExecuteScalar()! : 0;

    private static long Step(WriteSession session, long pages)
    {
        // Each row that is asked for gives one page back.
        using (var rows = session.Command(string.Create(CultureInfo.InvariantCulture, $"PRAGMA incremental_vacuum({pages})")).ExecuteReader())
        {
            while (rows.Read())
            {
                // Goes on.
            }
        }

        return (long)session.Command("PRAGMA freelist_count").ExecuteScalar()!;
    }

    private static long Number(SqliteConnection connection, string pragma)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA " + pragma;
        return Convert.ToInt64(command.ExecuteScalar(), CultureInfo.InvariantCulture);
    }

    private static long LengthOf(string file) => new FileInfo(file) is { Exists: true } there ? there.Length : 0;
}
