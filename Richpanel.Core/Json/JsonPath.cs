using System.Globalization;

namespace Richpanel.Core.Json;

/// <summary>Writes JSON paths: <c>$.properties.items[0]['odd key']</c>. Two different places never share a path.</summary>
public static class JsonPath
{
    public const string Root = "$";

    /// <summary>The path of a member: <c>.key</c> for plain names, <c>['key']</c> for all others.</summary>
    public static string Member(string parent, string key) =>
        IsPlain(key) ? $"{parent}.{key}" : $"{parent}['{Escape(key)}']";

    public static string Item(string parent, int index) =>
        string.Create(CultureInfo.InvariantCulture, $"{parent}[{index}]");

    private static bool IsPlain(string key)
    {
        foreach (var c in key)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('_' or '$'))
            {
                return false;
            }
        }

        return key.Length > 0;
    }

    private static string Escape(string key) =>
        key.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal);
}
