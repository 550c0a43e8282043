using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Richpanel.Core.Storage;

namespace Richpanel.Console.Startup;

/// <summary>Says, once the product listens, which address to open and where the data is.</summary>
internal sealed partial class StartNotice(IServer server, StoragePaths paths, ILogger<StartNotice> log) : IHostedLifecycleService
{
    public Task StartedAsync(CancellationToken cancellationToken)
    {
        foreach (var address in server.Features.Get<IServerAddressesFeature>()?.Addresses ?? [])
        {
            OpenThis(address.Replace("//0.0.0.0:", "//localhost:", StringComparison.Ordinal).Replace("//[::]:", "//localhost:", StringComparison.Ordinal));
        }

        DataIsHere(paths.Folder);
        return Task.CompletedTask;
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(1, LogLevel.Information, "Richpanel Console is ready: open {Address}")]
    private partial void OpenThis(string address);

    [LoggerMessage(2, LogLevel.Information, "Database, keys and sandbox are in {Folder}")]
    private partial void DataIsHere(string folder);
}

internal static class StartNoticeServices
{
    public static IServiceCollection AddStartNotice(this IServiceCollection services) => services.AddHostedService<StartNotice>();
}
