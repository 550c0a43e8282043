using System.Globalization;

namespace Richpanel.Core.ChangeLog;

/// <summary>What is wrong with a line of the change log.</summary>
public enum ChangeFault
{
    /// <summary>It does not say what it said when it was written.</summary>
    Changed = 1,

    /// <summary>A line that stood here is gone.</summary>
    Removed = 2,

    /// <summary>The product never wrote this line.</summary>
    Inserted = 3,

    /// <summary>It was written at another place.</summary>
    Moved = 4,

    /// <summary>Its seal is of a key that is not here, and no later line says that the key was renewed.</summary>
    KeyGone = 5,

    /// <summary>Every line is right, but the sealed note of the last one is missing or not of today's key: nothing proves that it is the last.</summary>
    EndUnproved = 6,
}

/// <summary>What a walk over the whole change log found.</summary>
/// <param name="Lines">Lines that were found right, from the first on.</param>
/// <param name="Fault">Null: the chain is whole.</param>
/// <param name="BrokenLine">Number of the first line that is not right.</param>
/// <param name="KeyGoneUntil">Lines up to this one are sealed with a key that is gone: the chain over them is whole, but who wrote them cannot be proved.</param>
/// <param name="LossesFound">Lines in which the product itself wrote down that the end of the log was missing at a start.</param>
/// <param name="NotesMissing">Lines in which the product itself wrote down that the note of the end was missing.</param>
/// <param name="IsEndProved">The sealed note of the last line agrees; false when there is none that can be read.</param>
public sealed record ChangeVerdict(
    long Lines, ChangeFault? Fault = null, long? BrokenLine = null, long? KeyGoneUntil = null, IReadOnlyList<long>? LossesFound = null, bool IsEndProved = false, IReadOnlyList<long>? NotesMissing = null)
{
    /// <summary>It could not be written into the change log, as what was found must be.</summary>
    public bool IsUnwritten { get; init; }

    public bool IsIntact => Fault is null && !IsUnwritten;

    /// <summary>What it means, for a person.</summary>
    public string Sentence => (IsUnwritten ? "This could not be written into the change log, so it does not count as verified; the database does not take writes now. " : "") + Found;

    private string Found => Fault switch
    {
        null => Intact(),
        ChangeFault.EndUnproved => $"The end of the change log is not proved: the note of its last line (keys/change-log.head) is missing or could not be used, so lines cut off there would not show. {AsWritten}{Losses}",
        { } fault => Broken(fault),
    };

    private string AsWritten => Lines == 1 ? "Its one line is as it was written." : $"All {Number(Lines)} lines there are as they were written, none is missing between them.";

    private string Broken(ChangeFault fault)
    {
        var what = fault switch
        {
            ChangeFault.Changed => "was changed after it was written",
            ChangeFault.Removed => "is missing: it was removed",
            ChangeFault.Inserted => "was not written by this product: somebody inserted it, or wrote the log anew from there on",
            ChangeFault.Moved => "does not stand where it was written: lines were put in another order",
            _ => "is sealed with a key that is gone, so nothing proves that it is as it was written. If the key ring in the folder keys was lost, start the product once: it will write that down and begin a new seal",
        };
        var until = KeyGoneUntil is { } gone ? $"The chain over the lines before it is whole, but those up to line {Number(gone)} are sealed with a key that is gone." : Lines == 0 ? "No line before it could be proved." : Lines == 1 ? "The line before it is as it was written." : $"The {Number(Lines)} lines before it are as they were written.";
        return $"The change log is broken: line {Number(BrokenLine ?? 0)} {what}. {until}";
    }

    private string Intact()
    {
        var said = Lines switch
        {
            0 => "The change log is empty.",
            1 => "The change log is intact: its one line is as it was written.",
            _ => $"The change log is intact: all {Number(Lines)} lines are as they were written, none is missing between them.",
        };
        if (KeyGoneUntil is { } gone)
        {
            said += $" Lines 1 to {Number(gone)} are sealed with a key that is gone: the chain over them is whole, but only what follows is proved by a seal.";
        }

        return said + Losses;
    }

    private string Losses =>
        (LossesFound is { Count: > 0 } losses ? $" The product found that the end of the log was missing, and wrote it down in line {string.Join(", ", losses.Select(Number))}." : "")
        + (NotesMissing is { Count: > 0 } notes ? $" It found that the note of the end was missing or not its own, and wrote it down in line {string.Join(", ", notes.Select(Number))}: lines may have been cut off before that one." : "");

    private static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
