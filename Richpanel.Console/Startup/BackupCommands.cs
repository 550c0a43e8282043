using System.Globalization;
using Richpanel.Core.Backups;
using Richpanel.Core.Storage;
using Richpanel.Core.Support;

namespace Richpanel.Console.Startup;

/// <summary>
/// <c>dotnet Richpanel.Console.dll backup --to FOLDER</c>, beside the running product or without it, and
/// <c>… restore --from FILE</c>, into a folder where none lives, or with the copy from before an upgrade into its own. Both know the
/// product's own settings (<c>--Storage:ConnectionString</c>, environment); their own switches come from the command line alone. Exit
/// code 0 when it is done, 1 when it was refused, with one sentence that says why.
/// </summary>
internal static class BackupCommands
{
    public const string Backup = "backup";
    public const string Restore = "restore";

    private const string Resumed = "send";

    public static Task<int> BackupAsync(string[] settings, TextWriter say) => RunAsync(settings, say, (switches, paths, storage) =>
    {
        var to = switches["to"] is { Length: > 0 } folder ? FullPath(folder) : paths.Backups;
        var made = new BackupMaker(paths, storage, TimeProvider.System).Make(to, Passphrase.Read(switches, twice: true), SupportQueries.Product.Version, null, default);
        var manifest = BackupFile.ReadManifest(made);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"Made {made}: {manifest.Counts.Deliveries:N0} deliveries, {new FileInfo(made).Length:N0} bytes, checked{(manifest.IsBalanced ? "" : "; its ledger does not add up, as in the database")}. Keep it on another disk, and the passphrase elsewhere.");
    });

    public static Task<int> RestoreAsync(string[] settings, TextWriter say) => RunAsync(settings, say, (switches, paths, _) =>
    {
        if (switches["from"] is not { Length: > 0 } from)
        {
            throw new BackupException("Name the backup: restore --from FILE.");
        }

        var sends = (switches["connections"] ?? "paused") switch
        {
            Resumed => true,
            "paused" => false,
            _ => throw new BackupException($"--connections is '{Resumed}' (they go on at once) or 'paused', which it is by itself."),
        };
        var file = FullPath(from);
        var restore = new BackupRestore(paths, TimeProvider.System);
        return Sentence(
            File.Exists(file) && BackupRestore.IsCopy(file) ? restore.RunCopy(file, sends, default) : restore.Run(file, Passphrase.Read(switches, twice: false), sends, default), paths);
    });

    private static string Sentence(Restored done, StoragePaths paths)
    {
        var paused = done.Paused == 0 ? "" : done.Paused == 1 ? " One connection is paused: resume it when you have looked." : string.Create(CultureInfo.InvariantCulture, $" {done.Paused} connections are paused: resume them when you have looked.");
        var retries = done.Retries == 0 ? "" : done.Retries == 1 ? " One bulk retry was under way and is paused." : string.Create(CultureInfo.InvariantCulture, $" {done.Retries} bulk retries were under way and are paused.");
        return string.Create(
            CultureInfo.InvariantCulture,
            $"Restored {done.Deliveries:N0} deliveries as of {done.MadeAt:yyyy-MM-dd HH:mm:ss'Z'} to {paths.DatabaseFile}. {done.Waiting:N0} were waiting then and are marked as possibly sent.{paused}{retries} Start the product.");
    }

    private static async Task<int> RunAsync(string[] settings, TextWriter say, Func<IConfiguration, StoragePaths, StorageOptions, string> run)
    {
        try
        {
            // An environment variable called TO or PASSPHRASE is somebody else's.
            var switches = new ConfigurationBuilder().AddCommandLine(settings).Build();
            var builder = WebApplication.CreateBuilder(ProgramFiles.Options(settings));
            builder.Configuration.AddProgramSettings();
            var storage = builder.Configuration.GetSection("Storage").Get<StorageOptions>() ?? new StorageOptions();
            await say.WriteLineAsync(run(switches, PathsOf(storage), storage));
            return 0;
        }
        catch (BackupException refused)
        {
            await say.WriteLineAsync(refused.Message);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            await say.WriteLineAsync($"A file or folder could not be used: {failure.Message}");
        }
        catch (Exception failure) when (failure is FormatException or InvalidOperationException or InvalidDataException)
        {
            await say.WriteLineAsync($"The settings or the command line cannot be read: {failure.Message}");
        }

        return 1;
    }

    private static StoragePaths PathsOf(StorageOptions storage)
    {
        try
        {
            return new StoragePaths(storage.ConnectionString, storage.BackupFolder);
        }
        catch (ArgumentException unusable)
        {
            throw new BackupException($"Storage:ConnectionString cannot be used: {unusable.Message}", unusable);
        }
    }

    private static string FullPath(string given)
    {
        try
        {
            return Path.GetFullPath(given);
        }
        catch (ArgumentException unusable)
        {
            throw new BackupException($"'{given}' is no path: {unusable.Message}", unusable);
        }
    }
}
