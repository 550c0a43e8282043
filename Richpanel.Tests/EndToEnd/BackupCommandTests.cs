using Richpanel.Bench;
using Richpanel.Console.Startup;

namespace Richpanel.Tests.EndToEnd;

/// <summary>As the README says it: backup beside the running product, restore elsewhere, start.</summary>
public sealed class BackupCommandTests
{
    private const string Passphrase = "planted passphrase 5540";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact(Timeout = 240_000)]
    public async Task Backup_and_restore_by_command_bring_the_deliveries_to_another_folder()
    {
        await using var started = await ProductInTest.StartAsync();
        await started.Product.PostAsync("/v1/track", ProductInTest.WriteKey, """{"messageId":"before","userId":"u","event":"Before"}"""u8.ToArray());
        await started.ArrivedAsync("before", Ct);
        var elsewhere = Directory.CreateTempSubdirectory("console-restored-");
        var data = Path.Combine(elsewhere.FullName, "data");

        var made = await RunAsync(["backup", "--to", elsewhere.FullName], started.DataFolder);
        var file = Assert.Single(elsewhere.GetFiles("*.rpbackup")).FullName;
        var onLine = await RestoreHereAsync(data, "--from", file, "--passphrase", Passphrase);
        var wrong = await RestoreHereAsync(data, "--from", file, "--passphrase-file", await WrittenAsync(elsewhere, "not the passphrase"));
        var inUse = await RestoreHereAsync(started.DataFolder, "--from", file, "--passphrase-file", await WrittenAsync(elsewhere, Passphrase));
        var restored = await RunAsync(["restore", "--from", file], data);
        var twice = await RestoreHereAsync(data, "--from", file, "--passphrase-file", await WrittenAsync(elsewhere, Passphrase));

        Assert.Equal(0, made.ExitCode);
        Assert.Contains(": 1 deliveries, ", made.Said, StringComparison.Ordinal);
        Assert.Equal((1, true), (onLine.ExitCode, onLine.Said.StartsWith("A passphrase on the command line", StringComparison.Ordinal)));
        Assert.Equal((1, true), (wrong.ExitCode, wrong.Said.StartsWith("The passphrase does not open", StringComparison.Ordinal)));
        Assert.Equal((1, true), (inUse.ExitCode, inUse.Said.StartsWith("The product runs on ", StringComparison.Ordinal)));
        Assert.Equal(0, restored.ExitCode);
        Assert.StartsWith("Restored 1 deliveries as of ", restored.Said, StringComparison.Ordinal);
        Assert.Contains("One connection is paused", restored.Said, StringComparison.Ordinal);
        Assert.Equal((1, true), (twice.ExitCode, twice.Said.StartsWith("There is a database already", StringComparison.Ordinal)));
        Assert.DoesNotContain(Passphrase, made.Said + restored.Said + started.Product.Process.Output, StringComparison.Ordinal);

        await using var again = new Product(ProductInTest.Dll, data, []);
        await again.StartAsync();
        var found = await again.ApiAsync(HttpMethod.Get, "deliveries?q=" + Uri.EscapeDataString("message:before"));
        Assert.Equal("accepted", Assert.Single(found.GetProperty("items").EnumerateArray()).GetProperty("state").GetString());
        Assert.Equal(0, await again.StopAsync());
        Assert.False(File.Exists(Path.Combine(data, "running")));
        elsewhere.Delete(recursive: true);
    }

    [Fact(Timeout = 120_000)]
    public async Task A_second_copy_on_the_same_folder_and_a_file_that_is_no_database_are_sentences()
    {
        await using var started = await ProductInTest.StartAsync();
        var folder = Directory.CreateTempSubdirectory("console-start-");
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "console.db"), string.Concat(Enumerable.Repeat("this is no database. ", 400)), Ct);

        var damaged = await RunAsync(["--urls", "http://127.0.0.1:0"], folder.FullName);
        var second = await RunAsync(["--urls", "http://127.0.0.1:0"], started.DataFolder);
        folder.Delete(recursive: true);

        Assert.Equal(1, second.ExitCode);
        Assert.Contains($"Cannot start: Another copy of the product runs on {started.DataFolder}", second.Said, StringComparison.Ordinal);
        Assert.Equal(1, damaged.ExitCode);
        Assert.Contains("is damaged, or it is no database of this product", damaged.Said, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", second.Said + damaged.Said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_command_line_that_cannot_be_read_is_a_sentence()
    {
        await using var said = new StringWriter();

        Assert.Equal(1, await BackupCommands.BackupAsync(["-x=1"], said));
        Assert.Equal(1, await BackupCommands.RestoreAsync(["--from", "here.rpbackup", "--Storage:ConnectionString", "No=Such"], said));

        Assert.StartsWith("The settings or the command line cannot be read: ", said.ToString(), StringComparison.Ordinal);
        Assert.Contains("Storage:ConnectionString cannot be used: ", said.ToString(), StringComparison.Ordinal);
    }

    private static async Task<string> WrittenAsync(DirectoryInfo folder, string passphrase)
    {
        var file = Path.Combine(folder.FullName, "passphrase");
        await File.WriteAllTextAsync(file, passphrase + "\n", Ct);
        return file;
    }

    /// <summary>The command in this process: what is refused needs none of its own.</summary>
    private static async Task<(int ExitCode, string Said)> RestoreHereAsync(string folder, params string[] arguments)
    {
        await using var said = new StringWriter();
        return (await BackupCommands.RestoreAsync([.. arguments, "--Storage:ConnectionString", $"Data Source={Path.Combine(folder, "console.db")}"], said), said.ToString());
    }

    private static async Task<(int ExitCode, string Said)> RunAsync(string[] arguments, string folder)
    {
        await using var process = ChildProcess.Dotnet(ProductInTest.Dll, arguments, new Dictionary<string, string>
        {
            ["Storage__ConnectionString"] = $"Data Source={Path.Combine(folder, "console.db")}",
            ["RICHPANEL_BACKUP_PASSPHRASE"] = Passphrase,

            // Somebody else's: a switch comes from the command line alone.
            ["TO"] = "/nowhere",
            ["FROM"] = "/nowhere",
            ["CONNECTIONS"] = "everywhere",
            ["PASSPHRASE"] = "theirs",
        });
        var exitCode = await process.ExitAsync(TimeSpan.FromSeconds(60), Ct);
        return (exitCode, process.Output);
    }
}
