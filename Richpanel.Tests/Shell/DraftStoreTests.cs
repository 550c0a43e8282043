using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Richpanel.Console.Connections;
using Richpanel.Console.Shared;
using Richpanel.Core.Access;
using Richpanel.Tests.Pages;
using Richpanel.Tests.Support;

namespace Richpanel.Tests.Shell;

public sealed class DraftStoreTests : IAsyncDisposable
{
    private readonly ConsoleUnderTest _console = new();
    private readonly BrowserStorage _browser = new();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 3, 4, 14, 2, 0, TimeSpan.Zero));

    [Fact]
    public async Task What_was_typed_comes_back_with_its_time_however_long_it_is()
    {
        var text = string.Concat(Enumerable.Repeat("{\"name\":\"Ünï \u0001 code\"}\n", 2_000));
        await Of(Role.Qa).KeepAsync("lab", new Typed(text, null));

        var draft = await Of(Role.Qa).FindAsync<Typed>("lab");

        Assert.Equal((text, _time.GetUtcNow()), (draft!.Value.Text, draft.At));
    }

    [Fact]
    public async Task A_draft_is_of_one_form_and_one_person()
    {
        await Of(Role.Qa).KeepAsync("lab", new Typed("mine", null));

        Assert.Null(await Of(Role.Qa).FindAsync<Typed>("connection:new"));
        Assert.Null(await Of(null).FindAsync<Typed>("lab"));
        Assert.NotNull(await Of(Role.Qa).FindAsync<Typed>("lab"));
    }

    [Fact]
    public async Task A_secret_is_never_in_a_draft()
    {
        await Of(Role.Admin).KeepAsync("form", new Typed("text", "planted-secret-1"));
        await Of(Role.Admin).KeepAsync("connection:new", new ConnectionInput { IsNew = true, Name = "Shop", NewSecret = "planted-secret-2" });

        Assert.Equal(2, _browser.Kept.Count);
        Assert.All(_browser.Kept.Values, kept => Assert.DoesNotContain("planted-secret", kept, StringComparison.Ordinal));
        Assert.Equal("Shop", (await Of(Role.Admin).FindAsync<ConnectionInput>("connection:new"))!.Value.Name);
    }

    [Fact]
    public async Task What_is_a_week_old_of_another_shape_or_discarded_does_not_come_back()
    {
        await Of(Role.Qa).KeepAsync("old", new Typed("x", null));
        _time.Advance(DraftStore.Life);
        await Of(Role.Qa).KeepAsync("gone", new Typed("x", null));
        await Of(Role.Qa).DiscardAsync("gone");
        await Of(Role.Qa).KeepAsync("strange", new Typed("x", null));
        _browser.Kept[_browser.Kept.Keys.Single(key => key.EndsWith(":strange", StringComparison.Ordinal))] = "{\"Value\":7}";

        foreach (var form in new[] { "old", "gone", "strange" })
        {
            Assert.Null(await Of(Role.Qa).FindAsync<Typed>(form));
        }

        Assert.Empty(_browser.Kept);
    }

    public ValueTask DisposeAsync() => _console.DisposeAsync();

    private DraftStore Of(Role? role) => new(_browser, new Viewer(new SignedIn(() => role), _console.Services.GetRequiredService<Sessions>(), NullLogger<Viewer>.Instance), _time);

    private sealed record Typed(string Text, string? ApiSecret);
}
