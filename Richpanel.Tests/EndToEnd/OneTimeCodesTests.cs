using System.Text;
using Richpanel.Core.Access;
using Richpanel.Tests.SignIn;
using Richpanel.Tests.Support;

namespace Richpanel.Tests.EndToEnd;

/// <summary>
/// The setup code stands in its file and on standard output, the code of a one-time link in the one answer to whoever made it. Neither is
/// in a line of the log or in the database.
/// </summary>
public sealed class OneTimeCodesTests : IAsyncDisposable
{
    private readonly ConsoleUnderTest _console = Somebody.Console(("Serilog:MinimumLevel:Default", "Debug"));

    public ValueTask DisposeAsync() => _console.DisposeAsync();

    [Fact(Timeout = 60_000)]
    public async Task The_setup_code_is_nowhere_but_in_its_file()
    {
        using var visitor = new Visitor(_console);
        await visitor.GetAsync("/set-up");
        var file = Path.Combine(_console.Folder, "setup-code");
        var code = (await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken)).Trim();

        await visitor.GetAsync("/set-up?code=" + code);

        Assert.NotEqual("", _console.Logs.Text);
        Assert.Empty(await PlacesOfAsync(code, file));
    }

    [Fact(Timeout = 60_000)]
    public async Task The_code_of_a_link_is_nowhere_before_and_after_it_was_used()
    {
        using var visitor = new Visitor(_console);
        await _console.AdminAsync();
        var (outcome, code) = await _console.Store().InviteAsync(Actor.System, "ivy@example.test", "Ivy Invited", Role.Support);
        var link = Somebody.Link(Somebody.Done(outcome), code!);

        await visitor.GetAsync(link + "x");
        await visitor.GetAsync(link);
        Assert.Empty(await PlacesOfAsync(code!));
        Somebody.Done(await _console.Store().AcceptLinkAsync(null, outcome.Person!.Id, code!, Somebody.Password));
        await visitor.GetAsync(link);

        Assert.NotEqual("", _console.Logs.Text);
        Assert.Empty(await PlacesOfAsync(code!));
    }

    private async Task<IReadOnlyList<string>> PlacesOfAsync(string code, string? but = null)
    {
        var places = new List<string>();
        foreach (var form in (string[])[code, Uri.EscapeDataString(code)])
        {
            places.AddRange(_console.Logs.Text.Split('\n').Where(line => line.Contains(form, StringComparison.Ordinal)));
            foreach (var file in Directory.EnumerateFiles(_console.Folder, "*", SearchOption.AllDirectories).Where(file => file != but && Path.GetFileName(file) != "running"))
            {
                // The database stays open meanwhile; the mark of a running product is locked and empty.
                await using var open = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
                using var bytes = new MemoryStream();
                await open.CopyToAsync(bytes, TestContext.Current.CancellationToken);
                if (bytes.ToArray().AsSpan().IndexOf(Encoding.UTF8.GetBytes(form)) >= 0)
                {
                    places.Add(Path.GetFileName(file));
                }
            }
        }

        return places;
    }
}
