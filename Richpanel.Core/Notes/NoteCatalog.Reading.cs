namespace Richpanel.Core.Notes;

/// <summary>What the reader has to say: about the JSON, the ids, the times.</summary>
public static partial class NoteCatalog
{
    public static readonly NoteKind DuplicateKey = new(
        "duplicate_key", NoteSeverity.Warning,
        "This key stands more than once in the same object; the last value is used, the others are not sent.",
        "Send each key once.");

    public static readonly NoteKind InvalidText = new(
        "invalid_text", NoteSeverity.Warning,
        "This text holds bytes or half characters that are no Unicode; each became the replacement character U+FFFD.",
        "Cut texts between whole characters before sending.");

    public static readonly NoteKind NumberBeyondDouble = new(
        "number_beyond_double", NoteSeverity.Warning,
        "This number is too large or too long for the 64-bit number JavaScript reads; it is sent with its own digits and may be rounded there.",
        "Send long ids as text.");

    public static readonly NoteKind OldSpelling = new(
        "old_spelling", NoteSeverity.Info,
        "'{0}' is an old spelling; it is read as '{1}'.",
        "Send today's spelling.");

    public static readonly NoteKind IdWasNumber = new(
        "id_was_number", NoteSeverity.Info,
        "{0} is a number; it is used as text with the same digits, as Segment's server libraries do.",
        "Nothing needs doing. Send it as text to be sure of its spelling.");

    public static readonly NoteKind IdEmpty = new(
        "id_empty", NoteSeverity.Warning,
        "{0} is an empty text; it counts as missing, because the call has another id.",
        "Leave the key out, or send null.");

    public static readonly NoteKind SessionIdAsAnonymous = new(
        "session_id_as_anonymous", NoteSeverity.Info,
        "There is no anonymousId; the call's sessionId, its name in old libraries, serves as device id.",
        "Send anonymousId.");

    public static readonly NoteKind NotAnObject = new(
        "not_an_object", NoteSeverity.Warning,
        "{0} is not an object, so nothing in it is used.",
        "Send an object, or leave it out.");

    public static readonly NoteKind MessageIdLong = new(
        "message_id_long", NoteSeverity.Info,
        "messageId is longer than the 100 characters Segment allows; it is used in full.",
        "Nothing needs doing here; Segment itself would refuse the call.");

    public static readonly NoteKind MessageIdUnusable = new(
        "message_id_unusable", NoteSeverity.Warning,
        "messageId is neither text nor number, so it is not used.",
        "Send a text that is unique for each event.");

    public static readonly NoteKind MessageIdDerived = new(
        "message_id_derived", NoteSeverity.Info,
        "The call has no messageId; one was derived from its content and time, so the same call sent twice counts once.",
        "Send messageId to decide it yourself.");

    public static readonly NoteKind MessageIdFresh = new(
        "message_id_fresh", NoteSeverity.Info,
        "The call has neither messageId nor a time of its own, so a repeat of it cannot be told from a new event.",
        "Send messageId, or at least timestamp.");

    public static readonly NoteKind TimeUnreadable = new(
        "time_unreadable", NoteSeverity.Warning,
        "{0} cannot be read as a time, so it is not used.",
        "Send ISO 8601 such as 2026-11-24T10:00:00Z.");

    public static readonly NoteKind TimeWithoutZone = new(
        "time_without_zone", NoteSeverity.Info,
        "{0} names no time zone; it is taken as UTC.",
        "End it with Z or an offset such as +01:00.");

    public static readonly NoteKind ClockCorrected = new(
        "clock_corrected", NoteSeverity.Info,
        "The sender's clock differs from ours by five minutes or more; the time of the event is corrected by the difference between sending and receiving.",
        "Nothing needs doing. Set the sender's clock if the corrected time looks wrong.");
}
