using System.Globalization;
using Microsoft.Data.Sqlite;
using Richpanel.Core.Storage;

namespace Richpanel.Console.Startup;

/// <summary>
/// <c>dotnet Richpanel.Console.dll compact</c>, while the product does not run: writes the database anew, as small as it can be, without a
/// byte of what was deleted, and able to give space back from then on. Exit code 0 when it is done, 1 when it was refused, with one
/// sentence that says why.
/// </summary>
internal static class CompactCommand
{
    public const string Name = "compact";

    public static async Task<int> RunAsync(string[] settings, TextWriter say)
    {
        try
        {
            var builder = WebApplication.CreateBuilder(ProgramFiles.Options(settings));
            builder.Configuration.AddProgramSettings();
            var storage = builder.Configuration.GetSection("Storage").Get<StorageOptions>() ?? new StorageOptions();
            var paths = new StoragePaths(storage.ConnectionString, storage.BackupFolder);
            if (!File.Exists(paths.DatabaseFile))
            {
                await say.WriteLineAsync($"There is no database {paths.DatabaseFile}. Name it with --Storage:ConnectionString \"Data Source=…\".");
                return 1;
            }

            using var mark = new RunningMark(paths, TimeProvider.System);
            if (!mark.TryTake())
            {
                await say.WriteLineAsync($"The product runs on {paths.Folder}. Stop it first.");
                return 1;
            }

            if (Refusal(paths) is { } refusal)
            {
                await say.WriteLineAsync(refusal);
                return 1;
            }

            var (before, after) = DatabaseSpace.Compact(paths);
            await say.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{paths.DatabaseFile} is written anew: {before:N0} bytes before, {after:N0} now. Start the product."));
            return 0;
        }
        catch (SqliteException failure)
        {
            await say.WriteLineAsync($"The database could not be written anew, and stands as it was: {failure.Message}");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or CannotStartException)
        {
            await say.WriteLineAsync($"A file or folder could not be used: {failure.Message}");
        }
        catch (Exception failure) when (failure is FormatException or InvalidOperationException or InvalidDataException or ArgumentException)
        {
            await say.WriteLineAsync($"The settings or the command line cannot be read: {failure.Message}");
        }

        return 1;
    }

    /// <summary>It takes a second file beside the first.</summary>
    private static string? Refusal(StoragePaths paths)
    {
        var size = new FileInfo(paths.DatabaseFile).Length;
        var needed = size + (size / 10);
        return new DriveInfo(paths.Folder).AvailableFreeSpace < needed
            ? string.Create(CultureInfo.InvariantCulture, $"There is not enough room on the disk of {paths.Folder}: about {needed / 1_000_000 + 1:N0} MB are needed. Nothing was changed.")
            : null;
    }
}
