using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Richpanel.Core;
using Richpanel.Core.Sandbox;
using Richpanel.Core.Storage;

namespace Richpanel.Tests.Support;

/// <summary>Empty databases of this version, made once per run: products under test begin with copies, not with every migration again.</summary>
internal static class MigratedDatabase
{
    private static readonly Lazy<(byte[] Console, byte[] Sandbox)> s_bytes = new(Make);

    /// <summary>Does nothing where there is a file already.</summary>
    public static void CopyTo(string file) => Copy(s_bytes.Value.Console, file);

    /// <summary>The sandbox's, beside the product's own.</summary>
    public static void CopySandboxTo(string folder) => Copy(s_bytes.Value.Sandbox, new StoragePaths($"Data Source={Path.Combine(folder, "console.db")}").SandboxFile);

    private static void Copy(byte[] bytes, string file)
    {
        if (!File.Exists(file))
        {
            File.WriteAllBytes(file, bytes);
        }
    }

    private static (byte[] Console, byte[] Sandbox) Make()
    {
        using var folder = new TemporaryFolder();
        var paths = new StoragePaths($"Data Source={Path.Combine(folder.Path, "console.db")}");
        Task.Run(() => MakeAsync(paths)).GetAwaiter().GetResult();
        return (File.ReadAllBytes(paths.DatabaseFile), File.ReadAllBytes(paths.SandboxFile));
    }

    private static async Task MakeAsync(StoragePaths paths)
    {
        await DatabaseStartup.MigrateAsync(paths, CancellationToken.None);
        using var changes = new ChangeFeed(TimeProvider.System);
        using var sandbox = new SandboxStore(paths, Options.Create(new SandboxOptions()), changes, TimeProvider.System, NullLogger<SandboxStore>.Instance);
        await sandbox.PrepareAsync(CancellationToken.None);
    }
}
