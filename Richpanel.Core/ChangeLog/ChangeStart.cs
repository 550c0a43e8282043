using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Richpanel.Core.Access;
using Richpanel.Core.Storage;

namespace Richpanel.Core.ChangeLog;

/// <summary>What the product writes at each start, before anybody else can: that its key is a new one, that lines are missing, that it started.</summary>
public sealed partial class ChangeStart(
    ChangeWriting log, ChangeHead head, ChangeVerifier verifier, InstallationKey key, StoreWriter writer, IDbContextFactory<ConsoleDbContext> contexts, ILogger<ChangeStart> logger)
{
    public async Task WriteAsync(string version)
    {
        var last = await LastAsync();
        var noted = head.Read();
        if (last > 0 && (key.IsMade || (noted is null && !await verifier.AnySealAsync(CancellationToken.None))))
        {
            KeyIsNew(logger);
            await log.WriteAsync(Actor.System, new Change(ChangeCatalog.SealBroken));
        }
        else if (last > 0 && noted is null)
        {
            NoteIsMissing(logger);
            await log.WriteAsync(Actor.System, new Change(ChangeCatalog.HeadMissing));
        }

        if (noted is not null && !await StandsAsync(noted))
        {
            EndIsMissing(logger, Math.Max(0, noted.Id - last));
            await log.WriteAsync(Actor.System, new Change(ChangeCatalog.EndMissing)
            {
                Count = Math.Max(0, noted.Id - last),
                Fields = [new FieldChange("lines", noted.Id.ToString(CultureInfo.InvariantCulture), last.ToString(CultureInfo.InvariantCulture))],
            });
        }

        await log.WriteAsync(Actor.System, new Change(ChangeCatalog.Started, null, $"version {version}"));
        await NoteAsync();
    }

    /// <summary>From here on a missing note means that somebody took it away.</summary>
    private async Task NoteAsync() => head.Write(await writer.WriteAsync(session =>
    {
        using var context = session.Context();
        return context.ChangeLog.OrderByDescending(e => e.Id).Select(e => new ChangeHeadNote(e.Id, e.Hash)).First();
    }));

    private async Task<bool> StandsAsync(ChangeHeadNote noted)
    {
        await using var context = await contexts.CreateDbContextAsync();
        return await context.ChangeLog.AnyAsync(e => e.Id == noted.Id && e.Hash == noted.Hash);
    }

    private async Task<long> LastAsync()
    {
        await using var context = await contexts.CreateDbContextAsync();
        return await context.ChangeLog.MaxAsync(e => (long?)e.Id) ?? 0;
    }

    [LoggerMessage(EventId = 1202, Level = LogLevel.Warning, Message = "The key that sealed the change log could not be opened; a new seal begins")]
    private static partial void KeyIsNew(ILogger logger);

    [LoggerMessage(EventId = 1206, Level = LogLevel.Error, Message = "The note of the change log's last line is missing or could not be used, so lines cut off at its end since the product last ran would not show")]
    private static partial void NoteIsMissing(ILogger logger);

    [LoggerMessage(EventId = 1203, Level = LogLevel.Error, Message = "The change log has lost {Lines} lines at its end since the product last ran: the database is older than its keys, or somebody removed them")]
    private static partial void EndIsMissing(ILogger logger, long lines);
}
