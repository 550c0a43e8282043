namespace Richpanel.Core.Storage;

/// <summary>Room on the disk of the database, in bytes.</summary>
/// <param name="Database">The database and what its last commits wait in.</param>
public sealed record StoreSpace(long Free, long Total, long Database)
{
    /// <summary>From 0 to 1.</summary>
    public double UsedShare => Total <= 0 ? 0 : Math.Clamp(1 - ((double)Free / Total), 0, 1);

    /// <summary>The door is closed.</summary>
    public bool IsFull => Free < StoreHealth.FreeBytesNeeded;

    /// <summary>A person should see to it: less than a tenth, or less than four times what the door needs.</summary>
    public bool IsLow => Free < 4 * StoreHealth.FreeBytesNeeded || Free < Total / 10;

    /// <exception cref="IOException">The disk does not answer.</exception>
    public static StoreSpace Read(StoragePaths paths)
    {
        var drive = new DriveInfo(paths.Folder);
        return new StoreSpace(drive.AvailableFreeSpace, drive.TotalSize, LengthOf(paths.DatabaseFile) + LengthOf(paths.DatabaseFile + "-wal"));
    }

    private static long LengthOf(string file) => new FileInfo(file) is { Exists: true } there ? there.Length : 0;
}
