using Richpanel.Core.Json;
using Richpanel.Core.Notes;

namespace Richpanel.Console.Deliveries.Detail;

/// <summary>What of a call no rule took. Pure.</summary>
public static class UnusedFields
{
    public const int Most = 200;

    /// <summary>It says which rules are meant, and so it is used, though none moves it.</summary>
    private const string Type = "$.type";

    /// <summary>Paths of the leaves that no outgoing field came from, in the call's order; at most <see cref="Most"/>.</summary>
    public static IReadOnlyList<string> Of(JsonTree? call, IReadOnlyList<Provenance> provenance)
    {
        var used = provenance.Select(field => field.Source).OfType<string>().ToHashSet(StringComparer.Ordinal);
        var unused = new List<string>();
        if (call is not null)
        {
            Collect(unused, call, JsonPath.Root, used);
        }

        return unused;
    }

    private static void Collect(List<string> unused, JsonTree value, string path, HashSet<string> used)
    {
        if (used.Contains(path) || path == Type || unused.Count >= Most)
        {
            return;   // taken as a whole
        }

        switch (value)
        {
            case JsonTree.Map { Members.Count: > 0 } map:
                foreach (var (key, member) in map.Members)
                {
                    Collect(unused, member, JsonPath.Member(path, key), used);
                }

                break;
            case JsonTree.List { Items.Count: > 0 } list:
                for (var i = 0; i < list.Items.Count; i++)
                {
                    Collect(unused, list.Items[i], JsonPath.Item(path, i), used);
                }

                break;
            default:
                unused.Add(path);
                break;
        }
    }
}
