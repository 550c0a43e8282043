using System.Text.RegularExpressions;
using Microsoft.Extensions.Time.Testing;
using Richpanel.Console.Shared;
using Richpanel.Console.Shell;
using Richpanel.Tests.Architecture;

namespace Richpanel.Tests.Shell;

public sealed partial class DisplayTests
{
    private static readonly DateTimeOffset s_now = new(2026, 3, 4, 14, 2, 5, TimeSpan.Zero);

    [Theory]
    [InlineData(false, false, "4 Mar 14:02:05", "14:02:05")]
    [InlineData(true, false, "4 Mar 14:02:05", "14:02:05")]
    [InlineData(false, true, "4 Mar 2:02:05 PM", "2:02:05 PM")]
    public void Times_are_said_as_the_person_chose(bool utc, bool twelve, string exact, string clock)
    {
        using var time = new ViewerTime(new FakeTimeProvider(s_now));
        var told = 0;
        time.Ticked += () => told++;

        time.Choose(new TimeChoice(utc, twelve));

        Assert.Equal((exact, clock, 1), (time.Exact(s_now), time.Clock(s_now), told));
    }

    [Fact]
    public void What_the_browser_keeps_comes_back_and_strange_words_count_as_nothing()
    {
        var choice = new DisplayChoice { Theme = ThemeChoice.Dark, Compact = true, Twelve = true, Utc = true, NoKeys = true };

        Assert.Equal(choice, DisplayChoice.Of(choice.ToKeep()));
        Assert.Equal(new DisplayChoice(), DisplayChoice.Of(null));
        Assert.Equal(new DisplayChoice(), DisplayChoice.Of(new("7", "huge", "13", "mars", "maybe")));
        Assert.Equal(new DisplayChoice.Kept("system", null, null, null, null), new DisplayChoice().ToKeep());
    }

    /// <summary>The trap of mixed zones: one page that makes its own words of a time shows another zone than its neighbour.</summary>
    [Fact]
    public void Only_the_viewers_clock_makes_words_of_a_time() => Assert.Empty(
        Directory.EnumerateFiles(Path.Combine(Repository.Root, "Richpanel.Console"), "*.*", SearchOption.AllDirectories)
            .Where(file => Path.GetExtension(file) is ".cs" or ".razor" && !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .Where(file => Path.GetFileName(file) is not ("TimeWords.cs" or "ViewerTime.cs"))
            .Where(file => OwnWords().IsMatch(File.ReadAllText(file)))
            .Select(Path.GetFileName));

    [GeneratedRegex(@"TimeWords\.(Exact|Clock)\(|ToString\(""[^""]*(?<!T|T'|'T')(HH|hh|h):mm|\bToLocalTime\(|:(HH|hh|h):mm")]
    private static partial Regex OwnWords();
}
