using Richpanel.Core.Causes;
using Richpanel.Core.Json;
using Richpanel.Core.Segment;

namespace Richpanel.Core.Receiving;

/// <summary>Why a body cannot be let in at all.</summary>
/// <param name="Cause">Why, from the catalogue.</param>
/// <param name="Path">JSON path of the fault.</param>
/// <param name="Message">What was found there and what to do.</param>
public sealed record BodyFault(Cause Cause, string Path, string Message)
{
    /// <summary>The fault of this shape; null when it has none.</summary>
    public static BodyFault? Of(RequestShape shape) => shape.Fault switch
    {
        ShapeFault.None => null,
        ShapeFault.NotJson => new(
            CauseCatalog.InvalidJson, "$", $"The body is not JSON: it breaks at line {shape.FaultLine}, byte {shape.FaultByte}. Send one JSON value as UTF-8."),
        ShapeFault.TooDeep => new(
            CauseCatalog.NestedTooDeep,
            "$",
            $"The body is nested deeper than {JsonTreeReader.MaxDepth} levels, at line {shape.FaultLine}, byte {shape.FaultByte}. Flatten it."),
        ShapeFault.NotABatch => new(
            CauseCatalog.BatchMissing, "$.batch", "The body has no list 'batch'. Send {\"batch\":[…]}, or post a single call to its own route."),
        _ => new(CauseCatalog.EmptyBatch, "$.batch", "There is no call in the list. Send at least one."),
    };
}
