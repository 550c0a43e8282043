namespace Richpanel.Core.Storage;

/// <summary>The product must not start here; the message is a sentence for the admin and needs no trace.</summary>
public class CannotStartException(string message, Exception? cause = null) : Exception(message, cause);

/// <summary>
/// The key ring is there and cannot be read now: a disk that fails, a link that leads nowhere, rights that are missing. Nothing may
/// count as lost, because with the next start it may be readable.
/// </summary>
public sealed class KeyRingUnreadableException(string place, Exception cause) : CannotStartException(
    $"The key ring {place} cannot be read: {cause.Message} Secrets are sealed with it, so nothing was changed. Give this user the right to read it, or make its disk available, and start again. If it is lost for good, move it away.", cause)
{
    /// <summary>The framework reports whatever goes wrong under a ring as a failed decryption; this is what it was, when it was that.</summary>
    public static KeyRingUnreadableException? Behind(Exception? failure) =>
        failure is null or KeyRingUnreadableException ? failure as KeyRingUnreadableException : Behind(failure.InnerException);
}
