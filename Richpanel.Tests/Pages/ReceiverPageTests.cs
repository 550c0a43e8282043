using Bunit;
using Richpanel.Console.Receiver;
using Richpanel.Core;
using Richpanel.Core.Access;
using Richpanel.Core.Connections;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Receiving;
using Richpanel.Tests.Support;

namespace Richpanel.Tests.Pages;

public sealed class ReceiverPageTests : IAsyncLifetime
{
    private const string Call = """{"type":"track","event":"One","userId":"u","messageId":"m-1"}""";

    private readonly PagesUnderTest _pages = new();

    [Fact(Timeout = 60_000)]
    public async Task It_waits_for_the_first_request_and_shows_it_let_in_or_refused_without_being_asked()
    {
        var page = _pages.Open<ReceiverPage>("/receiver");
        page.EventuallySays("Waiting for the first request…");
        page.EventuallySays("Nothing refused");

        using var client = _pages.App.CreateClient();
        using (await client.PostCallAsync("/v1/track", Call, "nobodys-key"))
        {
            page.Eventually(() => Assert.Contains("Refused, HTTP 401 Unknown write key.", page.Find("[data-testid=arrivals]").TextContent.Trimmed(), StringComparison.Ordinal));
        }

        await _pages.SendAsync(""" "userId":"u","event":"Seen" """, "m-2", settled: false);
        page.Eventually(() => Assert.Equal(2, page.FindAll("tr[data-arrival]").Count));
        page.Eventually(() => Assert.StartsWith("/deliveries/dlv_", page.FindAll("tr[data-arrival]")[0].QuerySelector("a")?.GetAttribute("href") ?? "", StringComparison.Ordinal));
        var first = page.FindAll("tr[data-arrival]")[0];
        Assert.Contains("/v1/track", first.Words(), StringComparison.Ordinal);
        Assert.Contains("Sandbox", first.Words(), StringComparison.Ordinal);
        page.EventuallySays("Unknown write key 1");   // counted by cause
    }

    [Fact(Timeout = 60_000)]
    public async Task While_somebody_points_at_a_row_new_ones_wait_and_no_row_moves()
    {
        await _pages.SendAsync(""" "userId":"u","event":"First" """, "m-1");
        var page = _pages.Open<ReceiverPage>("/receiver");
        page.Eventually(() => Assert.Single(page.FindAll("tr[data-arrival]")));
        var key = page.Find("tr[data-arrival]").GetAttribute("data-arrival");
        await page.InvokeAsync(() => page.Find("[data-testid=arrivals] table").ParentElement!.TriggerEventAsync("onpointerenter", new Microsoft.AspNetCore.Components.Web.PointerEventArgs()));

        await _pages.SendAsync(""" "userId":"u","event":"Second" """, "m-2", settled: false);

        page.EventuallySays("1 new");
        Assert.Equal(key, Assert.Single(page.FindAll("tr[data-arrival]")).GetAttribute("data-arrival"));
        await page.PressAsync("1 new");
        page.Eventually(() => Assert.Equal(2, page.FindAll("tr[data-arrival]").Count));
    }

    [Fact(Timeout = 60_000)]
    public async Task An_admin_fills_the_key_in_on_demand_and_that_is_a_line_of_the_change_log()
    {
        var shop = await _pages.App.AddSourceAsync();
        var page = _pages.Open<ReceiverPage>($"/receiver?source={PublicId.Source(shop.SourceId)}");
        page.EventuallySays("Show the write key and fill it in below");
        Assert.DoesNotContain(shop.WriteKey, page.Markup, StringComparison.Ordinal);

        await page.PressAsync("curl");
        Assert.Contains(ReceiverSnippets.KeyPlaceholder, page.Find("#sender-pane pre").TextContent, StringComparison.Ordinal);
        await page.PressAsync("Show the write key and fill it in below");

        page.Eventually(() => Assert.Contains($"-u {shop.WriteKey}:", page.Find("#sender-pane pre").TextContent, StringComparison.Ordinal));
        await using var context = _pages.App.Read();
        Assert.Single(context.ChangeLog.Where(line => line.Action == "source.key-shown"));

        _pages.Address.NavigateTo("/receiver");   // another source has another key
        page = _pages.Show<ReceiverPage>();
        Assert.DoesNotContain(shop.WriteKey, page.Markup, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task Whoever_may_not_administer_reads_neither_key_nor_id()
    {
        var shop = await _pages.App.AddSourceAsync();
        _pages.Role = Role.Operator;

        var page = _pages.Open<ReceiverPage>($"/receiver?source={PublicId.Source(shop.SourceId)}");

        page.EventuallySays("who knows it can post");
        Assert.DoesNotContain(shop.WriteKey, page.Markup, StringComparison.Ordinal);
        Assert.DoesNotContain(shop.PublicId, page.Markup, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task The_signature_helper_says_which_part_differs_and_forgets_what_it_was_told()
    {
        var page = _pages.Open<ReceiverPage>("/receiver");
        await page.SubmitAsync();
        page.EventuallySays("Paste the raw body and the shared secret.");
        await page.PressAsync("Fill in an example");
        await page.SubmitAsync();

        page.EventuallySays("It does not fit.");
        Assert.Contains("Prefix", page.Find("[data-testid=signature-review]").Words(), StringComparison.Ordinal);
        Assert.Contains("Case", page.Find("[data-testid=signature-review]").Words(), StringComparison.Ordinal);
        await page.PressAsync("Clear");

        Assert.Empty(page.FindAll("[data-testid=signature-review]"));
        Assert.DoesNotContain("example-secret", page.Markup, StringComparison.Ordinal);
        Assert.DoesNotContain("example-secret", _pages.App.Logs.Text, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task The_stored_secret_is_compared_for_admins_alone_and_by_its_fingerprint()
    {
        var shop = await _pages.App.AddSourceAsync();
        await _pages.Get<SourceStore>().UpdateSourceAsync(Actor.System, shop.SourceId, new SourceDraft { WebhookSecret = "example-secret" });
        foreach (var (role, says) in new[] { (Role.Admin, "The secret is the one stored at Shop."), (Role.Operator, null) })
        {
            _pages.Role = role;
            var page = _pages.Open<ReceiverPage>($"/receiver?source={PublicId.Source(shop.SourceId)}");
            await page.PressAsync("Fill in an example");
            await page.SubmitAsync();
            page.EventuallySays("It does not fit.");
            Assert.Equal(says is not null, page.Words().Contains("stored at Shop", StringComparison.Ordinal));
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task Refused_requests_are_narrowed_by_cause_and_say_place_and_remedy()
    {
        using var client = _pages.App.CreateClient();
        var key = _pages.Get<SourceStore>().RevealWriteKey(_pages.App.Directory.Sources[0]);
        using (await client.PostCallAsync("/v1/batch", """{"batch":7}""", key))
        using (await client.PostCallAsync("/v1/track", """{"event": jane}""", key))
        {
            await _pages.Get<Refusals>().FlushAsync();
        }

        var page = _pages.Open<ReceiverPage>("/receiver?cause=batch_missing");
        page.EventuallySays("The body has no list 'batch'");
        Assert.Contains("$.batch", page.Find("#rejected tbody").Words(), StringComparison.Ordinal);
        Assert.Single(page.FindAll("#rejected tbody tr"));
        Assert.Contains("Not JSON 1", page.Find("#rejected nav").Words(), StringComparison.Ordinal);
        await page.PressAsync("Body");
        page.Eventually(() => Assert.Contains("{\"batch\":7}", page.Find("#rejected pre").TextContent, StringComparison.Ordinal));

        page = _pages.Open<ReceiverPage>("/receiver?cause=invalid_json");
        page.EventuallySays("it breaks at line 1, byte 11");

        page = _pages.Open<ReceiverPage>("/receiver?cause=store_full");
        page.EventuallySays("Nothing matches");
    }

    [Fact(Timeout = 60_000)]
    public async Task A_database_that_does_not_answer_is_told_in_each_list()
    {
        await _pages.App.RenameTableAsync("RejectedRequests");

        var page = _pages.Open<ReceiverPage>("/receiver");

        page.Eventually(() => Assert.Equal(2, page.FindAll(".empty.failed").Count));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_test_without_an_address_says_so_and_claims_nothing()
    {
        // The test server listens on no socket.
        var page = _pages.Open<ReceiverPage>($"/receiver?source={PublicId.Source(_pages.App.Directory.Sources[0].Id)}");

        await page.PressAsync("Send me a test");

        page.Eventually(() => Assert.Contains("It is not known where the receiver listens.", page.Find("[data-testid=test-outcome]").Words(), StringComparison.Ordinal));
        Assert.DoesNotContain("Let in and kept", page.Words(), StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_key_that_was_replaced_and_a_source_that_was_deleted_leave_the_open_page()
    {
        var shop = await _pages.App.AddSourceAsync();
        var page = _pages.Open<ReceiverPage>($"/receiver?source={PublicId.Source(shop.SourceId)}");
        await page.PressAsync("Show the write key and fill it in below");
        page.EventuallySays(shop.WriteKey);

        await _pages.Get<SourceStore>().RotateWriteKeyAsync(Actor.System, shop.SourceId, TimeSpan.Zero);
        page.EventuallySays("Its write key was replaced meanwhile.");
        Assert.DoesNotContain(shop.WriteKey, page.Markup, StringComparison.Ordinal);
        await page.PressAsync("Show the write key and fill it in below");
        page.Eventually(() => Assert.Equal(shop.SourceId, _pages.App.Directory.FindSourceByWriteKey(page.Find(".facts .mono + .copy[title='Copy write key']").PreviousElementSibling!.Words())?.Id));

        await _pages.Get<ConnectionRemoval>().DeleteSourceAsync(Actor.System, shop.SourceId, "Shop");
        page.EventuallySays("The source of this address is gone. All sources are shown.");
        Assert.DoesNotContain(page.FindAll("button"), button => button.Words() == "Send me a test");
        Assert.Empty(page.FindAll(".copy[title='Copy write key']"));
    }

    [Fact(Timeout = 60_000)]
    public async Task Refused_requests_say_whose_they_are_and_are_narrowed_to_a_source_and_those_of_nobody_known()
    {
        var shop = await _pages.App.AddSourceAsync("Shop", source: one => one.AllowedAddresses = "203.0.113.9");
        var other = await _pages.App.AddSourceAsync("Other", source: one => one.AllowedAddresses = "203.0.113.9");
        using var client = _pages.App.CreateClient();
        foreach (var key in new[] { shop.WriteKey, other.WriteKey, "nobodys-key" })
        {
            (await client.PostCallAsync("/v1/track", Call, key)).Dispose();
        }

        await _pages.Get<Refusals>().FlushAsync();   // all of them at once: what comes later is counted above the list
        var page = _pages.Open<ReceiverPage>("/receiver");
        page.Eventually(() => Assert.Equal(["Other", "Shop", "unknown"], Sources(page)));
        page = _pages.Open<ReceiverPage>($"/receiver?source={PublicId.Source(shop.SourceId)}");
        page.Eventually(() => Assert.Equal(["Shop", "unknown"], Sources(page)));
        page.EventuallySays("counted exactly, of every source");

        static IEnumerable<string> Sources(IRenderedComponent<ReceiverPage> page) => page.FindAll("#rejected td[data-label=Source]").Select(cell => cell.Words()).Order(StringComparer.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task The_first_source_shows_on_a_page_that_was_open_before_it()
    {
        var source = _pages.App.Directory.Sources.Single();
        await _pages.Get<ConnectionRemoval>().DeleteSourceAsync(Actor.System, source.Id, source.Name);
        var page = _pages.Open<ReceiverPage>("/receiver");
        page.EventuallySays("No source exists yet.");

        await _pages.Get<SourceStore>().AddSourceAsync(Actor.System, _pages.Sandbox.Id, new SourceDraft { Name = "The first one" });

        page.EventuallySays("The first one · Sandbox");
        page.EventuallySays("Choose a source above to fill in its key.");
    }

    [Fact(Timeout = 60_000)]
    public void A_source_that_is_gone_is_told()
    {
        var page = _pages.Open<ReceiverPage>("/receiver?source=src_zzzz");

        page.EventuallySays("The source of this address is gone.");
    }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _pages.DisposeAsync();
}

internal static class TextReading
{
    /// <summary>Blanks made single.</summary>
    public static string Trimmed(this string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
