using Bunit;
using Richpanel.Console.Lab;
using Richpanel.Core.Access;
using Richpanel.Core;
using Richpanel.Core.Connections;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Preview;
using Richpanel.Core.Privacy;

namespace Richpanel.Tests.Pages;

public sealed class LabPageTests : IAsyncLifetime
{
    private readonly PagesUnderTest _pages = new();

    [Fact(Timeout = 60_000)]
    public async Task A_picked_sample_shows_the_mapped_call_with_its_verdict_and_notes()
    {
        var page = Open();

        await page.ChangeAsync("#sample", "guest-order");

        Assert.Contains("Order Completed", page.Find("textarea").GetAttribute("value"), StringComparison.Ordinal);
        Assert.Contains("to a visitor's timeline", page.Find(".verdict").Words(), StringComparison.Ordinal);
        Assert.Contains("\"order\"", page.Find("[data-json=target]").Words(), StringComparison.Ordinal);
        Assert.NotEmpty(page.FindAll(".notes li"));
    }

    [Fact(Timeout = 60_000)]
    public async Task Text_that_is_not_json_is_told_with_line_and_column_and_cannot_be_sent()
    {
        var page = Open();

        await page.InputAsync("textarea", "{\n  \"type\": track\n}");

        page.EventuallySays("Line 2, column");
        Assert.True(page.Button("Send to Sandbox").HasAttribute("disabled"));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_call_that_lacks_what_it_needs_is_told_with_what_and_why()
    {
        var page = Open();

        await page.InputAsync("textarea", """{"type":"track","userId":"jane"}""");

        page.Eventually(() => Assert.StartsWith("Cannot be sent: ", page.Find(".verdict").Words(), StringComparison.Ordinal));
        Assert.DoesNotContain(page.FindAll("button"), button => button.Words() == "Exact request");
    }

    [Fact(Timeout = 60_000)]
    public async Task The_exact_request_stands_with_placeholders_for_what_is_secret()
    {
        var page = Open();

        await page.PressAsync("Exact request");

        var request = page.Find("pre[aria-label='Exact request']").TextContent;
        Assert.StartsWith("POST ", request, StringComparison.Ordinal);
        Assert.EndsWith("/t", request.Split('\n')[0], StringComparison.Ordinal);
        Assert.Contains("Placeholders stand where the secret has its part", page.Words(), StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task Sending_shows_the_answer_and_leads_to_the_delivery()
    {
        var page = Open();

        await page.PressAsync("Send to Sandbox");

        page.Eventually(() => Assert.Contains("The sandbox accepted it on the first try.", page.Find("[data-testid=lab-result]").Words(), StringComparison.Ordinal));
        Assert.Contains("Nothing left this machine. Open the delivery", page.Find("[data-testid=lab-result]").TextContent.Replace("\n", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.StartsWith("/deliveries/dlv_", page.Find("[data-testid=lab-result] a").GetAttribute("href"), StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_refusal_of_the_other_side_is_shown_as_one()
    {
        _pages.Answers(422);
        var page = Open();

        await page.PressAsync("Send to Sandbox");

        page.Eventually(() => Assert.StartsWith("Failed It failed after 1 try: Content refused", page.Find("[data-testid=lab-result]").Words(), StringComparison.Ordinal));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_production_account_asks_once_more_and_says_that_nothing_there_can_be_deleted()
    {
        var shop = await _pages.App.AddSourceAsync("Shop");
        await _pages.Holds.PauseAsync(Actor.System, shop.ConnectionId, null);
        var page = _pages.Open<LabPage>($"/lab?connection={PublicId.Connection(shop.ConnectionId)}");

        await page.PressAsync("Send…");

        Assert.Contains("nothing there can be deleted", page.Words(), StringComparison.Ordinal);
        Assert.Contains("Send this one event to Shop?", page.Words(), StringComparison.Ordinal);
        Assert.Empty((await _pages.Get<DeliveryQueries>().PageAsync(Sight.Of(Actor.System), new DeliveryFilter(), null, 1, Xunit.TestContext.Current.CancellationToken)).Items);
    }

    [Fact(Timeout = 60_000)]
    public async Task An_account_that_became_production_meanwhile_gets_nothing_that_was_meant_for_staging()
    {
        var shop = await _pages.App.AddSourceAsync("Shop", connection => connection.Environment = ConnectionEnvironment.Staging);
        var page = _pages.Open<LabPage>($"/lab?connection={PublicId.Connection(shop.ConnectionId)}");
        await _pages.Get<ConnectionStore>().UpdateAsync(Actor.System, shop.ConnectionId, new ConnectionDraft { Environment = ConnectionEnvironment.Production });

        await page.PressAsync("Send to Shop");

        page.EventuallySays("Shop was changed since this page was opened: it is Production now. Look again, then send.");
        Assert.Empty((await _pages.Get<DeliveryQueries>().PageAsync(Sight.Of(Actor.System), new DeliveryFilter(), null, 1, Xunit.TestContext.Current.CancellationToken)).Items);
    }

    [Fact(Timeout = 60_000)]
    public async Task The_right_to_send_is_asked_of_the_account_as_it_is_now()
    {
        var shop = await _pages.App.AddSourceAsync("Shop", connection => connection.AllowsLabSends = true);
        var before = _pages.App.Directory.Find(shop.ConnectionId)!;
        await _pages.Get<ConnectionStore>().UpdateAsync(Actor.System, shop.ConnectionId, new ConnectionDraft { AllowsLabSends = false });

        var refused = await Assert.ThrowsAsync<ForbiddenException>(() => _pages.Get<LabSender>().SendAsync(
            new Actor(ActorKind.Person, 1, "Quinn", Role.Qa), before, """{"type":"track","event":"A","userId":"u"}"""u8.ToArray(), TimeSpan.FromSeconds(1), Xunit.TestContext.Current.CancellationToken));

        Assert.Equal(Permission.SendToProduction, refused.Permission);
    }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _pages.DisposeAsync();

    private IRenderedComponent<LabPage> Open() => _pages.Open<LabPage>("/lab");
}
