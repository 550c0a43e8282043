using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Options;
using Richpanel.Core.Sandbox;
using Richpanel.Core.Wire;

namespace Richpanel.Console.Sandbox;

/// <summary>The built-in Richpanel on its own loopback socket (design section 7).</summary>
internal sealed class SandboxServer(
    SandboxStore store, SandboxAnswers answers, SandboxEndpoint endpoint, OwnPorts own, IOptions<SandboxOptions> options) : IHostedService
{
    private WebApplication? _server;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (!options.Value.Enabled)
        {
            return;
        }

        await store.PrepareAsync(cancellationToken);
        await store.StartAsync(cancellationToken);
        // Empty: the product's own settings, addresses and logs are not the sandbox's.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, options.Value.Port);
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = null;   // SandboxAnswers counts
        });
        _server = builder.Build();
        _server.MapSandboxRoutes(answers, demandKeys: false);
        await _server.StartAsync(cancellationToken);
        var address = new Uri(_server.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        endpoint.Address = new IPEndPoint(IPAddress.Loopback, address.Port);
        own.Add(address.Port);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        endpoint.Address = null;
        if (_server is not null)
        {
            await _server.StopAsync(cancellationToken);
            await _server.DisposeAsync();
            await store.StopAsync(cancellationToken);
        }
    }
}

public static class SandboxHost
{
    public static IServiceCollection AddSandbox(this IServiceCollection services)
    {
        services.AddOptions<SandboxOptions>().BindConfiguration("Sandbox").ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<SandboxStore>();
        services.AddSingleton<SandboxScenarios>();
        services.AddSingleton<SandboxControl>();
        services.AddSingleton<SandboxQueries>();
        services.AddSingleton<SandboxExport>();
        services.AddSingleton<SandboxAnswers>();
        services.AddHostedService<SandboxServer>();
        return services;
    }

    /// <summary>With <c>Sandbox:Public</c> the sandbox also answers on the main address; key and signature are then required.</summary>
    public static void MapPublicSandbox(this WebApplication app)
    {
        if (app.Services.GetRequiredService<IOptions<SandboxOptions>>().Value is { Enabled: true, Public: true })
        {
            app.MapSandboxRoutes(app.Services.GetRequiredService<SandboxAnswers>(), demandKeys: true);
        }
    }

    internal static void MapSandboxRoutes(this WebApplication app, SandboxAnswers answers, bool demandKeys)
    {
        foreach (var path in new[] { "/v2/t", "/v2/bt", "/v3/t", "/v3/bt" })
        {
            app.MapPost(path, http => answers.AnswerAsync(http, demandKeys));
        }
    }
}
