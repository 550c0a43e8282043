using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using Richpanel.Console.Shared;

namespace Richpanel.Console.Shell;

public sealed partial class ShortcutKeys : IAsyncDisposable
{
    private DotNetObjectReference<ShortcutKeys>? _self;
    private IDisposable? _own;
    private ModalBox? _box;
    private bool _sheet;

    /// <summary>Opens the command box.</summary>
    [Parameter] public EventCallback OnCommand { get; set; }

    [Inject] public required IJSRuntime Browser { get; init; }
    [Inject] public required NavigationManager Navigation { get; init; }
    [Inject] public required Shortcuts Shortcuts { get; init; }
    [Inject] public required Viewer Viewer { get; init; }

    protected override async Task OnInitializedAsync()
    {
        Shortcuts.Changed += Listen;
        var by = await Viewer.FindAsync();
        var pages = CommandPages.All.Where(page => page.Keys is not null && by?.May(page.Needs) == true)
            .Select(page => (page.Keys!, page.Name, (Func<Task>)(() => Go(page.Address))));
        _own = Shortcuts.Add(Shortcuts.Everywhere, [("mod+k", "Go to anything", () => OnCommand.InvokeAsync()), ("?", "Show these shortcuts", ShowAsync), .. pages]);
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (firstRender)
        {
            _self = DotNetObjectReference.Create(this);
            await ListenAsync();
        }
    }

    [JSInvokable]
    public Task PressAsync(string keys) => Shortcuts.Find(keys)?.Do() ?? Task.CompletedTask;

    internal static IEnumerable<string> KeysOf(string keys) =>
        keys.Split([' ', '+']).Select(key => key switch { "mod" => "Ctrl or ⌘", "ArrowLeft" => "←", "ArrowRight" => "→", "Escape" => "Esc", { Length: 1 } => key == "k" && keys.Length > 1 ? "K" : key, _ => key });

    private Task Go(string address)
    {
        Navigation.NavigateTo(address);
        return Task.CompletedTask;
    }

    private Task ShowAsync()
    {
        _sheet = true;
        StateHasChanged();
        return Task.CompletedTask;
    }

    private async Task CloseAsync() => await _box!.CloseAsync();

    private void Listen() => _ = InvokeAsync(ListenAsync);

    private async Task ListenAsync()
    {
        if (_self is null)
        {
            return;   // not drawn yet: it listens when it is
        }

        try
        {
            await Browser.InvokeVoidAsync("richpanel.shortcuts", _self, Shortcuts.All.Where(one => !one.IsOfScript).Select(one => one.Keys).Where(keys => !Shortcuts.AreOff || keys.Contains('+')).Distinct().ToArray());
        }
        catch (Exception gone) when (gone is JSDisconnectedException or ObjectDisposedException or OperationCanceledException)
        {
            // The page is on its way out.
        }
    }

    public ValueTask DisposeAsync()
    {
        Shortcuts.Changed -= Listen;
        _own?.Dispose();
        _self?.Dispose();
        return ValueTask.CompletedTask;
    }
}
