using Microsoft.AspNetCore.Components;
using Richpanel.Console.Shared;
using Richpanel.Core.Access;
using Richpanel.Core.People;

namespace Richpanel.Console.SignIn;

public sealed partial class AccountPage
{
    private Actor? _by;
    private Person? _person;
    private int _codesLeft;
    private string? _failed;
    private IReadOnlyList<string> _faults = [];
    private IReadOnlyList<string> _codes = [];

    [SupplyParameterFromForm(FormName = "name")] public NameWish? Name { get; set; }
    [SupplyParameterFromForm(FormName = "password")] public PasswordWish? Password { get; set; }
    [SupplyParameterFromForm(FormName = "codes")] public PasswordWish? Codes { get; set; }
    [SupplyParameterFromForm(FormName = "off")] public PasswordWish? Off { get; set; }

    /// <summary>What was just done, from the address a form leads to.</summary>
    [SupplyParameterFromQuery] public string? Done { get; set; }

    [CascadingParameter] public required HttpContext Http { get; set; }

    private string? Said => Done switch
    {
        "name" => "Your name is changed.",
        "password" => "Your password is changed. Sessions on other devices have ended.",
        "app" => "The authenticator app is on.",
        "off" => "The authenticator app is off.",
        _ => null,
    };

    protected override async Task OnInitializedAsync()
    {
        _by = Sessions.ActorOf(Http.User);
        await LookAsync();
    }

    private async Task LookAsync()
    {
        _person = _by is { Kind: ActorKind.Person, Id: { } id } ? Directory.Find(id) : null;
        _codesLeft = _person is { TwoFactorEnabled: true } person ? await Account.CodesLeftAsync(person) : 0;
    }

    private IReadOnlyList<string> FaultsOf(string form) => _failed == form ? _faults : [];

    private async Task RenameAsync() => After("name", await Account.RenameAsync(_by!, Name?.Name ?? ""));

    private async Task ChangePasswordAsync() => After("password", Password is { Next.Length: > 0 } && Password.Next == Password.Again
        ? await Account.ChangePasswordAsync(_by!, Password.Current ?? "", Password.Next)
        : PeopleOutcome.Refused("The two new ones are not the same. Type the new password twice."));

    private async Task BeginAppAsync()
    {
        if ((await Account.BeginAppAsync(_by!)).Done)
        {
            Navigation.NavigateTo("/account/authenticator");
        }
    }

    private async Task NewCodesAsync()
    {
        (var outcome, _codes) = await Account.NewCodesAsync(_by!, Codes?.Current ?? "");
        (_failed, _faults) = ("codes", outcome.Faults);
        await LookAsync();
    }

    private async Task SwitchAppOffAsync() => After("off", await Account.SwitchAppOffAsync(_by!, Off?.Current ?? ""));

    /// <summary>A form that was done leads on, so that reloading the page does not send it again.</summary>
    private void After(string form, PeopleOutcome outcome)
    {
        (_failed, _faults) = (form, outcome.Faults);
        if (outcome.Done)
        {
            Navigation.NavigateTo($"/account?done={form}");
        }
    }

    public sealed class NameWish
    {
        public string? Name { get; set; }
    }

    public sealed class PasswordWish
    {
        public string? Current { get; set; }
        public string? Next { get; set; }
        public string? Again { get; set; }
    }
}
