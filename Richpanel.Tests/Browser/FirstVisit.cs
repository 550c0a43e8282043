using System.Diagnostics;
using System.Globalization;

namespace Richpanel.Tests.Browser;

/// <summary>
/// How long a first visit takes until the page answers, with an empty cache, on loopback. A measurement, not a test: machines differ
/// and are busy. <c>FIRST_VISIT=1</c> asks for it; docs/performance.md says how.
/// </summary>
[Trait("Kind", "Browser")]
public sealed class FirstVisit(BrowserFixture browser, ITestOutputHelper output)
{
    private const int Visits = 7;

    [Fact(Timeout = 180_000)]
    public async Task From_the_address_to_the_first_heading_of_a_live_page()
    {
        Assert.SkipWhen(Environment.GetEnvironmentVariable("FIRST_VISIT") is null, "FIRST_VISIT is not set: no measurement was asked for.");
        await using var warm = await browser.OpenAsync("/", TestContext.Current.CancellationToken);   // the server has compiled what it needs
        List<double> seconds = [];
        for (var visit = 0; visit < Visits; visit++)
        {
            await using var context = await warm.Page.Context.Browser!.NewContextAsync(new() { BaseURL = browser.Address.ToString() });
            var page = await context.NewPageAsync();
            var clock = Stopwatch.StartNew();
            await page.GotoAsync("/");
            await page.Locator("main h1").WaitForAsync();   // drawn by the circuit, so it listens
            seconds.Add(clock.Elapsed.TotalSeconds);
        }

        seconds.Sort();
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"First visit interactive after {seconds[Visits / 2]:0.00} s (median of {Visits}; {seconds[0]:0.00} to {seconds[^1]:0.00} s); aim: under 2 s."));
    }
}
