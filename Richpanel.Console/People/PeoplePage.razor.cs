using Microsoft.AspNetCore.Components;
using Richpanel.Console.Shared;
using Richpanel.Core.Access;
using Richpanel.Core.People;

namespace Richpanel.Console.People;

public sealed partial class PeoplePage : IDisposable
{
    private Actor? _viewer;
    private bool _inviting;
    private long? _open;
    private (Person Person, string Code)? _link;

    [Inject] public required PeopleDirectory Directory { get; init; }
    [Inject] public required Viewer Viewer { get; init; }
    [Inject] public required ViewerTime Time { get; init; }

    protected override async Task OnInitializedAsync()
    {
        Directory.Changed += Refresh;
        _viewer = await Viewer.FindAsync();
    }

    public void Dispose() => Directory.Changed -= Refresh;

    private bool IsViewer(Person person) => _viewer is { Kind: ActorKind.Person } viewer && viewer.Id == person.Id;

    private void Refresh() => _ = InvokeAsync(StateHasChanged);

    private void Invite() => (_inviting, _link) = (true, null);

    private void CloseInvite() => _inviting = false;

    private void Invited((Person Person, string Code) link) => (_inviting, _link) = (false, link);

    private void Linked((Person Person, string Code) link) => (_open, _link) = (null, link);

    private void ForgetLink() => _link = null;

    private void Toggle(Person person) => _open = _open == person.Id ? null : person.Id;
}
