using Microsoft.Data.Sqlite;
using Richpanel.Bench;
using Richpanel.Tests.ChangeLog;

namespace Richpanel.Tests.EndToEnd;

public sealed class VerifyCommandTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact(Timeout = 240_000)]
    public async Task The_command_tells_whether_the_log_is_whole_beside_the_running_product_and_without_it()
    {
        await using var started = await ProductInTest.StartAsync();
        var beside = await RunAsync(started.DataFolder);
        await started.Product.StopAsync();
        var without = await RunAsync(started.DataFolder);
        var files = Directory.GetFiles(started.DataFolder, "*", SearchOption.AllDirectories).Order().ToList();
        Tamper(started.Product.Database);
        var broken = await RunAsync(started.DataFolder);
        Directory.Delete(Path.Combine(started.DataFolder, "keys"), recursive: true);
        var keyless = await RunAsync(started.DataFolder);

        Assert.Equal(0, beside.ExitCode);
        Assert.StartsWith("The change log is intact: all ", beside.Said, StringComparison.Ordinal);
        Assert.Equal(0, without.ExitCode);
        Assert.DoesNotContain("could not be used", without.Said, StringComparison.Ordinal);
        Assert.Equal(files, Directory.GetFiles(started.DataFolder, "*", SearchOption.AllDirectories).Concat(files.Where(file => file.Contains("keys", StringComparison.Ordinal))).Order());
        Assert.Equal(1, broken.ExitCode);
        Assert.StartsWith("The change log is broken: line 2 was changed", broken.Said, StringComparison.Ordinal);
        Assert.Equal(1, keyless.ExitCode);
        Assert.False(Directory.Exists(Path.Combine(started.DataFolder, "keys")), "who only looks makes nothing");
    }

    [Fact(Timeout = 120_000)]
    public async Task Without_a_database_it_says_so_and_makes_none()
    {
        var folder = Directory.CreateTempSubdirectory("console-verify-");

        var (exitCode, said) = await RunAsync(folder.FullName);

        Assert.Equal(2, exitCode);
        Assert.StartsWith("There is no database", said, StringComparison.Ordinal);
        Assert.Empty(folder.GetFileSystemInfos());
        folder.Delete(recursive: true);
    }

    private static async Task<(int ExitCode, string Said)> RunAsync(string folder)
    {
        await using var process = ChildProcess.Dotnet(ProductInTest.Dll, ["--verify-change-log"], new Dictionary<string, string>
        {
            ["Storage__ConnectionString"] = $"Data Source={Path.Combine(folder, "console.db")}",
        });
        var exitCode = await process.ExitAsync(TimeSpan.FromSeconds(60), Ct);
        return (exitCode, process.Output);
    }

    private static void Tamper(string database)
    {
        using var connection = new SqliteConnection($"Data Source={database};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = $"{LogUnderTest.DropTriggers} UPDATE ChangeLog SET ObjectName = 'other' WHERE Id = 2";
        command.ExecuteNonQuery();
    }
}
