using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Richpanel.Core;

/// <summary>Looks after something at start and once a minute. A look that fails is a line of the log, and the next one comes all the same.</summary>
internal abstract partial class MinuteCare(TimeProvider time, ILogger logger) : BackgroundService
{
    private static readonly TimeSpan s_every = TimeSpan.FromMinutes(1);

    /// <summary>What is looked after, for the log: <c>Old write keys</c>.</summary>
    protected abstract string What { get; }

    /// <param name="stopping">The product stops: what takes long should end.</param>
    protected abstract Task LookAsync(CancellationToken stopping);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(s_every, time);
        try
        {
            do
            {
                await TryLookAsync(stoppingToken);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (Exception) when (stoppingToken.IsCancellationRequested)
        {
            // The product stops.
        }
    }

    private async Task TryLookAsync(CancellationToken stopping)
    {
        try
        {
            await LookAsync(stopping);
        }
        catch (Exception failure) when (failure is not OutOfMemoryException && !stopping.IsCancellationRequested)
        {
            Failed(What, failure);
        }
    }

    [LoggerMessage(EventId = 1101, Level = LogLevel.Error, Message = "{What} could not be seen to; the next look is in a minute")]
    private partial void Failed(string what, Exception failure);
}
