using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Richpanel.Core.Storage;

/// <summary>
/// Copies the WAL into the database beside the commits, on a connection and thread of its own: PASSIVE never makes the writer
/// wait. Under a load that never pauses the WAL cannot start again from its beginning, because there is always a newer frame;
/// only when it has grown beyond a bound the writer itself copies the few frames that are left, between two commits.
/// </summary>
public sealed partial class WalCheckpointer(SqliteStore store, StoreWriter writer, DoorLoad door, TimeProvider time, ILogger<WalCheckpointer> log)
    : BackgroundService
{
    /// <summary>4 KiB pages: 128 MiB.</summary>
    private const long MostFrames = 32_768;

    /// <summary>In a rush only every twentieth copy: its flush competes with the senders' commits, and copying more at once costs less.</summary>
    private const int RushTicks = 20;

    private static readonly TimeSpan s_every = TimeSpan.FromMilliseconds(500);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        using var connection = store.OpenReader();
        using var timer = new PeriodicTimer(s_every, time);
        var leftOut = 0;
        while (await Ticks(timer, stoppingToken))
        {
            if (door.IsRush && ++leftOut < RushTicks)
            {
                continue;
            }

            leftOut = 0;

            try
            {
                var frames = Passive(connection);
                if (frames > MostFrames)
                {
                    await writer.CheckpointAsync();
                }
            }
            catch (Exception failure) when (failure is SqliteException or StoreUnavailableException)
            {
                CheckpointFailed(log, failure);
            }
        }
    }

    /// <summary>Frames in the WAL after copying what no reader still needs.</summary>
    internal static long Passive(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA wal_checkpoint(PASSIVE)";
        using var reader = command.ExecuteReader();
        return reader.Read() ? reader.GetInt64(1) : 0;
    }

    /// <summary>True when all of the WAL is in the database and its file is empty; waits for no reader.</summary>
    internal static bool Truncate(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA busy_timeout";
        var patience = Convert.ToInt64(command.ExecuteScalar(), System.Globalization.CultureInfo.InvariantCulture);
        try
        {
            command.CommandText = "PRAGMA busy_timeout=0";
            command.ExecuteNonQuery();
            command.CommandText = "PRAGMA wal_checkpoint(TRUNCATE)";
            using var reader = command.ExecuteReader();
            return reader.Read() && reader.GetInt64(0) == 0;
        }
        finally
        {
            using var back = connection.CreateCommand();
            back.CommandText = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"PRAGMA busy_timeout={patience}");
            back.ExecuteNonQuery();
        }
    }

    private static async ValueTask<bool> Ticks(PeriodicTimer timer, CancellationToken ct)
    {
        try
        {
            return await timer.WaitForNextTickAsync(ct);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    [LoggerMessage(EventId = 1101, Level = LogLevel.Warning, Message = "A checkpoint of the database failed; it is tried again")]
    private static partial void CheckpointFailed(ILogger logger, Exception failure);
}
