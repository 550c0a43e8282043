using Microsoft.Extensions.Configuration.Json;
using Microsoft.Extensions.FileProviders;

namespace Richpanel.Console.Startup;

/// <summary>The files that came with the program, found wherever it was started from.</summary>
internal static class ProgramFiles
{
    /// <summary>
    /// The program's own folder when it was published (wwwroot stands there); null, which means the working directory, when it runs from a
    /// build, where static files are found through a manifest.
    /// </summary>
    public static string? ContentRoot =>
        Directory.Exists(Path.Combine(AppContext.BaseDirectory, "wwwroot")) ? AppContext.BaseDirectory : null;

    /// <summary>
    /// Settings are read once, at the start. A watcher of their files would look at the whole folder tree, and the database that is
    /// written there would wake it at every commit.
    /// </summary>
    public static WebApplicationOptions Options(string[] args) => new()
    {
        Args = ["--hostBuilder:reloadConfigOnChange=false", .. args],
        ContentRootPath = ContentRoot,
    };

    /// <summary>appsettings.json beside the program, below everything else: environment and command line win over it.</summary>
    public static void AddProgramSettings(this ConfigurationManager configuration) =>
        ((IConfigurationBuilder)configuration).Sources.Insert(0, new JsonConfigurationSource
        {
            Path = "appsettings.json",
            FileProvider = new PhysicalFileProvider(AppContext.BaseDirectory),
        });
}
