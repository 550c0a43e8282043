using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Richpanel.Core;
using Richpanel.Core.Access;
using Richpanel.Core.Alerts;
using Richpanel.Core.Alerts.Rules;
using Richpanel.Core.Backups;
using Richpanel.Core.Connections;
using Richpanel.Core.Deliveries.Query;
using Richpanel.Core.Groups;
using Richpanel.Core.Health;
using Richpanel.Core.Retries;
using Richpanel.Core.Sandbox;
using Richpanel.Tests.Support;

namespace Richpanel.Tests.Browser;

/// <summary>
/// Pictures of every page, light, dark and narrow, over the same sample data each time, for people. <c>bash docs/screenshots.sh</c>
/// takes them; <c>SCREENSHOTS=dir</c> names where they go, and without it nothing is taken (<c>SCREENSHOTS_ONLY=retry</c>: only those whose name begins so). A new page gets a line in <see cref="All"/>.
/// </summary>
[Trait("Kind", "Browser")]
public sealed class Screenshots(BrowserFixture browser, Screenshots.Sample sample) : IClassFixture<Screenshots.Sample>
{
    private static readonly string? s_folder = Environment.GetEnvironmentVariable("SCREENSHOTS");

    /// <summary>Only pictures whose name begins so.</summary>
    private static readonly string s_only = Environment.GetEnvironmentVariable("SCREENSHOTS_ONLY") ?? "";

    /// <summary>Name of the picture, address of the page ({failed} and {shop} are filled in), and what is done on it before.</summary>
    private static readonly (string Name, string Path, Func<IPage, Task>? Then)[] All =
    [
        ("overview", "/", null),
        ("deliveries", "/deliveries", null),
        ("deliveries-none", "/deliveries?state=canceled", null),
        ("delivery", "/deliveries/{failed}", null),
        ("delivery-beside", "/deliveries?open={failed}&tab=response", null),
        ("delivery-retry", "/deliveries/{failed}", page => page.Keyboard.PressAsync("r")),
        ("retries", "/retries", null),
        ("retry", "/retries/{retry}", null),
        ("retry-plan", "/deliveries?q=state:accepted,failed", RetryAllAsync),
        ("cancel-plan", "/deliveries?q=state:waiting", page => CancelAsync(page, page.GetByLabel("Select all rows of this page"))),
        ("cancel", "/deliveries?q=state:waiting", CancelOneAsync),
        ("groups", "/groups", null),
        ("groups-by-event", "/groups?by=event", null),
        ("group", "/groups/{group}", null),
        ("group-sample", "/groups/{group}", page => page.GetByRole(AriaRole.Button, new() { NameRegex = new Regex("^Look inside") }).First.ClickAsync()),
        ("group-retry", "/groups/{group}", RetryGroupAsync),
        ("connections", "/connections", null),
        ("connection-new", "/connections/new", null),
        ("connection", "/connections/{shop}", null),
        ("connection-resume", "/connections/{shop}", page => page.GetByRole(AriaRole.Button, new() { Name = "Resume…" }).ClickAsync()),
        ("lab", "/lab", null),
        ("lab-edit", "/lab?edit={failed}", page => page.GetByTestId("edit-diff").WaitForAsync(new() { State = WaitForSelectorState.Attached })),
        ("receiver", "/receiver?source={source}", null),
        ("sandbox", "/sandbox?request=4", null),
        ("sandbox-customers", "/sandbox?tab=customers", null),
        ("alerts", "/alerts", null),
        ("alerts-new", "/alerts", page => page.GetByRole(AriaRole.Button, new() { Name = "New channel…" }).ClickAsync()),
        ("change-log", "/change-log", null),
        ("people", "/people", null),
        ("tokens", "/tokens", null),
        ("backups", "/backups", null),
        ("retention", "/retention", page => page.GetByRole(AriaRole.Button, new() { Name = "Count what would go" }).ClickAsync()),
        ("privacy", "/privacy", null),
        ("erase", "/privacy/erase", EraseAsync),
        ("permissions", "/permissions", null),
        ("about", "/about", null),
        ("not-found", "/nowhere", null),
        ("command-box", "/", page => page.Keyboard.PressAsync("Control+k")),
        ("shortcuts", "/", page => page.Keyboard.PressAsync("?")),
        ("display", "/deliveries", page => page.GetByRole(AriaRole.Button, new() { Name = "Display" }).ClickAsync()),
    ];

    private static async Task EraseAsync(IPage page)
    {
        await page.GetByLabel("Known by").SelectOptionAsync("User");
        await page.GetByLabel("User id", new() { Exact = true }).FillAsync("user-2041");
        await page.GetByRole(AriaRole.Button, new() { Name = "Look", Exact = true }).ClickAsync();
        await page.GetByRole(AriaRole.Heading, new() { Name = "What would go" }).WaitForAsync();
    }

    private static async Task RetryAllAsync(IPage page)
    {
        await page.GetByLabel("Select all rows of this page").CheckAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Retry…" }).ClickAsync();
        await PlanAsync(page);
    }

    private static async Task CancelAsync(IPage page, ILocator box)
    {
        await box.CheckAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Cancel tries…" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Keep them" }).WaitForAsync();
    }

    private static async Task CancelOneAsync(IPage page)
    {
        await CancelAsync(page, page.Locator("tbody input[type=checkbox]").First);
        await page.GetByRole(AriaRole.Button, new() { Name = "Cancel 1 delivery" }).ClickAsync();
        await page.GetByText("1 canceled.").WaitForAsync();
    }

    private static async Task RetryGroupAsync(IPage page)
    {
        await page.GetByRole(AriaRole.Button, new() { Name = "Retry group…" }).ClickAsync();
        await PlanAsync(page);
    }

    private static Task PlanAsync(IPage page) => page.GetByLabel("A second", new() { Exact = true }).WaitForAsync();

    public static TheoryData<string> Pages => [.. All.Select(one => one.Name)];

    [Theory(Timeout = 180_000)]
    [MemberData(nameof(Pages))]
    public async Task Every_page_is_pictured_light_dark_and_narrow(string name)
    {
        Assert.SkipWhen(s_folder is null, "SCREENSHOTS is not set: no pictures were asked for.");
        Assert.SkipWhen(!name.StartsWith(s_only, StringComparison.Ordinal), "Not among the pictures that were asked for.");
        var (_, path, then) = All.Single(one => one.Name == name);
        await sample.FillAsync();
        foreach (var (dark, width) in new[] { (false, 1440), (true, 1440), (false, 390) })
        {
            await using var tab = await browser.OpenAsync(sample.Fill(path), TestContext.Current.CancellationToken, dark, width, sample.Address);
            await tab.Page.AddStyleTagAsync(new() { Content = "* { caret-color: transparent !important }" });
            if (then is not null)
            {
                await then(tab.Page);
            }

            await tab.Page.WaitForTimeoutAsync(600);
            var picture = await tab.Page.ScreenshotAsync(new PageScreenshotOptions { FullPage = then is null });
            await File.WriteAllBytesAsync(Path.Combine(s_folder!, $"{name}-{(dark ? "dark" : "light")}-{width}.png"), PalettePng.Of(picture), TestContext.Current.CancellationToken);
        }
    }

    /// <summary>A console with a few events of each fate.</summary>
    public sealed class Sample : IAsyncDisposable
    {
        private static readonly (int Status, string Call)[] s_calls =
        [
            (200, """{"messageId":"sample-01","userId":"user-2041","event":"Product Viewed","properties":{"product_id":"P-11","name":"Linen shirt","price":49},"context":{"traits":{"email":"ana@example.com"}}}"""),
            (200, """{"messageId":"sample-02","userId":"user-2041","event":"Product Added","properties":{"product_id":"P-11","name":"Linen shirt","price":49,"quantity":2},"context":{"traits":{"email":"ana@example.com"}}}"""),
            (200, """{"messageId":"sample-03","userId":"user-2041","event":"Order Completed","properties":{"order_id":"A-1007","total":98,"currency":"EUR","products":[{"product_id":"P-11","name":"Linen shirt","price":49,"quantity":2}]},"context":{"traits":{"email":"ana@example.com"}}}"""),
            (422, """{"messageId":"sample-04","userId":"user-1987","event":"Order Updated","properties":{"order_id":"A-0998","total":"12,50"},"context":{"traits":{"email":"jonas@example.com"}}}"""),
            (503, """{"messageId":"sample-05","userId":"user-1650","event":"Order Cancelled","properties":{"order_id":"A-0871"},"context":{"traits":{"email":"mei@example.com"}}}"""),
            (200, """{"messageId":"sample-06","anonymousId":"anon-5f1c","event":"Newsletter Signup Viewed","properties":{"placement":"footer"}}"""),
            (200, """{"messageId":"sample-07","userId":"user-1650","event":"Order Refunded","integrations":{"All":false},"properties":{"order_id":"A-0871"}}"""),
            (200, """{"messageId":"sample-08","userId":"user-3312","event":"Checkout Started","properties":{"order_id":"A-1008","value":23.9},"context":{"traits":{"email":"ola@example.com"}}}"""),
            (400, """{"messageId":"sample-09","userId":"user-4410","event":"Order Updated","properties":{"order_id":"A-1011","total":"8,00"},"context":{"traits":{"email":"ines@example.com"}}}"""),
            (400, """{"messageId":"sample-10","userId":"user-4411","event":"Order Updated","properties":{"order_id":"A-1012","total":"31,00"},"context":{"traits":{"email":"paul@example.com"}}}"""),
            (413, """{"messageId":"sample-11","userId":"user-3312","event":"Cart Viewed","properties":{"cart_id":"C-77"},"context":{"traits":{"email":"ola@example.com"}}}"""),
        ];

        private readonly SemaphoreSlim _filling = new(1);
        private ConsoleUnderTest? _console;
        private string _failed = "";
        private string _shop = "";
        private string _group = "";
        private string _source = "";
        private string _retry = "";

        public Uri Address => _console!.ClientOptions.BaseAddress;

        public string Fill(string path) => new (string Name, string Value)[] { ("{failed}", _failed), ("{shop}", _shop), ("{group}", _group), ("{source}", _source), ("{retry}", _retry) }
            .Aggregate(path, (filled, one) => filled.Replace(one.Name, one.Value, StringComparison.Ordinal));

        public async Task FillAsync()
        {
            await _filling.WaitAsync(TestContext.Current.CancellationToken);
            try
            {
                if (_console is not null)
                {
                    return;
                }

                // The next try is an hour away, so that what waits still waits in the last picture.
                _console = new ConsoleUnderTest(new() { ["environment"] = "Development", ["Sandbox:Port"] = "0", ["Delivery:Schedule:0"] = "00:00:00", ["Delivery:Schedule:1"] = "01:00:00", ["Delivery:Jitter"] = "0" });
                _console.UseKestrel(0);
                _console.StartServer();
                var sender = new SandboxSender(_console.Services, Address);
                foreach (var (status, call) in s_calls)
                {
                    _console.Services.GetRequiredService<SandboxScenarios>().Set(status == 200 ? SandboxScenario.AsRichpanel : new SandboxScenario([new SandboxStep(Status: status)]));
                    await sender.PostAsync(call);
                    await _console.ExpandedAsync();
                    var row = await sender.TriedAsync(call.Split('"')[3]);
                    _failed = status == 422 ? PublicId.Delivery(row.Id) : _failed;
                }

                await GroupAsync();
                await RetryAsync(_console.Services);
                await RefusedAsync("/v1/track", """{"userId":"user-2041","event":"Order Completed"}""", "a-key-of-nobody");
                await RefusedAsync("/v1/batch", """{"batch":[{"type":"track","event": }]}""", sender.Key);
                await RefusedAsync("/v1/trakc", "{}", sender.Key);
                _console.Services.GetRequiredService<SandboxScenarios>().Set(new SandboxScenario([new SandboxStep(503, Repeat: 2), new SandboxStep(429, RetryAfterSeconds: 30)]));
                _source = PublicId.Source(_console.Directory.Sources[0].Id);
                var source = await _console.AddSourceAsync("Shop", shop =>
                {
                    (shop.Environment, shop.PausedAt, shop.BaseUrl) = (ConnectionEnvironment.Staging, TimeProvider.System.GetUtcNow(), "https://api.richpanel.com/v2");
                    (shop.RetryWaits, shop.RetryJitterPercent) = ("5 s, 30 s, 2 min, 10 min, 30 min, 2 h, 5 h, 10 h", 20);
                });
                _shop = PublicId.Connection(source.ConnectionId);
                await _console.Services.GetRequiredService<ApiTokenStore>().CreateAsync(Actor.System, new ApiTokenDraft("Nightly export", Role.Viewer, [], null));
                await _console.Services.GetRequiredService<BackupStore>().MakeAsync(Actor.System, "a passphrase for pictures");
                await AlertsAsync(_console.Services, source.ConnectionId);
            }
            finally
            {
                _filling.Release();
            }
        }

        /// <summary>The failure group that somebody has taken up.</summary>
        private async Task GroupAsync()
        {
            var by = new Actor(ActorKind.Person, null, "Mara Lindt", Role.Operator);
            var groups = _console!.Services.GetRequiredService<GroupActions>();
            var queries = _console.Services.GetRequiredService<GroupQueries>();
            var line = (await queries.PageAsync(by, new GroupFilter(Cause: "unprocessable"), null, 1, TestContext.Current.CancellationToken)).Lines[0];
            _group = PublicId.Group(line.Group.Id);
            var other = (await queries.PageAsync(by, new GroupFilter(Cause: "bad_request_by_richpanel"), null, 1, TestContext.Current.CancellationToken)).Lines[0];
            await _console.Services.GetRequiredService<GroupMerges>().MergeAsync(by, other.Group.Id, line.Group.Id);
            await groups.AcknowledgeAsync(by, line.Group.Id);
            await groups.NoteAsync(by, line.Group.Id, "The shop sends totals with a comma since its release of Monday. Asked the web team; they send a point from tonight on.");
        }

        /// <summary>What was accepted is sent again, and two of it fail: what failed before is left for a retry.</summary>
        private async Task RetryAsync(IServiceProvider services)
        {
            services.GetRequiredService<SandboxScenarios>().Set(new SandboxScenario([new SandboxStep(Status: 200), new SandboxStep(Status: 422, Repeat: 2)]));
            var planned = await services.GetRequiredService<RetryPlanner>().PlanAsync(Actor.System, new RetryAsk(RetryKind.Replay) { Query = LogQuery.Of("state:accepted") }, TestContext.Current.CancellationToken);
            await services.GetRequiredService<RetryBatches>().StartAsync(Actor.System, planned.Batch!.Id, new RetryStart());
            _retry = PublicId.Retry(planned.Batch.Id);
        }

        /// <summary>One that is not over and was not taken at first, one that is, one that was refused, and two channels.</summary>
        private static async Task AlertsAsync(IServiceProvider services, long shop)
        {
            var channels = services.GetRequiredService<AlertChannels>();
            await channels.CreateAsync(Actor.System, new AlertChannelDraft { Name = "On-call", Kind = AlertChannelKind.Slack, Url = "https://hooks.slack.com/services/T000/B000/sample" });
            await channels.CreateAsync(Actor.System, new AlertChannelDraft
            {
                Name = "Letters",
                Kind = AlertChannelKind.Mail,
                Host = "smtp.example.com",
                Port = 587,
                Security = MailSecurity.StartTls,
                From = "console@example.com",
                To = "ops@example.com",
                Connections = [shop],
            });
            await channels.SetAsync(Actor.System, new AlertSettingsDraft(ConsoleUrl: "https://console.example.com"));
            var now = TimeProvider.System.GetUtcNow();
            var fact = new AlertFact("disk", HealthState.Degraded, "The disk of the database has little room: 1.8 GB of 20 GB are free", "The disk of the database has little room: 1.8 GB of 20 GB are free.", "Make room in time: below 268.4 MB the receiver answers 503.") { Link = "/about" };
            var held = new AlertItem(
                AlertNoticeKind.Change, AlertFact.SubjectOf(shop), HealthState.Held, HealthState.Healthy, "Shop is on hold: Key not accepted (401)", "Richpanel answered 401: it does not take the API Key.", "Enter the key again and release the hold.", $"/connections/{PublicId.Connection(shop)}")
            {
                ConnectionId = shop,
                Connection = "Shop",
                Environment = "Staging",
                Since = now.AddMinutes(-3),
                Waiting = 312,
                Held = 312,
                Failed = 8,
                FailedSince = now.AddHours(-1),
                Causes = [new("unauthorized", "Key not accepted (401)", 8)],
            };
            var outbox = services.GetRequiredService<AlertOutbox>();
            await outbox.KeepAsync(AlertOf(now.AddHours(-5), AlertSendState.Failed, AlertItem.Of(new AlertNotice(AlertNoticeKind.Change, fact, HealthState.Healthy, now.AddHours(-5), 0))), []);
            await outbox.KeepAsync(AlertOf(now.AddHours(-2), AlertSendState.Sent, AlertItem.Of(new AlertNotice(AlertNoticeKind.Recovered, fact with { State = HealthState.Healthy, Title = "The disk of the database has room again" }, HealthState.Degraded, now.AddHours(-5), 0))), []);
            await outbox.KeepAsync(AlertOf(now.AddMinutes(-2), AlertSendState.Waiting, held), [new AlertMemory(held.Subject) { Told = HealthState.Held, ToldAt = now, LastToldAt = now.AddMinutes(-2), BadSince = now.AddMinutes(-3) }]);
        }

        private static OpenAlert AlertOf(DateTimeOffset at, AlertSendState state, AlertItem item)
        {
            var alert = new OpenAlert(at, [item]);
            var send = new OpenSend(alert, 1, "On-call") { State = state, Tries = 1, DueAt = at.AddHours(6) };
            var outcome = state switch
            {
                AlertSendState.Sent => "It answered 200 (OK).",
                AlertSendState.Failed => "It answered 404 (NotFound). The address is wrong, or was revoked there: enter it again. It said: no service",
                _ => "There was no answer in time. It may have arrived.",
            };
            send.Unkept.Add(new AlertTry { At = at, Milliseconds = state == AlertSendState.Waiting ? 10_003 : 184, Taken = state == AlertSendState.Sent, Outcome = outcome });
            alert.Sends.Add(send);
            return alert;
        }

        private async Task RefusedAsync(string path, string body, string key)
        {
            using var http = new HttpClient { BaseAddress = Address };
            using var answer = await http.PostCallAsync(path, body, key);
        }

        public async ValueTask DisposeAsync()
        {
            _filling.Dispose();
            if (_console is not null)
            {
                await _console.DisposeAsync();
            }
        }
    }
}
