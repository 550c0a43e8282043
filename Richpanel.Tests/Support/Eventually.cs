namespace Richpanel.Tests.Support;

/// <summary>For what happens by itself a moment later.</summary>
internal static class Eventually
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan s_between = TimeSpan.FromMilliseconds(50);

    /// <summary>Asks until the answer is as wished, or for 20 seconds; the last answer. Earlier ones are disposed of.</summary>
    public static async Task<T> IsAsync<T>(Func<Task<T>> ask, Func<T, bool> isRight, CancellationToken ct)
    {
        var until = TimeProvider.System.GetUtcNow() + s_patience;
        while (true)
        {
            var answer = await ask();
            if (isRight(answer))
            {
                return answer;
            }

            (answer as IDisposable)?.Dispose();
            Assert.True(TimeProvider.System.GetUtcNow() < until, $"After {s_patience} it is still not so.");
            await Task.Delay(s_between, TimeProvider.System, ct);
        }
    }

    public static Task IsAsync(Func<bool> isRight, CancellationToken ct) => IsAsync(() => Task.FromResult(isRight()), right => right, ct);
}
