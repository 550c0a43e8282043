using System.Text.RegularExpressions;
using Richpanel.Tests.Architecture;

namespace Richpanel.Tests.Mapping;

/// <summary>The notes that the mapper's own sources can make.</summary>
internal static partial class MappingNotes
{
    /// <summary>The codes of NoteCatalog.Mapping.cs, told apart from other parts by the file they stand in.</summary>
    public static IReadOnlyList<string> Codes { get; } =
        [.. Declaration().Matches(File.ReadAllText(Path.Combine(Repository.Root, "Richpanel.Core", "Notes", "NoteCatalog.Mapping.cs"))).Select(match => match.Groups["code"].Value)];

    [GeneratedRegex(@"NoteKind \w+ = new\(\s*""(?<code>[a-z_]+)""")]
    private static partial Regex Declaration();
}
