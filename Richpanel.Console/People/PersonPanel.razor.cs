using Microsoft.AspNetCore.Components;
using Richpanel.Console.Shared;
using Richpanel.Core;
using Richpanel.Core.Access;
using Richpanel.Core.People;

namespace Richpanel.Console.People;

public sealed partial class PersonPanel
{
    private const string LastAdmin = "This is the last admin who can sign in. Give somebody else the role admin first.";

    private Role _role;
    private string _reason = "";
    private string? _said;
    private IReadOnlyList<string> _faults = [];

    [Parameter, EditorRequired] public required Person Person { get; set; }
    [Parameter] public bool IsViewer { get; set; }
    [Parameter] public EventCallback<(Person Person, string Code)> OnLink { get; set; }

    [Inject] public required PeopleStore Store { get; init; }
    [Inject] public required PeopleDirectory Directory { get; init; }
    [Inject] public required Viewer Viewer { get; init; }

    private bool IsLastAdmin => Directory.IsActiveAdmin(Person) && Directory.People.Count(Directory.IsActiveAdmin) == 1;

    private string? RoleRefusal => IsLastAdmin ? LastAdmin
        : Person.SignsInElsewhere ? "Comes from the company's sign-in, every time." : null;

    private string? LinkRefusal => Person.DisabledAt is not null ? "Enable the person first."
        : Person.SignsInElsewhere ? "Signs in with the company's account and has no password here." : null;

    private string DisableQuestion => IsViewer
        ? "Disable yourself? You are signed out at once."
        : Person.InvitedUntil is null ? $"Disable {Person.Name} and end every session?" : $"Withdraw the invitation of {Person.Name}?";

    private string LinkQuestion => Person.InvitedUntil is null
        ? $"Make a link for {Person.Name}? Open sessions end, and an older link stops working."
        : "Make a new link? The older one stops working.";

    protected override void OnInitialized() => _role = Person.Role;

    private string Id(string part) => $"{PublicId.Person(Person.Id)}-{part}";

    private Task GiveRoleAsync() => DoAsync(by => Store.SetRoleAsync(by, Person.Id, _role), $"{Person.Name} is {Rights.Word(_role)} now.");

    private Task DisableAsync() => DoAsync(by => Store.DisableAsync(by, Person.Id, _reason), $"{Person.Name} is disabled.");

    private Task EnableAsync() => DoAsync(by => Store.EnableAsync(by, Person.Id), $"{Person.Name} may sign in again.");

    private Task SwitchAuthenticatorOffAsync() => DoAsync(by => Store.SwitchAuthenticatorOffAsync(by, Person.Id), "The password alone lets in now.");

    private Task MakeLinkAsync() => DoAsync(
        async by =>
        {
            var (outcome, code) = await Store.MakeLinkAsync(by, Person.Id);
            if (outcome.Person is { } person && code is not null)
            {
                await OnLink.InvokeAsync((person, code));
            }

            return outcome;
        },
        "");

    private async Task DoAsync(Func<Actor, Task<PeopleOutcome>> act, string done)
    {
        if (await Viewer.RefusalAsync(async by => Say(await act(by), done)) is { } refusal)
        {
            (_faults, _said) = ([refusal], null);
        }
    }

    private void Say(PeopleOutcome outcome, string done) => (_faults, _said) = (outcome.Faults, outcome.Done ? done : null);
}
