using Richpanel.Core.Storage;

namespace Richpanel.Tests.Support;

/// <summary>Makes SQLite answer the writer as it does for a file that may not be written, which an administrator's account never meets.</summary>
internal static class ReadOnlyStore
{
    /// <summary>What it gives back ends it; from any thread, as SQLite's own lock sees to that.</summary>
    public static async Task<Action> BeAsync(StoreWriter writer)
    {
        var handle = await writer.WriteAsync(session => session.Command("PRAGMA query_only").Connection!.Handle);
        Say("PRAGMA query_only=1");   // not in a commit: what others write in the same one would fail, and this with it
        return () => Say("PRAGMA query_only=0");

        void Say(string pragma) => Assert.Equal(SQLitePCL.raw.SQLITE_OK, SQLitePCL.raw.sqlite3_exec(handle, pragma));
    }
}
