using System.Globalization;
using Richpanel.Core.Json;
using Richpanel.Core.Mapping;
using Richpanel.Core.Notes;
using Richpanel.Core.Segment;

namespace Richpanel.Tests.Mapping;

/// <summary>
/// The judge of promise 4: every leaf of a call is in the outgoing call, where provenance says it is, or is named in a note.
/// It knows nothing of the rules, only that a text may have become the number, the moment or the trimmed text it holds, and
/// that a sum holds its parts.
/// </summary>
internal static class Leaves
{
    /// <summary>The paths of all leaves that are neither sent nor named.</summary>
    public static IReadOnlyList<string> Lost(SegmentCall call, MappingOutcome.Mapped outcome) => Lost(Of(call), Named(outcome.Notes), outcome);

    /// <summary>
    /// As above for a call as it came over the wire; its type says which rules apply, and empty properties hold nothing. The reader's
    /// notes stand at what they are about.
    /// </summary>
    public static IReadOnlyList<string> Lost(JsonTree.Map json, IReadOnlyList<Note> reading, MappingOutcome.Mapped outcome)
    {
        var leaves = new List<Leaf>();
        foreach (var member in json.Members.Where(member => member.Key != "type" && member.Value is not JsonTree.Map { Members.Count: 0 }))
        {
            Collect(leaves, member.Value, JsonPath.Member(JsonPath.Root, member.Key), []);
        }

        var named = Named(outcome.Notes);
        named.UnionWith(reading.Select(note => note.Path).OfType<string>());
        return Lost(leaves, named, outcome);
    }

    private static string[] Lost(List<Leaf> leaves, HashSet<string> named, MappingOutcome.Mapped outcome)
    {
        var targets = new Dictionary<string, JsonTree>(StringComparer.Ordinal);
        Index(targets, outcome.Call.Content, JsonPath.Root);
        var sources = outcome.Provenance.Where(field => field.Source is not null).ToLookup(field => field.Source!, StringComparer.Ordinal);
        return [.. leaves.Where(leaf => !IsSent(leaf, sources, targets) && !leaf.Ancestors.Any(named.Contains)).Select(leaf => leaf.Path)];
    }

    /// <summary>Outgoing leaves that no provenance explains.</summary>
    public static IReadOnlyList<string> Unexplained(MappingOutcome.Mapped outcome)
    {
        var targets = outcome.Provenance.Select(field => field.Target).ToHashSet(StringComparer.Ordinal);
        var leaves = new List<Leaf>();
        Collect(leaves, outcome.Call.Content, JsonPath.Root, []);
        return [.. leaves.Where(leaf => leaf.Value is not (JsonTree.Map or JsonTree.List) && !leaf.Ancestors.Any(targets.Contains)).Select(leaf => leaf.Path)];
    }

    private static bool IsSent(Leaf leaf, ILookup<string, Provenance> sources, Dictionary<string, JsonTree> targets)
    {
        // A copied object or list has one entry at its root: the leaf is looked for at the same place below the target.
        foreach (var ancestor in leaf.Ancestors)
        {
            foreach (var field in sources[ancestor])
            {
                if (targets.TryGetValue(field.Target + leaf.Path[ancestor.Length..], out var sent) && IsSame(leaf.Value, sent, field.Rule))
                {
                    return true;
                }
            }
        }

        return false;
    }

    private static bool IsSame(JsonTree given, JsonTree sent, string rule)
    {
        if (JsonTree.DeepEquals(given, sent))
        {
            return true;
        }

        return (given, sent) switch
        {
            (JsonTree.Text one, JsonTree.Text other) when one.Value.Trim() == other.Value => true,
            (JsonTree.Text one, JsonTree.Number other) when decimal.TryParse(one.Value, CultureInfo.InvariantCulture, out var a) =>
                a == decimal.Parse(other.Digits, NumberStyles.Float, CultureInfo.InvariantCulture) || IsMoment(rule),
            (JsonTree.Text, JsonTree.Number) => IsMoment(rule),
            (JsonTree.Number, JsonTree.Number) => IsMoment(rule),
            (JsonTree.Number one, JsonTree.Text other) => other.Value == one.Digits,   // a session id given as number
            (JsonTree.Text, JsonTree.Text) => rule.StartsWith("page call", StringComparison.Ordinal) || rule.Contains(" → ", StringComparison.Ordinal) && rule[0] is >= 'A' and <= 'Z',
            _ => false,
        };
    }

    private static bool IsMoment(string rule) => rule.Contains("milliseconds", StringComparison.Ordinal);

    /// <summary>Paths that notes stand at or list. A list ends its text; "(all N values)" names everything below.</summary>
    private static HashSet<string> Named(IReadOnlyList<Note> notes)
    {
        var named = new HashSet<string>(StringComparer.Ordinal);
        foreach (var note in notes)
        {
            if (note.Code is "not_sent" or "traits_not_sent" or "context_traits_not_sent")
            {
                var listed = note.Text[(note.Text.IndexOf(": ", StringComparison.Ordinal) + 2)..^1];
                named.UnionWith(listed.Split(", ").Select(path => path.Split(" (all ")[0]));
            }
            else if (note is { Code: "empty_item" or "session_id_differs" or "user_id_not_sent", Path: not null })
            {
                named.Add(note.Path);
            }
        }

        return named;
    }

    private static List<Leaf> Of(SegmentCall call)
    {
        var leaves = new List<Leaf>();
        AddText(leaves, "userId", call.UserId);
        AddText(leaves, "anonymousId", call.AnonymousId);
        AddText(leaves, "messageId", call.MessageId);
        AddText(leaves, "event", call.Event);
        AddText(leaves, "name", call.Name);
        AddText(leaves, "category", call.Category);
        foreach (var (key, map) in new[] { ("properties", call.Properties), ("traits", call.Traits), ("context", call.Context), ("integrations", call.Integrations) })
        {
            foreach (var member in map.Members)
            {
                Collect(leaves, member.Value, JsonPath.Member(JsonPath.Member(JsonPath.Root, key), member.Key), []);
            }
        }

        foreach (var member in call.Rest.Members)
        {
            Collect(leaves, member.Value, JsonPath.Member(JsonPath.Root, member.Key), []);
        }

        return leaves;
    }

    private static void AddText(List<Leaf> leaves, string key, string? value)
    {
        if (value is not null)
        {
            leaves.Add(new Leaf([JsonPath.Member(JsonPath.Root, key)], new JsonTree.Text(value)));
        }
    }

    private static void Collect(List<Leaf> leaves, JsonTree value, string path, IReadOnlyList<string> above)
    {
        string[] ancestors = [.. above, path];
        switch (value)
        {
            case JsonTree.Map { Members.Count: > 0 } map:
                foreach (var (key, member) in map.Members)
                {
                    Collect(leaves, member, JsonPath.Member(path, key), ancestors);
                }

                break;
            case JsonTree.List { Items.Count: > 0 } list:
                for (var i = 0; i < list.Items.Count; i++)
                {
                    Collect(leaves, list.Items[i], JsonPath.Item(path, i), ancestors);
                }

                break;
            default:
                leaves.Add(new Leaf(ancestors, value));
                break;
        }
    }

    private static void Index(Dictionary<string, JsonTree> targets, JsonTree value, string path)
    {
        targets[path] = value;
        switch (value)
        {
            case JsonTree.Map map:
                foreach (var (key, member) in map.Members)
                {
                    Index(targets, member, JsonPath.Member(path, key));
                }

                break;
            case JsonTree.List list:
                for (var i = 0; i < list.Items.Count; i++)
                {
                    Index(targets, list.Items[i], JsonPath.Item(path, i));
                }

                break;
        }
    }

    /// <param name="Ancestors">The paths from the top member down to the leaf itself.</param>
    private sealed record Leaf(IReadOnlyList<string> Ancestors, JsonTree Value)
    {
        public string Path => Ancestors[^1];
    }
}
