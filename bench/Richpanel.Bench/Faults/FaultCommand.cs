using System.Globalization;
using Richpanel.Core.Connections;

namespace Richpanel.Bench.Faults;

/// <summary><c>faults</c>: every fault of the network, of the other side and of the machine, as a table of what was lost and what came twice.</summary>
internal static class FaultCommand
{
    private static readonly (string What, Transport Transport)[] s_kills =
        [("`kill -9` at a random moment", Transport.Single), ("`kill -9` at a random moment, in batches", Transport.Batch)];

    public static async Task<int> RunAsync(Arguments arguments)
    {
        using var workspace = new Workspace();
        var dll = await workspace.PublishAsync();
        var (rounds, kills, seed) = (arguments.Number("rounds", 3), arguments.Number("kills", 100), arguments.Number("seed", 1));
        var (results, ledger) = await FaultTrial.RunAsync(dll, Folder("network"), Fault.All, rounds);
        List<FaultResult> all = [.. results];
        List<string> ledgerFaults = [.. ledger], skipped = [];

        async Task StreamAsync(string what, string name, string? data, Func<Product, Task> disturb, IReadOnlyDictionary<string, string>? settings = null)
        {
            var folder = Folder(name);
            var (result, faults) = await StreamTrial.RunAsync(what, dll, folder, data ?? Path.Combine(folder, "data"), rounds, disturb, settings);
            all.Add(result);
            ledgerFaults.AddRange(faults);
            Console.WriteLine(Row(result));
        }

        foreach (var result in results)
        {
            Console.WriteLine(Row(result));
        }

        await StreamAsync("database held by another process for 6 s", "locked", null, Disturbances.LockAsync);

        var disk = Path.Combine(workspace.Folder, "disk");
        var (noDisk, mounted) = await Disturbances.MountAsync(disk);
        if (mounted is not null)
        {
            await using (mounted)
            {
                await StreamAsync("disk full to the last byte", "full", Path.Combine(disk, "data"), Disturbances.FillAsync);
            }
        }
        else
        {
            skipped.Add($"disk full: {noDisk}");
        }

        var clock = Path.Combine(workspace.Folder, "clock.txt");
        var (noClock, settings) = Disturbances.ClockOf(clock);
        if (settings is not null)
        {
            await StreamAsync("clock 2 h ahead, 2 h behind, right again", "clock", null, _ => Disturbances.JumpAsync(clock), settings);
        }
        else
        {
            skipped.Add($"clock jumps: {noClock}");
        }

        var isBounded = true;
        foreach (var (what, transport) in kills > 0 ? s_kills : [])
        {
            var killed = await KillTrial.RunAsync(dll, Folder($"kill-{transport}"), kills, seed, transport);
            all.Add(new FaultResult(what, kills, killed.Acknowledged, killed.Lost.Count, killed.Repeats, killed.Unmarked.Count, null, null));
            ledgerFaults.AddRange(killed.LedgerFaults);
            isBounded &= killed.Repeats <= killed.RepeatsAllowed;
            Console.WriteLine(Row(all[^1]));
        }

        string[] lines =
        [
            Workspace.Circumstances() + string.Create(CultureInfo.InvariantCulture, $", seed {seed}"),
            string.Empty,
            "| fault | rounds | events answered 200 | of them lost | arrived again, and said so | arrived again unsaid | named |",
            "|---|---|---|---|---|---|---|",
            .. all.Select(Row),
            string.Empty,
            ledgerFaults.Count == 0 ? "The ledger equals the rows after all rounds of the network faults, and after each round of the others." : $"The ledger differs from the rows: {string.Join(" ", ledgerFaults)}",
            .. isBounded ? (string[])[] : ["More arrived again after a kill than can have been on its way."],
            .. skipped.Select(why => $"Not played: {why}."),
        ];
        if (arguments.Has("write"))
        {
            Workspace.WriteFigures("docs/reliability.md", "faults", lines);
        }

        Array.ForEach(lines[^(skipped.Count + (isBounded ? 1 : 2))..], Console.WriteLine);
        return all.TrueForAll(result => result.Holds) && ledgerFaults.Count == 0 && isBounded ? 0 : 1;

        string Folder(string name) => Directory.CreateDirectory(Path.Combine(workspace.Folder, name)).FullName;
    }

    private static string Row(FaultResult result) => string.Create(
        CultureInfo.InvariantCulture,
        $"| {result.What} | {result.Rounds} | {result.Events:N0} | {result.Lost:N0} | {result.Repeats:N0} | {result.Unmarked:N0} | {(result.Cause is null ? "" : $"`{result.Cause}`{(result.Holds ? "" : $" instead of `{result.Expected}`")}")} |");
}
