using System.Diagnostics;
using Microsoft.Data.Sqlite;

namespace Richpanel.Bench.Faults;

/// <summary>Harm to the product's own machine, each undone again. What needs a right or a tool that is not there says so.</summary>
internal static class Disturbances
{
    private const string ClockLibrary = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1";

    /// <summary>Another process holds the database for longer than the writer waits.</summary>
    public static async Task LockAsync(Product product)
    {
        await using var database = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = product.Database, Pooling = false, DefaultTimeout = 30 }.ToString());
        await database.OpenAsync();
        await using var command = database.CreateCommand();
        command.CommandText = "BEGIN IMMEDIATE";
        await command.ExecuteNonQueryAsync();
        await Task.Delay(6_000);
        command.CommandText = "ROLLBACK";
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>The disk of the database is full to the last byte, and then is not.</summary>
    public static async Task FillAsync(Product product)
    {
        var filler = Path.Combine(product.Folder, "filler");
        await using (var file = new FileStream(filler, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0))
        {
            var block = new byte[1024 * 1024];
            foreach (var size in (int[])[block.Length, 4096])
            {
                try
                {
                    while (true)
                    {
                        file.Write(block, 0, size);
                    }
                }
                catch (IOException)
                {
                    // Full, to a block of this size.
                }
            }
        }

        await Task.Delay(3_000);
        File.Delete(filler);
        await Task.Delay(1_500);   // it looks at the disk once a second
    }

    /// <summary>A file system of its own in memory, or the reason why there is none.</summary>
    public static async Task<(string? Why, IAsyncDisposable? Mounted)> MountAsync(string folder)
    {
        if (!OperatingSystem.IsLinux())
        {
            return ("a small file system of its own needs Linux", null);
        }

        Directory.CreateDirectory(folder);
        return await RunAsync("mount", ["-t", "tmpfs", "-o", "size=320m", "tmpfs", folder]) ? (null, new Mounted(folder)) : ("mounting a small file system is not allowed here", null);
    }

    /// <summary>Settings with which the product's clock follows <paramref name="file"/>, or the reason why there are none.</summary>
    public static (string? Why, IReadOnlyDictionary<string, string>? Settings) ClockOf(string file)
    {
        if (!File.Exists(ClockLibrary))
        {
            return ("libfaketime is not installed (apt-get install faketime)", null);
        }

        File.WriteAllText(file, "+0");
        return (null, new Dictionary<string, string>
        {
            ["LD_PRELOAD"] = ClockLibrary,
            ["FAKETIME_TIMESTAMP_FILE"] = file,
            ["FAKETIME_NO_CACHE"] = "1",
            ["FAKETIME_DONT_FAKE_MONOTONIC"] = "1",
        });
    }

    /// <summary>Two hours ahead, and back again.</summary>
    public static async Task JumpAsync(string file)
    {
        await File.WriteAllTextAsync(file, "+2h");
        await Task.Delay(1_500);
        await File.WriteAllTextAsync(file, "-2h");
        await Task.Delay(1_500);
        await File.WriteAllTextAsync(file, "+0");
    }

    private static async Task<bool> RunAsync(string program, IEnumerable<string> arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
            await process.WaitForExitAsync();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    private sealed class Mounted(string folder) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            for (var look = 0; look < 20 && !await RunAsync("umount", [folder]); look++)
            {
                await Task.Delay(250);   // a process that ended just now may hold it for a moment
            }
        }
    }
}
