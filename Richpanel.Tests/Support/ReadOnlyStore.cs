using Richpanel.Core.Storage;

namespace Richpanel.Tests.Support;

/// <summary>Makes SQLite answer the writer as it does for a file that may not be written, which an administrator's account never meets.</summary>
internal static class ReadOnlyStore
{
    /// <summary>What it gives back ends it; from any thread, as SQLite's own lock sees to that.</summary>
    public static async Task<Action> BeAsync(StoreWriter writer)
    {
        var handle = await writer.WriteAsync(session =>
        {
            var command = session.Command("PRAGMA query_only=1");
            command.ExecuteNonQuery();
            return command.Connection!.Handle;
        });
        return () => Assert.Equal(SQLitePCL.raw.SQLITE_OK, SQLitePCL.raw.sqlite3_exec(handle, "PRAGMA query_only=0"));
    }
}
