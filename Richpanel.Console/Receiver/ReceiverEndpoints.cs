using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;
using Richpanel.Console.Shared;

namespace Richpanel.Console.Receiver;

/// <summary>
/// Segment's routes (segment.md sections 0 to 2). One step before everything else and not a set of endpoints: no framework part
/// ever answers below these paths, and a request costs no more than it must.
/// </summary>
public static class ReceiverEndpoints
{
    public static IServiceCollection AddReceiver(this IServiceCollection services)
    {
        services.AddOptions<ReceiverOptions>().BindConfiguration("Receiver").ValidateDataAnnotations()
            .Validate(options => options.IsPublicUrlUsable, ReceiverOptions.PublicUrlFault).ValidateOnStart();
        services.AddOptions<KestrelServerOptions>().Configure<IOptions<ReceiverOptions>>((server, receiver) =>
        {
            server.AddServerHeader = false;
            server.Limits.RequestHeadersTimeout = receiver.Value.HeaderTimeout;
            server.Limits.MinRequestBodyDataRate = new MinDataRate(bytesPerSecond: 240, gracePeriod: TimeSpan.FromSeconds(5));
        });
        services.AddSingleton<ReadingBudget>();
        services.AddSingleton<AddressGate>();
        services.AddSingleton<SourceGate>();
        services.AddSingleton<BodyReader>();
        services.AddSingleton<Admission>();
        services.AddSingleton<WebhookCheck>();
        services.AddSingleton<RefusalRecord>();
        services.AddSingleton<ReceiverHandler>();
        services.AddSingleton<ReceiverAddress>();
        services.AddSingleton<ReceiverProbe>();
        return services;
    }

    public static void MapReceiver(this WebApplication app)
    {
        var handler = app.Services.GetRequiredService<ReceiverHandler>();
        app.Use(next => context =>
            ReceiverRoute.Of(context.Request.Path) is { } route ? handler.HandleAsync(context, route) : next(context));
    }
}
