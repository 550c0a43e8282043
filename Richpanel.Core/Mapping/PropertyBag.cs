using Richpanel.Core.Json;

namespace Richpanel.Core.Mapping;

/// <summary>A value that a rule found, with the key it stood under and its JSON path in the Segment call.</summary>
internal readonly record struct Found(string Key, JsonTree Value, string Path);

/// <summary>
/// The open part of a call (properties, traits, one product …) while it is being mapped. The tree itself is never
/// changed: <see cref="Take"/> marks what a rule has used, <see cref="Rest"/> hands over everything else, so that
/// nothing can be lost between two rules.
/// </summary>
internal sealed class PropertyBag(JsonTree.Map source, string path)
{
    private readonly bool[] _taken = new bool[source.Members.Count];

    public string Path { get; } = path;

    /// <summary>
    /// Takes the first value under one of the names, asked in this order. Keys are compared as Segment's own obj-case
    /// does (segment.md 5.1): <c>order_id</c>, <c>orderId</c> and <c>Order ID</c> are one name. A null never answers, and an
    /// empty text, as templates leave it, only when nothing else does.
    /// </summary>
    public Found? Take(params ReadOnlySpan<string> names) => TakeAt(Find(names, IsFilled) ?? Find(names, _ => true));

    /// <summary>As <see cref="Take"/>, for values of one kind only; any other is left where it is.</summary>
    public Found? TakeWhere(Func<JsonTree, bool> fits, params ReadOnlySpan<string> names) => TakeAt(Find(names, fits));

    /// <summary>As <see cref="Take"/>, but leaves the value for other rules or for <see cref="Rest"/>.</summary>
    public Found? Peek(params ReadOnlySpan<string> names) =>
        (Find(names, IsFilled) ?? Find(names, _ => true)) is { } index ? At(index) : null;

    /// <summary>Anything but an empty text.</summary>
    public static bool IsFilled(JsonTree value) => value is not JsonTree.Text text || !string.IsNullOrWhiteSpace(text.Value);

    /// <summary>Takes a value that a peek has found.</summary>
    public void TakeAway(Found found)
    {
        for (var i = 0; i < _taken.Length; i++)
        {
            _taken[i] |= string.Equals(source.Members[i].Key, found.Key, StringComparison.Ordinal);
        }
    }

    /// <summary>The object under this name as a bag of its own, empty when there is none; the object itself is not taken.</summary>
    public PropertyBag Inside(string name) =>
        Peek(name) is { Value: JsonTree.Map map } found ? new PropertyBag(map, found.Path) : new PropertyBag(JsonTree.Map.Empty, Path);

    /// <summary>What no rule has taken, nulls included, in document order.</summary>
    public IReadOnlyList<Found> Rest()
    {
        var rest = new List<Found>(_taken.Length);
        for (var i = 0; i < _taken.Length; i++)
        {
            if (!_taken[i])
            {
                rest.Add(At(i));
            }
        }

        return rest;
    }

    private Found At(int index)
    {
        var (key, value) = source.Members[index];
        return new Found(key, value, JsonPath.Member(Path, key));
    }

    private Found? TakeAt(int? index)
    {
        if (index is not { } found)
        {
            return null;
        }

        _taken[found] = true;
        return At(found);
    }

    private int? Find(ReadOnlySpan<string> names, Func<JsonTree, bool> fits)
    {
        foreach (var name in names)
        {
            for (var i = 0; i < _taken.Length; i++)
            {
                var (key, value) = source.Members[i];
                if (!_taken[i] && value is not JsonTree.Null && SameName(key, name) && fits(value))
                {
                    return i;
                }
            }
        }

        return null;
    }

    /// <summary>Equal when only letters, digits and dots count and case does not; a key without any of these never matches.</summary>
    internal static bool SameName(ReadOnlySpan<char> key, ReadOnlySpan<char> name)
    {
        int k = 0, n = 0;
        while (true)
        {
            while (k < key.Length && !Counts(key[k]))
            {
                k++;
            }

            while (n < name.Length && !Counts(name[n]))
            {
                n++;
            }

            if (k == key.Length || n == name.Length)
            {
                return k == key.Length && n == name.Length;
            }

            if (char.ToLowerInvariant(key[k++]) != char.ToLowerInvariant(name[n++]))
            {
                return false;
            }
        }
    }

    private static bool Counts(char c) => char.IsAsciiLetterOrDigit(c) || c == '.';
}
