using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Richpanel.Core.Storage;
using Richpanel.Core.Wire;

namespace Richpanel.Console.Startup;

/// <summary>Once the product listens: says which address to open and where the data is, and shuts its own ports to outgoing calls.</summary>
internal sealed partial class StartNotice(IServer server, StoragePaths paths, OwnPorts own, ILogger<StartNotice> log) : IHostedLifecycleService
{
    public Task StartedAsync(CancellationToken cancellationToken)
    {
        foreach (var address in server.Features.Get<IServerAddressesFeature>()?.Addresses ?? [])
        {
            own.Add(BindingAddress.Parse(address).Port);
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
