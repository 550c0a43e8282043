using System.Globalization;
using System.Text.RegularExpressions;

namespace Richpanel.Core.Deliveries.Query;

/// <summary>Which values a key takes, and their one spelling.</summary>
internal static partial class LogValues
{
    /// <summary>Null when the key does not take it.</summary>
    public static LogValue? Read(LogKeyInfo key, LogValue value)
    {
        var text = value.Text;
        if (value.IsPrefix && !key.MayBePrefix)
        {
            return null;
        }

        if (text.Length == 0)
        {
            return null;
        }

        var lower = text.ToLowerInvariant();
        string? read = key.Key switch
        {
            LogKey.State or LogKey.Type or LogKey.Origin => key.Words.Contains(lower) ? lower : null,
            LogKey.Code => lower == LogKeys.None || Status().IsMatch(lower) ? lower : null,
            LogKey.Tries => Tries().IsMatch(text) ? text : null,
            LogKey.Since or LogKey.Until => LogTime.IsTime(text) ? text.Length < 11 ? lower : text : null,
            LogKey.Id => PublicId.Parse(text, "dlv") is { } id ? PublicId.Delivery(id) : null,
            LogKey.Retry => PublicId.Parse(text, "rty") is { } retry ? PublicId.Retry(retry) : null,
            LogKey.Group => PublicId.Parse(text, "grp") is { } group ? PublicId.Group(group) : null,
            LogKey.Email => text.Trim() is { Length: > 0 } email ? email : null,
            LogKey.Cause => lower,
            _ => text,
        };
        return read is null ? null : value with { Text = read };
    }

    public static (string What, string Remedy) FaultOf(LogKeyInfo key, LogValue value) =>
        value.Text.Length == 0 ? ($"A value is missing after {key.Word}:", $"Type one, as in {key.Example}.")
        : value.IsPrefix && !key.MayBePrefix ? ($"{key.Word} takes no *.", $"Give the whole value, as in {key.Example}.")
        : key.Key switch
        {
            LogKey.Code => ($"'{value.Text}' is no HTTP status.", "Give a status such as 422, a family such as 5xx, or none. For a cause such as dns_not_found use cause:."),
            LogKey.Tries => ($"'{value.Text}' is no number of tries.", "Give a number such as 3, or a comparison such as >3, >=3, <3 or <=3."),
            LogKey.Since or LogKey.Until => ($"'{value.Text}' is no time.", LogTime.Remedy),
            LogKey.Id => ($"'{value.Text}' is no id of a delivery.", "Ids look like dlv_2k; copy one from the list."),
            LogKey.Retry => ($"'{value.Text}' is no id of a bulk retry, replay or cancel.", "Ids look like rty_2k; copy one from the page Retries."),
            LogKey.Group => ($"'{value.Text}' is no id of a failure group.", "Ids look like grp_2k; copy one from the page Failure groups."),
            _ => ($"'{value.Text}' is no {key.Word}.", $"Use one of {string.Join(", ", key.Words)}."),
        };

    /// <summary>Comparison and number of a value of <c>tries</c>.</summary>
    public static (string Sign, int Number) Comparison(string text)
    {
        var sign = text.StartsWith(">=", StringComparison.Ordinal) || text.StartsWith("<=", StringComparison.Ordinal) ? text[..2] : text[0] is '>' or '<' ? text[..1] : "=";
        return (sign, int.Parse(text.AsSpan(sign == "=" ? 0 : sign.Length), NumberStyles.None, CultureInfo.InvariantCulture));
    }

    [GeneratedRegex("^[1-9]([0-9]{2}|xx)$", RegexOptions.CultureInvariant)]
    private static partial Regex Status();

    [GeneratedRegex("^([<>]=?)?[0-9]{1,6}$", RegexOptions.CultureInvariant)]
    private static partial Regex Tries();
}
