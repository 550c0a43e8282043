using Richpanel.Console.Shell;
using Richpanel.Core;
using Richpanel.Core.Access;
using Richpanel.Tests.Pages;

namespace Richpanel.Tests.Shell;

public sealed class CommandSearchTests : IAsyncDisposable
{
    private static readonly Uri s_home = new("https://console.example/");

    private readonly PagesUnderTest _pages = new();

    [Fact(Timeout = 60_000)]
    public async Task Each_key_of_a_delivery_leads_to_it()
    {
        var row = await _pages.SendAsync(""" "userId":"user-77","event":"Order Completed","properties":{"order_id":"A-998","email":"jane@example.com"} """, "m-77");
        var id = PublicId.Delivery(row.Id);

        foreach (var typed in new[] { id, id.ToUpperInvariant(), " m-77 ", "user-77", "A-998", $"https://console.example/deliveries/{id}", $"/deliveries/{id}" })
        {
            Assert.Equal($"/deliveries/{id}", (await FindAsync(Role.Viewer, typed))[0].Address());
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task A_masked_role_finds_by_an_email_it_knows_and_the_email_stands_neither_in_words_nor_address()
    {
        foreach (var n in new[] { "1", "2" })
        {
            await _pages.SendAsync($$""" "userId":"u-{{n}}","event":"Signed Up","context":{"traits":{"email":"jane@example.com"} } """, "mail-" + n);
        }

        var found = Assert.Single(await FindAsync(Role.Support, "Jane@Example.com"));

        Assert.Equal(("2 deliveries", "of this e-mail"), (found.Title, found.Detail));
        Assert.StartsWith("/deliveries?who=", found.Address(), StringComparison.Ordinal);
        Assert.DoesNotContain("jane", found.Title + found.Detail + found.Address(), StringComparison.OrdinalIgnoreCase);
    }

    [Fact(Timeout = 60_000)]
    public async Task Connections_sources_and_pages_are_found_and_only_pages_the_role_may_open()
    {
        var sandbox = _pages.Sandbox;
        var source = _pages.App.Directory.Sources.First(one => one.ConnectionId == sandbox.Id);
        foreach (var typed in new[] { PublicId.Connection(sandbox.Id), PublicId.Source(source.Id), source.PublicId, "sandb" })
        {
            Assert.Equal($"/connections/{PublicId.Connection(sandbox.Id)}", (await FindAsync(Role.Viewer, typed))[0].Address());
        }

        Assert.Equal("/change-log", (await FindAsync(Role.Operator, "audit"))[0].Address());
        Assert.Empty(await FindAsync(Role.Viewer, "audit"));
        Assert.Equal("/lab", (await FindAsync(Role.Viewer, "la"))[0].Address());
        Assert.Equal(CommandSearch.Most, (await FindAsync(Role.Admin, "")).Count);
    }

    [Theory(Timeout = 60_000)]
    [InlineData("dlv_zzzz")]
    [InlineData("nobody@example.com")]
    [InlineData("https://evil.example/deliveries")]
    [InlineData("//evil.example")]
    [InlineData("/\\evil.example")]
    [InlineData("javascript:alert(1)")]
    public async Task What_is_not_here_leads_nowhere(string typed) => Assert.Empty(await FindAsync(Role.Admin, typed));

    [Fact(Timeout = 60_000)]
    public async Task A_pasted_payload_is_no_question() => Assert.Empty(await FindAsync(Role.Admin, new string('x', 5_000)));

    public ValueTask DisposeAsync() => _pages.DisposeAsync();

    private Task<IReadOnlyList<Suggestion>> FindAsync(Role role, string typed) => _pages.Get<CommandSearch>().FindAsync(
        new Actor(ActorKind.Person, 1, "Somebody", role), typed, s_home, TestContext.Current.CancellationToken);
}
