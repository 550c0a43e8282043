using System.Text.Json;
using System.Text.Json.Serialization;

namespace Richpanel.Core.ChangeLog;

/// <summary>What somebody did, before it is a line of the change log.</summary>
/// <param name="ObjectId">Public id of what it was done to; null for the product itself.</param>
public sealed record Change(ChangeAction Action, string? ObjectId = null, string? ObjectName = null)
{
    public IReadOnlyList<FieldChange> Fields { get; init; } = [];

    /// <summary>How many things it touched, where that is not one.</summary>
    public long? Count { get; init; }

    public string? Reason { get; init; }
}

/// <summary>A field before and after. A secret is written as <see cref="Changed"/>, never its value.</summary>
public sealed record FieldChange(
    string Field,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Before,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? After)
{
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web);

    public static FieldChange Changed(string field) => new(field, null, "changed");

    /// <summary>Only fields that differ.</summary>
    public static IReadOnlyList<FieldChange> Between(params ReadOnlySpan<(string Field, object? Before, object? After)> fields)
    {
        var changes = new List<FieldChange>();
        foreach (var (field, before, after) in fields)
        {
            if (!Equals(before, after))
            {
                changes.Add(new FieldChange(field, Text(before), Text(after)));
            }
        }

        return changes;
    }

    public static string? Write(IReadOnlyList<FieldChange> fields) => fields.Count == 0 ? null : JsonSerializer.Serialize(fields, s_json);

    public static IReadOnlyList<FieldChange> Read(string? fields) => fields is null ? [] : JsonSerializer.Deserialize<List<FieldChange>>(fields, s_json) ?? [];

    private static string? Text(object? value) => value switch
    {
        null => null,
        bool flag => flag ? "true" : "false",
        DateTimeOffset time => time.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture),
        IFormattable number => number.ToString(null, System.Globalization.CultureInfo.InvariantCulture),
        _ => value.ToString(),
    };
}
