using System.Diagnostics;
using System.Text;
using Richpanel.Core.Json;

namespace Richpanel.Tests.Mapping.Facade;

/// <summary>npm's @segment/facade in one node process for all tests of the class: calls in, its readings out.</summary>
public sealed class FacadeProcess : IAsyncLifetime
{
    private static readonly TimeSpan s_installTime = TimeSpan.FromSeconds(40);

    private static readonly string s_sources = Path.Combine(Architecture.Repository.Root, "Richpanel.Tests", "Mapping", "Facade");

    private readonly string _folder = Path.Combine(Path.GetTempPath(), "richpanel-facade-3.4.10");

    /// <summary>Why facade cannot run here; null when it can.</summary>
    public string? Missing { get; private set; }

    public async ValueTask InitializeAsync()
    {
        Directory.CreateDirectory(_folder);
        File.Copy(Path.Combine(s_sources, "package.json"), Path.Combine(_folder, "package.json"), overwrite: true);
        if (!Directory.Exists(Path.Combine(_folder, "node_modules", "@segment", "facade", "dist")))
        {
            var install = await RunAsync("npm", ["install", "--no-audit", "--no-fund", "--ignore-scripts"], "", s_installTime);
            Missing = install is null ? "npm could not install @segment/facade 3.4.10 here: no npm, or no registry." : null;
        }

        Missing ??= await RunAsync("node", ["--version"], "", s_installTime) is null ? "node is not installed here." : null;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>What facade reads from these calls, in their order.</summary>
    public async Task<IReadOnlyList<JsonTree.Map>> ReadAsync(IReadOnlyList<JsonTree.Map> calls)
    {
        Assert.SkipWhen(Missing is not null, Missing ?? "");
        var lines = string.Concat(calls.Select(call => JsonTreeWriter.Write(call) + "\n"));
        var output = await RunAsync("node", [Path.Combine(s_sources, "facade.js")], lines, s_installTime);
        Assert.NotNull(output);
        return [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Mapping.Calls.Json)];
    }

    /// <summary>The standard output, or null when the program is missing, fails or takes too long.</summary>
    private async Task<string?> RunAsync(string program, string[] arguments, string input, TimeSpan atMost)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = _folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = new UTF8Encoding(false),
            StandardOutputEncoding = Encoding.UTF8,
        };
        using var time = new CancellationTokenSource(atMost);
        try
        {
            using var process = Process.Start(start)!;
            var output = process.StandardOutput.ReadToEndAsync(time.Token);
            var errors = process.StandardError.ReadToEndAsync(time.Token);
            await process.StandardInput.WriteAsync(input.AsMemory(), time.Token);
            process.StandardInput.Close();
            try
            {
                await process.WaitForExitAsync(time.Token);
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
                return null;
            }

            await errors;
            return process.ExitCode == 0 ? await output : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
