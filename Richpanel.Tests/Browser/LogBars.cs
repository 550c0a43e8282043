using System.Globalization;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Richpanel.Bench;
using Richpanel.Core.Access;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Storage;
using Richpanel.Tests.Support;

namespace Richpanel.Tests.Browser;

/// <summary>
/// What a person at the log of very many deliveries waits for, and what their open page costs. A measurement, not a test: machines
/// differ and are busy. <c>LOG_BARS=1000000</c> (rows to seed) asks for it; docs/performance.md says how and keeps the answer.
/// </summary>
[Trait("Kind", "Browser")]
public sealed class LogBars(BrowserFixture browser, ITestOutputHelper output)
{
    private const int Turns = 40;
    private const int Tries = 20;
    private const int Circuits = 20;

    /// <summary>At each frame: is a row to be seen? Gives the longest time without one, and the time until the rows were others.</summary>
    private const string TurnScript = """
        async way => {
          const rows = () => [...document.querySelectorAll('tr[data-row]')];
          const isSeen = row => { const box = row.getBoundingClientRect(); return box.height > 0 && box.top < innerHeight && box.bottom > 0; };
          const was = rows()[0]?.dataset.row;
          const start = performance.now();
          let blankSince = null, blank = 0;
          document.querySelector(`[data-page="${way}"]`).click();
          for (;;) {
            await new Promise(done => requestAnimationFrame(done));
            const now = performance.now(), all = rows(), isBlank = !all.some(isSeen);
            if (isBlank) { blankSince ??= now; blank = Math.max(blank, now - blankSince); } else { blankSince = null; }
            if (!isBlank && all[0].dataset.row !== was) { return { turned: now - start, blank }; }
            if (now - start > 10000) { throw new Error(`No other rows after 10 s; there are ${all.length}, the first is ${all[0]?.dataset.row}.`); }
          }
        }
        """;

    /// <summary>Scrolls the list from end to end in a second; at each frame: is there a row in the middle of what is seen?</summary>
    private const string ScrollScript = """
        async () => {
          const frame = () => new Promise(done => requestAnimationFrame(done));
          const pane = [document.querySelector('table.log')].flatMap(t => { const all = []; for (let e = t; e; e = e.parentElement) { all.push(e); } return all; })
            .find(e => e.scrollHeight > e.clientHeight + 40 && ['auto', 'scroll'].includes(getComputedStyle(e).overflowY)) ?? document.scrollingElement;
          const body = document.querySelector('table.log tbody');
          const start = performance.now();
          let blankSince = null, blank = 0;
          const top = pane.scrollTop, way = body.getBoundingClientRect().bottom - innerHeight;
          for (let now = start; now - start < 1000; now = performance.now()) {
            pane.scrollTop = top + way * (now - start) / 1000;
            await frame();
            const box = body.getBoundingClientRect();
            const y = (Math.max(box.top, 0) + Math.min(box.bottom, innerHeight)) / 2;
            const isBlank = box.top < innerHeight && box.bottom > 0 && !document.elementFromPoint(innerWidth / 3, y)?.closest('tr');
            if (isBlank) { blankSince ??= now; blank = Math.max(blank, performance.now() - blankSince); } else { blankSince = null; }
          }
          pane.scrollTop = 0;
          return blank;
        }
        """;

    /// <summary>When the state of a row becomes another, in the browser's clock, which is this machine's.</summary>
    private const string WatchScript = """
        row => {
          const line = document.querySelector(`tr[data-row="${row}"]`);
          window.seen = new Promise(done => {
            const look = () => { if (line.querySelector('[data-state=accepted]')) { watcher.disconnect(); done(performance.timeOrigin + performance.now()); } };
            const watcher = new MutationObserver(look);
            watcher.observe(line, { subtree: true, childList: true, attributes: true, characterData: true });
          });
        }
        """;

    [Fact(Timeout = 1_200_000)]
    public async Task Turning_scrolling_a_live_row_and_an_idle_circuit()
    {
        var asked = Environment.GetEnvironmentVariable("LOG_BARS");
        Assert.SkipWhen(asked is null, "LOG_BARS is not set: no measurement was asked for.");
        using var folder = new TemporaryFolder();
        await using (var seeding = await LogSeed.OpenAsync(Path.Combine(folder.Path, "console.db")))
        {
            await LogSeed.FillAsync(seeding, int.Parse(asked, CultureInfo.InvariantCulture), 1, TimeProvider.System.GetUtcNow());
        }

        await using var console = new JourneyConsole(folder);
        await console.InitializeAsync();
        await using var tab = await console.OpenAsync(browser, Role.Qa, "/deliveries");
        await tab.Page.Locator("tr[data-row]").First.WaitForAsync();
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{asked} deliveries; Chromium, product and test share the machine."));
        await TurnAsync(tab.Page);
        await LiveAsync(console, tab.Page);
        await IdleAsync(console);
        Assert.Empty(tab.Faults);
    }

    private async Task TurnAsync(IPage page)
    {
        List<double> turned = [], blank = [], scrolled = [];
        for (var turn = -2; turn < Turns; turn++)
        {
            var way = turn == Turns / 2 ? "oldest" : turn > Turns / 2 ? "newer" : "older";   // down from the newest, then up from the very end
            await page.Locator($"[data-page={way}]").WaitForAsync();
            var seen = await page.EvaluateAsync<JsonElement>(TurnScript, way);
            if (turn >= 0)
            {
                turned.Add(seen.GetProperty("turned").GetDouble());
                blank.Add(seen.GetProperty("blank").GetDouble());
            }

            if (turn is >= 0 and < 8)
            {
                scrolled.Add((await page.EvaluateAsync<JsonElement>(ScrollScript)).GetDouble());
            }
        }

        Say("another page of rows is on the screen after", turned);
        Say("meanwhile no row was to be seen for", blank);
        Say("while a page is scrolled from end to end in a second no row was to be seen for", scrolled);
    }

    private async Task LiveAsync(JourneyConsole console, IPage page)
    {
        List<double> late = [];
        for (var number = 0; number < Tries; number++)
        {
            console.Answers(422);
            var message = string.Create(CultureInfo.InvariantCulture, $"live-{number}");
            await console.Sender.PostAsync($$"""{"userId":"user-of-bars","event":"Bars Went Live","messageId":"{{message}}"}""");
            var row = await console.Sender.SettledAsync(message);
            console.Answers();
            await page.GotoAsync("/deliveries");
            await page.Locator($"tr[data-row=\"{row.Id}\"] [data-state=failed]").WaitForAsync();
            await page.EvaluateAsync(WatchScript, row.Id.ToString(CultureInfo.InvariantCulture));
            await console.Services.GetRequiredService<DeliveryActions>().RetryAsync(Actor.System, row.Id, asThen: false, TestContext.Current.CancellationToken);
            var shown = (await page.EvaluateAsync<JsonElement>("() => window.seen")).GetDouble();
            await console.Sender.SettledAsync(message);
            await using var context = await console.Services.GetRequiredService<IDbContextFactory<ConsoleDbContext>>().CreateDbContextAsync(TestContext.Current.CancellationToken);
            var ended = (await context.Deliveries.SingleAsync(delivery => delivery.Id == row.Id, TestContext.Current.CancellationToken)).EndedAt!.Value;
            late.Add(shown - ended.ToUnixTimeMilliseconds());
        }

        Say("a row on the screen says how its try ended after", late);
    }

    private async Task IdleAsync(JourneyConsole console)
    {
        foreach (var path in (string[])["/deliveries", "/"])
        {
            List<BrowserPage> tabs = [await console.OpenAsync(browser, Role.Qa, path)];
            var before = Held();
            for (var circuit = 0; circuit < Circuits; circuit++)
            {
                var page = await tabs[0].Page.Context.NewPageAsync();
                tabs.Add(new BrowserPage(page, console.Address, TestContext.Current.CancellationToken));
                await tabs[^1].GoAsync(path);
            }

            await tabs[^1].Page.Locator(path == "/" ? "main h2" : "tr[data-row]").First.WaitForAsync();
            var each = (Held() - before) / (double)Circuits / 1024 / 1024;
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"an idle circuit at {path} holds {each:0.00} MiB of managed memory (mean of {Circuits})."));
            foreach (var open in tabs)
            {
                await open.DisposeAsync();
            }
        }
    }

    private static long Held()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true, compacting: true);
        GC.WaitForPendingFinalizers();
        return GC.GetTotalMemory(forceFullCollection: true);
    }

    private void Say(string what, List<double> milliseconds)
    {
        milliseconds.Sort();
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{what} {milliseconds[milliseconds.Count / 2]:0} ms (median of {milliseconds.Count}), at most {milliseconds[^1]:0} ms."));
    }
}
