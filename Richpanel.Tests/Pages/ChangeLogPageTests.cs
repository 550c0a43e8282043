using Bunit;
using Richpanel.Console.ChangeLog;
using Richpanel.Core;
using Richpanel.Core.Access;
using Richpanel.Core.ChangeLog;
using Richpanel.Core.Deliveries;
using Richpanel.Tests.ChangeLog;

namespace Richpanel.Tests.Pages;

public sealed class ChangeLogPageTests : IAsyncLifetime
{
    private static readonly Actor s_anna = new(ActorKind.Person, 3, "Anna", Role.Admin, Address: "203.0.113.7");

    private readonly PagesUnderTest _pages = new();

    [Fact(Timeout = 60_000)]
    public async Task A_line_says_who_did_what_to_what_from_what_to_what_why_and_from_where()
    {
        await _pages.Holds.PauseAsync(s_anna, _pages.Sandbox.Id, null, "Planned work");

        var page = _pages.Open<ChangeLogPage>("/change-log");

        page.EventuallySays("Planned work");
        var row = page.FindAll("tbody tr")[0];
        Assert.Matches("^[0-9]+ Anna person paused the connection Sandbox All of con_1 paused false → true Planned work 203.0.113.7 ", row.Words());
        Assert.Equal("/connections/con_1", row.QuerySelector("td[data-label=What] a")!.GetAttribute("href"));
        Assert.Equal("/change-log?who=person%3A3", row.QuerySelector("td[data-label=Who] a")!.GetAttribute("href"));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_delivery_and_a_source_lead_to_their_pages()
    {
        var source = _pages.App.Directory.Sources[0];
        await _pages.Get<ChangeWriting>().WriteAsync(s_anna, new Change(ChangeCatalog.WriteKeyShown, PublicId.Source(source.Id), source.Name));
        var row = await _pages.SendAsync(""" "userId":"u","event":"Sent" """, "m-1");
        await _pages.Get<DeliveryActions>().RetryAsync(s_anna, row.Id, asThen: false, Xunit.TestContext.Current.CancellationToken);

        var page = _pages.Open<ChangeLogPage>("/change-log");

        page.EventuallySays("retried the delivery Sent");
        Assert.Equal(
            ["/deliveries/" + PublicId.Delivery(row.Id), "/connections/" + PublicId.Connection(source.ConnectionId)],
            page.FindAll("tbody tr").Take(2).Select(line => line.QuerySelector("td[data-label=What] a")!.GetAttribute("href")));
    }

    [Fact(Timeout = 60_000)]
    public async Task What_stands_in_a_line_is_text_and_nothing_else()
    {
        await _pages.Holds.PauseAsync(s_anna with { Name = "<img src=x onerror=alert(1)>" }, _pages.Sandbox.Id, null, "<script>alert(1)</script>");

        var page = _pages.Open<ChangeLogPage>("/change-log");

        page.EventuallySays("<script>alert(1)</script>");
        Assert.Empty(page.FindAll("script, img"));
    }

    [Fact(Timeout = 60_000)]
    public async Task The_address_alone_narrows_the_list_and_the_export()
    {
        await _pages.Holds.PauseAsync(s_anna, _pages.Sandbox.Id, null);
        await _pages.Holds.ResumeAsync(s_anna, _pages.Sandbox.Id);

        var page = _pages.Open<ChangeLogPage>("/change-log?action=connection.resumed&who=person:3&since=2020-01-01");

        page.Eventually(() => Assert.Single(page.FindAll("tbody tr")));
        Assert.Equal("/change-log/export.csv?who=person%3A3&action=connection.resumed&since=2020-01-01T00%3A00%3A00Z", page.Find("a[download]").GetAttribute("href"));
    }

    [Fact(Timeout = 60_000)]
    public void A_filter_that_fits_nothing_says_so_and_can_be_cleared()
    {
        var page = _pages.Open<ChangeLogPage>("/change-log?words=nothing-like-it");

        page.EventuallySays("Nothing matches");
        Assert.Equal("/change-log", page.Find(".empty a").GetAttribute("href"));
    }

    [Fact(Timeout = 60_000)]
    public async Task An_e_mail_typed_as_words_goes_into_the_address_as_its_hash()
    {
        await _pages.Holds.PauseAsync(s_anna, _pages.Sandbox.Id, null, "jane@example.com asked");
        var page = _pages.Open<ChangeLogPage>("/change-log");
        page.EventuallySays("asked");

        await page.ChangeAsync("form label:nth-of-type(4) input", "Jane@Example.com");
        await page.SubmitAsync();

        page.Eventually(() => Assert.Single(page.FindAll("tbody tr")));
        Assert.DoesNotContain("xample", _pages.Address.Uri, StringComparison.OrdinalIgnoreCase);
    }

    [Theory(Timeout = 60_000)]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task No_field_of_the_filter_puts_an_e_mail_or_a_phone_into_the_address(int field)
    {
        foreach (var typed in (string[])["jane@example.com", "+49 151 1234-5678", "4915112345678"])
        {
            var page = _pages.Open<ChangeLogPage>("/change-log");
            page.EventuallySays("From day");
            await page.InvokeAsync(() => page.FindAll("form input")[field].Change(typed));

            await page.InvokeAsync(() => page.Find("form").SubmitAsync());

            Assert.Contains("?", _pages.Address.Uri, StringComparison.Ordinal);
            Assert.DoesNotMatch("jane|xample|1234", _pages.Address.Uri.ToLowerInvariant());
        }
    }

    [Theory(Timeout = 60_000)]
    [InlineData("words")]
    [InlineData("who")]
    [InlineData("object")]
    [InlineData("action")]
    [InlineData("since")]
    public async Task An_e_mail_typed_into_the_address_bar_does_not_stay_there(string part)
    {
        await _pages.Holds.PauseAsync(s_anna, _pages.Sandbox.Id, null, "jane@example.com asked");

        var page = _pages.Open<ChangeLogPage>($"/change-log?{part}=Jane@example.com");

        page.EventuallySays(part is "words" or "since" ? "asked" : "Nothing matches");
        Assert.DoesNotContain("xample", _pages.Address.Uri, StringComparison.OrdinalIgnoreCase);
        Assert.Contains($"{part}=%23", _pages.Address.Uri, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task What_comes_meanwhile_is_counted_and_moves_no_row()
    {
        var page = _pages.Open<ChangeLogPage>("/change-log");
        page.EventuallySays("started version");
        var first = page.Find("tbody td").Words();

        await _pages.Get<ChangeWriting>().WriteAsync(s_anna, new Change(ChangeCatalog.SignedIn));

        page.Eventually(() => Assert.Matches(@"\b[1-9] new\b", page.Words()));   // the product may write lines of its own meanwhile
        Assert.Equal(first, page.Find("tbody td").Words());
        await page.InvokeAsync(() => page.FindAll("button").Single(button => button.Words().EndsWith(" new", StringComparison.Ordinal)).Click());
        page.Eventually(() => Assert.Contains(page.FindAll("tbody tr"), row => row.Words().Contains("signed in", StringComparison.Ordinal)));
    }

    [Fact(Timeout = 60_000)]
    public async Task Verify_says_in_a_sentence_that_it_is_whole_or_which_line_is_not()
    {
        var page = _pages.Open<ChangeLogPage>("/change-log");
        page.EventuallySays("started version");
        await page.PressAsync("Verify");
        page.EventuallySays("The change log is intact");

        using (var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={_pages.App.DatabaseFile};Pooling=False"))
        {
            await connection.OpenAsync(Xunit.TestContext.Current.CancellationToken);
            using var command = connection.CreateCommand();
            command.CommandText = $"{LogUnderTest.DropTriggers} UPDATE ChangeLog SET ObjectName = 'other' WHERE Id = 2";
            await command.ExecuteNonQueryAsync(Xunit.TestContext.Current.CancellationToken);
        }

        await page.PressAsync("Verify");
        page.EventuallySays("The change log is broken: line 2 was changed after it was written.");
    }

    [Fact(Timeout = 60_000)]
    public async Task A_database_that_does_not_answer_is_told()
    {
        await _pages.App.RenameTableAsync("ChangeLog");

        var page = _pages.Open<ChangeLogPage>("/change-log");

        page.EventuallySays("This could not be loaded");
    }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _pages.DisposeAsync();
}
