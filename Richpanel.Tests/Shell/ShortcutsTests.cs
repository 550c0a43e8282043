using Richpanel.Console.Shared;
using Richpanel.Console.Shell;

namespace Richpanel.Tests.Shell;

public sealed class ShortcutsTests
{
    [Fact]
    public async Task A_page_adds_its_keys_and_takes_them_away_and_the_last_one_wins()
    {
        var (shortcuts, did, changes) = (new Shortcuts(), new List<string>(), 0);
        shortcuts.Changed += () => changes++;
        using var frame = shortcuts.Add(Shortcuts.Everywhere, ("r", "Reload", () => Do("reload")));
        var page = shortcuts.Add("Deliveries", ("r", "Retry", () => Do("retry")), ("j", "Next row", () => Do("next")));

        await shortcuts.Find("r")!.Do();
        page.Dispose();
        page.Dispose();
        await shortcuts.Find("r")!.Do();

        Assert.Equal(["retry", "reload"], did);
        Assert.Null(shortcuts.Find("j"));
        Assert.Equal(3, changes);

        Task Do(string what)
        {
            did.Add(what);
            return Task.CompletedTask;
        }
    }

    [Fact]
    public void Keys_that_a_page_s_own_script_listens_for_are_shown_and_hide_none_of_the_frame()
    {
        var shortcuts = new Shortcuts();
        using var frame = shortcuts.Add(Shortcuts.Everywhere, ("r", "Reload", () => Task.CompletedTask));
        var page = shortcuts.AddOfScript("Deliveries", ("r", "Retry"), ("j", "Next row"));

        Assert.Equal(["Reload", "Retry", "Next row"], shortcuts.All.Select(one => one.Words));
        Assert.Equal("Reload", shortcuts.Find("r")!.Words);
        Assert.Null(shortcuts.Find("j"));

        page.Dispose();
        Assert.Single(shortcuts.All);
    }

    [Fact]
    public void No_key_leads_to_two_pages_and_none_of_one_key_hides_one_of_two()
    {
        var keys = CommandPages.All.Select(page => page.Keys).OfType<string>().ToList();

        Assert.Equal(keys.Distinct(), keys);
        Assert.All(keys, one => Assert.Matches("^g [a-z]$", one));
    }

    [Theory]
    [InlineData("mod+k", "Ctrl or ⌘,K")]
    [InlineData("g d", "g,d")]
    [InlineData("?", "?")]
    [InlineData("Escape", "Esc")]
    [InlineData("ArrowLeft", "←")]
    [InlineData("k", "k")]
    public void Keys_are_shown_one_by_one(string keys, string shown) => Assert.Equal(shown, string.Join(',', ShortcutKeys.KeysOf(keys)));
}
