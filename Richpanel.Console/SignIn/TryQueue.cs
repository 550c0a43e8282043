using System.Globalization;

namespace Richpanel.Console.SignIn;

/// <summary>
/// One try at a time for one person: Identity counts wrong ones in the person's row, and of many that read it at once only one would
/// count. Few queues for many people, so that guessed names fill no memory; and few who wait in all, so that many networks at once do
/// not either.
/// </summary>
internal sealed class TryQueue : IDisposable
{
    /// <summary>Tries inside at once, waiting or at work.</summary>
    public const int Most = 256;

    /// <summary>What is said to whoever comes when as many wait.</summary>
    public const string TooMany = "Too many tries at once. Wait a minute, then try again.";

    private readonly SemaphoreSlim[] _queues = [.. Enumerable.Range(0, 64).Select(_ => new SemaphoreSlim(1))];
    private int _inside;

    /// <param name="tooMany">The answer without a try where as many as may are inside already.</param>
    public async Task<T> RunAsync<T>(string who, Func<Task<T>> attempt, T tooMany)
    {
        try
        {
            return Interlocked.Increment(ref _inside) > Most ? tooMany : await InTurnAsync(Of(who), attempt);
        }
        finally
        {
            Interlocked.Decrement(ref _inside);
        }
    }

    public Task<T> RunAsync<T>(long who, Func<Task<T>> attempt, T tooMany) => RunAsync(who.ToString(CultureInfo.InvariantCulture), attempt, tooMany);

    public void Dispose() => Array.ForEach(_queues, queue => queue.Dispose());

    private SemaphoreSlim Of(string who) => _queues[(uint)string.GetHashCode(who, StringComparison.OrdinalIgnoreCase) % _queues.Length];

    private static async Task<T> InTurnAsync<T>(SemaphoreSlim queue, Func<Task<T>> attempt)
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
