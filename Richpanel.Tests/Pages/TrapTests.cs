using Bunit;
using Microsoft.EntityFrameworkCore;
using Richpanel.Console.Deliveries;
using Richpanel.Console.Lab;
using Richpanel.Console.Receiver;
using Richpanel.Console.Sandbox;
using Richpanel.Core.Access;
using Richpanel.Core.Preview;
using Richpanel.Tests.Support;

namespace Richpanel.Tests.Pages;

/// <summary>What people fall into on pages of other products: rows that a default hides, and a copy that is not what was shown.</summary>
public sealed class TrapTests : IAsyncLifetime
{
    private readonly PagesUnderTest _pages = new();

    private static CancellationToken Ct => Xunit.TestContext.Current.CancellationToken;

    [Fact(Timeout = 60_000)]
    public async Task Without_a_filter_each_list_shows_everything_there_is()
    {
        _pages.Answers(200, 422);
        await _pages.SendAsync(""" "userId":"u","event":"Taken" """, "m-1");
        await _pages.SendAsync(""" "userId":"u","event":"Refused" """, "m-2");
        await _pages.Get<LabSender>().SendAsync(Actor.System, _pages.Sandbox, """{"type":"track","event":"Of The Lab","userId":"u","messageId":"m-3"}"""u8.ToArray(), PagesUnderTest.Patience, Ct);
        await _pages.Get<LabSender>().SendAsync(Actor.System, _pages.Sandbox, """{"type":"track","event":"Of The Lab","userId":"u","messageId":"m-3"}"""u8.ToArray(), PagesUnderTest.Patience, Ct);   // skipped: a duplicate
        using var client = _pages.App.CreateClient();
        (await client.PostCallAsync("/v1/track", "{}", "nobodys-key")).Dispose();
        await using var context = _pages.App.Read();
        Assert.Equal(4, await context.Deliveries.CountAsync(Ct));
        Assert.Equal(4, await context.Deliveries.Select(delivery => new { delivery.State, delivery.Origin }).Distinct().CountAsync(Ct));

        var log = _pages.Open<DeliveriesPage>("/deliveries");
        log.Eventually(() => Assert.Equal(["Of The Lab", "Of The Lab", "Refused", "Taken"], log.FindAll("tbody .row-link").Select(link => link.Words()).Order(StringComparer.Ordinal)));
        var sandbox = _pages.Open<SandboxPage>("/sandbox");
        sandbox.Eventually(() => Assert.Equal(3, sandbox.FindAll("tr[data-request]").Count));   // the duplicate never went out
        var receiver = _pages.Open<ReceiverPage>("/receiver");
        receiver.Eventually(() => Assert.Equal(3, receiver.FindAll("tr[data-arrival]").Count));   // what the lab sent came in at no door
    }

    [Fact(Timeout = 60_000)]
    public async Task What_lands_on_the_clipboard_is_what_stands_beside_the_button()
    {
        var lab = _pages.Open<LabPage>("/lab?side=code");
        await CopiesAsShownAsync(lab);
        await lab.PressAsync("Exact request");
        await CopiesAsShownAsync(lab);

        foreach (var sender in ReceiverSnippets.Of("http://localhost", "key", "id"))
        {
            await CopiesAsShownAsync(_pages.Open<ReceiverPage>($"/receiver?sender={sender.Id}"));
        }

        await CopiesAsShownAsync(_pages.Open<ReceiverPage>("/receiver"));
    }

    private async Task CopiesAsShownAsync<T>(IRenderedComponent<T> page)
        where T : Microsoft.AspNetCore.Components.IComponent
    {
        var boxes = page.FindAll(".command:has(.copy)").Count;
        Assert.NotEqual(0, boxes);
        for (var i = 0; i < boxes; i++)
        {
            var shown = page.FindAll(".command:has(.copy)")[i].QuerySelector("pre")!.TextContent;
            await page.InvokeAsync(() => page.FindAll(".command:has(.copy)")[i].QuerySelector(".copy")!.ClickAsync(new()));

            Assert.Equal(shown, _pages.Browser.Invocations["richpanel.copy"][^1].Arguments[0]);
        }
    }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _pages.DisposeAsync();
}
