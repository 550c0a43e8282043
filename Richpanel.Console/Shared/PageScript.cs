using Microsoft.JSInterop;

namespace Richpanel.Console.Shared;

/// <summary>
/// A component's script and the way back from it into the component. The component may go away at any moment, also while the script is
/// being fetched: then nothing is called any more, and nothing of it stays in the browser.
/// </summary>
/// <typeparam name="T">The component, whose <c>JSInvokable</c> methods the script calls.</typeparam>
public sealed class PageScript<T>(IJSRuntime browser) : IAsyncDisposable
    where T : class
{
    private IJSObjectReference? _module;
    private DotNetObjectReference<T>? _self;
    private bool _isGone;

    public bool IsHere => _module is not null && !_isGone;

    /// <summary>What the script calls the component by; give it to a function of the script.</summary>
    public DotNetObjectReference<T>? Self => _self;

    /// <summary>Fetches it, after the component's first render. False: there is none, or nobody needs it any more.</summary>
    /// <param name="path">Below wwwroot, such as <c>./log/log.js</c>.</param>
    public async Task<bool> LoadAsync(string path, T component)
    {
        try
        {
            _module = await browser.InvokeAsync<IJSObjectReference?>("import", path);
        }
        catch (JSDisconnectedException)
        {
            return false;
        }

        if (_isGone)
        {
            await DropAsync();
            return false;
        }

        _self = _module is null ? null : DotNetObjectReference.Create(component);
        return IsHere;
    }

    /// <summary>Does nothing without the script.</summary>
    public async ValueTask CallAsync(string function, params object?[] with)
    {
        try
        {
            if (IsHere)
            {
                await _module!.InvokeVoidAsync(function, with);
            }
        }
        catch (Exception end) when (IsEnd(end))
        {
            // The page is gone, and what it asked for with it.
        }
    }

    /// <summary>Null, or what stands for it, without the script.</summary>
    public async ValueTask<TAnswer?> AskAsync<TAnswer>(string function, params object?[] with)
    {
        try
        {
            return IsHere ? await _module!.InvokeAsync<TAnswer?>(function, with) : default;
        }
        catch (Exception end) when (IsEnd(end))
        {
            return default;
        }
    }

    public ValueTask DisposeAsync()
    {
        _isGone = true;
        _self?.Dispose();
        return DropAsync();
    }

    private bool IsEnd(Exception failure) => failure is JSDisconnectedException || (_isGone && failure is ObjectDisposedException or JSException or OperationCanceledException);

    private async ValueTask DropAsync()
    {
        if (_module is not { } module)
        {
            return;
        }

        _module = null;
        try
        {
            await module.DisposeAsync();
        }
        catch (JSDisconnectedException)
        {
            // The browser is gone, and its script with it.
        }
    }
}
