namespace Richpanel.Core.Connections;

/// <summary>A row with a secret that can be replaced, and for a while the one before it. What rotation knows of a connection or a source.</summary>
public interface IKeepsSecret
{
    /// <summary>Protected; null when there is none.</summary>
    byte[]? Secret { get; set; }

    string? Fingerprint { get; set; }

    DateTimeOffset? SetAt { get; set; }

    /// <summary>When it first proved itself; null until then.</summary>
    DateTimeOffset? AcceptedAt { get; set; }

    byte[]? Previous { get; set; }

    string? PreviousFingerprint { get; set; }

    DateTimeOffset? PreviousSetAt { get; set; }

    DateTimeOffset? PreviousUntil { get; set; }

    /// <summary>Whether the secret before is still kept: within its time, and longer while the new one was never accepted.</summary>
    sealed bool KeepsPrevious(DateTimeOffset now) => Previous is not null && (AcceptedAt is null || PreviousUntil > now);
}
