using Microsoft.Playwright;

namespace Richpanel.Tests.Browser;

/// <summary>What a lost circuit shows: of the words for its three states only those of the one it is in.</summary>
[Trait("Kind", "Browser")]
[Collection("Browser")]
public sealed class ReconnectDialogTests(BrowserFixture browser)
{
    [Theory(Timeout = 120_000)]
    [InlineData("components-reconnect-show", "The page lost its connection")]
    [InlineData("components-reconnect-retrying", "The page lost its connection")]
    [InlineData("components-reconnect-failed", "The console does not answer")]
    [InlineData("components-reconnect-rejected", "This session has ended")]
    public async Task Each_state_says_its_own_words_and_no_others(string state, string title)
    {
        await using var tab = await browser.OpenAsync("/", TestContext.Current.CancellationToken);

        await tab.Page.EvaluateAsync("state => { const dialog = document.getElementById('components-reconnect-modal'); dialog.className = state; dialog.dispatchEvent(new CustomEvent('components-reconnect-state-changed', { detail: { state: 'show' } })) }", state);
        foreach (var _ in new[] { 1, 2, 3 })
        {
            await tab.Page.Keyboard.PressAsync("Escape");   // hides nothing: the page behind it does nothing
        }

        await Assertions.Expect(tab.Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Heading)).ToHaveTextAsync(title, new() { UseInnerText = true });
        Assert.True(await tab.Page.EvaluateAsync<bool>(
            "(() => { const box = document.getElementById('components-reconnect-modal').getBoundingClientRect(); return Math.abs(box.left + box.right - innerWidth) < 2 && Math.abs(box.top + box.bottom - innerHeight) < 2 })()"), "It does not stand in the middle.");
        await tab.KeepsRulesInEveryLookAsync(state);
    }
}
