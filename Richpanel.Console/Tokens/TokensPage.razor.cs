using Microsoft.AspNetCore.Components;
using Richpanel.Console.Shared;
using Richpanel.Core;
using Richpanel.Core.Access;

namespace Richpanel.Console.Tokens;

public sealed partial class TokensPage : IDisposable
{
    private readonly Leaving _leaving = new();
    private IReadOnlyList<ApiToken>? _tokens;
    private ApiTokenOutcome? _made;
    private string? _refused;
    private bool _failed;
    private LiveUpdate? _update;

    [Inject] public required ApiTokenStore Store { get; init; }
    [Inject] public required Viewer Viewer { get; init; }
    [Inject] public required ChangeFeed Changes { get; init; }
    [Inject] public required TimeProvider Time { get; init; }
    [Inject] public required ILogger<TokensPage> Log { get; init; }

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
        catch (ForbiddenException refused)
        {
            _refused = refused.Message;   // what is on the screen stays until the session ends
        }
        catch (Exception failure) when (failure is not SessionEndedException)
        {
            Log.LogError(failure, "The tokens could not be read");
            _failed = true;
        }

        StateHasChanged();
    }

    private Task MadeAsync(ApiTokenOutcome made)
    {
        _made = made;
        return ReadAsync();
    }

    private async Task RevokeAsync(ApiToken token)
    {
        _refused = await Viewer.RefusalAsync(by => Store.RevokeAsync(by, token.Id));
        await ReadAsync();
    }

    private bool IsOver(ApiToken token) => token.RevokedAt is not null || token.ExpiresAt <= Time.GetUtcNow();

    public void Dispose()
    {
        _update?.Dispose();
        _leaving.Dispose();
    }
}
