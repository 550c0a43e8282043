using System.Globalization;
using Richpanel.Core.Json;

namespace Richpanel.Core.Mapping;

/// <summary>Names the leaves of a value by their paths, in bounded space.</summary>
internal static class UnsentPaths
{
    /// <summary>
    /// Characters that the leaves of one value may take. Beyond it the value is named as a whole: a call of 32 KiB can hold
    /// 16,000 leaves, and a note must not be larger than what it speaks of.
    /// </summary>
    internal const int MaxLength = 600;

    /// <summary>Adds one path for each leaf, or <c>path (all N values)</c>. An empty object or list is a leaf.</summary>
    public static void Add(List<string> paths, JsonTree value, string path)
    {
        var leaves = new List<string>();
        var length = 0;
        if (Collect(leaves, value, path, ref length))
        {
            paths.AddRange(leaves);
        }
        else
        {
            paths.Add(string.Create(CultureInfo.InvariantCulture, $"{path} (all {Count(value)} values)"));
        }
    }

    /// <summary>False as soon as the leaves take more room than they may.</summary>
    private static bool Collect(List<string> leaves, JsonTree value, string path, ref int length)
    {
        switch (value)
        {
            case JsonTree.Map { Members.Count: > 0 } map:
                foreach (var (key, member) in map.Members)
                {
                    if (!Collect(leaves, member, JsonPath.Member(path, key), ref length))
                    {
                        return false;
                    }
                }

                return true;
            case JsonTree.List { Items.Count: > 0 } list:
                for (var i = 0; i < list.Items.Count; i++)
                {
                    if (!Collect(leaves, list.Items[i], JsonPath.Item(path, i), ref length))
                    {
                        return false;
                    }
                }

                return true;
            default:
                leaves.Add(path);
                length += path.Length;
                return length <= MaxLength || leaves.Count == 1;
        }
    }

    private static int Count(JsonTree value) => value switch
    {
        JsonTree.Map { Members.Count: > 0 } map => map.Members.Sum(member => Count(member.Value)),
        JsonTree.List { Items.Count: > 0 } list => list.Items.Sum(Count),
        _ => 1,
    };
}
