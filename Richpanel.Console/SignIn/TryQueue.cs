using System.Globalization;

namespace Richpanel.Console.SignIn;

/// <summary>
/// One try at a time for one person: Identity counts wrong ones in the person's row, and of many that read it at once only one would
/// count. Few queues for many people, so that guessed names fill no memory.
/// </summary>
internal sealed class TryQueue : IDisposable
{
    private readonly SemaphoreSlim[] _queues = [.. Enumerable.Range(0, 64).Select(_ => new SemaphoreSlim(1))];

    public Task<T> RunAsync<T>(string who, Func<Task<T>> attempt) => RunAsync(_queues[(uint)string.GetHashCode(who, StringComparison.OrdinalIgnoreCase) % _queues.Length], attempt);

    public Task<T> RunAsync<T>(long who, Func<Task<T>> attempt) => RunAsync(who.ToString(CultureInfo.InvariantCulture), attempt);

    public void Dispose() => Array.ForEach(_queues, queue => queue.Dispose());

    private static async Task<T> RunAsync<T>(SemaphoreSlim queue, Func<Task<T>> attempt)
    {
        await queue.WaitAsync();
        try
        {
            return await attempt();
        }
        finally
        {
            queue.Release();
        }
    }
}
