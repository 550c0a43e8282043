using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Richpanel.Core.Connections;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Deliveries;

/// <summary>
/// Pause, hold and postponement of a connection: columns of its one row, so that opening or closing one never touches a
/// delivery. Each method is one commit, after which the directory is reloaded and the dispatcher looks again. Repeating one is
/// harmless; the result says whether anything changed.
/// </summary>
public sealed class ConnectionHolds(StoreWriter writer, ConnectionDirectory directory, ChangeFeed changes, TimeProvider time, ILogger<ConnectionHolds> logger)
{
    /// <summary>Keep collecting, send nothing, until a time or (null) until a person resumes.</summary>
    public Task<bool> PauseAsync(long connectionId, DateTimeOffset? until) =>
        ChangeAsync(session => Set(session.Command(DeliverySql.Pause, "$now", "$u", "$id"), Now, until?.UtcTicks, connectionId));

    public Task<bool> ResumeAsync(long connectionId) =>
        ChangeAsync(session => Set(session.Command(DeliverySql.Resume, "$id"), connectionId));

    /// <summary>Ends a hold or a postponement by hand: what is due goes out now.</summary>
    public Task<bool> ReleaseAsync(long connectionId) =>
        ChangeAsync(session => Set(session.Command(DeliverySql.ReleaseHold, "$id"), connectionId));

    /// <summary>Stops sending for a reason; a hold that stands already is kept, unless this one lasts longer.</summary>
    /// <param name="cause">Code of the cause catalogue.</param>
    /// <param name="until">Null = until a person releases it.</param>
    public Task<bool> HoldAsync(long connectionId, string cause, DateTimeOffset? until) =>
        ChangeAsync(session => Set(session.Command(DeliverySql.Hold, "$k", "$now", "$u", "$id"), cause, Now, until?.UtcTicks, connectionId));

    /// <summary>Clears what has ended by its own clock.</summary>
    internal async Task EndExpiredAsync()
    {
        var now = time.GetUtcNow();
        foreach (var connection in directory.Connections)
        {
            if (connection.HoldUntil <= now || connection.PausedUntil <= now || connection.PostponedUntil <= now)
            {
                await ChangeAsync(
                    session => Set(session.Command(DeliverySql.EndHold, "$id", "$now"), connection.Id, now.UtcTicks),
                    session => Set(session.Command(DeliverySql.EndPause, "$id", "$now"), connection.Id, now.UtcTicks),
                    session => Set(session.Command(DeliverySql.EndPostponement, "$id", "$now"), connection.Id, now.UtcTicks));
                logger.StopEnded(connection.Id);
            }
        }
    }

    private long Now => time.GetUtcNow().UtcTicks;

    private async Task<bool> ChangeAsync(params IReadOnlyList<Func<WriteSession, SqliteCommand>> commands)
    {
        var changed = await writer.WriteAsync(session => commands.Sum(command => command(session).ExecuteNonQuery()));
        if (changed > 0)
        {
            await directory.ReloadAsync();
            changes.Raise();
        }

        return changed > 0;
    }

    private static SqliteCommand Set(SqliteCommand command, params ReadOnlySpan<object?> values) => DispatchStore.Set(command, values);
}
