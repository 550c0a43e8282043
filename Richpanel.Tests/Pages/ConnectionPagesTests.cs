using Bunit;
using Richpanel.Console.Connections;
using Richpanel.Core.Access;
using Richpanel.Core;
using Richpanel.Core.Connections;

namespace Richpanel.Tests.Pages;

public sealed class ConnectionPagesTests : IAsyncLifetime
{
    private const string Secret = "planted-secret-of-a-page-7731";
    private const string AddSource = "section[aria-labelledby=sources-title] footer form";

    private readonly PagesUnderTest _pages = new();

    [Fact(Timeout = 60_000)]
    public async Task The_id_of_a_source_which_lets_in_whoever_knows_it_is_shown_to_admins_alone()
    {
        var shop = await _pages.App.AddSourceAsync("Shop");
        var id = PublicId.Connection(shop.ConnectionId);
        _pages.Role = Role.Operator;

        var page = _pages.Open<ConnectionPage>($"/connections/{id}", set => set.Add(one => one.PublicConnectionId, id));

        page.EventuallySays("for admins: who knows it can post");
        Assert.DoesNotContain(shop.PublicId, page.Markup, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task The_list_names_each_connection_with_environment_state_address_and_secret()
    {
        var shop = await _pages.App.AddSourceAsync("Shop", apiSecret: null);
        await _pages.Holds.PauseAsync(Actor.System, shop.ConnectionId, null);

        var page = _pages.Open<ConnectionsPage>("/connections");

        page.EventuallySays("Shop 1 source");
        var rows = page.FindAll("tbody tr").Select(row => row.Words()).ToList();
        Assert.Contains(rows, row => row.StartsWith("Sandbox Made by the product", StringComparison.Ordinal) && row.Contains("built in Active", StringComparison.Ordinal));
        Assert.Contains("Shop 1 source Production http://127.0.0.1:9/v2 unsigned: no API Secret Paused nothing sent never yet", rows);
    }

    [Fact(Timeout = 60_000)]
    public void Whoever_may_make_no_connection_finds_the_way_to_the_form_off_and_reads_why()
    {
        _pages.Role = Role.Operator;

        var page = _pages.Open<ConnectionsPage>("/connections");

        Assert.True(page.Button("New connection").HasAttribute("disabled"));
        Assert.Contains("It needs admin", page.Find("fieldset[disabled]").Words(), StringComparison.Ordinal);
        Assert.DoesNotContain(page.FindAll("a"), link => link.GetAttribute("href") == "/connections/new");
    }

    [Fact(Timeout = 60_000)]
    public async Task A_new_connection_is_said_to_be_made_on_its_own_page_too()
    {
        var page = _pages.Open<NewConnectionPage>("/connections/new");
        await page.InvokeAsync(() => page.Find("#name").Input("Shop"));
        await page.InvokeAsync(() => page.Find("#api-key").Change("api-key-of-shop"));
        await page.InvokeAsync(() => page.Find("form").SubmitAsync());
        page.EventuallySays("Created.");
        Assert.EndsWith($"/connections/{PublicId.Connection(Shop.Id)}", _pages.Address.Uri, StringComparison.Ordinal);

        var next = _pages.Show<ConnectionPage>(set => set.Add(one => one.PublicConnectionId, PublicId.Connection(Shop.Id)));

        next.EventuallySays("Created. Check the address, add a source below");
    }

    [Fact(Timeout = 60_000)]
    public async Task An_empty_form_is_refused_with_a_sentence_at_each_field_that_needs_one()
    {
        var page = New();

        await page.SubmitAsync();

        page.EventuallySays("Not saved: see what is marked above.");
        Assert.StartsWith("Give the connection a name", page.Find("#name-fault").Words(), StringComparison.Ordinal);
        Assert.StartsWith("The API Key has 8 to", page.Find("#api-key-fault").Words(), StringComparison.Ordinal);
        Assert.Equal(("true", "name-fault name-help"), (page.Find("#name").GetAttribute("aria-invalid"), page.Find("#name").GetAttribute("aria-describedby")));
        Assert.Single(_pages.App.Directory.Connections);
    }

    [Theory(Timeout = 60_000)]
    [InlineData("timeout", "61", "The time-out is from 1 to 60 seconds.")]
    [InlineData("timeout", "0", "The time-out is from 1 to 60 seconds.")]
    [InlineData("concurrency", "257", "Concurrency is from 1 to 256 requests in flight.")]
    [InlineData("retry-jitter", "21", "Jitter is from 0 to 20 percent: it spreads tries, it does not bend the schedule.")]
    [InlineData("retry-waits", "5 s, soon", "'soon' is no wait. Write a number and s, min, h or d, with commas between the waits: 5 s, 30 s, 2 min.")]
    [InlineData("address", "ftp://example.com", "The base address is a whole https address such as https://api.richpanel.com/v2.")]
    public async Task A_value_out_of_range_is_told_at_its_field(string field, string value, string told)
    {
        var page = New();
        await FillAsync(page);
        await page.InputAsync($"#{field}", value);

        await page.SubmitAsync();

        page.Eventually(() => Assert.Equal(told, page.Find($"#{field}-fault").Words()));
    }

    [Fact(Timeout = 60_000)]
    public async Task Concurrency_and_time_out_are_saved_and_an_emptied_field_gives_the_option_back()
    {
        var page = New();
        await FillAsync(page);
        await page.InputAsync("#concurrency", "3");
        await page.InputAsync("#timeout", "45");
        await page.SubmitAsync();
        page.EventuallySays("Created.");
        Assert.Equal((3, 45), (Shop.Concurrency, Shop.TimeoutSeconds));

        await page.InputAsync("#concurrency", "");
        await page.InputAsync("#timeout", "");
        await page.SubmitAsync();

        page.EventuallySays("Saved.");
        Assert.Equal(((int?)null, (int?)null), (Shop.Concurrency, Shop.TimeoutSeconds));
        Assert.Equal("8", page.Find("#concurrency").GetAttribute("placeholder"));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_secret_goes_in_and_only_its_fingerprint_comes_out()
    {
        var page = New();
        await FillAsync(page);
        await page.ChangeAsync("#api-secret", Secret);
        await page.SubmitAsync();

        page.EventuallySays($"Fingerprint {Shop.SecretFingerprint}");
        Assert.DoesNotContain(Secret, page.Markup, StringComparison.Ordinal);
        Assert.Null(page.Find("#api-secret").GetAttribute("value"));

        await page.InputAsync("#name", "Shop 2");
        var fingerprint = Shop.SecretFingerprint;
        await page.SubmitAsync();
        page.EventuallySays("Saved.");
        Assert.Equal(fingerprint, Shop.SecretFingerprint);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_pasted_key_loses_its_blanks_and_says_so()
    {
        var page = New();

        await page.ChangeAsync("#api-key", "  key-12345678 \n");

        Assert.Equal("key-12345678", page.Find("#api-key").GetAttribute("value"));
        Assert.NotEmpty(page.FindAll(".hint"));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_check_shows_its_steps_and_where_it_stopped()
    {
        var shop = await _pages.App.AddSourceAsync("Shop");
        var page = Open(shop.ConnectionId);

        await page.PressAsync("Check");

        page.EventuallySays("Nothing can be delivered this way.");   // nothing listens on port 9, and loopback is not allowed
        Assert.Equal(
            ["Resolve the host failed: Address not allowed", "Connect not tried", "Answer not tried"],
            page.FindAll(".steps li").Select(step => string.Join(' ', step.Words().Split(' ').Take(step.Words().Contains("failed", StringComparison.Ordinal) ? 7 : 3))));
    }

    [Fact(Timeout = 60_000)]
    public async Task Pausing_resuming_and_releasing_show_at_once()
    {
        var page = Open(_pages.Sandbox.Id);
        await page.PressAsync("Pause");
        page.EventuallySays("Events are kept; nothing is sent.");
        Assert.Equal("Paused", page.Find(".head .state").Words());

        await page.PressAsync("Resume…");
        await page.PressAsync("Resume");
        page.EventuallySays("What is due is sent.");

        await _pages.Holds.HoldAsync(_pages.Sandbox.Id, "unauthorized", null);
        page.EventuallySays("On hold: Key not accepted (401)");
        await page.PressAsync("Release…");
        page.EventuallySays("Nothing has waited");
        await page.PressAsync("Release");
        page.EventuallySays("Say why it may go on, in at least 5 characters.");
        Assert.NotNull(_pages.Sandbox.HoldCause);
        await page.InvokeAsync(() => page.Find("#go-on-reason").Change("The key is right again"));
        await page.PressAsync("Release");
        page.EventuallySays("What is due is sent.");
        Assert.Null(_pages.Sandbox.HoldCause);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_disabled_connection_is_not_said_to_send_and_offers_no_pause()
    {
        var shop = await _pages.App.AddSourceAsync("Shop", connection => connection.Disabled = true);

        var page = Open(shop.ConnectionId);

        Assert.Contains("Nothing is sent, and what arrives is skipped", page.Words(), StringComparison.Ordinal);
        Assert.DoesNotContain("What is due is sent.", page.Words(), StringComparison.Ordinal);
        Assert.DoesNotContain(page.FindAll("button"), button => button.Words() == "Pause");
    }

    [Fact(Timeout = 60_000)]
    public async Task A_connection_that_was_asked_to_wait_says_until_when()
    {
        var shop = await _pages.App.AddSourceAsync("Shop", connection => connection.PostponedUntil = TimeProvider.System.GetUtcNow().AddMinutes(9));

        var page = Open(shop.ConnectionId);

        Assert.Contains("Richpanel asked to wait (Retry-After): nothing is sent until", page.Words(), StringComparison.Ordinal);
        Assert.DoesNotContain("What is due is sent.", page.Words(), StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_new_source_shows_its_write_key_once_it_is_made_and_a_nameless_one_is_refused()
    {
        var page = Open(_pages.Sandbox.Id);
        await page.SubmitAsync(AddSource);
        page.EventuallySays("Give the source a name");

        await page.ChangeAsync("input[placeholder='Web shop']", "Web");
        await page.SubmitAsync(AddSource);

        page.Eventually(() => Assert.Equal(2, page.FindAll("#sources tbody tr").Count));
        var made = _pages.App.Directory.Sources.Single(source => source.Name == "Web");
        Assert.Contains(_pages.Get<SourceStore>().RevealWriteKey(made), page.Words(), StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public void An_id_that_leads_nowhere_says_so()
    {
        var page = _pages.Open<ConnectionPage>("/connections/con_999", set => set.Add(p => p.PublicConnectionId, "con_999"));

        Assert.Contains("There is no such connection", page.Words(), StringComparison.Ordinal);
    }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _pages.DisposeAsync();

    private Connection Shop => _pages.App.Directory.Connections.Single(connection => !connection.IsSandbox);

    private IRenderedComponent<ConnectionPage> New() => _pages.Open<ConnectionPage>("/connections/new");

    private IRenderedComponent<ConnectionPage> Open(long id) =>
        _pages.Open<ConnectionPage>($"/connections/{PublicId.Connection(id)}", set => set.Add(p => p.PublicConnectionId, PublicId.Connection(id)));

    private static async Task FillAsync(IRenderedComponent<ConnectionPage> page)
    {
        await page.InputAsync("#name", "Shop");
        await page.ChangeAsync("#api-key", "api-key-of-shop");
    }
}
