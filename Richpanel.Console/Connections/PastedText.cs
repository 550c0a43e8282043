namespace Richpanel.Console.Connections;

/// <summary>A key or secret as it comes from the clipboard. Pure.</summary>
/// <param name="Value">What is kept: without blanks, invisible characters and quotes around it.</param>
/// <param name="Warning">What was taken off, or looks wrong inside; null when there is nothing to say.</param>
public sealed record PastedText(string Value, string? Warning)
{
    private static readonly char[] s_quotes = ['"', '\'', '`', '“', '”', '‘', '’'];
    private static readonly char[] s_invisible = ['\u200b', '\u200c', '\u200d', '\ufeff', '\u00a0'];

    public static PastedText Of(string? typed)
    {
        var text = typed ?? "";
        var bare = text.Trim().Trim(s_invisible).Trim();
        var unquoted = bare.Length > 1 && s_quotes.Contains(bare[0]) && s_quotes.Contains(bare[^1]) ? bare[1..^1].Trim() : bare;
        var warning = (unquoted != bare, bare != text, unquoted.Any(c => char.IsWhiteSpace(c) || s_invisible.Contains(c))) switch
        {
            (_, _, true) => "There is a blank inside. Keys have none: was too much copied?",
            (true, _, _) => "The quotes around it were taken off.",
            (_, true, _) => "The blanks around it were taken off.",
            _ => null,
        };
        return new PastedText(unquoted, warning);
    }
}
