using Richpanel.Core.Segment;

namespace Richpanel.Core.Mapping;

/// <summary>Reads the properties of one event into Richpanel's shape. It leaves to the caller what it does not know.</summary>
internal delegate void ShapeReader(PropertyBag from, Shape to, EventSetting setting);

/// <summary>What a reader may ask about besides the properties.</summary>
internal sealed record EventSetting(EventRule Rule, MappingOptions Options, SegmentCall Call);

/// <summary>One line of the translation: a Segment event, what Richpanel calls it and how its properties are read.</summary>
/// <param name="SegmentName">The name of Segment's specification today.</param>
/// <param name="RichpanelName">Richpanel's native event.</param>
internal sealed record EventRule(string SegmentName, string RichpanelName, ShapeReader Read)
{
    /// <summary>The object of the name ("order"), then what happens to it ("completed"); both orders are one event.</summary>
    public required (string Object, string Action) Words { get; init; }

    /// <summary>The status an order is given when the call brings none.</summary>
    public string? ImpliedStatus { get; init; }

    /// <summary>Set when these words are not a name of Segment's table but are read as <see cref="SegmentName"/> all the same.</summary>
    public bool IsVariant { get; init; }

    /// <summary>"order completed" and "completed order".</summary>
    public IEnumerable<string> Phrases => [$"{Words.Object} {Words.Action}", $"{Words.Action} {Words.Object}"];
}
