using Richpanel.Bench;

namespace Richpanel.Tests.EndToEnd;

/// <summary>What an admin sees of a start that fails, and of a stop.</summary>
public sealed class StartUpTests
{
    [Fact(Timeout = 120_000)]
    public async Task A_setting_that_cannot_be_right_is_a_sentence_with_its_name_and_exit_code_1()
    {
        var folder = Directory.CreateTempSubdirectory("console-start-");
        await using var process = ChildProcess.Dotnet(ProductInTest.Dll, ["--urls", "http://127.0.0.1:0"], new Dictionary<string, string>
        {
            ["Storage__ConnectionString"] = $"Data Source={Path.Combine(folder.FullName, "console.db")}",
            ["Delivery__Concurrency"] = "0",
        });

        var exitCode = await process.ExitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        folder.Delete(recursive: true);

        Assert.Equal(1, exitCode);
        Assert.Contains("Cannot start", process.Output, StringComparison.Ordinal);
        Assert.Contains("Delivery:Concurrency: ", process.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", process.Output, StringComparison.Ordinal);
    }

    [Fact(Timeout = 120_000)]
    public async Task A_certificate_of_the_key_ring_that_is_not_there_is_a_sentence_with_its_setting()
    {
        var folder = Directory.CreateTempSubdirectory("console-start-");
        await using var process = ChildProcess.Dotnet(ProductInTest.Dll, ["--urls", "http://127.0.0.1:0"], new Dictionary<string, string>
        {
            ["Storage__ConnectionString"] = $"Data Source={Path.Combine(folder.FullName, "console.db")}",
            ["Storage__KeyRingCertificate__Path"] = Path.Combine(folder.FullName, "missing.pfx"),
        });

        var exitCode = await process.ExitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        folder.Delete(recursive: true);

        Assert.Equal(1, exitCode);
        Assert.Contains("Cannot start: Storage:KeyRingCertificate:Path: the certificate file cannot be read", process.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", process.Output, StringComparison.Ordinal);
    }

    [Fact(Timeout = 120_000)]
    public async Task A_key_ring_that_cannot_be_read_now_is_a_sentence_and_not_a_loss()
    {
        var folder = Directory.CreateTempSubdirectory("console-start-");
        var link = Path.Combine(folder.CreateSubdirectory("keys").FullName, "key-1.xml");
        File.CreateSymbolicLink(link, link);   // cannot be opened, as on a failing disk
        await using var process = ChildProcess.Dotnet(ProductInTest.Dll, ["--urls", "http://127.0.0.1:0"], new Dictionary<string, string>
        {
            ["Storage__ConnectionString"] = $"Data Source={Path.Combine(folder.FullName, "console.db")}",
        });

        var exitCode = await process.ExitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        folder.Delete(recursive: true);

        Assert.Equal(1, exitCode);
        Assert.Contains("Cannot start: The key ring ", process.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("FTL]    at ", process.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_prints_the_address_to_open_and_ends_with_0_when_told_to_stop()
    {
        await using var started = await ProductInTest.StartAsync();

        var exitCode = await started.Product.StopAsync();

        Assert.Equal(0, exitCode);
        Assert.Contains($"open {started.Product.Address.ToString().TrimEnd('/')}", started.Product.Process.Output, StringComparison.Ordinal);
    }
}
