using System.Text;
using Bunit;
using Microsoft.AspNetCore.Components;
using Richpanel.Console.ChangeLog;
using Richpanel.Console.Connections;
using Richpanel.Console.Deliveries;
using Richpanel.Console.Lab;
using Richpanel.Console.Overview;
using Richpanel.Console.People;
using Richpanel.Console.Tokens;
using Richpanel.Core;
using Richpanel.Core.Access;
using Richpanel.Core.People;
using Richpanel.Tests.Support;

namespace Richpanel.Tests.Pages;

/// <summary>
/// Pages are filled inside a circuit, so a GET shows none of what they hold: here each is rendered whole, after traffic with a planted
/// secret and write key, and searched. A write key stands on its connection's page, for whoever asks for it; the sandbox's own in the
/// command for a first event.
/// </summary>
public sealed class SecretsOnPagesTests : IAsyncLifetime
{
    private const string Secret = "planted-secret-of-all-pages-4402";

    private readonly PagesUnderTest _pages = new();

    [Fact(Timeout = 60_000)]
    public async Task A_planted_secret_and_write_key_are_on_no_page()
    {
        var shop = await _pages.App.AddSourceAsync("Shop", apiSecret: Secret, webhookSecret: Secret);
        using (var sender = _pages.App.CreateClient())
        {
            using var broken = await sender.PostCallAsync("/v1/track", $$"""{"writeKey":"{{shop.WriteKey}}","broken":""", shop.WriteKey);
        }

        var row = await _pages.SendAsync($$""" "writeKey":"{{shop.WriteKey}}","userId":"u","event":"Order Completed" """, "m-1", shop);
        Assert.Equal(1, row.AttemptCount);

        Assert.Empty(Finds(shop, Open<OverviewPage>("/", "/v1/track")));
        Assert.Empty(Finds(shop, Open<DeliveriesPage>("/deliveries", "Order Completed")));
        Assert.Empty(Finds(shop, Open<DeliveryDetailPage>(
            $"/deliveries/{PublicId.Delivery(row.Id)}", "Tries", set => set.Add(page => page.PublicDeliveryId, PublicId.Delivery(row.Id)))));
        Assert.Empty(Finds(shop, Open<ConnectionsPage>("/connections", "Shop")));
        var id = PublicId.Connection(shop.ConnectionId);
        var connection = Open<ConnectionPage>($"/connections/{id}", "Sources", set => set.Add(page => page.PublicConnectionId, id));
        Assert.Empty(Finds(shop, connection));
        await connection.ClickAsync("button[aria-label='Edit Shop']");
        connection.EventuallySays("Webhook secret in use by Shop");
        Assert.Empty(Finds(shop, connection));
        await connection.PressAsync("Cancel");
        var lab = Open<LabPage>($"/lab?connection={id}", "Shop is production");
        Assert.Empty(Finds(shop, lab));
        await lab.PressAsync("Exact request");
        Assert.Empty(Finds(shop, lab));

        // The search does find what is there.
        await connection.ClickAsync("section[aria-labelledby=sources-title] button.link");
        connection.Eventually(() => Assert.NotEmpty(Finds(shop, connection)));
    }

    /// <summary>Each was shown once, to whoever made it: here somebody opens the page later.</summary>
    [Fact(Timeout = 60_000)]
    public async Task A_token_and_the_code_of_a_link_are_on_no_page_that_is_opened_later()
    {
        var bearer = (await _pages.Get<ApiTokenStore>().CreateAsync(Actor.System, new ApiTokenDraft("ci", Role.Viewer, [], null))).Bearer!;
        var (_, code) = await _pages.Get<PeopleStore>().InviteAsync(Actor.System, "ivy@example.test", "Ivy Invited", Role.Support);

        Assert.Empty(Holds([bearer, code!], Open<TokensPage>("/tokens", "ci viewer")));
        Assert.Empty(Holds([bearer, code!], Open<PeoplePage>("/people", "Ivy Invited")));
        Assert.Empty(Holds([bearer, code!], Open<ChangeLogPage>("/change-log", "Ivy Invited")));
    }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _pages.DisposeAsync();

    private IRenderedComponent<T> Open<T>(string address, string holds, Action<ComponentParameterCollectionBuilder<T>>? parameters = null)
        where T : IComponent
    {
        var page = _pages.Open(address, parameters);
        page.EventuallySays(holds);
        return page;
    }

    private static IEnumerable<string> Finds<T>(TestSource shop, IRenderedComponent<T> page)
        where T : IComponent => Holds([Secret, shop.WriteKey], page);

    private static IEnumerable<string> Holds<T>(string[] secrets, IRenderedComponent<T> page)
        where T : IComponent =>
        from secret in secrets
        from form in (string[])[secret, Convert.ToBase64String(Encoding.UTF8.GetBytes(secret)), Convert.ToBase64String(Encoding.UTF8.GetBytes(secret + ":"))]
        where page.Markup.Contains(form, StringComparison.Ordinal)
        select $"{secret[..10]}… on {typeof(T).Name}";
}
