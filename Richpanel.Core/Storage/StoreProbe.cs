using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Richpanel.Core.Storage;

/// <summary>
/// While commits fail, tries one that really writes each second: the product goes on by itself once whatever held or filled the file is
/// gone, whether anybody sends or not.
/// </summary>
public sealed partial class StoreProbe(StoreWriter writer, ChangeFeed changes, TimeProvider time, ILogger<StoreProbe> log) : BackgroundService
{
    private static readonly TimeSpan s_every = TimeSpan.FromSeconds(1);

    /// <summary>Writes a page of its own row: an empty commit succeeds on a full or read-only disk, too.</summary>
    private const string Touch = """UPDATE "SearchState" SET "OldBelow"="OldBelow" """;

    private long _sinceTicks;

    /// <summary>Since when commits fail, to a second; null while they succeed.</summary>
    public DateTimeOffset? Since => Interlocked.Read(ref _sinceTicks) is not 0 and var ticks ? new DateTimeOffset(ticks, TimeSpan.Zero) : null;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(s_every, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                if (writer.Failing is not null || Since is not null)
                {
                    await LookAsync();
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The product stops.
        }
    }

    private async Task LookAsync()
    {
        if (writer.Failing is { } fault && Since is null)
        {
            Interlocked.Exchange(ref _sinceTicks, time.GetUtcNow().UtcTicks);
            Begun(DatabaseFault.WhileRunning(fault), DatabaseFault.Remedy(fault));
            changes.Raise();
        }

        try
        {
            await writer.WriteAsync(session => session.Execute(Touch));
        }
        catch (StoreUnavailableException)
        {
            return;   // the next try is in a second
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            NotTried(failure);
            return;
        }

        if (Since is { } since)
        {
            Interlocked.Exchange(ref _sinceTicks, 0);
            Ended(time.GetUtcNow() - since);
            changes.Raise();
        }
    }

    [LoggerMessage(EventId = 1131, Level = LogLevel.Error, Message = "{Fault} Senders are asked to come again, and nothing acknowledged is lost. {Remedy}")]
    private partial void Begun(string fault, string remedy);

    [LoggerMessage(EventId = 1133, Level = LogLevel.Error, Message = "Whether the database can be written again could not be tried; the next try is in a second")]
    private partial void NotTried(Exception failure);

    [LoggerMessage(EventId = 1132, Level = LogLevel.Information, Message = "The database can be written again, after {Length}")]
    private partial void Ended(TimeSpan length);
}
