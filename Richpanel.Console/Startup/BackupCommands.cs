using System.Globalization;
using Richpanel.Core.Backups;
using Richpanel.Core.Storage;
using Richpanel.Core.Support;

namespace Richpanel.Console.Startup;

/// <summary>
/// <c>dotnet Richpanel.Console.dll backup --to FOLDER</c>, beside the running product or without it, and
/// <c>… restore --from FILE</c>, into a folder where none lives. Both know the product's own settings
/// (<c>--Storage:ConnectionString</c>, environment). Exit code 0 when it is done, 1 when it was refused, with one sentence that says why.
/// </summary>
internal static class BackupCommands
{
    public const string Backup = "backup";
    public const string Restore = "restore";

    private const string Resumed = "send";

    public static Task<int> BackupAsync(string[] settings, TextWriter say) => RunAsync(settings, say, (configuration, paths) =>
    {
        var to = configuration["to"] is { Length: > 0 } folder ? Path.GetFullPath(folder) : paths.Backups;
        var made = new BackupMaker(paths, TimeProvider.System).Make(to, Passphrase.Read(configuration, twice: true), SupportQueries.Product.Version, null, default);
        var manifest = BackupFile.ReadManifest(made);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"Made {made}: {manifest.Counts.Deliveries:N0} deliveries, {new FileInfo(made).Length:N0} bytes, checked{(manifest.IsBalanced ? "" : "; its ledger does not add up, as in the database")}. Keep it on another disk, and the passphrase elsewhere.");
    });

    public static Task<int> RestoreAsync(string[] settings, TextWriter say) => RunAsync(settings, say, (configuration, paths) =>
    {
        if (configuration["from"] is not { Length: > 0 } from)
        {
            throw new BackupException("Name the backup: restore --from FILE.");
        }

        var sends = (configuration["connections"] ?? "paused") switch
        {
            Resumed => true,
            "paused" => false,
            _ => throw new BackupException($"--connections is '{Resumed}' (they go on at once) or 'paused', which it is by itself."),
        };
        var restored = new BackupRestore(paths, TimeProvider.System).Run(Path.GetFullPath(from), Passphrase.Read(configuration, twice: false), sends, default);
        var paused = restored.Paused == 0 ? "" : restored.Paused == 1 ? " One connection is paused: resume it when you have looked." : string.Create(CultureInfo.InvariantCulture, $" {restored.Paused} connections are paused: resume them when you have looked.");
        return string.Create(
            CultureInfo.InvariantCulture,
            $"Restored {restored.Manifest.Counts.Deliveries:N0} deliveries as of {restored.Manifest.MadeAt:yyyy-MM-dd HH:mm:ss'Z'} to {paths.DatabaseFile}. {restored.Waiting:N0} were waiting then and are marked as possibly sent.{paused} Start the product.");
    });

    private static async Task<int> RunAsync(string[] settings, TextWriter say, Func<IConfiguration, StoragePaths, string> run)
    {
        try
        {
            var builder = WebApplication.CreateBuilder(ProgramFiles.Options(settings));
            builder.Configuration.AddProgramSettings();
            var storage = builder.Configuration.GetSection("Storage").Get<StorageOptions>() ?? new StorageOptions();
            await say.WriteLineAsync(run(builder.Configuration, new StoragePaths(storage.ConnectionString, storage.BackupFolder)));
            return 0;
        }
        catch (BackupException refused)
        {
            await say.WriteLineAsync(refused.Message);
            return 1;
        }
        catch (ArgumentException unusable)
        {
            await say.WriteLineAsync($"Storage:ConnectionString cannot be used: {unusable.Message}");
            return 1;
        }
    }
}
