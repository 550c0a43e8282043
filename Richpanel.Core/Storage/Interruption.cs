using Microsoft.Data.Sqlite;

namespace Richpanel.Core.Storage;

/// <summary>A stop interrupts whatever question SQLite is at, which tells it as a fault of its own (9): here it is what it was.</summary>
internal static class Interruption
{
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static async Task<T> ToldAsync<T>(Func<Task<T>> work, CancellationToken ct)
    {
        try
        {
            return await work();
        }
        catch (SqliteException stopped) when (ct.IsCancellationRequested)
        {
            throw new OperationCanceledException(stopped.Message, stopped, ct);
        }
    }

    /// <inheritdoc cref="ToldAsync{T}"/>
    public static Task ToldAsync(Func<Task> work, CancellationToken ct) => ToldAsync(
        async () =>
        {
            await work();
            return true;
        },
        ct);
}
