using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Richpanel.Core;
using Richpanel.Core.Access;
using Richpanel.Core.Connections;
using Richpanel.Core.Sandbox;
using Richpanel.Tests.SignIn;
using Richpanel.Tests.Support;

namespace Richpanel.Tests.Browser;

/// <summary>A console outside Development, where nobody is anybody before signing in.</summary>
public sealed class JourneyConsole : IAsyncLifetime
{
    private readonly ConsoleUnderTest _console;
    private readonly HashSet<Role> _people = [];

    public JourneyConsole()
        : this(null)
    {
    }

    /// <param name="over">Data that is there already.</param>
    internal JourneyConsole(TemporaryFolder? over, params (string Key, string Value)[] settings) => _console = Somebody.Console(over, settings);

    public IServiceProvider Services => _console.Services;

    public Uri Address => _console.ClientOptions.BaseAddress;

    public SandboxSender Sender => new(_console.Services, _console.ClientOptions.BaseAddress);

    public string SandboxId => PublicId.Connection(_console.Directory.Connections.Single(connection => connection.IsSandbox).Id);

    public Connection ConnectionOf(string name) => _console.Directory.Connections.Single(connection => connection.Name == name);

    /// <summary>What the sandbox answers from now on; nothing: as it does by itself.</summary>
    public void Answers(params int[] statuses) =>
        _console.Services.GetRequiredService<SandboxScenarios>().Set(new SandboxScenario([.. statuses.Select(status => new SandboxStep(Status: status))]));

    public Task ClearSandboxAsync() => _console.Services.GetRequiredService<SandboxControl>().ClearAsync(Actor.System, TestContext.Current.CancellationToken);

    public async ValueTask InitializeAsync()
    {
        _console.UseKestrel(0);
        _console.StartServer();
        await _console.AdminAsync("boss@example.test");   // so that no role below is the last admin
    }

    /// <summary>Signs in through the page as somebody of this role and opens a page.</summary>
    internal async Task<BrowserPage> OpenAsync(BrowserFixture browser, Role role, string path)
    {
        var email = $"{Rights.Word(role)}@example.test";
        if (_people.Add(role))
        {
            await _console.JoinedAsync(email, role);
        }

        var tab = await browser.OpenAsync($"/sign-in?to={Uri.EscapeDataString(path)}", TestContext.Current.CancellationToken, of: _console.ClientOptions.BaseAddress);
        await tab.Page.GetByLabel("E-mail").FillAsync(email);
        await tab.Page.GetByLabel("Password").FillAsync(Somebody.Password);
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = $"You: {Rights.Word(role)}, {Rights.Word(role)}" }).WaitForAsync();
        return tab;
    }

    public ValueTask DisposeAsync() => _console.DisposeAsync();
}
