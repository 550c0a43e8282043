using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Routing;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.JSInterop;
using MudBlazor;
using Richpanel.Console.Shared;

namespace Richpanel.Console.Shell;

public sealed partial class MainLayout : IDisposable
{
    private MudThemeProvider? _provider;
    private ErrorBoundary? _boundary;
    private DisplayChoice _choice = new();
    private bool _dark;
    private bool _ready;
    private bool _menu = true;
    private bool _command;

    [Inject] public required IJSRuntime Browser { get; init; }
    [Inject] public required ViewerTime Time { get; init; }
    [Inject] public required Shortcuts Shortcuts { get; init; }
    [Inject] public required NavigationManager Navigation { get; init; }

    private string SkipTarget => Navigation.Uri.Split('#')[0] + "#content";

    protected override void OnInitialized() => Navigation.LocationChanged += ForgetError;

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (!firstRender)
        {
            return;
        }

        _choice = DisplayChoice.Of(await Browser.InvokeAsync<DisplayChoice.Kept?>("richpanel.display.read"));
        await Time.LearnZoneAsync(Browser);
        await _provider!.WatchSystemDarkModeAsync(FollowSystemAsync);
        await ApplyAsync();
        _ready = true;
        StateHasChanged();
    }

    private async Task ChooseAsync(DisplayChoice choice)
    {
        _choice = choice;
        await ApplyAsync();
    }

    private async Task FollowSystemAsync(bool systemIsDark)
    {
        if (_choice.Theme == ThemeChoice.System)
        {
            await ApplyAsync();
            StateHasChanged();
        }
    }

    private async Task ApplyAsync()
    {
        _dark = _choice.Theme switch
        {
            ThemeChoice.Dark => true,
            ThemeChoice.Light => false,
            _ => await _provider!.GetSystemDarkModeAsync(),
        };
        Time.Choose(new TimeChoice(_choice.Utc, _choice.Twelve));
        if (Shortcuts.AreOff != _choice.NoKeys)
        {
            Shortcuts.Switch(_choice.NoKeys);
        }

        await Browser.InvokeVoidAsync("richpanel.display.write", _choice.ToKeep(), _dark);
    }

    private void ToggleMenu() => _menu = !_menu;

    private void OpenCommand()
    {
        _command = true;
        StateHasChanged();   // it may be the keyboard that asks
    }

    private void CloseCommand() => _command = false;

    private void Recover() => _boundary?.Recover();

    private void ForgetError(object? sender, LocationChangedEventArgs e) => _boundary?.Recover();

    public void Dispose() => Navigation.LocationChanged -= ForgetError;
}
