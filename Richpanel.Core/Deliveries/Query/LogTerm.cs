using System.Text;
using Richpanel.Core.Privacy;

namespace Richpanel.Core.Deliveries.Query;

/// <summary>One value of a term.</summary>
/// <param name="IsPrefix">Written with a <c>*</c> at its end: whatever begins with it.</param>
public readonly record struct LogValue(string Text, bool IsPrefix = false)
{
    /// <summary>As it is typed: quoted where it would not be read back otherwise.</summary>
    public override string ToString() => IsPlain(Text) ? Text + (IsPrefix ? "*" : "") : Quoted(Text) + (IsPrefix ? "*" : "");

    internal static string Quoted(string text) => new StringBuilder(text.Length + 2).Append('"').Append(text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)).Append('"').ToString();

    private static bool IsPlain(string text) => text.Length > 0 && text[^1] != '*' && !text.Any(c => char.IsWhiteSpace(c) || c is '"' or '\\' or ',');
}

/// <summary>
/// One condition of a query: <c>-state:failed,canceled</c>. Its values are alternatives; terms beside each other must all hold.
/// Values are kept as they are compared: words of fixed lists in lower case.
/// </summary>
/// <param name="Values">At least one.</param>
public sealed record LogTerm(LogKey Key, IReadOnlyList<LogValue> Values)
{
    public LogTerm(LogKey key, params ReadOnlySpan<string> values)
        : this(key, [.. values.ToArray().Select(value => new LogValue(value))])
    {
    }

    /// <summary>Written with a <c>-</c> before it: whatever it does not fit.</summary>
    public bool IsNot { get; init; }

    /// <summary>Written with a <c>~</c> before it: kept, and counts for nothing until it is switched on again.</summary>
    public bool IsOff { get; init; }

    /// <summary>
    /// It must stand in no address, title or log: its values are a person's, or look like it (somebody typed an e-mail where an event
    /// name belongs).
    /// </summary>
    public bool IsPersonal => LogKeys.Of(Key).IsPersonal || Values.Any(value => Key switch
    {
        LogKey.Event => TextMask.Name(value.Text) != value.Text,
        LogKey.Message or LogKey.Connection or LogKey.Source or LogKey.Cause => TextMask.Id(value.Text) != value.Text && TextMask.Name(value.Text) != value.Text,
        _ => false,
    });

    /// <summary>The term as it is typed, in its one spelling.</summary>
    public override string ToString()
    {
        var values = string.Join(',', Values);
        var sign = (IsOff ? "~" : "") + (IsNot ? "-" : "");
        return Key != LogKey.Text ? $"{sign}{LogKeys.Of(Key).Word}:{values}"
            : $"{sign}{(IsBareWord(Values[0].Text) ? Values[0].Text : LogValue.Quoted(Values[0].Text))}";
    }

    public bool Equals(LogTerm? other) =>
        other is not null && Key == other.Key && IsNot == other.IsNot && IsOff == other.IsOff && Values.SequenceEqual(other.Values);

    public override int GetHashCode() => HashCode.Combine(Key, IsNot, IsOff, Values.Count, Values.Count > 0 ? Values[0] : default);

    private static bool IsBareWord(string text) =>
        text.Length > 0 && text[0] is not ('-' or '~') && !text.Any(c => char.IsWhiteSpace(c) || c is '"' or '\\' or ':');
}
