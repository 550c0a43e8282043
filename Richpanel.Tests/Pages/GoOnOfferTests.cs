using Bunit;
using Richpanel.Console.Connections;
using Richpanel.Core;
using Richpanel.Core.Access;
using Richpanel.Core.Causes;
using Richpanel.Core.Connections;
using Richpanel.Core.Deliveries;
using Richpanel.Tests.Deliveries;
using Richpanel.Tests.Support;

namespace Richpanel.Tests.Pages;

/// <summary>What saving credentials leads to on a connection that is on hold: a check, and the way on where it passes.</summary>
public sealed class GoOnOfferTests : IAsyncDisposable
{
    private const string Offer = "#go-on-title";

    private readonly PagesUnderTest _pages = new(("Outgoing:AllowPrivateNetworks", "true"));

    private static CancellationToken Ct => Xunit.TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _pages.DisposeAsync();

    [Fact(Timeout = 60_000)]
    public async Task After_a_check_that_passes_what_is_held_is_offered_by_its_number_and_goes_out_without_a_reason()
    {
        await using var stub = await RichpanelStub.StartAsync();
        var shop = await HeldAsync(stub.BaseUrl);
        List<long> ids = [];
        foreach (var message in new[] { "held-1", "held-2", "held-3" })
        {
            ids.Add((await _pages.SendAsync(""" "userId":"u","event":"One" """, message, shop, settled: false)).Id);
        }

        var page = Open(shop);
        await SaveKeyAsync(page);

        page.EventuallySays("The check passed: the address answers. Whether the key is right only a call can tell.");
        Assert.Equal("Resume Shop", page.Find(Offer).Words());
        page.EventuallySays("3 deliveries that have waited go to");
        Assert.NotNull(_pages.App.Directory.Find(shop.ConnectionId)!.HoldCause);   // an offer is none
        await page.PressAsync("Resume 3 held");

        page.Eventually(() => Assert.Empty(page.FindAll(Offer)));
        Assert.Null(_pages.App.Directory.Find(shop.ConnectionId)!.HoldCause);
        foreach (var id in ids)
        {
            Assert.Equal(DeliveryState.Accepted, (await _pages.Get<DeliveryActions>().WaitForOutcomeAsync(id, 0, PagesUnderTest.Patience, Ct))!.State);
        }

        Assert.All(stub.Requests, request => Assert.All(request.Calls, call => Assert.Equal("key-that-is-right", call.GetProperty("appClientId").GetString())));
    }

    [Fact(Timeout = 60_000)]
    public async Task After_a_check_that_fails_nothing_is_offered_and_the_page_says_why_it_stays()
    {
        var shop = await HeldAsync("http://127.0.0.1:9/v2");   // nobody listens there

        var page = Open(shop);
        await SaveKeyAsync(page);

        page.EventuallySays($"Saved. It stays on hold: {CauseCatalog.Find("connection_refused").Text}");
        Assert.Empty(page.FindAll(Offer));
        Assert.Equal(("unauthorized", "key-that-is-right"), (_pages.App.Directory.Find(shop.ConnectionId)!.HoldCause, _pages.App.Directory.Find(shop.ConnectionId)!.ApiKey));
    }

    [Fact(Timeout = 60_000)]
    public async Task On_a_hold_that_holds_nothing_the_offer_counts_nothing()
    {
        await using var stub = await RichpanelStub.StartAsync();
        var shop = await HeldAsync(stub.BaseUrl);

        var page = Open(shop);
        await SaveKeyAsync(page);

        page.EventuallySays("Nothing has waited; new deliveries go to");
        Assert.NotNull(page.Button("Resume"));
        Assert.DoesNotContain(page.FindAll("button"), button => button.Words().EndsWith(" held", StringComparison.Ordinal));
    }

    [Fact(Timeout = 60_000)]
    public async Task Without_a_hold_nothing_is_checked_and_nothing_offered()
    {
        var shop = await _pages.App.AddSourceAsync("Shop");   // a check of its address would fail, and say so

        var page = Open(shop);
        await SaveKeyAsync(page);

        page.Eventually(() => Assert.Contains(page.FindAll("[role=status]"), said => said.Words() == "Saved."));
        Assert.Empty(page.FindAll(Offer));
        Assert.DoesNotContain("stays on hold", page.Words(), StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task Going_back_to_the_secret_before_offers_it_as_another_secret_does()
    {
        await using var stub = await RichpanelStub.StartAsync();
        var shop = await HeldAsync(stub.BaseUrl);
        await _pages.Get<ConnectionStore>().UpdateAsync(Actor.System, shop.ConnectionId, new ConnectionDraft { ApiSecret = "secret-that-is-wrong" });

        var page = Open(shop);
        await page.PressAsync("Go back to the secret before");

        page.EventuallySays("The check passed");
        Assert.Equal("Resume Shop", page.Find(Offer).Words());
    }

    private async Task<TestSource> HeldAsync(string address)
    {
        var shop = await _pages.App.AddSourceAsync("Shop", connection => connection.BaseUrl = address);
        await _pages.Holds.HoldAsync(shop.ConnectionId, "unauthorized", null);
        return shop;
    }

    private IRenderedComponent<ConnectionPage> Open(TestSource shop) => _pages.Open<ConnectionPage>(
        $"/connections/{PublicId.Connection(shop.ConnectionId)}", set => set.Add(p => p.PublicConnectionId, PublicId.Connection(shop.ConnectionId)));

    private static async Task SaveKeyAsync(IRenderedComponent<ConnectionPage> page)
    {
        await page.ChangeAsync("#api-key", "key-that-is-right");
        await page.SubmitAsync();
    }
}
