using Richpanel.Core.Access;
using Richpanel.Core.ChangeLog;
using Richpanel.Core.Connections;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Deliveries;

/// <summary>Lines of the change log for holds and pauses that the product opens and closes itself, in the commit that does so.</summary>
internal static class HoldLines
{
    private const string ItsTime = "Its time had come.";

    private static readonly TimeSpan s_noticed = TimeSpan.FromSeconds(10);

    public static void Opened(ChangeWriting log, WriteSession session, Connection before, Connection after) =>
        Write(log, session, before, new Change(ChangeCatalog.ConnectionHeld)
        {
            Fields = FieldChange.Between(("hold", before.HoldCause, after.HoldCause), ("holdUntil", before.HoldUntil, after.HoldUntil)),
        });

    public static void Ended(ChangeWriting log, WriteSession session, Connection before, Connection after)
    {
        Write(log, session, before, new Change(ChangeCatalog.ConnectionReleased)
        {
            Fields = FieldChange.Between(("hold", before.HoldCause, after.HoldCause), ("holdUntil", before.HoldUntil, after.HoldUntil)),
            Reason = ItsTime,
        });
        Write(log, session, before, new Change(ChangeCatalog.ConnectionResumed)
        {
            Fields = FieldChange.Between(("paused", before.PausedAt is not null, after.PausedAt is not null), ("pausedUntil", before.PausedUntil, after.PausedUntil)),
            Reason = ItsTime,
        });
    }

    /// <summary>
    /// Of the breaker only its opening and its end: each probe between them would be a line. Of catching up its end, where anybody can
    /// have noticed that it went on.
    /// </summary>
    public static void Moved(ChangeWriting log, WriteSession session, Connection before, Connection after, DateTimeOffset now)
    {
        var (wasOpen, isOpen) = (before.BreakerSince is not null, after.BreakerSince is not null);
        if (wasOpen != isOpen)
        {
            Write(log, session, before, new Change(isOpen ? ChangeCatalog.BreakerOpened : ChangeCatalog.BreakerClosed)
            {
                Fields = FieldChange.Between(("cause", before.BreakerCause, after.BreakerCause), ("nextProbe", before.BreakerUntil, after.BreakerUntil)),
            });
        }
        else if (before.RecoveryBefore is { } since && after.RecoveryBefore is null && now - since >= s_noticed)
        {
            Write(log, session, before, new Change(ChangeCatalog.CaughtUp) { Fields = FieldChange.Between(("recoveringSince", since, null)) });
        }
    }

    private static void Write(ChangeWriting log, WriteSession session, Connection connection, Change change)
    {
        if (change.Fields.Count > 0)
        {
            log.Append(session, Actor.System, change with { ObjectId = PublicId.Connection(connection.Id), ObjectName = connection.Name });
        }
    }
}
