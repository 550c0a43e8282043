using Microsoft.AspNetCore.Components;
using Richpanel.Console.Shared;
using Richpanel.Core;
using Richpanel.Core.Connections;

namespace Richpanel.Console.Connections;

public sealed partial class ConnectionPage : IDisposable
{
    private static readonly Dictionary<string, string> s_noFaults = [];

    private Connection? _connection;
    private ConnectionInput? _input;
    private string? _shownId;
    private IReadOnlyDictionary<string, string> _faults = s_noFaults;
    private string? _said;
    private bool _busy;
    private bool _opened;
    private LiveUpdate? _update;

    /// <summary>Null on the page of a new one.</summary>
    [Parameter] public string? PublicConnectionId { get; set; }

    [Inject] public required ConnectionDirectory Directory { get; init; }
    [Inject] public required ConnectionStore Store { get; init; }
    [Inject] public required ChangeFeed Changes { get; init; }
    [Inject] public required ViewerTime Time { get; init; }
    [Inject] public required NavigationManager Navigation { get; init; }

    private string Title => PublicConnectionId is null ? "New connection" : _connection?.Name ?? "Connection";

    protected override void OnInitialized() => _update = new LiveUpdate(Changes, () => InvokeAsync(Refresh));

    protected override void OnParametersSet()
    {
        if (_opened && _shownId == PublicConnectionId)
        {
            return;
        }

        (_opened, _shownId, _faults) = (true, PublicConnectionId, s_noFaults);
        _connection = Find();
        _input = PublicConnectionId is null ? new ConnectionInput { IsNew = true } : _connection is null ? null : ConnectionInput.Of(_connection);
    }

    private async Task SaveAsync()
    {
        (_busy, _said) = (true, null);
        var change = _input!.IsNew
            ? await Store.CreateAsync(_input.ToSettings(null), _input.NewSecret)
            : await Store.UpdateAsync(_connection!.Id, _input.ToSettings(_connection), _input.NewSecret);
        _busy = false;
        switch (change)
        {
            case ConnectionChange.Saved saved:
                var wasNew = _input.IsNew;
                (_connection, _faults, _said) = (saved.Connection, s_noFaults, wasNew ? "Created. Add a source below, then point Segment at it." : "Saved.");
                _input = ConnectionInput.Of(saved.Connection);
                if (wasNew)
                {
                    _shownId = PublicId.Connection(saved.Connection.Id);
                    Navigation.NavigateTo($"/connections/{_shownId}");
                }

                break;
            case ConnectionChange.Invalid invalid:
                (_faults, _said) = (invalid.Faults, $"Not saved: {string.Join(" ", invalid.Faults.Values)}");
                break;
            default:
                _said = "Not saved: the connection is gone.";
                break;
        }
    }

    private Task<bool> PauseAsync(TimeSpan? length) => Store.PauseAsync(_connection!.Id, length is null ? null : Time.Now + length);

    private Task<bool> ResumeAsync() => Store.ResumeAsync(_connection!.Id);

    private Task<bool> ReleaseAsync() => Store.ReleaseAsync(_connection!.Id);

    /// <summary>What someone is typing stays; only the state above the form is new.</summary>
    private void Refresh()
    {
        _connection = Find();
        StateHasChanged();
    }

    private Connection? Find() => PublicId.Parse(_shownId, "con") is { } id ? Directory.Find(id) : null;

    public void Dispose() => _update?.Dispose();
}
