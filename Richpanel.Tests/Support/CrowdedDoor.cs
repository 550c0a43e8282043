using Richpanel.Core.Storage;

namespace Richpanel.Tests.Support;

/// <summary>Senders crowd at the door for as long as this lives: whoever works behind it rests.</summary>
internal sealed class CrowdedDoor : IAsyncDisposable
{
    private readonly CancellationTokenSource _end;
    private readonly Task _crowd;

    private CrowdedDoor(DoorLoad door, CancellationToken until)
    {
        _end = CancellationTokenSource.CreateLinkedTokenSource(until);
        _crowd = Task.Run(() => CrowdAsync(door, _end.Token), CancellationToken.None);
    }

    /// <param name="until">Or until this.</param>
    public static async Task<CrowdedDoor> OfAsync(DoorLoad door, CancellationToken until)
    {
        var crowd = new CrowdedDoor(door, until);
        await Eventually.IsAsync(() => door.IsRush, until);
        return crowd;
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _crowd;
        _end.Dispose();
    }

    private static async Task CrowdAsync(DoorLoad door, CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            door.Committing(DoorLoad.Crowd * 10);
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, CancellationToken.None);
        }
    }
}
