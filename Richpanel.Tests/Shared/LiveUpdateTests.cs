using Microsoft.Extensions.Time.Testing;
using Richpanel.Console.Shared;
using Richpanel.Core;

namespace Richpanel.Tests.Shared;

public sealed class LiveUpdateTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly ChangeFeed _changes;
    private readonly SemaphoreSlim _ran = new(0);

    public LiveUpdateTests() => _changes = new ChangeFeed(_time);

    [Fact(Timeout = 30_000)]
    public async Task Under_load_a_calm_page_reads_once_a_calm_and_never_misses_the_last_change()
    {
        using var update = new LiveUpdate(_changes, Ran, LiveUpdate.Calm, _time);

        Change();
        Assert.Equal(1, _ran.CurrentCount);
        Change();
        Change();
        Assert.Equal(1, _ran.CurrentCount);

        await _ran.WaitAsync(TestContext.Current.CancellationToken);
        _time.Advance(LiveUpdate.Calm);
        await _ran.WaitAsync(TestContext.Current.CancellationToken);   // what changed meanwhile
        Assert.Equal(0, _ran.CurrentCount);
    }

    [Fact]
    public void A_page_that_was_left_reads_no_more()
    {
        var update = new LiveUpdate(_changes, Ran, LiveUpdate.Calm, _time);
        update.Dispose();

        Change();

        Assert.Equal(0, _ran.CurrentCount);
    }

    private Task Ran()
    {
        _ran.Release();
        return Task.CompletedTask;
    }

    private void Change()
    {
        _changes.Raise();
        _time.Advance(TimeSpan.FromMilliseconds(250));
    }

    public void Dispose()
    {
        _changes.Dispose();
        _ran.Dispose();
    }
}
