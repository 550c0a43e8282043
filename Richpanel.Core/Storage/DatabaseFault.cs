using Microsoft.Data.Sqlite;

namespace Richpanel.Core.Storage;

/// <summary>What is wrong with the database and what an admin does about it, in one sentence or two. Pure.</summary>
public static class DatabaseFault
{
    /// <summary>While the product starts. Nothing was changed.</summary>
    /// <param name="file">Its path, or how the settings call it.</param>
    public static string AtStart(SqliteException failure, string file) => StoreUnavailableException.From(failure)?.Fault switch
    {
        StoreFault.Locked => $"Another process holds the database {file}. End it (a copy tool, an SQLite shell, a second copy of the product) and start again.",
        StoreFault.ReadOnly => $"The database {file} cannot be written: {failure.Message} Give the user this runs as the right to write it and its folder, and check that the disk is not mounted read-only.",
        StoreFault.Full => $"The disk of the database {file} is full. Make room and start again; nothing was changed.",
        StoreFault.Broken when IsDamage(failure) =>
            $"The database {file} is damaged, or it is no database of this product: {failure.Message} Nothing was changed. Move it away and restore the last backup (README, Backup and restore).",
        _ => $"The database {file} cannot be opened: {failure.Message} Check that the folder in Storage:ConnectionString exists and that this user may write to it.",
    };

    /// <summary>What a person is told while the product runs.</summary>
    public static string WhileRunning(StoreFault fault) => fault switch
    {
        StoreFault.Locked => "Another process holds the database, so nothing can be written.",
        StoreFault.ReadOnly => "The database cannot be written: it is read-only.",
        StoreFault.Full => "The disk of the database is full.",
        _ => "The disk or the file of the database fails.",
    };

    /// <summary>And what to do.</summary>
    public static string Remedy(StoreFault fault) => fault switch
    {
        StoreFault.Locked => "End whatever holds it: a copy tool or an SQLite shell on the same file.",
        StoreFault.ReadOnly => "Give the product the right to write the file and its folder, and check that the disk is not mounted read-only.",
        StoreFault.Full => "Make room on its disk.",
        _ => "Look at the log and at the disk. If the file is damaged, restore the last backup.",
    };

    /// <summary>
    /// What becomes of what was acknowledged, and how it goes on: by itself where the file is whole. Of a damaged one nobody can promise anything
    /// until it was restored.
    /// </summary>
    public static string Outlook(bool isDamaged) => isDamaged
        ? "Some of what is in it may be lost. Stop the product, keep a copy of the file, and restore the last backup."
        : "Nothing acknowledged is lost, and it goes on by itself then.";

    /// <summary>The file itself is damaged, or none of SQLite's, however the failure was wrapped.</summary>
    public static bool IsDamage(Exception failure) => DamageOf(failure) is not null;

    /// <summary>What SQLite said of a file that is damaged; null where a failure is about something else.</summary>
    public static SqliteException? DamageOf(Exception? failure)
    {
        for (; failure is not null; failure = failure.InnerException)
        {
            if (failure is SqliteException { SqliteErrorCode: SQLitePCL.raw.SQLITE_CORRUPT or SQLitePCL.raw.SQLITE_NOTADB } damage)
            {
                return damage;
            }
        }

        return null;
    }
}
