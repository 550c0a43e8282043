using System.Text.Json;
using Richpanel.Core.Json;

namespace Richpanel.Console.Shared;

/// <summary>Calls as JSON values. A call may be far deeper than the 64 levels at which the framework gives up.</summary>
internal static class DeepJson
{
    /// <summary>Levels an answer may have: a call, and what stands around it.</summary>
    public const int MostLevels = JsonTreeReader.MaxDepth + 8;

    private static readonly JsonDocumentOptions s_deep = new() { MaxDepth = MostLevels };

    public static JsonElement Parse(string json) => JsonElement.Parse(json, s_deep);
}
