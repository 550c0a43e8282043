using System.Net.Http.Headers;
using System.Text;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Richpanel.Core.Access;
using Richpanel.Core.Connections;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Privacy;
using Richpanel.Tests.Browser;

[assembly: AssemblyFixture(typeof(BrowserFixture))]

namespace Richpanel.Tests.Browser;

/// <summary>The real application on a free loopback port with a database of its own, and one Chromium, for all browser tests.</summary>
public sealed class BrowserFixture : IAsyncDisposable
{
    private static readonly string s_chromium = Environment.GetEnvironmentVariable("CHROMIUM") ?? "/usr/bin/chromium";

    private readonly SemaphoreSlim _starting = new(1);
    private ConsoleInTest? _console;
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public IServiceProvider Services => _console!.Services;

    public Uri Address => _console!.ClientOptions.BaseAddress;

    /// <summary>A fresh page, nothing shared with other tests but the application. Skips the test where there is no Chromium.</summary>
    /// <param name="of">A console of the test's own; else the shared one.</param>
    public async Task<BrowserPage> OpenAsync(string path, CancellationToken ct, bool dark = false, int width = 1440, Uri? of = null)
    {
        Assert.SkipUnless(File.Exists(s_chromium), $"{s_chromium} is missing: install the package chromium, or name another with CHROMIUM.");
        await StartAsync(ct);
        var home = of ?? Address;
        var context = await _browser!.NewContextAsync(new BrowserNewContextOptions
        {
            BaseURL = home.ToString(),
            ColorScheme = dark ? ColorScheme.Dark : ColorScheme.Light,
            ReducedMotion = ReducedMotion.Reduce,
            TimezoneId = "Europe/Berlin",
            ViewportSize = new ViewportSize { Width = width, Height = 900 },
            Permissions = ["clipboard-read", "clipboard-write"],
        });
        var page = new BrowserPage(await context.NewPageAsync(), home, ct);
        await page.GoAsync(path);
        return page;
    }

    public bool HasStarted => _console is not null;

    /// <summary>The write key of the sandbox's own source.</summary>
    public string SandboxKey => Services.GetRequiredService<SourceStore>().RevealWriteKey(
        Services.GetRequiredService<ConnectionDirectory>().Sources.First(source => source.Name == "Sandbox"));

    /// <summary>Posts a track for the sandbox, as a sender does.</summary>
    public async Task PostAsync(string call)
    {
        var ct = TestContext.Current.CancellationToken;
        Assert.SkipUnless(File.Exists(s_chromium), $"{s_chromium} is missing: install the package chromium, or name another with CHROMIUM.");
        await StartAsync(ct);
        using var http = new HttpClient { BaseAddress = Address };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(SandboxKey + ":")));
        using var answer = await http.PostAsync(new Uri("/v1/track", UriKind.Relative), new StringContent(call), ct);
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>The delivery of a messageId once its first try has ended.</summary>
    public async Task<DeliveryRow> SettledAsync(string messageId)
    {
        var ct = TestContext.Current.CancellationToken;
        var queries = Services.GetRequiredService<DeliveryQueries>();
        var changes = Services.GetRequiredService<DeliveryPulse>();
        while (true)
        {
            var next = changes.Next;
            var page = await queries.PageAsync(Sight.Of(Actor.System), new DeliveryFilter { MessageId = messageId }, null, 1, ct);
            if (page.Items is [{ State: not (DeliveryState.Waiting or DeliveryState.Sending) } row])
            {
                return row;
            }

            await Task.WhenAny(next, Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, ct));
            ct.ThrowIfCancellationRequested();
        }
    }

    private async Task StartAsync(CancellationToken ct)
    {
        await _starting.WaitAsync(ct);
        try
        {
            if (_browser is not null)
            {
                return;
            }

            _console = new ConsoleInTest();
            _console.StartServer();
            _playwright = await Playwright.CreateAsync();
            _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
            {
                ExecutablePath = s_chromium,
                Args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
            });
        }
        finally
        {
            _starting.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        _playwright?.Dispose();
        if (_console is not null)
        {
            await _console.DisposeAsync();
        }

        _starting.Dispose();
    }

    private sealed class ConsoleInTest : WebApplicationFactory<Program>
    {
        private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("console-browser-");

        public ConsoleInTest() => UseKestrel(0);

        protected override void ConfigureWebHost(IWebHostBuilder builder)
        {
            builder.UseEnvironment("Development");
            builder.UseSetting("Storage:ConnectionString", $"Data Source={Path.Combine(_data.FullName, "console.db")}");
            builder.UseSetting("Sandbox:Port", "0");
        }

        public override async ValueTask DisposeAsync()
        {
            await base.DisposeAsync();
            _data.Delete(recursive: true);
        }
    }
}
