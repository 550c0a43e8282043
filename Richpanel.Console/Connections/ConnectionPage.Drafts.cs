using Microsoft.AspNetCore.Components;
using Richpanel.Console.Shared;

namespace Richpanel.Console.Connections;

/// <summary>What is typed into the form outlives the circuit. Never a secret: that is typed again.</summary>
public sealed partial class ConnectionPage
{
    private DateTimeOffset? _restoredAt;
    private string? _restoredNote;
    private bool _draftSought;

    [Inject] public required DraftStore Drafts { get; init; }

    private string DraftForm => $"connection:{PublicConnectionId ?? "new"}";

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (_draftSought || _input is null)
        {
            return;
        }

        _draftSought = true;
        var form = DraftForm;
        if (await Drafts.FindAsync<TypedConnection>(form) is not { } draft || form != DraftForm)
        {
            return;
        }

        _contested = _input.Take(draft.Value.Input, draft.Value.From);
        _restoredAt = draft.At;
        _restoredNote = _connection is { } now && now.Version != draft.Value.Version
            ? "The connection was changed since: compare before you save. A secret is not kept; type it again."
            : "A secret is not kept; type it again.";
        StateHasChanged();
    }

    private Task KeepDraftAsync() => Drafts.KeepAsync(DraftForm, new TypedConnection(_input!, _from, _connection?.Version));

    private async Task DiscardDraftAsync()
    {
        await Drafts.DiscardAsync(DraftForm);
        Begin();
        (_faults, _said) = ([], null);
    }

    /// <summary>Fills the form with what is stored.</summary>
    private void Begin() => (_input, _from, _restoredAt, _contested) = (Stored(), Stored(), null, []);

    private ConnectionInput? Stored() => _connection is not null ? ConnectionInput.Of(_connection) : PublicConnectionId is null ? new ConnectionInput { IsNew = true } : null;

    /// <param name="From">What the typing began with; null in a draft of an earlier version of the product.</param>
    /// <param name="Version">Of the connection that it was typed over; null for a new one.</param>
    internal sealed record TypedConnection(ConnectionInput Input, ConnectionInput? From, int? Version);
}
