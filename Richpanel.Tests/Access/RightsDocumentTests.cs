using System.Text;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Richpanel.Core.Access;
using Richpanel.Tests.Architecture;
using Richpanel.Tests.Support;

namespace Richpanel.Tests.Access;

/// <summary>The tables of docs/security.md are generated from the code. WRITE_DOCS=1 writes them anew.</summary>
public sealed class RightsDocumentTests
{
    private const string Begin = "<!-- generated: rights -->";
    private const string End = "<!-- end of generated -->";

    private static readonly string s_file = Path.Combine(Repository.Root, "docs", "security.md");

    [Fact]
    public async Task The_document_says_what_the_code_does()
    {
        await using var console = new ConsoleUnderTest();
        var expected = Generate(RouteMatrix.Of(console.Services.GetRequiredService<EndpointDataSource>()));
        var text = (await File.ReadAllTextAsync(s_file, TestContext.Current.CancellationToken)).ReplaceLineEndings("\n");
        var (from, to) = (text.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length, text.IndexOf(End, StringComparison.Ordinal));
        if (Environment.GetEnvironmentVariable("WRITE_DOCS") == "1" && Environment.GetEnvironmentVariable("CI") is null)
        {
            await File.WriteAllTextAsync(s_file, text[..from] + expected + text[to..], TestContext.Current.CancellationToken);
            return;
        }

        Assert.Equal(expected, text[from..to]);
    }

    private static string Generate(IReadOnlyList<GuardedRoute> routes)
    {
        var text = new StringBuilder("\n\n### Roles\n\n| may | ");
        text.AppendJoin(" | ", Enum.GetValues<Role>().Select(Rights.Word)).Append(" |\n|---|").Append(string.Concat(Enum.GetValues<Role>().Select(_ => "---|"))).Append('\n');
        foreach (var (permission, _, what) in Rights.Table)
        {
            text.Append("| ").Append(what).Append(" | ").AppendJoin(" | ", Enum.GetValues<Role>().Select(role => Rights.May(role, permission) ? "yes" : "–")).Append(" |\n");
        }

        text.Append("\n### Pages\n\n| page | from role |\n|---|---|\n");
        foreach (var page in routes.Where(route => route.Page is not null))
        {
            text.Append("| `").Append(page.Pattern).Append("` | ").Append(From(page)).Append(" |\n");
        }

        text.Append("\n### API\n\n| call | from role |\n|---|---|\n");
        foreach (var call in routes.Where(route => route.Page is null))
        {
            text.Append("| `").Append(call.Name).Append("` | ").Append(From(call)).Append(" |\n");
        }

        text.Append("\n### Buttons\n\nOff for the others, with words that say why. `Richpanel.Tests/Access/ComponentMatrixTests` presses each of them.\n\n| page | button | from role |\n|---|---|---|\n");
        foreach (var action in ComponentActions.All)
        {
            text.Append("| `").Append(routes.First(route => route.Page == action.Page).Pattern).Append("` | ").Append(action.What).Append(" | ").Append(Rights.Word(Rights.LeastRole(action.Needs))).Append(" |\n");
        }

        text.Append("\n### Actions\n\nAsked again by the method itself, whatever page or call leads to it.\n\n| action | from role |\n|---|---|\n");
        foreach (var (method, needs, _) in ActionMatrixTests.Actions)
        {
            text.Append("| `").Append(method.Replace("Async", "", StringComparison.Ordinal)).Append("` | ").Append(Rights.Word(Rights.LeastRole(needs))).Append(" |\n");
        }

        return text.Append('\n').ToString();
    }

    private static string From(GuardedRoute route) => route switch
    {
        { Needs: null } => "everybody",
        { OrThisMachineForAll: true } => "this machine, whoever is signed in, or a token of any role that is for all connections",
        { OrThisMachine: true } => "this machine, whoever is signed in, or a token of any role",
        { Needs: { } needs } => Rights.Word(Rights.LeastRole(needs)),
    };
}
