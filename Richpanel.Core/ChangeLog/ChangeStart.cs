using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Richpanel.Core.Access;
using Richpanel.Core.Storage;

namespace Richpanel.Core.ChangeLog;

/// <summary>What the product writes at each start, before anybody else can: that its key is a new one, that lines are missing, that it started.</summary>
public sealed partial class ChangeStart(
    ChangeWriting log, ChangeHead head, ChangeVerifier verifier, InstallationKey key, IDbContextFactory<ConsoleDbContext> contexts, ILogger<ChangeStart> logger)
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
    }

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

    [LoggerMessage(EventId = 1203, Level = LogLevel.Error, Message = "The change log has lost {Lines} lines at its end since the product last ran: the database is older than its keys, or somebody removed them")]
    private static partial void EndIsMissing(ILogger logger, long lines);
}
