using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Richpanel.Core.Access;
using Richpanel.Core.People;
using Richpanel.Core.Storage;
using Richpanel.Tests.Support;

namespace Richpanel.Tests.SignIn;

/// <summary>What happens when people were changed, and cannot be read again at that moment.</summary>
public sealed class PeopleDirectoryTests : IAsyncDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly Shaky _shaky = new();
    private readonly ConsoleUnderTest _console;

    public PeopleDirectoryTests() => _console = new ConsoleUnderTest(
        new() { ["environment"] = "Production", ["Sandbox:Port"] = "0" },
        services => services.AddSingleton(provider => new PeopleDirectory(
            _shaky.Over(provider.GetRequiredService<IDbContextFactory<ConsoleDbContext>>()),
            provider.GetRequiredService<IOptions<SignInWays>>(),
            _time,
            provider.GetRequiredService<ILogger<PeopleDirectory>>())));

    public ValueTask DisposeAsync() => _console.DisposeAsync();

    [Fact(Timeout = 60_000)]
    public async Task The_change_is_done_and_the_reading_is_tried_again_until_it_succeeds()
    {
        await _console.AdminAsync();
        var vera = await _console.JoinedAsync("vera@example.test", Role.Viewer);
        _shaky.Fails = true;

        var outcome = await _console.Store().DisableAsync(Actor.System, vera.Id);

        Assert.True(outcome.Done);
        Assert.Null(_console.Known().Find(vera.Id)!.DisabledAt);   // not known yet
        Assert.Contains("could not be read again", _console.Logs.Text, StringComparison.Ordinal);

        await _shaky.TriedAsync(() => _time.Advance(TimeSpan.FromSeconds(1)));   // once more in vain
        var known = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _console.Known().Changed += () => known.TrySetResult();
        _shaky.Fails = false;
        while (!known.Task.IsCompleted)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        Assert.NotNull(_console.Known().Find(vera.Id)!.DisabledAt);
    }

    /// <summary>A database that can be written and, while it fails, not be read.</summary>
    private sealed class Shaky : IDbContextFactory<ConsoleDbContext>
    {
        private IDbContextFactory<ConsoleDbContext> _real = null!;
        private volatile bool _fails;
        private TaskCompletionSource _tried = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool Fails
        {
            set => _fails = value;
        }

        public Shaky Over(IDbContextFactory<ConsoleDbContext> real)
        {
            _real = real;
            return this;
        }

        public ConsoleDbContext CreateDbContext()
        {
            if (!_fails)
            {
                return _real.CreateDbContext();
            }

            _tried.TrySetResult();
            throw new InvalidOperationException("The disk does not answer.");
        }

        /// <summary>Ends with the next read in vain.</summary>
        public async Task TriedAsync(Action hurry)
        {
            _tried = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            while (!_tried.Task.IsCompleted)
            {
                hurry();
                await Task.Yield();
            }
        }
    }
}
