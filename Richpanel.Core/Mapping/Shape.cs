using Richpanel.Core.Json;
using Richpanel.Core.Notes;
using Richpanel.Core.Segment;

namespace Richpanel.Core.Mapping;

/// <summary>
/// One object of the outgoing call while it is being built. Every way of adding a field also writes down where it came
/// from; a field that is not there is left out, never sent as null.
/// </summary>
internal sealed class Shape(string path, MappingTrail trail)
{
    /// <summary>Before the key of a custom property whose own name Richpanel uses for something else.</summary>
    internal const string RenamePrefix = "segment_";

    internal const string CustomRule = "custom property, kept as sent";

    private readonly List<KeyValuePair<string, JsonTree>> _members = [];
    private readonly Dictionary<string, JsonTree?> _byKey = new(StringComparer.Ordinal);

    public MappingTrail Trail { get; } = trail;

    public string Path { get; } = path;

    /// <summary>Keeps the name free of custom properties, whether or not a rule will fill it.</summary>
    public void Reserve(string key) => _byKey.TryAdd(key, null);

    public bool Has(string key) => _byKey.ContainsKey(key);

    public string PathOf(string key) => JsonPath.Member(Path, key);

    /// <summary>Adds a field that one place of the call, or a default (<paramref name="source"/> null), gave.</summary>
    public void Put(string key, JsonTree value, string? source, string rule)
    {
        Put(key, value);
        Trail.Moved(PathOf(key), source, rule);
    }

    /// <summary>Adds a field whose provenance its own parts have written down.</summary>
    public void Put(string key, JsonTree value)
    {
        _byKey[key] = value;
        _members.Add(KeyValuePair.Create(key, value));
    }

    /// <summary>Adds the value as it was sent.</summary>
    public void Keep(string key, Found? found)
    {
        if (found is { } value)
        {
            Put(key, value.Value, value.Path, Rule(value.Key, key));
        }
    }

    /// <summary>Adds a number; a text that holds one becomes one, anything else is kept as it was and warned about.</summary>
    public void Number(string key, Found? found)
    {
        if (found is not { } value)
        {
            return;
        }

        var number = Numbers.Read(value.Value);
        Put(key, number ?? value.Value, value.Path, Rule(value.Key, key));
        if (number is null)
        {
            Trail.Note(NoteCatalog.NumberUnreadable, value.Path, value.Key);
        }
        else if (value.Value is JsonTree.Text)
        {
            Trail.Note(NoteCatalog.NumberFromText, value.Path, value.Key);
        }
    }

    /// <summary>
    /// Adds a moment, in any spelling a call's timestamp may have, as Unix milliseconds; what is no moment, or could be either of two
    /// days, is kept as it was and warned about.
    /// </summary>
    public void Moment(string key, Found found)
    {
        var reading = SegmentTimestamp.IsAmbiguous(found.Value) ? new TimeReading(null, TimeOddity.Unreadable) : SegmentTimestamp.Read(found.Value);
        Put(key, reading.Time is { } read ? Moments.Milliseconds(read) : found.Value, found.Path, $"{Rule(found.Key, key)} (Unix milliseconds)");
        if (reading.Time is null)
        {
            Trail.Note(NoteCatalog.DateUnreadable, found.Path, found.Key);
        }
        else if (reading.Oddity == TimeOddity.NoZone)
        {
            Trail.Note(NoteCatalog.TimeWithoutZone, found.Path, found.Key);
        }
    }

    /// <summary>Adds a list: a list stays one, any other value becomes its only item.</summary>
    public void ListOf(string key, Found? found)
    {
        if (found is not { } value)
        {
            return;
        }

        if (value.Value is JsonTree.List)
        {
            Keep(key, value);
            return;
        }

        Put(key, new JsonTree.List([value.Value]));
        Trail.Moved(JsonPath.Item(PathOf(key), 0), value.Path, Rule(value.Key, $"{key}[]"));
    }

    /// <summary>
    /// Adds what no rule took as custom properties. Where Richpanel's own name is already filled by something else, the
    /// custom property is kept under another name and a note says so.
    /// </summary>
    public void Rest(PropertyBag bag)
    {
        var rest = bag.Rest();
        foreach (var found in rest)
        {
            if (!_byKey.TryGetValue(found.Key, out var present))
            {
                Put(found.Key, found.Value, found.Path, CustomRule);
            }
            else if (JsonTree.DeepEquals(present, found.Value))
            {
                Trail.Moved(PathOf(found.Key), found.Path, "the same value, sent once");
            }
            else
            {
                var free = FreeName(found.Key, rest);
                Put(free, found.Value, found.Path, $"custom property, {found.Key} → {free}");
                Trail.Note(NoteCatalog.NameTaken, found.Path, found.Key, free);
            }
        }
    }

    public JsonTree.Map ToTree() => _members.Count == 0 ? JsonTree.Map.Empty : new JsonTree.Map(_members);

    internal static string Rule(string from, string to) =>
        string.Equals(from, to, StringComparison.Ordinal) ? "same name" : $"{from} → {to}";

    private string FreeName(string key, IReadOnlyList<Found> rest)
    {
        var free = RenamePrefix + key;
        while (Has(free) || rest.Any(other => string.Equals(other.Key, free, StringComparison.Ordinal)))
        {
            free = RenamePrefix + free;
        }

        return free;
    }
}
