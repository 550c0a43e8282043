using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Richpanel.Core;
using Richpanel.Core.Access;
using Richpanel.Core.People;
using Richpanel.Tests.Support;

namespace Richpanel.Tests.SignIn;

/// <summary>People of a console, made as an admin makes them.</summary>
internal static class Somebody
{
    public const string Password = "a long enough password";

    /// <summary>Outside Development, where nobody is local admin.</summary>
    public static ConsoleUnderTest Console(params (string Key, string Value)[] settings) => Console(null, settings);

    /// <param name="over">Data that is there already.</param>
    public static ConsoleUnderTest Console(TemporaryFolder? over, params (string Key, string Value)[] settings)
    {
        var all = settings.ToDictionary(setting => setting.Key, string? (setting) => setting.Value);
        all["environment"] = "Production";
        all["Sandbox:Port"] = "0";
        return new ConsoleUnderTest(all, over: over);
    }

    public static PeopleStore Store(this ConsoleUnderTest console) => console.Services.GetRequiredService<PeopleStore>();

    public static PeopleDirectory Known(this ConsoleUnderTest console) => console.Services.GetRequiredService<PeopleDirectory>();

    public static async Task<Person> AdminAsync(this ConsoleUnderTest console, string email = "ada@example.test") =>
        Done(await console.Store().CreateAdminAsync(Actor.System, email, "Ada Admin", Password));

    public static async Task<Person> JoinedAsync(this ConsoleUnderTest console, string email, Role role)
    {
        var (invited, code) = await console.Store().InviteAsync(Actor.System, email, email.Split('@')[0], role);
        Done(await console.Store().AcceptLinkAsync(null, Done(invited).Id, code!, Password));
        return console.Known().Find(invited.Person!.Id)!;
    }

    /// <summary>Address of a one-time link.</summary>
    public static string Link(Person person, string code) => $"/join/{PublicId.Person(person.Id)}?code={Uri.EscapeDataString(code)}";

    public static async Task<IReadOnlyList<string>> ChangesAsync(this ConsoleUnderTest console)
    {
        await using var context = console.Read();
        return await context.ChangeLog.OrderBy(entry => entry.Id).Select(entry => entry.Action).ToListAsync(TestContext.Current.CancellationToken);
    }

    public static Person Done(PeopleOutcome outcome)
    {
        Assert.Equal("", string.Join(' ', outcome.Faults));
        return outcome.Person!;
    }
}
