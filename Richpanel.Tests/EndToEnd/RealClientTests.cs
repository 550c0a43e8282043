using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.StaticFiles;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Logging;
using Microsoft.Playwright;
using Richpanel.Tests.Architecture;

namespace Richpanel.Tests.EndToEnd;

/// <summary>Segment's and RudderStack's own SDKs from npm, with nothing changed but the host they talk to.</summary>
public sealed class RealClientTests(NpmClients npm)
{
    private const string Unicode = "漢字 Ünï 🙂";

    private static readonly string s_chromium = Environment.GetEnvironmentVariable("CHROMIUM") ?? "/usr/bin/chromium";

    [Theory(Timeout = 300_000)]
    [InlineData("analytics-node.mjs")]
    [InlineData("rudder-node.mjs")]
    public async Task Every_event_of_a_Node_SDK_is_accepted_exactly_once(string script)
    {
        var ct = TestContext.Current.CancellationToken;
        await npm.FolderAsync(ct);
        await using var product = await ProductInTest.StartAsync();

        var (exitCode, output) = await npm.NodeAsync(script, ct, product.Product.Address.ToString().TrimEnd('/'), ProductInTest.WriteKey);

        Assert.True(exitCode == 0, output);
        var sent = output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        Assert.Equal(22, sent.Length);
        await AssertArrivedOnceAsync(product, sent, ct);
    }

    [Fact(Timeout = 300_000)]
    public async Task Every_event_of_a_web_page_is_accepted_exactly_once_and_the_page_needs_no_other_host()
    {
        var ct = TestContext.Current.CancellationToken;
        Assert.SkipUnless(File.Exists(s_chromium), $"{s_chromium} is missing: install the package chromium, or name another with CHROMIUM.");
        var folder = await npm.FolderAsync(ct);
        await using var product = await ProductInTest.StartAsync();
        await using var shop = await ServePageAsync(Path.Combine(folder, "node_modules", "@segment", "analytics-next", "dist", "umd"));
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = s_chromium,
            Args = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
        });
        var page = await browser.NewPageAsync();
        List<string> hosts = [], faults = [];
        page.Request += (_, request) => hosts.Add(new Uri(request.Url).Authority);
        page.RequestFailed += (_, request) => faults.Add($"{request.Url}: {request.Failure}");
        page.Response += (_, response) => faults.AddRange(response.Status >= 400 ? [$"{response.Url} answered {response.Status}"] : []);
        page.Console += (_, line) => faults.AddRange(line.Type is "error" ? [line.Text] : []);
        page.PageError += (_, error) => faults.Add(error);

        await page.GotoAsync($"{shop.Urls.Single()}/?host={product.Product.Address.Authority}&key={ProductInTest.WriteKey}");
        var result = (await page.EvaluateAsync("() => window.run()"))!.Value;

        Assert.Empty(faults);
        Assert.Empty(result.GetProperty("failures").EnumerateArray().Select(failure => failure.GetString()));
        Assert.Equal([new Uri(shop.Urls.Single()).Authority, product.Product.Address.Authority], hosts.Distinct(StringComparer.Ordinal));
        await AssertArrivedOnceAsync(product, [.. result.GetProperty("ids").EnumerateArray().Select(id => id.GetString()!)], ct);
    }

    private static async Task AssertArrivedOnceAsync(ProductInTest product, string[] sent, CancellationToken ct)
    {
        var arrived = await product.ArrivedAsync(sent.Length, ct);
        var total = (await product.Product.ApiAsync(HttpMethod.Get, "ledger")).GetProperty("total");

        Assert.Equal(sent.Order(StringComparer.Ordinal), arrived.Select(call => call.GetProperty("eventId").GetString()!).Order(StringComparer.Ordinal));
        Assert.Equal(sent.Length, total.GetProperty("accepted").GetInt32());
        Assert.Equal(sent.Length, total.GetProperty("created").GetInt32());
        Assert.True(total.GetProperty("balanced").GetBoolean());
        Assert.All(arrived.Where(call => call.GetProperty("event").GetString() == "view_product"), call => Assert.Contains(Unicode, Strings(call)));
        Assert.Contains(arrived, call => call.GetProperty("event").GetString() == "view_product");
        Assert.Contains(Unicode, Strings(arrived.Single(call => call.GetProperty("event").GetString() == "identify")));
    }

    /// <summary>Every text value anywhere in a call.</summary>
    private static IEnumerable<string> Strings(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => [value.GetString()!],
        JsonValueKind.Object => value.EnumerateObject().SelectMany(member => Strings(member.Value)),
        JsonValueKind.Array => value.EnumerateArray().SelectMany(Strings),
        _ => [],
    };

    /// <summary>A shop's page with the SDK's bundle as npm ships it, on a loopback port of its own: another origin than the product.</summary>
    private static async Task<WebApplication> ServePageAsync(string bundle)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        app.UseStaticFiles(new StaticFileOptions { FileProvider = new PhysicalFileProvider(bundle), RequestPath = "/umd", ContentTypeProvider = new FileExtensionContentTypeProvider() });
        app.MapGet("/", () => Results.File(Path.Combine(Repository.Root, "Richpanel.Tests", "EndToEnd", "Clients", "page.html"), "text/html; charset=utf-8"));
        await app.StartAsync();
        return app;
    }
}
