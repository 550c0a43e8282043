using Microsoft.AspNetCore.Identity;
using Richpanel.Core.Access;
using Richpanel.Core.ChangeLog;
using Richpanel.Core.People;

namespace Richpanel.Console.SignIn;

/// <summary>
/// What people change about themselves. It ends every session of theirs but the one it comes from, which gets a new cookie with the
/// same answer; so the pages that call this are no circuits.
/// </summary>
internal sealed class OwnAccount(PeopleStore people, PeopleDirectory directory, UserManager<Person> users, PersonSignIn signIn, TryQueue tries)
{
    private const int RecoveryCodes = 10;

    public Task<PeopleOutcome> RenameAsync(Actor by, string name) => people.RenameAsync(by, name);

    public Task<PeopleOutcome> ChangePasswordAsync(Actor by, string current, string next) => ProvedAsync(by, current, () =>
        GoOnAsync(by, people.ChangeOwnAsync(by, ChangeCatalog.PasswordChanged, (manager, person) => manager.ChangePasswordAsync(person, current, next))));

    /// <summary>A key for the app. Nothing asks for its codes before <see cref="ConfirmAppAsync"/>.</summary>
    public Task<PeopleOutcome> BeginAppAsync(Actor by) => GoOnAsync(by, people.NewAuthenticatorKeyAsync(by));

    /// <summary>Null before <see cref="BeginAppAsync"/>.</summary>
    public async Task<string?> AppKeyAsync(Person person) => await users.GetAuthenticatorKeyAsync(person);

    public Task<int> CodesLeftAsync(Person person) => users.CountRecoveryCodesAsync(person);

    /// <summary>
    /// On, once the password proves who it is and a code that the app has the key; with the recovery codes, shown once. The password is
    /// asked for here and not at the beginning, because whoever switches it on holds the account from then on.
    /// </summary>
    public async Task<(PeopleOutcome Outcome, IReadOnlyList<string> Codes)> ConfirmAppAsync(Actor by, string password, string code)
    {
        IReadOnlyList<string> codes = [];
        var outcome = await ProvedAsync(by, password, () => GoOnAsync(by, people.ChangeOwnAsync(by, ChangeCatalog.AuthenticatorOn, async (manager, person) =>
        {
            if (!await manager.VerifyTwoFactorTokenAsync(person, manager.Options.Tokens.AuthenticatorTokenProvider, PersonSignIn.Plain(code)))
            {
                return IdentityResult.Failed(new IdentityError { Description = "This code is wrong or too old. Is the clock of your telephone right?" });
            }

            var result = await manager.SetTwoFactorEnabledAsync(person, true);
            codes = result.Succeeded ? await MakeCodesAsync(manager, person) : [];
            return result;
        })));
        return (outcome, codes);
    }

    public async Task<(PeopleOutcome Outcome, IReadOnlyList<string> Codes)> NewCodesAsync(Actor by, string password)
    {
        IReadOnlyList<string> codes = [];
        var outcome = await ProvedAsync(by, password, () => people.ChangeOwnAsync(by, ChangeCatalog.RecoveryCodesMade, async (manager, person) =>
        {
            codes = await MakeCodesAsync(manager, person);
            return IdentityResult.Success;
        }));
        return (outcome, codes);
    }

    public Task<PeopleOutcome> SwitchAppOffAsync(Actor by, string password) =>
        ProvedAsync(by, password, () => GoOnAsync(by, people.ChangeOwnAsync(by, ChangeCatalog.AuthenticatorOff, (manager, person) => manager.SetTwoFactorEnabledAsync(person, false))));

    /// <summary>One try at a time, in the same queue as those at the sign-in: many at once would be counted as few.</summary>
    private Task<PeopleOutcome> ProvedAsync(Actor by, string password, Func<Task<PeopleOutcome>> then) =>
        tries.RunAsync(directory.Find(by.Id ?? 0)?.Email ?? "", async () =>
            await people.ProveAsync(by, password) is { Done: false } refused ? refused : await then(), PeopleOutcome.Refused(TryQueue.TooMany));

    private static async Task<IReadOnlyList<string>> MakeCodesAsync(UserManager<Person> manager, Person person) =>
        [.. await manager.GenerateNewTwoFactorRecoveryCodesAsync(person, RecoveryCodes) ?? []];

    private async Task<PeopleOutcome> GoOnAsync(Actor by, Task<PeopleOutcome> changing)
    {
        var outcome = await changing;
        if (outcome.Done)
        {
            await signIn.AgainAsync(by.Id ?? 0);
        }

        return outcome;
    }
}
