using Richpanel.Core.Causes;

namespace Richpanel.Core.Connections;

/// <summary>How long a replaced secret is kept at least, to go back to; one of a source is taken as long.</summary>
public enum SecretWindow
{
    None,
    Hour,
    Day,
    Week,
}

/// <summary>A secret as it may be stored.</summary>
internal sealed record SealedSecret(byte[] Content, string Fingerprint);

/// <summary>What replacing, going back and forgetting make of a row. Pure.</summary>
internal static class SecretRotation
{
    /// <param name="canOpen">Whether the stored one can still be opened: what cannot is nothing to go back to.</param>
    /// <returns>Whether it is another secret than before, or one that had been lost.</returns>
    public static bool Replace(IKeepsSecret row, SealedSecret next, SecretWindow keep, bool canOpen, DateTimeOffset now)
    {
        if (row.Secret is not null && row.Fingerprint == next.Fingerprint)
        {
            // The same one typed again: sealed anew, and what is known of it stays.
            row.Secret = next.Content;
            return !canOpen;
        }

        if (row is { AcceptedAt: null, Previous: not null })
        {
            // The one that is replaced never worked: the way back goes on leading to the one that did, not to a slip of the pen.
            row.PreviousUntil = Later(row.PreviousUntil, now + LengthOf(keep));
        }
        else if (row.Secret is { } old && canOpen)
        {
            // Even without a window: kept until the new one was accepted once.
            row.Previous = old;
            row.PreviousFingerprint = row.Fingerprint;
            row.PreviousSetAt = row.SetAt;
            row.PreviousUntil = now + LengthOf(keep);
        }
        else
        {
            Forget(row);
        }

        Set(row, next.Content, next.Fingerprint, now);
        return true;
    }

    /// <summary>There is no secret from now on; the one before goes, too.</summary>
    public static void Remove(IKeepsSecret row)
    {
        Forget(row);
        Set(row, null, null, null);
    }

    /// <summary>Both change places, so that going back can be undone while the time lasts.</summary>
    public static void RollBack(IKeepsSecret row)
    {
        var (content, fingerprint, setAt) = (row.Previous, row.PreviousFingerprint, row.PreviousSetAt);
        (row.Previous, row.PreviousFingerprint, row.PreviousSetAt) = (row.Secret, row.Fingerprint, row.SetAt);
        Set(row, content, fingerprint, setAt);
    }

    public static void Forget(IKeepsSecret row) =>
        (row.Previous, row.PreviousFingerprint, row.PreviousSetAt, row.PreviousUntil) = (null, null, null, null);

    /// <summary>Ends a hold whose only reason was that the secret could not be read.</summary>
    public static bool EndHold(Connection connection)
    {
        if (connection.HoldCause != CauseCatalog.SecretUnreadable.Code)
        {
            return false;
        }

        (connection.HoldCause, connection.HoldSince, connection.HoldUntil) = (null, null, null);
        return true;
    }

    private static void Set(IKeepsSecret row, byte[]? content, string? fingerprint, DateTimeOffset? at) =>
        (row.Secret, row.Fingerprint, row.SetAt, row.AcceptedAt) = (content, fingerprint, at, null);

    private static DateTimeOffset? Later(DateTimeOffset? one, DateTimeOffset other) => one > other ? one : other;

    private static TimeSpan LengthOf(SecretWindow keep) => keep switch
    {
        SecretWindow.None => TimeSpan.Zero,   // no longer than until the new one is accepted
        SecretWindow.Hour => TimeSpan.FromHours(1),
        SecretWindow.Week => TimeSpan.FromDays(7),
        _ => TimeSpan.FromDays(1),
    };
}
