namespace Richpanel.Core.Retries;

/// <summary>Why a delivery is left alone by a bulk retry, replay or cancel: at the plan, or later because it changed.</summary>
/// <param name="Words">Goes on from a number: "12 …".</param>
public sealed record RetryReason(string Code, string Words);

public static class RetryReasons
{
    public static readonly RetryReason Accepted = new("accepted", "were accepted already");
    public static readonly RetryReason OnItsWay = new("on_its_way", "are on their way by themselves");
    public static readonly RetryReason InAnother = new("in_another", "wait for their try in another bulk retry");
    public static readonly RetryReason Reading = new("reading", "could not be read, and reading them again would end the same way");
    public static readonly RetryReason NotMeant = new("not_meant", "were skipped: they are not meant to be sent");
    public static readonly RetryReason Settled = new("settled", "were replaced by an edited copy");
    public static readonly RetryReason Purged = new("purged", "were purged: their content is gone");
    public static readonly RetryReason ConnectionDeleted = new("connection_deleted", "belong to a connection that was deleted");
    public static readonly RetryReason SameEvent = new("same_event", "have the message id of another one in the plan, which is sent instead");
    public static readonly RetryReason SentElsewhere = new("sent_elsewhere", "are events that another delivery got accepted or is sending");
    public static readonly RetryReason SendingElsewhere = new("sending_elsewhere", "are events that another delivery is sending");
    public static readonly RetryReason Sending = new("sending", "are being sent at this moment");
    public static readonly RetryReason Ended = new("ended", "have ended: there is no try to cancel");
    public static readonly RetryReason Changed = new("changed", "changed after they were counted: somebody else retried or canceled them, or they went out by themselves");

    public static IReadOnlyList<RetryReason> All { get; } =
        [Accepted, OnItsWay, InAnother, Reading, NotMeant, Settled, Purged, ConnectionDeleted, SameEvent, SentElsewhere, SendingElsewhere, Sending, Ended, Changed];

    public static string WordsOf(string code) => All.FirstOrDefault(reason => reason.Code == code)?.Words ?? code;
}
