using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;

namespace Richpanel.Console.Deliveries.Log;

public sealed partial class LogPanel
{
    private ElementReference _button;
    private ElementReference _sheet;
    private bool _open;
    private bool _enter;
    private bool _return;

    /// <summary>Names what is unfolded.</summary>
    [Parameter, EditorRequired] public string Heading { get; set; } = "";

    /// <summary>What the button shows.</summary>
    [Parameter, EditorRequired] public RenderFragment? Face { get; set; }

    /// <summary>For a screen reader, when what the button shows does not say it.</summary>
    [Parameter] public string? Label { get; set; }

    [Parameter] public string? Title { get; set; }
    [Parameter] public string? Class { get; set; }
    [Parameter] public string ButtonClass { get; set; } = "log-button";

    /// <summary>Its right edges meet.</summary>
    [Parameter] public bool ToTheRight { get; set; }

    /// <summary>Before it is shown for the first time.</summary>
    [Parameter] public EventCallback OnOpened { get; set; }

    [Parameter] public RenderFragment? ChildContent { get; set; }

    public Task CloseAsync()
    {
        (_return, _open) = (_open, false);
        StateHasChanged();
        return Task.CompletedTask;
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (_enter)
        {
            _enter = false;
            await _sheet.FocusAsync(preventScroll: true);
        }
        else if (_return)
        {
            _return = false;
            await _button.FocusAsync(preventScroll: true);
        }
    }

    private async Task ToggleAsync()
    {
        if (_open)
        {
            await CloseAsync();
            return;
        }

        (_open, _enter) = (true, true);
        await OnOpened.InvokeAsync();
    }

    private Task CloseOnEscapeAsync(KeyboardEventArgs key) => key.Key == "Escape" && _open ? CloseAsync() : Task.CompletedTask;
}
