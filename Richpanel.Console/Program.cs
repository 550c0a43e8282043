using Richpanel.Console.Api;
using Richpanel.Console.Receiver;
using Richpanel.Console.Sandbox;
using Richpanel.Console.Shell;
using Richpanel.Core;
using Richpanel.Core.Connections;
using Richpanel.Core.Storage;
using Serilog;

var builder = WebApplication.CreateBuilder(args);

// appsettings.json stands beside the program, wherever it was started from; environment and command line win over it.
builder.Configuration.Sources.Insert(0, new Microsoft.Extensions.Configuration.Json.JsonConfigurationSource
{
    Path = "appsettings.json",
    FileProvider = new Microsoft.Extensions.FileProviders.PhysicalFileProvider(AppContext.BaseDirectory),
});
builder.WebHost.UseStaticWebAssets();
builder.Host.UseSerilog((context, log) => log.ReadFrom.Configuration(context.Configuration));
builder.Services.AddRichpanelCore(builder.Configuration).AddReceiver().AddSandbox().AddApi().AddConsole();

var app = builder.Build();
await DatabaseStartup.MigrateAsync(app.Services.GetRequiredService<StoragePaths>(), CancellationToken.None);
await app.Services.GetRequiredService<ConnectionDirectory>().ReloadAsync();

app.MapReceiver();
app.MapApi();
app.MapConsole();
await app.RunAsync();

/// <summary>Named so that tests can start the real application.</summary>
public sealed partial class Program;
