using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Richpanel.Core.Deliveries;

/// <summary>At start and once a minute: what still waits for a deleted connection is canceled.</summary>
internal sealed partial class RemovalCare(ConnectionRemoval removal, TimeProvider time, ILogger<RemovalCare> logger) : BackgroundService
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
            await removal.CancelLeftoversAsync();
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            Failed(failure);
        }
    }

    [LoggerMessage(EventId = 2901, Level = LogLevel.Error, Message = "What waits for deleted connections could not be canceled; the next look is in a minute")]
    private partial void Failed(Exception failure);
}
