namespace Richpanel.Core.Storage;

/// <summary>Room on the disk of the database, in bytes.</summary>
/// <param name="Database">The database and what its last commits wait in.</param>
/// <param name="FullBelow">With less than this free the door is closed.</param>
/// <param name="LowBelow">With less than this free a person should see to it.</param>
/// <param name="LowBelowShare">The same as a share of the disk.</param>
public sealed record StoreSpace(long Free, long Total, long Database, long FullBelow, long LowBelow, double LowBelowShare)
{
    /// <summary>From 0 to 1.</summary>
    public double UsedShare => Total <= 0 ? 0 : Math.Clamp(1 - ((double)Free / Total), 0, 1);

    /// <summary>The door is closed.</summary>
    public bool IsFull => Free < FullBelow;

    /// <summary>A person should see to it.</summary>
    public bool IsLow => IsFull || Free < LowBelow || Free < Total * LowBelowShare;

    /// <exception cref="IOException">The disk does not answer.</exception>
    public static StoreSpace Read(StoragePaths paths, StorageOptions options)
    {
        var drive = new DriveInfo(paths.Folder);
        return Of(drive.AvailableFreeSpace, drive.TotalSize, LengthOf(paths.DatabaseFile) + LengthOf(paths.DatabaseFile + "-wal"), options);
    }

    public static StoreSpace Of(long free, long total, long database, StorageOptions options) =>
        new(free, total, database, options.FullBelow, options.LowBelow, options.LowBelowShare);

    private static long LengthOf(string file) => new FileInfo(file) is { Exists: true } there ? there.Length : 0;
}
