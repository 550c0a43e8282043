using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Richpanel.Core.ChangeLog;
using Richpanel.Core.People;
using Richpanel.Core.Storage;
using Richpanel.Tests.Support;

namespace Richpanel.Tests.SignIn;

/// <summary>The first admin of an installation that nobody configured.</summary>
public sealed class SetUpTests : IAsyncLifetime
{
    private readonly ConsoleUnderTest _console = Somebody.Console();
    private Visitor _visitor = null!;

    private string CodeFile => Path.Combine(_console.Folder, "setup-code");

    public ValueTask InitializeAsync()
    {
        _visitor = new Visitor(_console);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task The_code_of_the_file_makes_the_first_admin_who_can_sign_in()
    {
        Assert.Contains("Set up the first admin", (await _visitor.GetAsync("/sign-in")).Text, StringComparison.Ordinal);

        Assert.Equal("/sign-in", (await SetUpAsync(await CodeAsync())).To);

        await _visitor.SignInAsync("ada@example.test", Somebody.Password);
        Assert.Equal(HttpStatusCode.OK, (await _visitor.GetAsync("/people")).Status);
        Assert.False(File.Exists(CodeFile));
        Assert.Contains(ChangeCatalog.AdminSetUp.Code, await _console.ChangesAsync());
    }

    [Fact]
    public async Task The_code_is_never_in_the_log_and_its_file_is_its_owners_alone()
    {
        var code = await CodeAsync();

        Assert.Equal(32, code.Length);
        Assert.DoesNotContain(code, _console.Logs.Text, StringComparison.Ordinal);
        Assert.True(OperatingSystem.IsWindows() || File.GetUnixFileMode(CodeFile) == (UnixFileMode.UserRead | UnixFileMode.UserWrite));
    }

    [Fact]
    public async Task A_used_code_makes_no_second_admin()
    {
        var code = await CodeAsync();
        await SetUpAsync(code);

        var page = await _visitor.GetAsync("/set-up");

        Assert.Contains("There is an admin already", page.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("<form", page.Text, StringComparison.Ordinal);
        Assert.Single(_console.Known().People);
    }

    [Fact]
    public async Task A_wrong_code_is_refused_and_written_down()
    {
        Assert.Contains("This code is wrong", (await SetUpAsync(new string('0', 32))).Text, StringComparison.Ordinal);

        Assert.Empty(_console.Known().People);
        Assert.Contains(ChangeCatalog.SetupRefused.Code, await _console.ChangesAsync());
    }

    [Fact]
    public async Task A_used_code_that_somebody_tries_again_is_written_down()
    {
        var code = await CodeAsync();
        using var late = new Visitor(_console);
        var token = await late.TokenAsync("/set-up");   // opened while there was still a form
        await SetUpAsync(code);
        Assert.DoesNotContain(ChangeCatalog.SetupRefused.Code, await _console.ChangesAsync());

        await late.PostAsync("/set-up", ("_handler", "set-up"), ("__RequestVerificationToken", token), ("Input.Code", code));

        Assert.Single(await _console.ChangesAsync(), ChangeCatalog.SetupRefused.Code);
        Assert.Single(_console.Known().People);
    }

    [Fact]
    public async Task A_weak_password_does_not_use_the_code_up()
    {
        var code = await CodeAsync();

        Assert.Contains("The password is too short", (await SetUpAsync(code, "short")).Text, StringComparison.Ordinal);

        Assert.Equal("/sign-in", (await SetUpAsync(code)).To);
    }

    [Fact]
    public async Task A_code_works_for_thirty_minutes_and_once()
    {
        using var folder = new TemporaryFolder();
        var time = new FakeTimeProvider();
        var paths = new StoragePaths($"Data Source={Path.Combine(folder.Path, "console.db")}");
        using var people = new PeopleDirectory(new SqliteStore(paths), Options.Create(new SignInWays()), time, NullLogger<PeopleDirectory>.Instance);
        var setup = new SetupCode(paths, people, time);

        var late = setup.Make();
        time.Advance(SetupCode.Life);
        Assert.False(setup.Take(late));

        var twice = setup.Make();
        Assert.False(setup.Take(late));
        Assert.True(setup.Take(twice));
        Assert.False(setup.Take(twice));
        await Task.CompletedTask;
    }

    [Fact]
    public async Task A_set_up_that_another_site_sends_is_refused()
    {
        var fields = new[] { ("_handler", "set-up"), ("Input.Code", await CodeAsync()), ("Input.Name", "Eve"), ("Input.Email", "eve@example.test"), ("Input.Password", Somebody.Password) };

        Assert.Equal(HttpStatusCode.BadRequest, (await _visitor.PostAsync("/set-up", fields)).Status);
        Assert.Empty(_console.Known().People);
        Assert.Equal("/sign-in", (await SetUpAsync(await CodeAsync())).To);   // the same with the page's own token
    }

    [Fact]
    public async Task Sources_are_served_before_anybody_has_signed_in()
    {
        await using var console = Somebody.Console();
        using var sender = console.CreateClient();
        var source = await console.AddSourceAsync();

        await sender.PostCallAsync("/v1/track", """{"userId":"u","event":"E"}""", source.WriteKey).AcceptedAsync();
    }

    [Fact]
    public async Task In_Development_there_is_no_code_because_whoever_sits_there_is_admin()
    {
        await using var console = new ConsoleUnderTest(new() { ["Sandbox:Port"] = "0" });

        Assert.NotNull(console.Services.GetRequiredService<SetupCode>());
        Assert.False(File.Exists(Path.Combine(console.Folder, "setup-code")));
    }

    public async ValueTask DisposeAsync()
    {
        _visitor.Dispose();
        await _console.DisposeAsync();
    }

    private async Task<string> CodeAsync() => (await File.ReadAllTextAsync(CodeFile, TestContext.Current.CancellationToken)).Trim();

    private Task<Answer> SetUpAsync(string code, string password = Somebody.Password) => _visitor.SendAsync(
        "/set-up", "set-up", ("Input.Code", code), ("Input.Name", "Ada Admin"), ("Input.Email", "ada@example.test"), ("Input.Password", password));
}
