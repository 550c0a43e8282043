using Microsoft.Data.Sqlite;

namespace Richpanel.Core.Storage;

/// <summary>Where the files of this installation stand; all beside the database.</summary>
public sealed class StoragePaths
{
    public StoragePaths(string connectionString)
    {
        DatabaseFile = Path.GetFullPath(new SqliteConnectionStringBuilder(connectionString).DataSource);
        Folder = Path.GetDirectoryName(DatabaseFile)!;
    }

    public string DatabaseFile { get; }

    public string Folder { get; }

    public string KeyRing => Path.Combine(Folder, "keys");

    public string SandboxFile => Path.Combine(Folder, "sandbox.db");
}
