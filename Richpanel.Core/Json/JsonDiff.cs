namespace Richpanel.Core.Json;

/// <summary>One place where two values differ.</summary>
/// <param name="Path">JSON path, for example <c>$.properties.total</c>.</param>
/// <param name="Before">Null: it was not there.</param>
/// <param name="After">Null: it is not there any more.</param>
public sealed record JsonChange(string Path, JsonTree? Before, JsonTree? After);

/// <summary>Where two JSON values differ, field by field. Pure.</summary>
public static class JsonDiff
{
    /// <summary>Empty when both are the same (see <see cref="JsonTree.DeepEquals"/>). Items of lists are compared by their place.</summary>
    public static IReadOnlyList<JsonChange> Of(JsonTree? before, JsonTree? after) => Of(before, after, before, after);

    /// <summary>
    /// Compares the first two and tells it in the words of the other two, which are the same values as somebody may see them: two
    /// different e-mails differ, though both read alike once they are masked.
    /// </summary>
    public static IReadOnlyList<JsonChange> Of(JsonTree? before, JsonTree? after, JsonTree? shownBefore, JsonTree? shownAfter)
    {
        var changes = new List<JsonChange>();
        Collect(changes, JsonPath.Root, before, after, shownBefore, shownAfter);
        return changes;
    }

    private static void Collect(List<JsonChange> changes, string path, JsonTree? before, JsonTree? after, JsonTree? shownBefore, JsonTree? shownAfter)
    {
        if (JsonTree.DeepEquals(before, after))
        {
            return;
        }

        switch (before, after, shownBefore, shownAfter)
        {
            case (JsonTree.Map one, JsonTree.Map other, JsonTree.Map shownOne, JsonTree.Map shownOther)
                when one.Members.Count == shownOne.Members.Count && other.Members.Count == shownOther.Members.Count:
                for (var i = 0; i < one.Members.Count; i++)
                {
                    var (key, value) = one.Members[i];
                    var there = IndexOf(other, key);
                    Collect(changes, JsonPath.Member(path, shownOne.Members[i].Key), value, there < 0 ? null : other.Members[there].Value,
                        shownOne.Members[i].Value, there < 0 ? null : shownOther.Members[there].Value);
                }

                for (var i = 0; i < other.Members.Count; i++)
                {
                    if (one[other.Members[i].Key] is null)
                    {
                        Collect(changes, JsonPath.Member(path, shownOther.Members[i].Key), null, other.Members[i].Value, null, shownOther.Members[i].Value);
                    }
                }

                break;
            case (JsonTree.List one, JsonTree.List other, JsonTree.List shownOne, JsonTree.List shownOther)
                when one.Items.Count == shownOne.Items.Count && other.Items.Count == shownOther.Items.Count:
                for (var i = 0; i < Math.Max(one.Items.Count, other.Items.Count); i++)
                {
                    Collect(changes, JsonPath.Item(path, i), At(one, i), At(other, i), At(shownOne, i), At(shownOther, i));
                }

                break;
            default:
                changes.Add(new JsonChange(path, before is null ? null : shownBefore, after is null ? null : shownAfter));
                break;
        }
    }

    private static JsonTree? At(JsonTree.List list, int index) => index < list.Items.Count ? list.Items[index] : null;

    private static int IndexOf(JsonTree.Map map, string key)
    {
        for (var i = 0; i < map.Members.Count; i++)
        {
            if (string.Equals(map.Members[i].Key, key, StringComparison.Ordinal))
            {
                return i;
            }
        }

        return -1;
    }
}
