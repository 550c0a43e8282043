using Richpanel.Bench.Faults;

namespace Richpanel.Tests.EndToEnd;

/// <summary>One round of what <c>bench faults</c> does several times: whatever fails on the way, nothing that was answered 200 is lost.</summary>
public sealed class FaultTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("console-faults-");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact(Timeout = 300_000)]
    public async Task Whatever_the_other_side_does_is_named_and_nothing_is_lost_or_repeated_unsaid()
    {
        var (results, ledgerFaults) = await FaultTrial.RunAsync(ProductInTest.Dll, _folder.FullName, Fault.All, rounds: 1, Ct);

        Assert.DoesNotContain(results, result => !result.Holds);
        Assert.Equal(Fault.All.Count, results.Count);
        Assert.Empty(ledgerFaults);
    }

    [Fact(Timeout = 300_000)]
    public async Task A_database_that_another_process_holds_costs_no_event() =>
        Judge(await StreamTrial.RunAsync("locked", ProductInTest.Dll, _folder.FullName, Path.Combine(_folder.FullName, "data"), 1, Disturbances.LockAsync, ct: Ct));

    [Fact(Timeout = 300_000)]
    public async Task A_disk_that_is_full_to_the_last_byte_costs_no_event()
    {
        var disk = Path.Combine(_folder.FullName, "disk");
        var (why, mounted) = await Disturbances.MountAsync(disk);
        Assert.SkipWhen(mounted is null, $"No disk that can be filled: {why}.");
        await using (mounted)
        {
            Judge(await StreamTrial.RunAsync("full", ProductInTest.Dll, _folder.FullName, Path.Combine(disk, "data"), 1, Disturbances.FillAsync, ct: Ct));
        }
    }

    [Fact(Timeout = 300_000)]
    public async Task A_clock_that_jumps_ahead_and_back_costs_no_event()
    {
        var clock = Path.Combine(_folder.FullName, "clock.txt");
        var (why, settings) = Disturbances.ClockOf(clock);
        Assert.SkipWhen(settings is null, $"No clock that can jump: {why}.");
        Judge(await StreamTrial.RunAsync("clock", ProductInTest.Dll, _folder.FullName, Path.Combine(_folder.FullName, "data"), 1, _ => Disturbances.JumpAsync(clock), settings, Ct));
    }

    private static void Judge((FaultResult Result, IReadOnlyList<string> LedgerFaults) seen)
    {
        Assert.True(seen.Result.Holds, seen.Result.ToString());
        Assert.Empty(seen.LedgerFaults);
    }
}
