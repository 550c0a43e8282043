namespace Richpanel.Tests.Browser;

[Trait("Kind", "Browser")]
[Collection("Browser")]
public sealed class PalettePngTests(BrowserFixture browser)
{
    [Fact(Timeout = 120_000)]
    public async Task A_picture_keeps_its_size_and_nearly_its_colours_and_becomes_smaller()
    {
        await using var tab = await browser.OpenAsync("/", TestContext.Current.CancellationToken);
        var whole = await tab.Page.ScreenshotAsync(new() { FullPage = true });

        var small = PalettePng.Of(whole);

        Assert.InRange(small.Length, 1_000, whole.Length);
        await tab.Page.GotoAsync("about:blank");
        var shown = await tab.Page.EvaluateAsync<int[]>("""
            async base64 => {
              const image = new Image()
              image.src = 'data:image/png;base64,' + base64
              await image.decode()
              return [image.naturalWidth, image.naturalHeight]
            }
            """, Convert.ToBase64String(small));
        var (width, height, _) = PalettePng.Read(whole);
        Assert.Equal([width, height], shown);
    }
}
