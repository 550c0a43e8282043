using Microsoft.Data.Sqlite;

namespace Richpanel.Core.Storage;

/// <summary>Why the store cannot take a write now. All of them may pass; none of them lost anything acknowledged.</summary>
public enum StoreFault
{
    /// <summary>The process is stopping.</summary>
    Stopping,

    /// <summary>More is waiting to be written than the door may hold.</summary>
    Overloaded,

    /// <summary>No space is left, or too little to be safe.</summary>
    Full,

    /// <summary>Another process holds the database.</summary>
    Locked,

    /// <summary>The file or its folder may not be written.</summary>
    ReadOnly,

    /// <summary>The disk or the file itself fails.</summary>
    Broken,
}

/// <summary>A write was refused and undone. The caller tells its own caller to come again; nothing of it was kept.</summary>
public sealed class StoreUnavailableException(StoreFault fault, string message, Exception? inner = null) : Exception(message, inner)
{
    public StoreFault Fault { get; } = fault;

    /// <summary>What is wrong with the store, where that is what a failure is about, however it was wrapped.</summary>
    public static StoreFault? FaultOf(Exception failure) => failure is StoreUnavailableException store ? store.Fault : From(failure)?.Fault;

    /// <summary>The typed form of an SQLite error that says something about the store; null when the error is about the statement.</summary>
    /// <param name="failure">As SQLite threw it, or inside what EF Core made of it.</param>
    public static StoreUnavailableException? From(Exception failure) => (failure as SqliteException ?? failure.InnerException as SqliteException)?.SqliteErrorCode switch
    {
        SQLitePCL.raw.SQLITE_FULL => new(StoreFault.Full, "The disk of the database is full.", failure),
        SQLitePCL.raw.SQLITE_BUSY or SQLitePCL.raw.SQLITE_LOCKED => new(StoreFault.Locked, "Another process holds the database.", failure),
        SQLitePCL.raw.SQLITE_READONLY or SQLitePCL.raw.SQLITE_PERM => new(StoreFault.ReadOnly, "The database cannot be written: it is read-only.", failure),
        SQLitePCL.raw.SQLITE_IOERR or SQLitePCL.raw.SQLITE_CANTOPEN or SQLitePCL.raw.SQLITE_CORRUPT or SQLitePCL.raw.SQLITE_NOTADB =>
            new(StoreFault.Broken, "The disk or the file of the database fails.", failure),
        _ => null,
    };
}
