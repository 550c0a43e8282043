using Microsoft.AspNetCore.Components;
using Richpanel.Console.Shared;
using Richpanel.Core;
using Richpanel.Core.Access;
using Richpanel.Core.Connections;

namespace Richpanel.Console.Tokens;

public sealed partial class TokensPage : IDisposable
{
    private readonly Leaving _leaving = new();
    private IReadOnlyList<ApiToken>? _tokens;
    private ApiTokenOutcome? _made;
    private IReadOnlyList<(string Field, string Text)> _faults = [];
    private string _name = "";
    private string _connection = "";
    private Role _role = Role.Viewer;
    private int _days = 90;
    private bool _busy;
    private bool _failed;
    private LiveUpdate? _update;

    [Inject] public required ApiTokenStore Store { get; init; }
    [Inject] public required ConnectionDirectory Directory { get; init; }
    [Inject] public required Viewer Viewer { get; init; }
    [Inject] public required ChangeFeed Changes { get; init; }
    [Inject] public required TimeProvider Time { get; init; }
    [Inject] public required ILogger<TokensPage> Log { get; init; }

    /// <summary>What the chosen role adds to the one below it.</summary>
    private Permission Most => Rights.Table.First(row => row.From == _role).Permission;

    protected override async Task OnInitializedAsync()
    {
        _update = new LiveUpdate(Changes, () => InvokeAsync(ReadAsync));
        await ReadAsync();
    }

    private async Task ReadAsync()
    {
        try
        {
            (_tokens, _failed) = (await Store.ListAsync(await Viewer.ActorAsync(), _leaving.Token), false);
        }
        catch (OperationCanceledException)
        {
            return;   // the person has left the page
        }
        catch (Exception failure) when (failure is not (SessionEndedException or ForbiddenException))
        {
            Log.LogError(failure, "The tokens could not be read");
            _failed = true;
        }

        StateHasChanged();
    }

    private async Task CreateAsync()
    {
        _busy = true;
        var draft = new ApiTokenDraft(_name, _role, _connection.Length == 0 ? [] : [_connection], _days == 0 ? null : Time.GetUtcNow().AddDays(_days));
        var outcome = await Store.CreateAsync(await Viewer.ActorAsync(), draft);
        (_busy, _faults) = (false, outcome.Faults);
        if (outcome.Token is not null)
        {
            (_made, _name) = (outcome, "");
            await ReadAsync();
        }
    }

    private async Task RevokeAsync(ApiToken token)
    {
        await Store.RevokeAsync(await Viewer.ActorAsync(), token.Id);
        await ReadAsync();
    }

    private bool IsOver(ApiToken token) => token.RevokedAt is not null || token.ExpiresAt <= Time.GetUtcNow();

    private string? Fault(string field) => _faults.Where(fault => fault.Field == field).Select(fault => fault.Text).FirstOrDefault();

    public void Dispose()
    {
        _update?.Dispose();
        _leaving.Dispose();
    }
}
