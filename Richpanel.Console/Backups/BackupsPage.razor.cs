using Microsoft.AspNetCore.Components;
using Richpanel.Console.Shared;
using Richpanel.Core;
using Richpanel.Core.Access;
using Richpanel.Core.Backups;

namespace Richpanel.Console.Backups;

public sealed partial class BackupsPage : IDisposable
{
    private const string RestoreLine = "dotnet Richpanel.Console.dll restore --from <file> --Storage:ConnectionString \"Data Source=<folder>/console.db\"";

    private IReadOnlyList<BackupInfo>? _backups;
    private IReadOnlyList<FileInfo> _copies = [];
    private string? _refused;
    private bool _failed;
    private LiveUpdate? _update;

    [Inject] public required BackupStore Store { get; init; }
    [Inject] public required Viewer Viewer { get; init; }
    [Inject] public required ChangeFeed Changes { get; init; }
    [Inject] public required ILogger<BackupsPage> Log { get; init; }

    protected override async Task OnInitializedAsync()
    {
        _update = new LiveUpdate(Changes, () => InvokeAsync(ReadAsync));
        await ReadAsync();
    }

    private async Task ReadAsync()
    {
        try
        {
            var by = await Viewer.ActorAsync();
            (_backups, _copies, _failed) = (Store.List(by), Store.UpgradeCopies(by), false);
        }
        catch (ForbiddenException refused)
        {
            _refused = refused.Message;   // what is on the screen stays until the session ends
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            Log.LogError(failure, "The folder of the backups could not be read");
            _failed = true;
        }

        StateHasChanged();
    }

    private async Task DeleteAsync(BackupInfo one)
    {
        try
        {
            _refused = await Viewer.RefusalAsync(by => Store.DeleteAsync(by, one.Name));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            Log.LogError(failure, "A backup could not be deleted");
            _refused = $"{one.Name} could not be deleted: {failure.Message}";
        }

        await ReadAsync();
    }

    public void Dispose() => _update?.Dispose();
}
