namespace Richpanel.Tests.Support;

/// <summary>A folder that is gone when the test is.</summary>
public sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("richpanel-test-").FullName;

    public void Dispose() => Delete(Path);

    /// <summary>
    /// Leaves the pools of connections alone: to clear them takes away the connection that a test beside this one is just opening
    /// (dotnet/efcore #39008).
    /// </summary>
    public static void Delete(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (IOException) when (OperatingSystem.IsWindows())
        {
            // A pooled connection holds a file, which only Windows minds: the system's own clean-up takes the folder.
        }
    }
}
