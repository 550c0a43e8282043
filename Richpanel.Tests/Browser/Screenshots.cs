using Microsoft.Playwright;

namespace Richpanel.Tests.Browser;

/// <summary>Pictures of every page, for people: <c>SCREENSHOTS=dir</c> names where they go; without it nothing is taken.</summary>
[Trait("Kind", "Browser")]
public sealed class Screenshots(BrowserFixture browser)
{
    private static readonly string? s_folder = Environment.GetEnvironmentVariable("SCREENSHOTS");

    public static TheoryData<string, string> Pages => new()
    {
        { "overview", "/" },
        { "deliveries", "/deliveries" },
        { "connections", "/connections" },
        { "connection-new", "/connections/new" },
        { "lab", "/lab" },
        { "change-log", "/change-log" },
        { "permissions", "/permissions" },
        { "tokens", "/tokens" },
        { "connection", "/connections/con_1" },
        { "not-found", "/nowhere" },
    };

    [Theory(Timeout = 120_000)]
    [MemberData(nameof(Pages))]
    public async Task Every_page_is_pictured_light_dark_and_narrow(string name, string path)
    {
        Assert.SkipWhen(s_folder is null, "SCREENSHOTS is not set: no pictures were asked for.");
        foreach (var (dark, width) in new[] { (false, 1440), (true, 1440), (false, 390) })
        {
            await using var tab = await browser.OpenAsync(path, TestContext.Current.CancellationToken, dark, width);
            await tab.Page.WaitForTimeoutAsync(400);
            await tab.Page.ScreenshotAsync(new PageScreenshotOptions
            {
                Path = Path.Combine(s_folder!, $"{name}-{(dark ? "dark" : "light")}-{width}.png"),
                FullPage = true,
            });
        }
    }
}
