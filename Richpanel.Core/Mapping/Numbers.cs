using System.Globalization;
using System.Text.RegularExpressions;
using Richpanel.Core.Json;

namespace Richpanel.Core.Mapping;

/// <summary>Numbers, and texts that hold nothing but one. Amounts with signs or separators ("$1,234.50") are not guessed at.</summary>
internal static partial class Numbers
{
    /// <summary>The number with the digits it was sent with; null when the value holds none.</summary>
    public static JsonTree.Number? Read(JsonTree value) => value switch
    {
        JsonTree.Number number => number,
        JsonTree.Text text => FromText(text.Value.AsSpan().Trim().ToString()),
        _ => null,
    };

    /// <summary>As a decimal for sums; null when the value holds no number or one beyond decimal.</summary>
    public static decimal? ReadDecimal(JsonTree value) =>
        Read(value) is { } number && decimal.TryParse(number.Digits, NumberStyles.Float, CultureInfo.InvariantCulture, out var read)
            ? read
            : null;

    /// <summary>A computed number without trailing zeros.</summary>
    public static JsonTree.Number Of(decimal value) => new(value.ToString("0.############################", CultureInfo.InvariantCulture));

    private static JsonTree.Number? FromText(string text)
    {
        if (NumberText().Match(text) is not { Success: true } match)
        {
            return null;
        }

        var sign = match.Groups["sign"].Value == "-" ? "-" : "";
        var whole = match.Groups["whole"].Value.TrimStart('0');
        return new JsonTree.Number($"{sign}{(whole.Length == 0 ? "0" : whole)}{match.Groups["rest"].Value}");
    }

    [GeneratedRegex(@"^(?<sign>[+-]?)(?=[0-9.])(?<whole>[0-9]*)(?<rest>(\.[0-9]+)?([eE][+-]?[0-9]+)?)\z", RegexOptions.CultureInvariant)]
    private static partial Regex NumberText();
}
