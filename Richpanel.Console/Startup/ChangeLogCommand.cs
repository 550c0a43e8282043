using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Data.Sqlite;
using Richpanel.Core;
using Richpanel.Core.ChangeLog;
using Richpanel.Core.Storage;

namespace Richpanel.Console.Startup;

/// <summary>
/// <c>dotnet Richpanel.Console.dll --verify-change-log</c>: walks through the whole change log and says in one sentence whether it is
/// whole. Only reads, so it works beside the running product and without it. Exit code 0 when it is, 1 when it is broken, 2 when it
/// could not be looked at.
/// </summary>
internal static class ChangeLogCommand
{
    public const string Name = "--verify-change-log";

    public static async Task<int> RunAsync(string[] settings, TextWriter say)
    {
        var builder = WebApplication.CreateBuilder(ProgramFiles.Options(settings));
        builder.Configuration.AddProgramSettings();
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(builder.Configuration);
        services.AddLogging();
        services.AddRichpanelCore(builder.Configuration);
        services.Configure<KeyManagementOptions>(keys => keys.AutoGenerateKeys = false);
        services.AddSingleton(provider => InstallationKey.OpenOnly(provider.GetRequiredService<StoragePaths>(), provider.GetRequiredService<IDataProtectionProvider>));
        await using var provider = services.BuildServiceProvider();
        var file = provider.GetRequiredService<StoragePaths>().DatabaseFile;
        if (!File.Exists(file))
        {
            await say.WriteLineAsync($"There is no database {file}. Give the Storage:ConnectionString that the product runs with.");
            return 2;
        }

        try
        {
            var verdict = await provider.GetRequiredService<ChangeVerifier>().VerifyAsync(null, CancellationToken.None);
            await say.WriteLineAsync(verdict.Sentence);
            return verdict.IsIntact ? 0 : 1;
        }
        catch (CannotStartException failure)
        {
            await say.WriteLineAsync(failure.Message);
            return 2;
        }
        catch (SqliteException failure)
        {
            await say.WriteLineAsync($"The change log could not be read: {failure.Message}");
            return 2;
        }
    }
}
