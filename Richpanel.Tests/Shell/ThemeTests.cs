using System.Text.RegularExpressions;
using Richpanel.Console.Shell;
using Richpanel.Tests.Architecture;

namespace Richpanel.Tests.Shell;

public sealed partial class ThemeTests
{
    [Fact]
    public void Colours_are_named_in_the_theme_and_nowhere_else()
    {
        var folder = Path.Combine(Repository.Root, "Richpanel.Console");
        var sheets = Directory.EnumerateFiles(folder, "*.css", SearchOption.AllDirectories).Concat(Directory.EnumerateFiles(folder, "*.js", SearchOption.AllDirectories))
            .Select(file => Path.GetRelativePath(folder, file).Replace('\\', '/'))
            .Where(file => !file.StartsWith("obj/", StringComparison.Ordinal) && !file.StartsWith("bin/", StringComparison.Ordinal)).ToList();
        Assert.Contains("wwwroot/app.css", sheets);

        var raw = sheets.SelectMany(file => Raw().Matches(File.ReadAllText(Path.Combine(folder, file))).Select(match => $"{file}: {match.Value}"));

        Assert.Empty(raw);
    }

    [Theory]
    [InlineData(":root{")]
    [InlineData(":root[data-theme=dark]{")]
    public void A_states_colour_means_that_state_and_nothing_else(string theme)
    {
        var block = Theme.Variables[Theme.Variables.IndexOf(theme, StringComparison.Ordinal)..].Split('}')[0];
        var colours = Variable().Matches(block).ToDictionary(match => match.Groups[1].Value, match => Hex(match.Groups[2].Value), StringComparer.Ordinal);
        var states = colours.Where(one => one.Key.StartsWith("state-", StringComparison.Ordinal)).Select(one => one.Value).ToList();
        Assert.Equal(8, states.Count);

        foreach (var other in (string[])["good", "bad", "warning", "production", "mud-palette-error", "mud-palette-primary"])
        {
            Assert.DoesNotContain(colours[other], states);
        }

        Assert.Equal(4, new[] { "good", "bad", "warning", "production" }.Select(name => colours[name]).Distinct(StringComparer.Ordinal).Count());
    }

    /// <summary>MudBlazor writes a colour as <c>rgba(r,g,b,a)</c>.</summary>
    private static string Hex(string colour) => Parts().Match(colour) is { Success: true } parts
        ? "#" + string.Concat(Enumerable.Range(1, 3).Select(i => int.Parse(parts.Groups[i].Value, System.Globalization.CultureInfo.InvariantCulture).ToString("x2", System.Globalization.CultureInfo.InvariantCulture)))
        : colour.Trim().ToLowerInvariant();

    [GeneratedRegex(@"(?<![\w&])#(?:[0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})\b(?![-\w])|\b(?:rgb|hsl)a?\(", RegexOptions.IgnoreCase)]
    private static partial Regex Raw();

    [GeneratedRegex("--([a-z-]+):([^;]+);")]
    private static partial Regex Variable();

    [GeneratedRegex(@"rgba?\((\d+),(\d+),(\d+)")]
    private static partial Regex Parts();
}
