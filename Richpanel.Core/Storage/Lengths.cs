namespace Richpanel.Core.Storage;

/// <summary>Longest texts kept in columns. Longer values are cut at the edge that reads them, with a note where it matters.</summary>
public static class Lengths
{
    public const int Name = 100;

    /// <summary>Names of events and pages in rows and rollups; the whole name stays in the body.</summary>
    public const int EventName = 200;

    /// <summary>User, anonymous, order and session ids and e-mails, as search keys.</summary>
    public const int Key = 200;

    /// <summary>Segment allows 100; longer ones are kept up to this.</summary>
    public const int MessageId = 200;

    public const int Cause = 64;

    /// <summary>Why a person did something, in the own words.</summary>
    public const int Reason = 500;

    /// <summary>Shortest reason where one is asked for.</summary>
    public const int LeastReason = 5;

    /// <summary>Longest reason that a program may give: what is longer than <see cref="Reason"/> is cut, what is longer than this is a mistake.</summary>
    public const int LongestReason = 2_000;

    public const int Url = 2048;

    /// <summary>Longest secret that is taken; real ones have fewer than 100 characters.</summary>
    public const int Secret = 512;

    /// <summary>Never between the halves of a surrogate pair: the database would store half a character.</summary>
    public static string? Cut(string? text, int most) =>
        text is null || text.Length <= most ? text : text[..(char.IsHighSurrogate(text[most - 1]) ? most - 1 : most)];
}
