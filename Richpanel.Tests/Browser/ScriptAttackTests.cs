using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Richpanel.Core;
using Richpanel.Core.Access;
using Richpanel.Core.ChangeLog;
using Richpanel.Core.Deliveries;
using Richpanel.Core.People;
using Richpanel.Tests.Support;
using Richpanel.Tests.Wire;

namespace Richpanel.Tests.Browser;

/// <summary>Script in every field that reaches a screen, in a real browser: it is shown as text, nothing runs, nothing is asked for.</summary>
[Trait("Kind", "Browser")]
[Collection("Browser rules")]
public sealed class ScriptAttackTests(BrowserFixture browser) : IAsyncLifetime
{
    private const string Script = "<script>hit=1</script>";
    private const string Planted = "\"><img src=x onerror=hit=1>" + Script;
    private const string Link = "javascript:hit=1";

    private static readonly string s_answer = JsonSerializer.Serialize(new { error = Planted, url = Link });

    private readonly ConsoleUnderTest _console = new(new()
    {
        ["environment"] = "Development",
        ["Sandbox:Port"] = "0",
        ["Outgoing:AllowPrivateNetworks"] = "true",
    });

    private RawServer _richpanel = null!;
    private TestSource _shop = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private SandboxSender Sender => new(_console.Services, _console.ClientOptions.BaseAddress);

    public async ValueTask InitializeAsync()
    {
        _richpanel = RawServer.Saying(
            $"HTTP/1.1 422 {Script}\r\nX-Planted: {Planted}\r\nContent-Type: application/json\r\nContent-Length: {s_answer.Length}\r\n\r\n{s_answer}");
        _console.UseKestrel(0);
        _console.StartServer();
        _shop = await _console.AddSourceAsync(
            "Shop", connection => (connection.Name, connection.BaseUrl) = (Planted, $"http://127.0.0.1:{_richpanel.Port}/v2"), source => source.Name = Planted);
    }

    public async ValueTask DisposeAsync()
    {
        await _console.DisposeAsync();
        await _richpanel.DisposeAsync();
    }

    [Fact(Timeout = 180_000)]
    public async Task What_a_sender_and_Richpanels_answer_put_into_a_delivery_is_text()
    {
        foreach (var (type, id) in new[] { ("track", "one"), ("identify", "two"), ("page", "three") })
        {
            await Sender.PostAsync(Call(type, id), _shop.WriteKey);
        }

        await Sender.PostAsync(Call("track", "sandbox"));
        await using var tab = await OpenAsync("/");
        await IsInertAsync(tab);
        foreach (var id in new[] { "one", "two", "three", "sandbox" })
        {
            var row = await Sender.SettledAsync(Planted + id);
            foreach (var part in id == "one" ? new[] { "event", "mapping", "request", "response", "diff" } : ["event", "response"])
            {
                await tab.GoAsync($"/deliveries/{PublicId.Delivery(row.Id)}?tab={part}");
                await IsInertAsync(tab);
                if (id == "one" && part == "response")
                {
                    Assert.Contains(Script, await tab.Page.GetByRole(AriaRole.Table, new() { Name = "Response headers" }).InnerTextAsync(), StringComparison.Ordinal);
                    Assert.Contains("hit=1", await tab.Page.Locator("[data-tab=response]").InnerTextAsync(), StringComparison.Ordinal);
                }
            }
        }

        foreach (var address in new[] { "/deliveries", $"/deliveries?event={Uri.EscapeDataString(Planted)}", $"/deliveries?messageId={Uri.EscapeDataString(Planted + "one")}" })
        {
            await tab.GoAsync(address);
            await IsInertAsync(tab);
        }

        await tab.GoAsync("/sandbox");
        await tab.Page.Locator("table.requests a").First.ClickAsync();
        await IsInertAsync(tab, shown: false);
    }

    [Fact(Timeout = 180_000)]
    public async Task Names_reasons_and_refusals_are_text()
    {
        var anna = new Actor(ActorKind.Person, 3, Planted, Role.Admin, Address: Planted);
        await _console.Services.GetRequiredService<PeopleStore>().InviteAsync(anna, "planted@example.test", Planted, Role.Viewer);
        await _console.Services.GetRequiredService<ApiTokenStore>().CreateAsync(anna, new ApiTokenDraft(Planted, Role.Viewer, [Planted], null));
        await _console.Services.GetRequiredService<ConnectionHolds>().PauseAsync(anna, _shop.ConnectionId, null, Planted);
        await _console.Services.GetRequiredService<ChangeWriting>().WriteAsync(
            anna, new Change(ChangeCatalog.ConnectionChanged, Planted, Planted) { Reason = Planted, Fields = [new FieldChange(Planted, Planted, Link)] });
        using (var http = _console.CreateClient())
        {
            using var broken = await http.PostCallAsync("/v1/track", "{\"" + Planted.Replace("\"", "", StringComparison.Ordinal) + "\": " + Planted, _shop.WriteKey);
            using var nowhere = await http.PostCallAsync("/v1/" + Uri.EscapeDataString(Planted), "{}", Planted, request => request.Headers.TryAddWithoutValidation("Content-Encoding", Planted));
        }

        await using var tab = await OpenAsync("/");
        foreach (var address in new[] { "/", "/connections", $"/connections/{PublicId.Connection(_shop.ConnectionId)}", "/receiver", "/people", "/tokens", "/change-log", $"/change-log?who={Uri.EscapeDataString(Planted)}" })
        {
            await tab.GoAsync(address);
            await IsInertAsync(tab);
        }
    }

    [Fact(Timeout = 180_000)]
    public async Task What_a_person_types_or_brings_in_an_address_is_text()
    {
        await using var tab = await OpenAsync("/lab");
        await tab.EditorAsync();   // before it stands, what is typed would land in the field it takes the place of
        await tab.WriteAsync(Call("track", "lab"));
        await Assertions.Expect(tab.Page.Locator("[data-json=target]").GetByText(Script).First).ToBeVisibleAsync();
        await IsInertAsync(tab);

        await tab.GoAsync($"/sign-in?to={Uri.EscapeDataString(Link)}");
        await tab.Page.GetByLabel("E-mail").FillAsync(Planted);
        await tab.Page.GetByLabel("Password").FillAsync(Planted);
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Sign in", Exact = true }).ClickAsync();
        await Assertions.Expect(tab.Page.GetByText("E-mail or password is wrong")).ToBeVisibleAsync();
        Assert.Equal(Planted, await tab.Page.GetByLabel("E-mail").InputValueAsync());
        await IsInertAsync(tab, shown: false);

        foreach (var address in new[] { "/deliveries?state={0}&who={0}", "/connections/{0}", "/deliveries/{0}", "/lab?connection={0}", "/join/{0}?code={0}", "/no-right?to={0}", "/change-log?action={0}&words={0}&since={0}" })
        {
            await tab.GoAsync(string.Format(System.Globalization.CultureInfo.InvariantCulture, address, Uri.EscapeDataString(Planted)));
            await IsInertAsync(tab, shown: false);
        }
    }

    /// <summary>A call with script wherever a sender may write something.</summary>
    private static string Call(string type, string id) => JsonSerializer.Serialize(new Dictionary<string, object>
    {
        ["type"] = type,
        ["messageId"] = Planted + id,
        ["userId"] = Planted,
        ["anonymousId"] = Planted,
        ["event"] = type == "track" ? "Order Completed" + Planted : Planted,
        ["name"] = Planted,
        ["traits"] = new Dictionary<string, object> { ["email"] = "a@example.test" + Planted, ["name"] = Planted, ["firstName"] = Planted, ["phone"] = Planted, ["address"] = new { city = Planted, street = Link }, [Planted] = Planted },
        ["properties"] = new Dictionary<string, object>
        {
            ["order_id"] = Planted,
            ["url"] = Link,
            ["title"] = Planted,
            [Planted] = Planted,
            ["products"] = new object[] { new { product_id = Planted, name = Planted, image_url = Link, url = Link } },
        },
        ["context"] = new { userAgent = Planted, ip = Planted, locale = Planted, page = new { url = Link, path = Planted, referrer = Link, title = Planted }, traits = new { email = Planted } },
    });

    private async Task<BrowserPage> OpenAsync(string path)
    {
        var tab = await browser.OpenAsync(path, Ct, of: _console.ClientOptions.BaseAddress);
        await tab.Page.AddInitScriptAsync(ContentSecurityTests.Watch);
        await tab.GoAsync(path);
        return tab;
    }

    private static async Task IsInertAsync(BrowserPage tab, bool shown = true)
    {
        if (shown)
        {
            await tab.Page.WaitForFunctionAsync("script => document.querySelector('main')?.innerText.includes(script)", Script);
        }

        var found = await tab.Page.EvaluateAsync<string[]>("""
            () => {
              document.querySelectorAll('details').forEach(one => one.open = true);
              const bad = [...document.querySelectorAll('[onerror], [onload], img[src="x"], [href^="javascript:" i], [src^="javascript:" i]')].map(one => one.outerHTML);
              const scripts = [...document.scripts].filter(one => one.textContent.includes('hit=1')).map(one => one.outerHTML);
              return [...bad, ...scripts, ...(window.reports || []), ...(window.hit === undefined ? [] : ['it ran'])];
            }
            """);
        Assert.Equal("", string.Join('\n', found));
        Assert.DoesNotContain(tab.Faults, fault => !fault.Contains("404", StringComparison.Ordinal) || fault.EndsWith("/x", StringComparison.Ordinal));
    }
}
