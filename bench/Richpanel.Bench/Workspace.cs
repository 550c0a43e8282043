using System.Diagnostics;
using System.Globalization;

namespace Richpanel.Bench;

/// <summary>The repository this tool was built from, the product it measures, and folders that go away.</summary>
internal sealed class Workspace : IDisposable
{
    public static string Repository { get; } = FindRepository();

    /// <summary>An empty folder below the system's temporary one.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory("richpanel-bench-").FullName;

    /// <summary>Publishes the product as Release, as an installation runs it; the path of its dll.</summary>
    public async Task<string> PublishAsync()
    {
        var target = Path.Combine(Folder, "product");
        await using var publish = ChildProcess.Start(
            "dotnet", ["publish", Path.Combine(Repository, "Richpanel.Console"), "-c", "Release", "-o", target, "-v", "quiet", "-nologo", "-p:UseSharedCompilation=false", "-p:RunAnalyzers=false", "-nodeReuse:false", "--use-current-runtime"], folder: Repository);
        return await publish.ExitAsync(TimeSpan.FromMinutes(10)) == 0
            ? Path.Combine(target, "Richpanel.Console.dll")
            : throw new InvalidOperationException("The product does not publish:\n" + publish.Output);
    }

    /// <summary>Date, commit and machine in a line, without names.</summary>
    public static string Circumstances()
    {
        using var git = Process.Start(new ProcessStartInfo("git", ["rev-parse", "--short", "HEAD"]) { RedirectStandardOutput = true, WorkingDirectory = Repository });
        var commit = git?.StandardOutput.ReadToEnd().Trim();
        var memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (1024d * 1024 * 1024);
        return string.Create(CultureInfo.InvariantCulture,
            $"{DateTime.UtcNow:yyyy-MM-dd}, commit {commit}, {Environment.ProcessorCount} cores, {memory:0} GiB, .NET {Environment.Version}");
    }

    /// <summary>Puts lines between <c>&lt;!-- name --&gt;</c> and <c>&lt;!-- /name --&gt;</c> of a document.</summary>
    public static void WriteFigures(string document, string name, IEnumerable<string> lines)
    {
        var file = Path.Combine(Repository, document);
        var text = File.ReadAllText(file);
        string start = $"<!-- {name} -->\n", end = $"<!-- /{name} -->";
        var from = text.IndexOf(start, StringComparison.Ordinal) + start.Length;
        var to = text.IndexOf(end, StringComparison.Ordinal);
        if (from < start.Length || to < from)
        {
            throw new InvalidOperationException($"{document} has no place for '{name}'.");
        }

        File.WriteAllText(file, text[..from] + string.Concat(lines.Select(line => line + "\n")) + text[to..]);
    }

    public void Dispose()
    {
        try
        {
            Directory.Delete(Folder, recursive: true);
        }
        catch (IOException)
        {
            // A file may still be held for a moment; the system empties its temporary folder itself.
        }
    }

    private static string FindRepository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Richpanel.Console.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("Run this from the repository.");
    }
}
