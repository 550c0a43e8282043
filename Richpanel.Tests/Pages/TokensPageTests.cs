using Bunit;
using Richpanel.Console.Tokens;
using Richpanel.Core.Access;

namespace Richpanel.Tests.Pages;

public sealed class TokensPageTests : IAsyncDisposable
{
    private readonly PagesUnderTest _pages = new();

    public ValueTask DisposeAsync() => _pages.DisposeAsync();

    [Fact(Timeout = 60_000)]
    public async Task A_token_may_be_limited_to_several_connections()
    {
        var page = await OpenLimitedAsync();

        await page.InvokeAsync(() => page.FindAll(".checks input")[1].Change(true));
        await page.InvokeAsync(() => page.FindAll(".checks input")[2].Change(true));
        await page.InvokeAsync(() => page.FindAll(".checks input")[0].Change(true));
        await page.InvokeAsync(() => page.FindAll(".checks input")[0].Change(false));   // thought better of it
        await page.InvokeAsync(() => page.Find("form").SubmitAsync());

        page.EventuallySays("Copy it now.");
        Assert.Equal("Shop,Blog", (await TokensAsync()).Single(token => token.Name == "ci").Connections);
        Assert.Contains("ci viewer Shop, Blog", page.Words(), StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_limit_to_nothing_is_told_at_its_field_and_makes_no_token_for_all()
    {
        var page = await OpenLimitedAsync();

        await page.InvokeAsync(() => page.Find("form").SubmitAsync());

        Assert.Equal("Choose at least one connection below, or all.", page.Find("#token-reach-fault").Words());
        Assert.Equal("token-reach-fault token-reach-help", page.Find("#token-reach").GetAttribute("aria-describedby"));
        Assert.DoesNotContain(await TokensAsync(), token => token.Name == "ci");
    }

    [Fact(Timeout = 60_000)]
    public async Task What_was_chosen_counts_no_more_once_the_token_is_for_all()
    {
        var page = await OpenLimitedAsync();
        await page.InvokeAsync(() => page.FindAll(".checks input")[1].Change(true));

        await page.InvokeAsync(() => page.Find("#token-reach").Change("all"));
        await page.InvokeAsync(() => page.Find("form").SubmitAsync());

        page.EventuallySays("Copy it now.");
        Assert.Null((await TokensAsync()).Single(token => token.Name == "ci").Connections);
    }

    private async Task<IRenderedComponent<TokensPage>> OpenLimitedAsync()
    {
        await _pages.App.AddSourceAsync("Shop");
        await _pages.App.AddSourceAsync("Blog");
        var page = _pages.Open<TokensPage>("/tokens");
        page.EventuallySays("No token yet");
        await page.InvokeAsync(() => page.Find("#token-name").Change("ci"));
        await page.InvokeAsync(() => page.Find("#token-reach").Change("some"));
        return page;
    }

    private Task<IReadOnlyList<ApiToken>> TokensAsync() => _pages.Get<ApiTokenStore>().ListAsync(Actor.System, Xunit.TestContext.Current.CancellationToken);
}
