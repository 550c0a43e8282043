using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace Richpanel.Tests.Browser;

/// <summary>One tab that remembers everything that must not happen in it.</summary>
public sealed class BrowserPage : IAsyncDisposable
{
    private static readonly string? s_pictures = Environment.GetEnvironmentVariable("SCREENSHOTS");

    private readonly List<string> _faults = [];
    private readonly CancellationTokenRegistration _timeout;

    public BrowserPage(IPage page, Uri home, CancellationToken ct)
    {
        Page = page;
        _timeout = ct.Register(() => _ = page.Context.CloseAsync());   // ends whatever the test still waits for
        page.Console += (_, message) =>
        {
            if (message.Type is "error")
            {
                _faults.Add($"console: {message.Text}");
            }
        };
        page.PageError += (_, error) => _faults.Add($"script: {error}");
        page.Response += (_, response) =>
        {
            if (response.Status >= 400)
            {
                _faults.Add($"{response.Status} {response.Url}");
            }
        };
        page.Request += (_, request) =>
        {
            if (new Uri(request.Url) is { Scheme: not ("data" or "blob") } asked && asked.Authority != home.Authority)
            {
                _faults.Add($"asked {asked.Authority}");
            }
        };
    }

    public IPage Page { get; }

    /// <summary>Errors of the browser's console, failed answers, and requests to anyone but the product.</summary>
    public IReadOnlyList<string> Faults => _faults;

    /// <summary>Opens an address and waits until its circuit shows a heading.</summary>
    public async Task GoAsync(string path)
    {
        await Page.GotoAsync(path);
        await Page.Locator("main h1").WaitForAsync();
    }

    /// <summary>Rules of accessibility that the page breaks, as "id: help (place)". The inside of the code editor (Monaco) is not ours and is left out.</summary>
    /// <param name="coloursOnly">Only contrast: of the same page in another theme nothing else can differ.</param>
    /// <param name="withoutColours">All but contrast, which costs the most and was looked at in a wider window.</param>
    public async Task<IReadOnlyList<string>> BrokenRulesAsync(bool coloursOnly = false, bool withoutColours = false)
    {
#pragma warning disable CS0618 // "Legacy" is axe in the page alone; the other way opens a second tab for each run, for frames of foreign origin, which there are none of
        var axe = await Page.RunAxeLegacy(
            new AxeRunContext { Exclude = [new AxeSelector(".monaco-editor"), new AxeSelector(".monaco-aria-container")] },
            new AxeRunOptions
            {
                ResultTypes = [ResultType.Violations],
                RunOnly = coloursOnly ? new RunOnlyOptions { Type = "rule", Values = ["color-contrast"] } : null,
                Rules = withoutColours ? new() { ["color-contrast"] = new RuleOptions { Enabled = false } } : null,
            });
#pragma warning restore CS0618
        return [.. axe.Violations.SelectMany(rule => rule.Nodes.Select(node => $"{rule.Id}: {rule.Help} ({node.Target}) {node.Html}"))];
    }

    /// <summary>Fails unless the page, as it stands now, keeps what every page keeps.</summary>
    public async Task KeepsRulesAsync(bool coloursOnly = false, bool withoutColours = false)
    {
        var broken = await BrokenRulesAsync(coloursOnly, withoutColours);
        Assert.True(broken.Count == 0, string.Join('\n', broken));
        Assert.False(await ScrollsSidewaysAsync(), "It scrolls sideways.");
        Assert.Empty(Faults);
    }

    /// <summary>The same in light and dark, on a desk and on a telephone, without leaving: for what is shown only once.</summary>
    /// <param name="name">Of the pictures that are taken where SCREENSHOTS names a folder.</param>
    public async Task KeepsRulesInEveryLookAsync(string name)
    {
        foreach (var (dark, width) in new[] { (false, 1440), (false, 390), (true, 390), (true, 1440) })
        {
            if (dark && width == 390 && s_pictures is null)
            {
                continue;   // has neither a layout nor colours of its own
            }

            await Page.SetViewportSizeAsync(width, 900);
            await Page.EmulateMediaAsync(new() { ColorScheme = dark ? ColorScheme.Dark : ColorScheme.Light, ReducedMotion = ReducedMotion.Reduce });
            await Page.EvaluateAsync("dark => { if (!document.querySelector('.mud-layout')) document.documentElement.dataset.theme = dark ? 'dark' : 'light' }", dark);
            await Assertions.Expect(Page.Locator("html")).ToHaveAttributeAsync("data-theme", dark ? "dark" : "light");
            await Page.WaitForFunctionAsync(HasItsColours, dark);
            await KeepsRulesAsync(coloursOnly: dark, withoutColours: !dark && width == 390);
            await PictureAsync($"{name}-{(dark ? "dark" : "light")}-{width}");
        }
    }

    /// <summary>The page's own colours have followed, not only the browser's: words, ground, and nothing still on its way from the look before.</summary>
    private const string HasItsColours = """
        dark => {
            const bright = (element, part) => parseInt(getComputedStyle(element)[part].match(/\d+/)[0]) > 127;
            return bright(document.querySelector('main h1'), 'color') === dark
                && bright(document.body, 'backgroundColor') !== dark
                && !document.getAnimations().some(one => one instanceof CSSTransition && one.playState === 'running');
        }
        """;

    /// <summary>For people, where SCREENSHOTS names a folder.</summary>
    public Task PictureAsync(string name) => s_pictures is null
        ? Task.CompletedTask
        : Page.ScreenshotAsync(new() { Path = Path.Combine(s_pictures, name + ".png"), FullPage = true });

    /// <summary>Presses Tab until what has the focus is named so, as its label or its text; fails when it is never reached.</summary>
    public async Task TabToAsync(string name)
    {
        List<string> passed = [];
        for (var stop = 0; stop < 60; stop++)
        {
            await Page.Keyboard.PressAsync("Tab");
            var focused = await Page.EvaluateAsync<string>(
                "(e => (e.ariaLabel || e.labels?.[0]?.innerText || e.innerText || '').trim())(document.activeElement)");
            passed.Add(focused);
            if (focused.Contains(name, StringComparison.Ordinal))
            {
                return;
            }
        }

        Assert.Fail($"Tab never reaches '{name}'. It stopped at: {string.Join(" | ", passed)}");
    }

    public Task<bool> ScrollsSidewaysAsync() =>
        Page.EvaluateAsync<bool>("document.documentElement.scrollWidth > document.documentElement.clientWidth");

    public async ValueTask DisposeAsync()
    {
        await _timeout.DisposeAsync();
        await Page.Context.DisposeAsync();
    }
}
