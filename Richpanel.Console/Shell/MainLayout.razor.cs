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
    private ThemeChoice _choice;
    private bool _dark;
    private bool _ready;
    private bool _menu = true;

    [Inject] public required IJSRuntime Browser { get; init; }
    [Inject] public required ViewerTime Time { get; init; }
    [Inject] public required NavigationManager Navigation { get; init; }

    private string SkipTarget => Navigation.Uri.Split('#')[0] + "#content";

    protected override void OnInitialized() => Navigation.LocationChanged += ForgetError;

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (!firstRender)
        {
            return;
        }

        _choice = Enum.TryParse<ThemeChoice>(await Browser.InvokeAsync<string?>("richpanel.theme.read"), ignoreCase: true, out var kept) ? kept : default;
        await Time.LearnZoneAsync(Browser);
        await _provider!.WatchSystemDarkModeAsync(FollowSystemAsync);
        await ApplyAsync();
        _ready = true;
        StateHasChanged();
    }

    private async Task ChooseAsync(ThemeChoice choice)
    {
        _choice = choice;
        await ApplyAsync();
    }

    private async Task FollowSystemAsync(bool systemIsDark)
    {
        if (_choice == ThemeChoice.System)
        {
            await ApplyAsync();
            StateHasChanged();
        }
    }

    private async Task ApplyAsync()
    {
        _dark = _choice switch
        {
            ThemeChoice.Dark => true,
            ThemeChoice.Light => false,
            _ => await _provider!.GetSystemDarkModeAsync(),
        };
        await Browser.InvokeVoidAsync("richpanel.theme.write", _choice.ToString().ToLowerInvariant(), _dark);
    }

    private void ToggleMenu() => _menu = !_menu;

    private void Recover() => _boundary?.Recover();

    private void ForgetError(object? sender, LocationChangedEventArgs e) => _boundary?.Recover();

    public void Dispose() => Navigation.LocationChanged -= ForgetError;
}

public enum ThemeChoice
{
    System,
    Light,
    Dark,
}
