using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Richpanel.Core.Connections;

/// <summary>Once a minute: old secrets and write keys that were kept long enough are let go of.</summary>
internal sealed partial class SecretCare(SecretStore store, SourceStore sources, TimeProvider time, ILogger<SecretCare> logger) : BackgroundService
{
    private static readonly TimeSpan s_every = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(s_every, time);
        try
        {
            do
            {
                await LookAsync();
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The product stops.
        }
    }

    private async Task LookAsync()
    {
        try
        {
            await store.ForgetDueAsync();
            await sources.EndDueWriteKeysAsync();
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            Failed(failure);
        }
    }

    [LoggerMessage(EventId = 1101, Level = LogLevel.Error, Message = "Old secrets and write keys could not be let go of; the next look is in a minute")]
    private partial void Failed(Exception failure);
}
