using System.Security.Cryptography;
using Bunit;
using Richpanel.Console.Connections;
using Richpanel.Console.Overview;
using Richpanel.Core;
using Richpanel.Core.Access;
using Richpanel.Core.Connections;

namespace Richpanel.Tests.Pages;

public sealed class SecretPanelTests : IAsyncLifetime
{
    private const string First = "planted-first-secret-1183";
    private const string Second = "planted-second-secret-1184";

    private readonly PagesUnderTest _pages = new();

    [Fact(Timeout = 60_000)]
    public async Task Replacing_shows_the_secret_before_and_one_click_goes_back_to_it()
    {
        await MakeAsync();
        var page = Open();
        var first = Shop.SecretFingerprint!;
        await page.ChangeAsync("#keep", "Week");
        await page.ChangeAsync("#api-secret", Second);
        await page.SubmitAsync();
        page.EventuallySays($"Secret before {first} , kept until");
        Assert.Contains("and until the one in use was accepted", page.Words(), StringComparison.Ordinal);
        Assert.Contains("by Local admin", page.Words(), StringComparison.OrdinalIgnoreCase);
        Assert.NotEqual(first, Shop.SecretFingerprint);

        await page.PressAsync("Go back to the secret before");

        page.EventuallySays("The secret before is in use again.");
        Assert.Equal(first, Shop.SecretFingerprint);
        Assert.DoesNotContain(First, page.Markup, StringComparison.Ordinal);
        Assert.DoesNotContain(Second, page.Markup, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task Going_back_while_on_hold_checks_and_says_why_it_stays_or_offers_to_go_on()
    {
        await MakeAsync();
        await _pages.Get<ConnectionStore>().UpdateAsync(Actor.System, Shop.Id, new ConnectionDraft { ApiSecret = Second, BaseUrl = "https://127.0.0.1:9/v2" });
        await _pages.Holds.HoldAsync(Shop.Id, "unauthorized", null);
        var page = Open();

        await page.PressAsync("Go back to the secret before");

        page.EventuallySays("It stays on hold:");   // nobody listens there
        Assert.Equal("unauthorized", Shop.HoldCause);
    }

    [Fact(Timeout = 60_000)]
    public async Task Forgetting_asks_once_and_then_there_is_nothing_to_go_back_to()
    {
        await MakeAsync();
        await _pages.Get<ConnectionStore>().UpdateAsync(Actor.System, Shop.Id, new ConnectionDraft { ApiSecret = Second });
        var page = Open();

        page.EventuallySays("by Richpanel Console");
        await page.PressAsync("Forget it now");
        await page.PressAsync("Forget it");

        page.EventuallySays("The secret before is gone.");
        Assert.Null(Shop.PreviousSecret);
        page.Eventually(() => Assert.DoesNotContain(page.FindAll("button"), button => button.Words() == "Go back to the secret before"));
    }

    [Fact(Timeout = 60_000)]
    public async Task It_says_that_accepted_proves_little()
    {
        await MakeAsync();

        var page = Open();

        Assert.Contains("First accepted not yet accepted", page.Words(), StringComparison.Ordinal);
        Assert.Contains("Richpanel answers 200 to a wrong secret too", page.Words(), StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_lost_key_ring_shows_at_the_secret_at_the_sources_and_on_the_overview()
    {
        var lost = RandomNumberGenerator.GetBytes(64);
        var shop = await _pages.App.AddSourceAsync(
            "Shop", c => (c.ProtectedSecret, c.HoldCause) = (lost, "secret_unreadable"), s => (s.ProtectedWriteKey, s.ProtectedWebhookSecret) = (lost, lost));

        var page = Open();
        Assert.Contains("It cannot be read. Enter the secret again", page.Words(), StringComparison.Ordinal);
        Assert.Contains("Works, but can no longer be shown", page.Words(), StringComparison.Ordinal);
        Assert.Contains("signed webhooks are answered 503", page.Words(), StringComparison.Ordinal);

        var overview = _pages.Open<OverviewPage>("/");
        overview.EventuallySays("Shop is on hold: enter the secret again");
        Assert.Contains(overview.FindAll(".health a"), link => link.GetAttribute("href") == $"/connections/{PublicId.Connection(shop.ConnectionId)}#api-secret");
    }

    [Fact(Timeout = 60_000)]
    public async Task The_overview_stands_when_the_write_key_of_the_sandbox_is_lost()
    {
        await _pages.App.Writer.WriteAsync(session =>
        {
            using var context = session.Context();
            context.Sources.Single(source => source.ConnectionId == _pages.Sandbox.Id).ProtectedWriteKey = RandomNumberGenerator.GetBytes(64);
            context.SaveChanges();
        });
        await _pages.App.Directory.ReloadAsync(Xunit.TestContext.Current.CancellationToken);

        var page = _pages.Open<OverviewPage>("/");

        page.EventuallySays("it can no longer be shown");
    }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _pages.DisposeAsync();

    private Connection Shop => _pages.App.Directory.Connections.Single(connection => !connection.IsSandbox);

    private async Task MakeAsync() =>
        Assert.IsType<SaveOutcome<Connection>.Saved>(await _pages.Get<ConnectionStore>().CreateAsync(
            Actor.System, new ConnectionDraft { Name = "Shop", ApiKey = "shop-api-key", ApiSecret = First }));

    private IRenderedComponent<ConnectionPage> Open() => _pages.Open<ConnectionPage>(
        $"/connections/{PublicId.Connection(Shop.Id)}", set => set.Add(p => p.PublicConnectionId, PublicId.Connection(Shop.Id)));
}
