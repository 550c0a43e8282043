using Microsoft.Data.Sqlite;

namespace Richpanel.Core.Storage;

/// <summary>Where the files of this installation stand; all beside the database.</summary>
public sealed class StoragePaths
{
    /// <param name="backups">Where backups go; null = beside the database.</param>
    public StoragePaths(string connectionString, string? backups = null)
    {
        DatabaseFile = Path.GetFullPath(new SqliteConnectionStringBuilder(connectionString).DataSource);
        Folder = Path.GetDirectoryName(DatabaseFile)!;
        Backups = string.IsNullOrWhiteSpace(backups) ? Path.Combine(Folder, "backups") : Path.GetFullPath(backups);
    }

    public string DatabaseFile { get; }

    public string Folder { get; }

    public string KeyRing => Path.Combine(Folder, "keys");

    public string SandboxFile => Path.Combine(Folder, "sandbox.db");

    public string Backups { get; }

    /// <summary>See <see cref="Storage.RunningMark"/>.</summary>
    public string RunningMark => Path.Combine(Folder, "running");

    /// <summary>What the last count of the ledger found.</summary>
    public string LedgerCheck => Path.Combine(Folder, "ledger-check.json");

    /// <summary>Left by a restore for the next start, which writes it into the change log.</summary>
    public string RestoreNote => Path.Combine(Folder, "restored.json");
}
