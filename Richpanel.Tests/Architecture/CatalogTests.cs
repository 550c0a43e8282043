using System.Reflection;
using System.Text.RegularExpressions;
using Richpanel.Core.Causes;
using Richpanel.Core.Notes;

namespace Richpanel.Tests.Architecture;

/// <summary>Every code a person or a program can meet stands in a catalogue, once, with words and a remedy.</summary>
public sealed partial class CatalogTests
{
    [Fact]
    public void Every_cause_has_its_own_snake_case_code_and_words_that_are_sentences()
    {
        var causes = Fields<Cause>(typeof(CauseCatalog));

        Assert.NotEmpty(causes);
        Assert.Equal(causes.Count, causes.Select(cause => cause.Code).Distinct(StringComparer.Ordinal).Count());
        Assert.Empty(causes.Where(cause => !SnakeCase().IsMatch(cause.Code)).Select(cause => cause.Code));
        Assert.Empty(causes.Where(cause => cause.Title.Length is 0 or > 60 || !IsSentence(cause.Text) || !IsSentence(cause.Remedy)).Select(cause => cause.Code));
    }

    [Fact]
    public void Every_note_has_its_own_snake_case_code_and_words_that_are_sentences()
    {
        var kinds = Fields<NoteKind>(typeof(NoteCatalog));

        Assert.NotEmpty(kinds);
        Assert.Equal(kinds.Count, kinds.Select(kind => kind.Code).Distinct(StringComparer.Ordinal).Count());
        Assert.Empty(kinds.Where(kind => !SnakeCase().IsMatch(kind.Code)).Select(kind => kind.Code));
        Assert.Empty(kinds.Where(kind => !IsSentence(kind.Text) || !IsSentence(kind.Remedy)).Select(kind => kind.Code));
    }

    [Fact]
    public void The_lists_hold_what_every_part_of_the_catalogues_declares()
    {
        Assert.Equal(Fields<Cause>(typeof(CauseCatalog)).Count, CauseCatalog.All.Count);
        Assert.Equal(Fields<NoteKind>(typeof(NoteCatalog)).Count, NoteCatalog.All.Count);
    }

    [Fact]
    public void Every_cause_code_written_out_in_the_product_is_in_the_catalogue()
    {
        var known = CauseCatalog.All.Select(cause => cause.Code).ToHashSet(StringComparer.Ordinal);
        var strangers = Repository.Sources("Richpanel.Core").Concat(Repository.Sources("Richpanel.Console"))
            .SelectMany(file => CauseLiteral().Matches(file.Code).Select(match => (file.Path, Code: match.Groups["code"].Value)))
            .Where(use => !known.Contains(use.Code))
            .Select(use => $"{use.Path}: {use.Code}");

        Assert.Empty(strangers);
    }

    [Fact]
    public void An_unknown_cause_still_has_words() =>
        Assert.Contains("another version", CauseCatalog.Find("from_the_future").Remedy, StringComparison.Ordinal);

    private static List<T> Fields<T>(Type catalog) =>
        [.. catalog.GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => field.GetValue(null)).OfType<T>()];

    private static bool IsSentence(string text) => text.Length > 0 && text.TrimEnd()[^1] is '.' or '?' or '!' or ')';

    [GeneratedRegex("^[a-z][a-z0-9]*(_[a-z0-9]+)*$")]
    private static partial Regex SnakeCase();

    /// <summary>A code given as text where a cause belongs: <c>Cause = "…"</c>, <c>cause: "…"</c>, <c>CauseCatalog.Find("…")</c>, a Verdict.</summary>
    [GeneratedRegex("""(?:\b[Cc]ause\s*(?:=|:|==|is)\s*|CauseCatalog\.Find\(|AnswerClass\.\w+,\s*)"(?<code>[a-z0-9_]+)""")]
    private static partial Regex CauseLiteral();
}
