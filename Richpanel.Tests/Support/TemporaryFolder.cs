namespace Richpanel.Tests.Support;

/// <summary>A folder that is gone when the test is.</summary>
public sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("richpanel-test-").FullName;

    public void Dispose() => Delete(Path);

    /// <summary>
    /// Leaves the pools of connections alone: to clear them takes away the connection that a test beside this one is just opening
    /// (dotnet/efcore #39008). A page that was open until now may still ask its database something, and so make a file while the folder
    /// goes: it is tried again, and in the end the system's own clean-up takes it.
    /// </summary>
    public static void Delete(string folder)
    {
        for (var tries = 0; tries < 10 && Directory.Exists(folder); tries++)
        {
            try
            {
                Directory.Delete(folder, recursive: true);
            }
            catch (IOException)
            {
                // See above; on Windows a pooled connection holds a file as well.
            }
        }
    }
}
