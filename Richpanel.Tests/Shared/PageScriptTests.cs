using Microsoft.JSInterop;
using Richpanel.Console.Shared;

namespace Richpanel.Tests.Shared;

public sealed class PageScriptTests
{
    [Fact]
    public async Task A_component_that_goes_away_while_its_script_is_fetched_leaves_nothing_behind_and_calls_nothing()
    {
        var browser = new SlowBrowser();
        var script = new PageScript<PageScriptTests>(browser);
        var loading = script.LoadAsync("./some.js", this);

        await script.DisposeAsync();
        browser.Fetched.SetResult(browser.Module);

        Assert.False(await loading);
        Assert.True(browser.Module.IsDisposed);
        await script.CallAsync("begin", script.Self);
        Assert.Null(await script.AskAsync<string>("read"));
        Assert.Empty(browser.Module.Calls);
    }

    [Fact]
    public async Task A_component_calls_its_script_with_itself_until_it_goes_away()
    {
        var browser = new SlowBrowser();
        var script = new PageScript<PageScriptTests>(browser);
        browser.Fetched.SetResult(browser.Module);

        Assert.True(await script.LoadAsync("./some.js", this));
        await script.CallAsync("begin", script.Self);
        await script.DisposeAsync();
        await script.CallAsync("after");

        Assert.Equal(["begin"], browser.Module.Calls);
        Assert.True(browser.Module.IsDisposed);
    }

    private sealed class SlowBrowser : IJSRuntime
    {
        public TaskCompletionSource<object> Fetched { get; } = new();

        public Module Module { get; } = new();

        public async ValueTask<T> InvokeAsync<T>(string identifier, object?[]? args) => (T)await Fetched.Task;

        public ValueTask<T> InvokeAsync<T>(string identifier, CancellationToken cancellationToken, object?[]? args) => InvokeAsync<T>(identifier, args);
    }

    private sealed class Module : IJSObjectReference
    {
        public List<string> Calls { get; } = [];

        public bool IsDisposed { get; private set; }

        public ValueTask<T> InvokeAsync<T>(string identifier, object?[]? args)
        {
            Calls.Add(identifier);
            return ValueTask.FromResult(default(T)!);
        }

        public ValueTask<T> InvokeAsync<T>(string identifier, CancellationToken cancellationToken, object?[]? args) => InvokeAsync<T>(identifier, args);

        public ValueTask DisposeAsync()
        {
            IsDisposed = true;
            return ValueTask.CompletedTask;
        }
    }
}
