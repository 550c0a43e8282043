using Microsoft.AspNetCore.Components;
using Richpanel.Console.Shared;
using Richpanel.Core.Access;
using Richpanel.Core.Connections;

namespace Richpanel.Console.Tokens;

/// <summary>Asks for a new token and makes it.</summary>
public sealed partial class TokenForm
{
    private readonly HashSet<long> _chosen = [];
    private IReadOnlyList<(string Field, string Text)> _faults = [];
    private string _name = "";
    private Role _role = Role.Viewer;
    private int _days = 90;
    private bool _limited;
    private bool _busy;
    private string? _refused;

    [Parameter] public EventCallback<ApiTokenOutcome> OnMade { get; set; }

    [Inject] public required ApiTokenStore Store { get; init; }
    [Inject] public required ConnectionDirectory Directory { get; init; }
    [Inject] public required Viewer Viewer { get; init; }
    [Inject] public required TimeProvider Time { get; init; }

    /// <summary>What the chosen role adds to the one below it.</summary>
    private Permission Most => Rights.Table.First(row => row.From == _role).Permission;

    private async Task CreateAsync()
    {
        string[] names = [.. Directory.Connections.Where(connection => _limited && _chosen.Contains(connection.Id)).Select(connection => connection.Name)];
        if (_limited && names.Length == 0)
        {
            _faults = [("Connections", "Choose at least one connection below, or all.")];   // the store takes none for all
            return;
        }

        _busy = true;
        try
        {
            _refused = await Viewer.RefusalAsync(by => CreateAsync(by, names));
        }
        finally
        {
            _busy = false;
        }
    }

    private async Task CreateAsync(Actor by, IReadOnlyList<string> connections)
    {
        var outcome = await Store.CreateAsync(by, new ApiTokenDraft(_name, _role, connections, _days == 0 ? null : Time.GetUtcNow().AddDays(_days)));
        _faults = outcome.Faults;
        if (outcome.Token is not null)
        {
            _name = "";
            await OnMade.InvokeAsync(outcome);
        }
    }

    private void Choose(Connection connection, bool isChosen) => _ = isChosen ? _chosen.Add(connection.Id) : _chosen.Remove(connection.Id);

    private string? Fault(string field) => _faults.Where(fault => fault.Field == field).Select(fault => fault.Text).FirstOrDefault();

    /// <summary>Ids of the texts that describe a control: what is wrong with it comes first.</summary>
    private string SaidBy(string id, string field) => Fault(field) is null ? $"{id}-help" : $"{id}-fault {id}-help";

    private string? IsBad(string field) => Fault(field) is null ? null : "true";
}
