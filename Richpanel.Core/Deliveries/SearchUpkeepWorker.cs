using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Deliveries;

/// <summary>Goes on with <see cref="SearchUpkeep"/> beside everything else, leaving most of the writer's time to it.</summary>
internal sealed partial class SearchUpkeepWorker(SearchUpkeep upkeep, DoorLoad door, TimeProvider time, ILogger<SearchUpkeepWorker> log) : BackgroundService
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan s_rest = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (await StepAsync() is { } next)
            {
                await Task.Delay(next, time, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The product stops; the next start goes on from here.
        }
    }

    /// <summary>How long to wait for the next step; null when none is left.</summary>
    private async Task<TimeSpan?> StepAsync()
    {
        if (door.IsRush)
        {
            return s_rest;
        }

        try
        {
            return await upkeep.StepAsync() ? s_pause : null;
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            Failed(log, failure);
            return s_rest;
        }
    }

    [LoggerMessage(EventId = 1223, Level = LogLevel.Warning, Message = "A few search keys could not be made anew; they are tried again")]
    private static partial void Failed(ILogger logger, Exception failure);
}
