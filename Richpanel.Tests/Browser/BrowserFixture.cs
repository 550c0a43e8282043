using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Playwright;
using Richpanel.Core.Deliveries;
using Richpanel.Tests.Browser;

[assembly: AssemblyFixture(typeof(BrowserFixture))]

namespace Richpanel.Tests.Browser;

/// <summary>The real application on a free loopback port with a database of its own, and one Chromium, for all browser tests.</summary>
public sealed class BrowserFixture : IAsyncDisposable
{
    private static readonly string s_chromium = Environment.GetEnvironmentVariable("CHROMIUM") ?? "/usr/bin/chromium";

    /// <summary>Milliseconds that a test waits for what must come: a busy machine is slow, and is no fault.</summary>
    private const int Patience = 60_000;

    private static string Missing => $"{s_chromium} is missing: install the package chromium, or name another with CHROMIUM.";

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
        Assert.SkipUnless(File.Exists(s_chromium), Missing);
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
        context.SetDefaultTimeout(Patience);
        var page = new BrowserPage(await context.NewPageAsync(), home, ct);
        await page.GoAsync(path);
        return page;
    }

    public bool HasStarted => _console is not null;

    /// <summary>The write key of the sandbox's own source.</summary>
    public string SandboxKey => Sender.Key;

    /// <summary>Posts a track for the sandbox, as a sender does.</summary>
    public async Task PostAsync(string call)
    {
        Assert.SkipUnless(File.Exists(s_chromium), Missing);
        await StartAsync(TestContext.Current.CancellationToken);
        await Sender.PostAsync(call);
    }

    /// <summary>The delivery of a messageId once its first try has ended.</summary>
    public Task<DeliveryRow> SettledAsync(string messageId) => Sender.SettledAsync(messageId);

    private SandboxSender Sender => new(Services, Address);

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
            Assertions.SetDefaultExpectTimeout(Patience);
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
