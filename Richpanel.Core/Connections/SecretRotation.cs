using Richpanel.Core.Causes;

namespace Richpanel.Core.Connections;

/// <summary>How long a replaced secret is kept at least, to go back to.</summary>
public enum SecretWindow
{
    None,
    Hour,
    Day,
    Week,
}

/// <summary>A secret as it may be stored.</summary>
internal sealed record SealedSecret(byte[] Content, string Fingerprint);

/// <summary>What replacing, going back and forgetting make of a connection's row. Pure.</summary>
internal static class SecretRotation
{
    /// <param name="canOpen">Whether the stored one can still be opened: what cannot is nothing to go back to.</param>
    /// <returns>Whether it is another secret than before, or one that had been lost.</returns>
    public static bool Replace(Connection connection, SealedSecret next, SecretWindow keep, bool canOpen, DateTimeOffset now)
    {
        EndHold(connection);
        if (connection.ProtectedSecret is not null && connection.SecretFingerprint == next.Fingerprint)
        {
            // The same one typed again: sealed anew, and what is known of it stays.
            connection.ProtectedSecret = next.Content;
            return !canOpen;
        }

        if (connection is { SecretAcceptedAt: null, PreviousSecret: not null })
        {
            // The one that is replaced never worked: the way back goes on leading to the one that did, not to a slip of the pen.
            connection.PreviousSecretUntil = Later(connection.PreviousSecretUntil, now + LengthOf(keep));
        }
        else if (connection.ProtectedSecret is { } old && canOpen)
        {
            // Even without a window: kept until the new one was accepted once.
            connection.PreviousSecret = old;
            connection.PreviousSecretFingerprint = connection.SecretFingerprint;
            connection.PreviousSecretSetAt = connection.SecretSetAt;
            connection.PreviousSecretUntil = now + LengthOf(keep);
        }
        else
        {
            Forget(connection);
        }

        Set(connection, next.Content, next.Fingerprint, now);
        return true;
    }

    /// <summary>Calls go out unsigned from now on; the one before goes, too.</summary>
    public static void Remove(Connection connection)
    {
        EndHold(connection);
        Forget(connection);
        Set(connection, null, null, null);
    }

    /// <summary>Both change places, so that going back can be undone while the time lasts.</summary>
    public static void RollBack(Connection connection)
    {
        EndHold(connection);
        var (content, fingerprint, setAt) = (connection.PreviousSecret, connection.PreviousSecretFingerprint, connection.PreviousSecretSetAt);
        (connection.PreviousSecret, connection.PreviousSecretFingerprint, connection.PreviousSecretSetAt) =
            (connection.ProtectedSecret, connection.SecretFingerprint, connection.SecretSetAt);
        Set(connection, content, fingerprint, setAt);
    }

    public static void Forget(Connection connection) =>
        (connection.PreviousSecret, connection.PreviousSecretFingerprint, connection.PreviousSecretSetAt, connection.PreviousSecretUntil) = (null, null, null, null);

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

    private static void Set(Connection connection, byte[]? content, string? fingerprint, DateTimeOffset? at) =>
        (connection.ProtectedSecret, connection.SecretFingerprint, connection.SecretSetAt, connection.SecretAcceptedAt) = (content, fingerprint, at, null);

    private static DateTimeOffset? Later(DateTimeOffset? one, DateTimeOffset other) => one > other ? one : other;

    private static TimeSpan LengthOf(SecretWindow keep) => keep switch
    {
        SecretWindow.None => TimeSpan.Zero,   // no longer than until the new one is accepted
        SecretWindow.Hour => TimeSpan.FromHours(1),
        SecretWindow.Week => TimeSpan.FromDays(7),
        _ => TimeSpan.FromDays(1),
    };
}
