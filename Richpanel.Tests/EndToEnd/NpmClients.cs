using System.Globalization;
using System.IO.Hashing;
using System.Text;
using Richpanel.Bench;
using Richpanel.Tests.Architecture;
using Richpanel.Tests.EndToEnd;

[assembly: AssemblyFixture(typeof(NpmClients))]

namespace Richpanel.Tests.EndToEnd;

/// <summary>The SDKs as npm serves them, installed once into a folder below the temporary one and found there again by later runs.</summary>
public sealed class NpmClients : IDisposable
{
    private readonly SemaphoreSlim _installing = new(1);
    private string? _folder;
    private string? _missing;

    /// <summary>The folder with node_modules. Skips the test, saying why, where Node.js or npm or the packages cannot be had.</summary>
    public async Task<string> FolderAsync(CancellationToken ct)
    {
        await _installing.WaitAsync(ct);
        try
        {
            if (_folder is null && _missing is null)
            {
                await InstallAsync();
            }
        }
        finally
        {
            _installing.Release();
        }

        Assert.SkipUnless(_folder is not null, _missing ?? string.Empty);
        return _folder!;
    }

    /// <summary>Runs one of the scripts beside this file with node; its standard output and error.</summary>
    public async Task<(int ExitCode, string Output)> NodeAsync(string script, CancellationToken ct, params string[] arguments)
    {
        var folder = await FolderAsync(ct);
        var copy = Path.Combine(folder, script);
        File.Copy(Path.Combine(Source, script), copy, overwrite: true);
        await using var node = ChildProcess.Start("node", [copy, .. arguments], folder: folder);
        return (await node.ExitAsync(TimeSpan.FromSeconds(60), ct), node.Output);
    }

    public void Dispose() => _installing.Dispose();

    private static string Source { get; } = Path.Combine(Repository.Root, "Richpanel.Tests", "EndToEnd", "Clients");

    private async Task InstallAsync()
    {
        string[] needed = ["node", "npm"];
        var absent = needed.Where(program => !IsOnPath(program)).ToList();
        if (absent.Count > 0)
        {
            _missing = $"{string.Join(" and ", absent)} missing: install Node.js with npm to run the real SDKs.";
            return;
        }

        var lockFile = await File.ReadAllTextAsync(Path.Combine(Source, "package-lock.json"));
        var folder = Path.Combine(Path.GetTempPath(), string.Create(CultureInfo.InvariantCulture, $"richpanel-clients-{XxHash64.HashToUInt64(Encoding.UTF8.GetBytes(lockFile)):x16}"));
        var done = Path.Combine(folder, "installed");
        if (!File.Exists(done))
        {
            Directory.CreateDirectory(folder);
            File.Copy(Path.Combine(Source, "package.json"), Path.Combine(folder, "package.json"), overwrite: true);
            File.Copy(Path.Combine(Source, "package-lock.json"), Path.Combine(folder, "package-lock.json"), overwrite: true);
            await using var npm = ChildProcess.Start("npm", ["install", "--ignore-scripts", "--no-audit", "--no-fund"], folder: folder);
            if (await npm.ExitAsync(TimeSpan.FromMinutes(3)) != 0)
            {
                _missing = "npm cannot install the SDKs here: " + npm.Output.Trim().Split('\n')[^1];
                return;
            }

            await File.WriteAllTextAsync(done, string.Empty);
        }

        _folder = folder;
    }

    private static bool IsOnPath(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, program)));
}
