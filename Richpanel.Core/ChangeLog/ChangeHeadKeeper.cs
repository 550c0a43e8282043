using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Richpanel.Core.Access;
using Richpanel.Core.Storage;

namespace Richpanel.Core.ChangeLog;

/// <summary>Keeps <see cref="ChangeHead"/> true: at most a second behind the last commit, and exact after a stop.</summary>
public sealed partial class ChangeHeadKeeper(IDbContextFactory<ConsoleDbContext> contexts, ChangeHead head, ChangeWriting writing, TimeProvider time, ILogger<ChangeHeadKeeper> log)
    : BackgroundService
{
    private static readonly TimeSpan s_every = TimeSpan.FromSeconds(1);

    private ChangeHeadNote? _noted;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(s_every, time);
        try
        {
            do
            {
                await NoteAsync();
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException)
        {
            // Stopping: pages and API have stopped before, so this note is the last.
            await NoteAsync();
        }
    }

    private async Task NoteAsync()
    {
        try
        {
            await using var context = await contexts.CreateDbContextAsync(CancellationToken.None);
            var last = await context.ChangeLog.OrderByDescending(e => e.Id).Select(e => new ChangeHeadNote(e.Id, e.Hash)).FirstOrDefaultAsync(CancellationToken.None);
            if (_noted is { } noted && !await context.ChangeLog.AnyAsync(e => e.Id == noted.Id && e.Hash == noted.Hash, CancellationToken.None))
            {
                // Cut off or changed while the product runs: say so in the log itself before the note goes on, or it would cover it up. Where
                // that cannot be written now, the note stays as it is and the next look finds it again.
                EndIsMissing(log, noted.Id);
                await writing.WriteAsync(Actor.System, new Change(ChangeCatalog.EndMissing)
                {
                    Count = Math.Max(0, noted.Id - (last?.Id ?? 0)),
                    Fields = FieldChange.Between(("lines", noted.Id, last?.Id ?? 0)),
                });
                _noted = null;
                return;
            }

            if (_noted is { } written && !written.IsSame(head.Read()))
            {
                NoteIsMissing(log);
                await writing.WriteAsync(Actor.System, new Change(ChangeCatalog.HeadMissing));
                _noted = null;
                return;
            }

            if (last is not null && last.Id != _noted?.Id)
            {
                head.Write(last);
                _noted = last;
            }
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            // Whatever it is, the product goes on: the next look is in a second.
            NotNoted(log, failure);
        }
    }

    [LoggerMessage(EventId = 1204, Level = LogLevel.Error, Message = "The change log has lost lines at its end while the product runs: line {Line} is no longer there as it was")]
    private static partial void EndIsMissing(ILogger logger, long line);

    [LoggerMessage(EventId = 1205, Level = LogLevel.Error, Message = "The note of the change log's last line is missing or not the one that was written, while the product runs; it is written anew, and the log says so")]
    private static partial void NoteIsMissing(ILogger logger);

    [LoggerMessage(EventId = 1201, Level = LogLevel.Warning, Message = "The note of the change log's last line could not be written; it is tried again")]
    private static partial void NotNoted(ILogger logger, Exception failure);
}
