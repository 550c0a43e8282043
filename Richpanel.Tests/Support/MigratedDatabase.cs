using Richpanel.Core.Storage;

namespace Richpanel.Tests.Support;

/// <summary>An empty database of this version, made once per run: products under test begin with a copy, not with every migration again.</summary>
internal static class MigratedDatabase
{
    private static readonly Lazy<byte[]> s_bytes = new(Make);

    /// <summary>Does nothing where there is a file already.</summary>
    public static void CopyTo(string file)
    {
        if (!File.Exists(file))
        {
            File.WriteAllBytes(file, s_bytes.Value);
        }
    }

    private static byte[] Make()
    {
        using var folder = new TemporaryFolder();
        var paths = new StoragePaths($"Data Source={Path.Combine(folder.Path, "console.db")}");
        Task.Run(() => DatabaseStartup.MigrateAsync(paths, CancellationToken.None)).GetAwaiter().GetResult();
        return File.ReadAllBytes(paths.DatabaseFile);
    }
}
