using System.Globalization;

namespace Richpanel.Console.SignIn;

/// <summary>
/// One try at a time for one person: Identity counts wrong ones in the person's row, and of many that read it at once only one would
/// count. Few queues for many people, so that guessed names fill no memory; and few who wait in each, so that many networks at once do
/// not either, and whoever guesses at one name keeps nobody waiting but those of its queue.
/// </summary>
internal sealed class TryQueue : IDisposable
{
    /// <summary>Tries inside one queue at once, waiting or at work.</summary>
    public const int Most = 16;

    private const int Queues = 64;

    /// <summary>What is said to whoever comes when as many wait.</summary>
    public const string TooMany = "Too many tries at once. Wait a minute, then try again.";

    private readonly SemaphoreSlim[] _queues = [.. Enumerable.Range(0, Queues).Select(_ => new SemaphoreSlim(1))];
    private readonly int[] _inside = new int[Queues];

    /// <param name="tooMany">The answer without a try where as many as may are inside already.</param>
    public async Task<T> RunAsync<T>(string who, Func<Task<T>> attempt, T tooMany)
    {
        var queue = (uint)string.GetHashCode(who, StringComparison.OrdinalIgnoreCase) % Queues;
        try
        {
            return Interlocked.Increment(ref _inside[queue]) > Most ? tooMany : await InTurnAsync(_queues[queue], attempt);
        }
        finally
        {
            Interlocked.Decrement(ref _inside[queue]);
        }
    }

    public Task<T> RunAsync<T>(long who, Func<Task<T>> attempt, T tooMany) => RunAsync(who.ToString(CultureInfo.InvariantCulture), attempt, tooMany);

    public void Dispose() => Array.ForEach(_queues, queue => queue.Dispose());

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
