using System.Diagnostics;
using System.Globalization;

namespace Richpanel.Bench;

/// <summary><c>first-event</c>: fresh clone, the README's first command, the README's first curl, until the event is Accepted.</summary>
internal static class FirstEventCommand
{
    public static async Task<int> RunAsync(Arguments arguments)
    {
        using var workspace = new Workspace();
        var clone = Path.Combine(workspace.Folder, "clone");
        await using (var git = ChildProcess.Start("git", ["clone", "--quiet", Workspace.Repository, clone]))
        {
            if (await git.ExitAsync(TimeSpan.FromMinutes(1)) != 0)
            {
                throw new InvalidOperationException(git.Output);
            }
        }

        const string key = "first-event-write-key-0001";
        var clock = Stopwatch.StartNew();
        await using var product = new Product(Path.Combine(clone, "Richpanel.Console"), Path.Combine(workspace.Folder, "data"), [],
            new Dictionary<string, string>
            {
                // The system-made Sandbox connection gets a second source with a key this tool knows.
                ["Bootstrap__Connections__0__Name"] = "Sandbox",
                ["Bootstrap__Connections__0__Sources__0__Name"] = "first-event",
                ["Bootstrap__Connections__0__Sources__0__WriteKey"] = key,
            });
        await product.StartFromSourceAsync(clone);
        var ready = clock.Elapsed;
        await product.PostAsync("/v1/track", key, Events.Track("first-event"));
        string? state = null;
        while (state != "accepted" && clock.Elapsed < TimeSpan.FromMinutes(5))
        {
            var items = (await product.ApiAsync(HttpMethod.Get, "deliveries?messageId=first-event")).GetProperty("items");
            state = items.GetArrayLength() > 0 ? items[0].GetProperty("state").GetString() : null;
            await Task.Delay(50);
        }

        var accepted = clock.Elapsed;
        string[] lines =
        [
            Workspace.Circumstances() + ", packages already on the machine",
            string.Empty,
            "| from the first command in a fresh clone | seconds | aim |",
            "|---|---|---|",
            string.Create(CultureInfo.InvariantCulture, $"| product ready (restore and build included) | {ready.TotalSeconds:0.0} | |"),
            string.Create(CultureInfo.InvariantCulture, $"| first event Accepted and found over the API | {accepted.TotalSeconds:0.0} | 60 |"),
        ];
        Array.ForEach(lines, Console.WriteLine);
        if (arguments.Has("write"))
        {
            Workspace.WriteFigures("docs/performance.md", "first-event", lines);
        }

        return state == "accepted" ? 0 : 1;
    }
}
