using System.Text;
using System.Text.Json;
using Richpanel.Core.Notes;

namespace Richpanel.Core.Deliveries;

/// <summary>Notes as they are kept beside a mapped call: a JSON array of {code, severity, path, text, remedy}.</summary>
public static class NotesJson
{
    private static readonly JsonSerializerOptions s_options = new(JsonSerializerDefaults.Web)
    {
        Converters = { new System.Text.Json.Serialization.JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    /// <summary>Null when there are none.</summary>
    public static string? Write(IReadOnlyList<Note> notes) => notes.Count == 0 ? null : JsonSerializer.Serialize(notes, s_options);

    public static IReadOnlyList<Note> Read(string? notes) =>
        notes is null ? [] : JsonSerializer.Deserialize<List<Note>>(Encoding.UTF8.GetBytes(notes), s_options) ?? [];
}
