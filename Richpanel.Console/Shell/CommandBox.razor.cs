using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Richpanel.Console.Shared;

namespace Richpanel.Console.Shell;

public sealed partial class CommandBox : IDisposable
{
    private readonly Leaving _leaving = new();
    private ModalBox? _box;
    private IReadOnlyList<Suggestion> _found = [];
    private Task _search = Task.CompletedTask;
    private string _text = "";
    private int _at;
    private bool _failed;

    [Parameter] public EventCallback OnClosed { get; set; }

    [Inject] public required CommandSearch Search { get; init; }
    [Inject] public required Viewer Viewer { get; init; }
    [Inject] public required NavigationManager Navigation { get; init; }
    [Inject] public required ILogger<CommandBox> Log { get; init; }

    private string Words => this switch
    {
        { _failed: true } => "The search did not answer; the reason is in the log. Type on to try again.",
        { _search.IsCompleted: false } => "Searching…",
        { _found.Count: 0 } => "Nothing has this id, e-mail, order or name. Ids, e-mails and orders are compared as a whole.",
        { _text.Length: 0 } => "Enter goes there, Esc closes.",
        { _found.Count: 1 } => "1 place. Enter goes there.",
        _ => $"{_found.Count} places. Arrows choose, Enter goes there.",
    };

    protected override Task OnInitializedAsync() => _search = FindAsync("");

    private Task TypeAsync(ChangeEventArgs change)
    {
        _text = change.Value?.ToString() ?? "";
        return _search = FindAsync(_text);
    }

    private async Task FindAsync(string text)
    {
        try
        {
            if (await Viewer.FindAsync() is not { } by)
            {
                return;   // the page itself says that the session has ended
            }

            var found = await Search.FindAsync(by, text, new Uri(Navigation.BaseUri), _leaving.Token);
            if (text == _text)
            {
                (_found, _at, _failed) = (found, 0, false);
            }
        }
        catch (OperationCanceledException) when (_leaving.IsCancellationRequested)
        {
            // The box was closed.
        }
        catch (Exception failure)
        {
            Log.LogError(failure, "The command box could not search");
            (_found, _failed) = ([], true);
        }
    }

    private async Task PressAsync(KeyboardEventArgs key)
    {
        switch (key.Key)
        {
            case "ArrowDown" when _found.Count > 0:
                _at = (_at + 1) % _found.Count;
                break;
            case "ArrowUp" when _found.Count > 0:
                _at = (_at + _found.Count - 1) % _found.Count;
                break;
            case "Enter":
                await _search;   // of what is typed, however fast the Enter came
                if (_at < _found.Count)
                {
                    await GoAsync(_found[_at]);
                }

                break;
        }
    }

    private async Task GoAsync(Suggestion to)
    {
        await _box!.CloseAsync();
        Navigation.NavigateTo(to.Address());
    }

    public void Dispose() => _leaving.Dispose();
}
