using Richpanel.Core.Json;

namespace Richpanel.Tests.Mapping;

/// <summary>The hand-written fixtures of Fixtures/Mapping. Expectations come from the references, never from the code.</summary>
internal static class MappingFixtures
{
    private static readonly string s_folder = Path.Combine(AppContext.BaseDirectory, "Fixtures", "Mapping");

    public static IReadOnlyList<(string Name, string Richpanel)> Translated { get; } =
        [.. Lists("translated").Select(pair => ((JsonTree.List)pair).Items).Select(pair => (pair[0].AsText()!, pair[1].AsText()!))];

    public static IReadOnlyList<string> Unchanged { get; } = [.. Lists("unchanged").Select(name => name.AsText()!)];

    public static IReadOnlyList<JsonTree.Map> Filters { get; } = [.. Lists("filters").Cast<JsonTree.Map>()];

    public static IReadOnlyList<(string File, JsonTree.Map Case)> Cases { get; } =
        [.. Files().SelectMany(file => Items(file.Content, "cases"), (file, item) => (file.Name, (JsonTree.Map)item))];

    private static IEnumerable<JsonTree> Lists(string key) => Files().SelectMany(file => Items(file.Content, key));

    private static IReadOnlyList<JsonTree> Items(JsonTree.Map content, string key) => (content[key] as JsonTree.List)?.Items ?? [];

    private static IEnumerable<(string Name, JsonTree.Map Content)> Files() =>
        Directory.EnumerateFiles(s_folder, "*.json").Order(StringComparer.Ordinal)
            .Select(file => (Path.GetFileNameWithoutExtension(file), Calls.Json(File.ReadAllText(file))));
}
