using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Richpanel.Core.Access;
using Richpanel.Core.People;
using Richpanel.Core.Storage;
using Richpanel.Tests.Support;

namespace Richpanel.Tests.SignIn;

/// <summary>Bootstrap:Admin, the first admin of an unattended installation.</summary>
public sealed class FirstAdminTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_password_of_the_settings_signs_in_and_no_setup_code_is_made()
    {
        await using var console = Somebody.Console(("Bootstrap:Admin:Email", "root@example.test"), ("Bootstrap:Admin:Password", Somebody.Password));
        using var visitor = new Visitor(console);

        Assert.Equal("/", (await visitor.SignInAsync("root@example.test", Somebody.Password)).To);
        Assert.False(File.Exists(Path.Combine(console.Folder, "setup-code")));
    }

    [Fact]
    public async Task The_password_may_stand_in_a_file()
    {
        var file = Path.Combine(_folder.Path, "password");
        await File.WriteAllTextAsync(file, Somebody.Password + "\n", TestContext.Current.CancellationToken);
        await using var console = Somebody.Console(("Bootstrap:Admin:Email", "root@example.test"), ("Bootstrap:Admin:PasswordFile", file));
        using var visitor = new Visitor(console);

        Assert.Equal("/", (await visitor.SignInAsync("root@example.test", Somebody.Password)).To);
    }

    [Theory]
    [InlineData("Bootstrap:Admin:Password", "short", "Bootstrap:Admin: The password is too short")]
    [InlineData("Bootstrap:Admin:PasswordFile", "/nowhere/password", "Bootstrap:Admin:PasswordFile cannot be read")]
    [InlineData("Bootstrap:Admin:Password", "", "without a password")]
    public async Task What_cannot_make_an_admin_stops_the_start_and_names_the_setting(string setting, string value, string said)
    {
        // A console that starts, and then what its next start would do with these settings.
        await using var console = Somebody.Console();
        _ = console.Services;
        var services = console.Services;
        var options = Microsoft.Extensions.Options.Options.Create(new Richpanel.Core.Connections.BootstrapOptions
        {
            Admin = new() { Email = "root@example.test", Password = setting.EndsWith("File", StringComparison.Ordinal) ? null : value, PasswordFile = setting.EndsWith("File", StringComparison.Ordinal) ? value : null },
        });
        var first = new FirstAdmin(options, services.GetRequiredService<PeopleDirectory>(), services.GetRequiredService<PeopleStore>(), NullLogger<FirstAdmin>.Instance);

        var failure = await Assert.ThrowsAsync<CannotStartException>(first.EnsureAsync);

        Assert.Contains(said, failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("another long password", true)]
    [InlineData(Somebody.Password, false)]
    public async Task A_password_of_the_settings_that_is_not_the_admins_is_said_to_change_nothing_without_naming_anybody(string password, bool said)
    {
        await using (var before = new ConsoleUnderTest(Settings(Somebody.Password), over: _folder))
        {
            Assert.Single(before.Known().People);
        }

        await using var console = new ConsoleUnderTest(Settings(password), over: _folder);
        using var visitor = new Visitor(console);

        Assert.Equal("/", (await visitor.SignInAsync("root@example.test", Somebody.Password)).To);
        Assert.Equal(said, console.Logs.Text.Contains("Bootstrap:Admin:Password is not the password of the person it is for", StringComparison.Ordinal));
        Assert.DoesNotContain("root@example.test", console.Logs.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(password, console.Logs.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_password_file_that_was_taken_away_after_the_first_start_stops_no_later_one()
    {
        await using (var before = new ConsoleUnderTest(Settings(Somebody.Password), over: _folder))
        {
            Assert.Single(before.Known().People);
        }

        await using var console = new ConsoleUnderTest(Settings(null, Path.Combine(_folder.Path, "gone")), over: _folder);

        Assert.Single(console.Known().People);
    }

    private static Dictionary<string, string?> Settings(string? password, string? file = null) => new()
    {
        ["environment"] = "Production",
        ["Sandbox:Port"] = "0",
        ["Bootstrap:Admin:Email"] = "root@example.test",
        ["Bootstrap:Admin:Password"] = password,
        ["Bootstrap:Admin:PasswordFile"] = file,
    };

    [Fact]
    public async Task The_next_start_makes_nobody_anew_and_whom_an_admin_disabled_stays_so()
    {
        await using var console = Somebody.Console(("Bootstrap:Admin:Email", "root@example.test"), ("Bootstrap:Admin:Password", Somebody.Password));
        var root = Assert.Single(console.Known().People);
        await console.JoinedAsync("ada@example.test", Role.Admin);
        Somebody.Done(await console.Store().DisableAsync(Actor.System, root.Id));

        await console.Services.GetRequiredService<FirstAdmin>().EnsureAsync();

        Assert.Equal(2, console.Known().People.Count);
        Assert.NotNull(console.Known().Find(root.Id)!.DisabledAt);
    }
}
