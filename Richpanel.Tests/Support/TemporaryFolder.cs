using Microsoft.Data.Sqlite;

namespace Richpanel.Tests.Support;

/// <summary>A folder that is gone when the test is.</summary>
public sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("richpanel-test-").FullName;

    public void Dispose()
    {
        // Pooled connections keep files open, which some systems do not let go of.
        SqliteConnection.ClearAllPools();
        Directory.Delete(Path, recursive: true);
    }
}
