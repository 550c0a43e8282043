using Richpanel.Core.Deliveries;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Groups;

/// <summary>
/// Which group a failure belongs to, remembered on the writer's thread, so that the thousandth failure of a kind asks the database
/// nothing. What an undone piece of work has made is forgotten with it.
/// </summary>
public sealed class GroupBook
{
    private const int MostRemembered = 20_000;

    /// <summary>A cause is counted again after so long: in a flood of new messages each would have all its groups counted.</summary>
    private static readonly TimeSpan s_crowdedFor = TimeSpan.FromMinutes(1);

    private readonly Dictionary<long, long> _ids = [];
    private readonly Dictionary<(long Connection, FailureStage Stage, string Cause), DateTimeOffset> _crowded = [];
    private int _undone;

    /// <summary>Finds or makes the group, in the transaction of <paramref name="session"/>.</summary>
    /// <param name="at">When the failure was, for a new group.</param>
    internal long IdOf(WriteSession session, long connectionId, FailurePrint print, DateTimeOffset at)
    {
        if (_undone != session.Ledger.Undone || _ids.Count >= MostRemembered)
        {
            _ids.Clear();
            _crowded.Clear();
            _undone = session.Ledger.Undone;
        }

        var fingerprint = print.HashFor(connectionId);
        if (_ids.TryGetValue(fingerprint, out var known))
        {
            return known;
        }

        var id = Find(session, fingerprint);
        if (id is null && print.Pattern is not (null or FailurePrint.OtherMessages) && IsCrowded(session, connectionId, print, at))
        {
            // Remembered under its own print only: there may be room again later.
            return IdOf(session, connectionId, print with { Pattern = FailurePrint.OtherMessages }, at);
        }

        return _ids[fingerprint] = id ?? Make(session, connectionId, print, fingerprint, at);
    }

    /// <summary>People say that both are one thing.</summary>
    internal static bool AreOne(WriteSession session, long one, long other) => DispatchStore.Set(session.Command(GroupSql.AreOne, "$a", "$b"), one, other).ExecuteScalar() is 1L;

    private static long Make(WriteSession session, long connectionId, FailurePrint print, long fingerprint, DateTimeOffset at) =>
        (long)DispatchStore.Set(
            session.Command(GroupSql.Insert, "$c", "$f", "$g", "$k", "$h", "$p", "$at"),
            connectionId, fingerprint, (int)print.Stage, print.Cause, print.StatusCode, print.Pattern, at.UtcTicks).ExecuteScalar()!;

    private static long? Find(WriteSession session, long fingerprint) => DispatchStore.Set(session.Command(GroupSql.Find, "$f"), fingerprint).ExecuteScalar() as long?;

    private bool IsCrowded(WriteSession session, long connectionId, FailurePrint print, DateTimeOffset at)
    {
        var key = (connectionId, print.Stage, print.Cause);
        if (_crowded.TryGetValue(key, out var counted) && (at - counted).Duration() < s_crowdedFor)
        {
            return true;
        }

        var since = at.UtcTicks > FailureGroups.PatternsCountedFor.Ticks ? (at - FailureGroups.PatternsCountedFor).UtcTicks : 0;
        var count = DispatchStore.Set(session.Command(GroupSql.CountPatterns, "$c", "$g", "$k", "$since"), connectionId, (int)print.Stage, print.Cause, since).ExecuteScalar();
        var isCrowded = count is long and >= FailureGroups.MostPatterns;
        if (isCrowded)
        {
            _crowded[key] = at;
        }
        else
        {
            _crowded.Remove(key);
        }

        return isCrowded;
    }
}
