using Microsoft.Extensions.Options;
using Richpanel.Console.Api;
using Richpanel.Console.Backups;
using Richpanel.Console.ChangeLog;
using Richpanel.Console.Entrance;
using Richpanel.Console.Erasure;
using Richpanel.Console.Ledger;
using Richpanel.Console.Receiver;
using Richpanel.Console.Retention;
using Richpanel.Console.Sandbox;
using Richpanel.Console.Shell;
using Richpanel.Console.SignIn;
using Richpanel.Console.Startup;
using Richpanel.Core;
using Richpanel.Core.Backups;
using Richpanel.Core.ChangeLog;
using Richpanel.Core.Connections;
using Richpanel.Core.Deliveries;
using Richpanel.Core.People;
using Richpanel.Core.Sandbox;
using Richpanel.Core.Storage;
using Serilog;

if (args is ["--healthcheck"])
{
    return await HealthProbe.RunAsync();
}

if (args is [ChangeLogCommand.Name, .. var settings])
{
#pragma warning disable RS0030 // the answer of a command is its output, not a line of the log
    return await ChangeLogCommand.RunAsync(settings, Console.Out);
#pragma warning restore RS0030
}

if (args is [CompactCommand.Name, .. var compact])
{
#pragma warning disable RS0030 // as above
    return await CompactCommand.RunAsync(compact, Console.Out);
#pragma warning restore RS0030
}

if (args is [BackupCommands.Backup or BackupCommands.Restore, .. var given])
{
#pragma warning disable RS0030 // as above
    return args[0] == BackupCommands.Backup ? await BackupCommands.BackupAsync(given, Console.Out) : await BackupCommands.RestoreAsync(given, Console.Out);
#pragma warning restore RS0030
}

// First stage: whatever goes wrong before the settings are read is still a line a person can see.
Log.Logger = new LoggerConfiguration().WriteTo.Console(formatProvider: System.Globalization.CultureInfo.InvariantCulture).CreateLogger();
CancellationToken stopping = default;
try
{
    var builder = WebApplication.CreateBuilder(ProgramFiles.Options(args));
    builder.Configuration.AddProgramSettings();
    builder.WebHost.UseStaticWebAssets();
    builder.Services.AddSerilog((services, log) => log.ReadFrom.Configuration(builder.Configuration).ReadFrom.Services(services), preserveStaticLogger: true);
    // The sandbox first: hosted services start in this order and stop in the opposite one, and the dispatcher sends to it.
    builder.Services.AddSandbox().AddRichpanelCore(builder.Configuration).AddEntrance().AddReceiver().AddApi().AddSignIn(builder.Configuration).AddConsole().AddStartNotice();
    builder.UseListeningAddresses();

    await using var app = builder.Build();
    stopping = app.Lifetime.ApplicationStopping;

    // Before anything is touched: the host would do it too, but only after the database was migrated.
    app.Services.GetService<IStartupValidator>()?.Validate();
    app.WarnOfSecretsInFiles();
    // The mark first, so that it is let go of last: after the writer has ended.
    await app.Services.GetRequiredService<RunningMark>().TakeAsync();
    app.Services.GetRequiredService<BackupRestore>().TakeAwayBroken();
    app.Services.GetRequiredService<BackupMaker>().TakeAwayBroken();
    if (await DatabaseStartup.MigrateAsync(app.Services.GetRequiredService<StoragePaths>(), app.Services.GetRequiredService<TimeProvider>(), CancellationToken.None) is { } copy)
    {
        Log.Information("The database was upgraded; as it was before it stands in {Copy}", copy);
    }

    await app.Services.GetRequiredService<ChangeStart>().WriteAsync(typeof(Program).Assembly.GetName().Version?.ToString(3) ?? "");
    await app.Services.GetRequiredService<RestoreLine>().WriteAsync();
    await app.Services.GetRequiredService<SearchUpkeep>().StartAsync();
    if (app.Services.GetRequiredService<IOptions<SandboxOptions>>().Value.Enabled)
    {
        await app.Services.GetRequiredService<SandboxSeed>().EnsureAsync();
    }

    await app.Services.GetRequiredService<ConnectionDirectory>().ReloadAsync();
    await app.Services.GetRequiredService<LostSecrets>().LookAsync();
    await app.Services.GetRequiredService<PeopleDirectory>().ReloadAsync();
    await app.Services.GetRequiredService<Bootstrap>().ApplyAsync();
    await app.Services.GetRequiredService<FirstAdmin>().EnsureAsync();

    app.UseForwardedBy();
    app.UseHttpsForGood();
    app.UseSeparatePorts();
    app.MapReceiver();
    app.UseEntrance();
    app.UsePageDoor();
    app.UseSignIn();
    var api = app.MapApi();
    api.MapSandbox();
    api.MapReceiverApi();
    api.MapAudit();
    api.MapBackups();
    api.MapLedgerCheck();
    api.MapRetention();
    api.MapErasure();
    app.MapChangeLogDownload();
    app.MapSupportDownload();
    app.MapBackupDownload();
    app.MapLogDownload();
    app.MapSandboxDownload();
    app.MapPublicSandbox();
    app.MapOpenId().WithMetadata(PageDoor.Mark);
    app.MapConsole();
    await app.RunAsync();
    return 0;
}
catch (OperationCanceledException) when (stopping.IsCancellationRequested)
{
    // Told to stop while it was still starting: that is a clean end, too.
    return 0;
}
catch (Exception failure) when (StartFailure.Explain(failure) is { } sentences)
{
    foreach (var sentence in sentences)
    {
        Log.Fatal("Cannot start: {Reason}", sentence);
    }

    return 1;
}
finally
{
    await Log.CloseAndFlushAsync();
}

/// <summary>Named so that tests can start the real application.</summary>
public sealed partial class Program;
