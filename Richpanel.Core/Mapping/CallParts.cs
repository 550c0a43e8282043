using Richpanel.Core.Json;
using Richpanel.Core.Segment;

namespace Richpanel.Core.Mapping;

/// <summary>The open parts of one call, each as a bag that rules take from.</summary>
internal sealed class CallParts
{
    public CallParts(SegmentCall call)
    {
        Properties = new PropertyBag(call.Properties, "$.properties");
        Traits = new PropertyBag(call.Traits, "$.traits");
        Context = new PropertyBag(call.Context, "$.context");
        Rest = new PropertyBag(call.Rest, JsonPath.Root);
        ContextTraits = Context.Inside("traits");
    }

    public PropertyBag Properties { get; }

    public PropertyBag Traits { get; }

    public PropertyBag Context { get; }

    /// <summary><c>context.traits</c>; empty when it is missing or no object.</summary>
    public PropertyBag ContextTraits { get; }

    /// <summary>The other top-level members.</summary>
    public PropertyBag Rest { get; }

    /// <summary>A text with something in it, under one of the names; anything else is left where it is.</summary>
    public static Found? TakeWords(PropertyBag from, string name)
    {
        var found = PeekWords(from, name);
        if (found is { } words)
        {
            from.TakeAway(words);
        }

        return found;
    }

    /// <summary>As <see cref="TakeWords"/>, without taking it.</summary>
    public static Found? PeekWords(PropertyBag from, string name) =>
        from.Peek(name) is { Value: JsonTree.Text text } found && !string.IsNullOrWhiteSpace(text.Value) ? found : null;
}
