using AngleSharp.Dom;
using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor.Services;
using Richpanel.Console.Shared;
using Richpanel.Core.Access;
using Richpanel.Core.Connections;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Deliveries.Log;
using Richpanel.Core.Deliveries.Query;
using Richpanel.Core.Sandbox;
using Richpanel.Tests.Support;

namespace Richpanel.Tests.Pages;

/// <summary>
/// Pages rendered without a browser over the real application: its database, dispatcher and sandbox. The second try is an hour
/// after the first, so that what waits stays waiting.
/// </summary>
internal sealed class PagesUnderTest : IAsyncDisposable
{
    /// <summary>For what happens by itself: a send, a live refresh. Longer than it ever takes.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly BunitContext _context = new();
    private readonly AsyncServiceScope _circuit;
    private readonly HttpClient _sender;

    public PagesUnderTest(params (string Key, string Value)[] settings)
    {
        var all = new Dictionary<string, string?>
        {
            ["Delivery:Schedule:0"] = "00:00:00",
            ["Delivery:Schedule:1"] = "01:00:00",
            ["Delivery:Jitter"] = "0",
            ["Sandbox:Port"] = "0",
        };
        foreach (var (key, value) in settings)
        {
            all[key] = value;
        }

        App = new ConsoleUnderTest(all);
        _sender = App.CreateClient();
        _circuit = App.Services.CreateAsyncScope();
        _context.JSInterop.Mode = JSRuntimeMode.Loose;
        _context.Services.AddMudServices();
        _context.Services.AddScoped<ViewerTime>();
        _context.Services.AddScoped<DraftStore>();
        _context.Services.AddScoped<Shortcuts>();
        _context.Services.AddSingleton(_ => App.Services.GetRequiredService<Sessions>());
        _context.Services.AddSingleton(_ => App.Services.GetRequiredService<Microsoft.Extensions.Options.IOptions<DeliveryOptions>>());   // else bUnit would make them of nothing
        _context.Services.AddScoped<Viewer>();
        _context.Services.AddSingleton<AuthenticationStateProvider>(_ => new SignedIn(() => Role));
        _context.Services.AddFallbackServiceProvider(_circuit.ServiceProvider);
    }

    public ConsoleUnderTest App { get; }

    /// <summary>Of whoever looks; null = the local admin.</summary>
    public Role? Role { get; set; }

    /// <summary>What the pages ask a browser for.</summary>
    public BunitJSInterop Browser => _context.JSInterop;

    public NavigationManager Address => _context.Services.GetRequiredService<NavigationManager>();

    /// <summary>Of the circuit that shows the pages.</summary>
    public Shortcuts Keys => _context.Services.GetRequiredService<Shortcuts>();

    /// <summary>The clock of whoever looks.</summary>
    public ViewerTime Time => _context.Services.GetRequiredService<ViewerTime>();

    public Connection Sandbox => App.Directory.Connections.Single(connection => connection.IsSandbox);

    public ConnectionHolds Holds => Get<ConnectionHolds>();

    private static CancellationToken Ct => Xunit.TestContext.Current.CancellationToken;

    public T Get<T>()
        where T : notnull => _circuit.ServiceProvider.GetRequiredService<T>();

    /// <summary>The page at an address, its query included.</summary>
    public IRenderedComponent<T> Open<T>(string address, Action<ComponentParameterCollectionBuilder<T>>? parameters = null)
        where T : IComponent
    {
        Address.NavigateTo(address);
        return Show(parameters);
    }

    /// <summary>The page at the address that another page led to.</summary>
    public IRenderedComponent<T> Show<T>(Action<ComponentParameterCollectionBuilder<T>>? parameters = null)
        where T : IComponent => _context.Render<T>(page => parameters?.Invoke(page));

    /// <summary>What the sandbox answers from now on.</summary>
    public void Answers(params int[] statuses) =>
        Get<SandboxScenarios>().Set(new SandboxScenario([.. statuses.Select(status => new SandboxStep(Status: status))]));

    /// <summary>Posts a call as its sender does and gives back its row: with <paramref name="settled"/> once it has been tried.</summary>
    public async Task<DeliveryRow> SendAsync(string call, string messageId, TestSource? source = null, bool settled = true)
    {
        var key = source?.WriteKey ?? Get<SourceStore>().RevealWriteKey(App.Directory.Sources.Single(one => one.ConnectionId == Sandbox.Id));
        await _sender.PostCallAsync("/v1/track", $$"""{"messageId":"{{messageId}}",{{call}}}""", key).AcceptedAsync();
        await App.ExpandedAsync();
        var row = await FindAsync(messageId);
        if (settled)
        {
            await Get<DeliveryActions>().WaitForOutcomeAsync(row.Id, 0, Patience, Ct);
        }

        return await FindAsync(messageId);
    }

    public async Task<DeliveryRow> FindAsync(string messageId) =>
        (await Get<LogReader>().PageAsync(LogAsk.By(Actor.System, LogQuery.All.With(new LogTerm(LogKey.Message, messageId))), LogPlace.Newest, 1, Ct)).Rows[0].Row;

    public async ValueTask DisposeAsync()
    {
        await _context.DisposeAsync();
        _sender.Dispose();
        await _circuit.DisposeAsync();
        await App.DisposeAsync();
    }
}

/// <summary>Whoever opens the page: the local admin, or somebody of a role.</summary>
internal sealed class SignedIn(Func<Role?> role) : AuthenticationStateProvider
{
    public override Task<AuthenticationState> GetAuthenticationStateAsync() => Task.FromResult(new AuthenticationState(
        role() is { } one ? Sessions.PrincipalOf(new Actor(ActorKind.Token, 1, one.ToString(), one)) : Sessions.LocalAdmin()));
}

internal static class PageReading
{
    /// <summary>The words a person reads, blanks made single.</summary>
    public static string Words<T>(this IRenderedComponent<T> page)
        where T : IComponent => string.Join(' ', page.Nodes.Select(node => node.Words()));

    public static string Words(this INode element) =>
        string.Join(' ', element.DescendantsAndSelf<IText>().SelectMany(text => text.Data.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)));

    public static IElement Button<T>(this IRenderedComponent<T> page, string name)
        where T : IComponent => page.FindAll("button").Single(button => button.Words() == name);

    public static void Eventually<T>(this IRenderedComponent<T> page, Action assertion)
        where T : IComponent => page.WaitForAssertion(assertion, PagesUnderTest.Patience);

    public static void EventuallySays<T>(this IRenderedComponent<T> page, string words)
        where T : IComponent => page.Eventually(() => Assert.Contains(words, page.Words(), StringComparison.Ordinal));
}

/// <summary>
/// What a person does. Found and done in one turn of the renderer: a live refresh in between would give the element another handler.
/// Ends when the page has done what it does then.
/// </summary>
internal static class PageUse
{
    /// <summary>Presses the button of these words.</summary>
    public static Task PressAsync<T>(this IRenderedComponent<T> page, string name)
        where T : IComponent => page.InvokeAsync(() => page.Button(name).ClickAsync(new()));

    public static Task ClickAsync<T>(this IRenderedComponent<T> page, string css)
        where T : IComponent => page.InvokeAsync(() => page.Find(css).ClickAsync(new()));

    public static Task ChangeAsync<T>(this IRenderedComponent<T> page, string css, object value)
        where T : IComponent => page.InvokeAsync(() => page.Find(css).ChangeAsync(new() { Value = value }));

    public static Task InputAsync<T>(this IRenderedComponent<T> page, string css, string value)
        where T : IComponent => page.InvokeAsync(() => page.Find(css).InputAsync(new() { Value = value }));

    public static Task SubmitAsync<T>(this IRenderedComponent<T> page, string css = "form")
        where T : IComponent => page.InvokeAsync(() => page.Find(css).SubmitAsync());
}
