using System.Globalization;
using System.Text.Json;

namespace Richpanel.Core.Preview;

/// <summary>A Segment call to start from.</summary>
/// <param name="Id">Stable, for addresses and the API, for example <c>order-completed</c>.</param>
/// <param name="Group">Heading in a list.</param>
/// <param name="Also">Other words that find it: older names of the event.</param>
/// <param name="Template">JSON with <c>{messageId}</c> and <c>{timestamp}</c> to be filled in.</param>
public sealed record Sample(string Id, string Group, string Name, IReadOnlyList<string> Also, string Template)
{
    /// <summary>The call with an id and a time of its own, so that sending it twice is not a duplicate by accident.</summary>
    public string Fill(string messageId, DateTimeOffset timestamp) => Template
        .Replace("{messageId}", messageId, StringComparison.Ordinal)
        .Replace("{timestamp}", timestamp.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture), StringComparison.Ordinal);

    /// <summary>Every word of the search stands in its name, group or other names.</summary>
    public bool Fits(string? search) => (search ?? "").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
        .All(word => Name.Contains(word, StringComparison.OrdinalIgnoreCase) || Group.Contains(word, StringComparison.OrdinalIgnoreCase)
            || Also.Any(other => other.Contains(word, StringComparison.OrdinalIgnoreCase)));
}

/// <summary>
/// Good calls of every type and of the events of Segment's specifications, and some that show what the console says about odd
/// ones. The calls themselves are data: <c>samples.json</c> beside this file.
/// </summary>
public static class SampleCatalog
{
    private const string Data = "Richpanel.Core.Preview.samples.json";

    /// <summary>How far a call is indented in the file.</summary>
    private const string Margin = "    ";

    public static IReadOnlyList<Sample> All { get; } = Read();

    public static Sample? Find(string? id) => All.FirstOrDefault(sample => sample.Id == id);

    private static List<Sample> Read()
    {
        using var stream = typeof(SampleCatalog).Assembly.GetManifestResourceStream(Data) ?? throw new InvalidOperationException($"{Data} is not in the assembly.");
        using var document = JsonDocument.Parse(stream);
        return [.. document.RootElement.EnumerateArray().Select(entry => new Sample(
            entry.GetProperty("id").GetString()!,
            entry.GetProperty("group").GetString()!,
            entry.GetProperty("name").GetString()!,
            entry.TryGetProperty("also", out var also) ? [.. also.EnumerateArray().Select(word => word.GetString()!)] : [],
            entry.GetProperty("call").GetRawText().ReplaceLineEndings("\n").Replace("\n" + Margin, "\n", StringComparison.Ordinal)))];
    }
}
