using Richpanel.Core.Json;
using Richpanel.Core.Notes;

namespace Richpanel.Core.Segment;

/// <summary>When a call happened: its own time, corrected for the sender's clock where that applies (segment.md section 3).</summary>
internal static class CallClock
{
    /// <summary>From here on a wrong clock is worth telling; small differences are the time on the way.</summary>
    private static readonly TimeSpan s_worthTelling = TimeSpan.FromMinutes(5);

    /// <returns>The time, and the path of the call's own member it was read from; null for the envelope's and for the time of receipt.</returns>
    public static (DateTimeOffset Time, string? Path) Read(JsonTree.Map call, ReadingContext context, List<Note> notes)
    {
        var own = First(
            [("$.timestamp", call["timestamp"]), ("$.originalTimestamp", call["originalTimestamp"]), (null, context.Envelope?.Timestamp)], notes);
        if (own is not var (time, path))
        {
            return (context.ReceivedAt, null);
        }

        // A call that has been through Segment says when it was received there: pasted or forwarded, it was corrected there.
        if (context.Clock == ClockHandling.AlreadyCorrected || SegmentTimestamp.Read(call["receivedAt"]).Time is not null)
        {
            return (time, path);
        }

        var sentAt = First([("$.sentAt", call["sentAt"]), (null, context.Envelope?.SentAt)], notes);
        if (sentAt is not var (sent, _))
        {
            return (time, path);
        }

        var skew = context.ReceivedAt - sent;
        var ticks = time.UtcTicks + skew.Ticks;
        if (ticks < DateTimeOffset.MinValue.UtcTicks || ticks > DateTimeOffset.MaxValue.UtcTicks)
        {
            return (time, path);
        }

        if (skew.Duration() >= s_worthTelling)
        {
            notes.Add(NoteCatalog.ClockCorrected.At(path));
        }

        return (new DateTimeOffset(ticks, TimeSpan.Zero), path);
    }

    /// <summary>The first that can be read. A null path is the envelope's, which one note per call need not repeat.</summary>
    private static (DateTimeOffset Time, string? Path)? First(ReadOnlySpan<(string? Path, JsonTree? Value)> candidates, List<Note> notes)
    {
        foreach (var (path, value) in candidates)
        {
            var reading = SegmentTimestamp.Read(value);
            if (path is not null && reading.Oddity == TimeOddity.Unreadable)
            {
                notes.Add(NoteCatalog.TimeUnreadable.At(path, path[2..]));
            }
            else if (path is not null && reading.Oddity == TimeOddity.NoZone)
            {
                notes.Add(NoteCatalog.TimeWithoutZone.At(path, path[2..]));
            }

            if (reading.Time is { } time)
            {
                return (time, path);
            }
        }

        return null;
    }
}
