namespace Richpanel.Core.Connections;

/// <summary>What a person or the API wants a source to be. Null members of a change keep what is stored; empty texts remove it.</summary>
public sealed record SourceDraft
{
    public string? Name { get; init; }

    /// <summary>Of a new source only; without one a random key is made.</summary>
    public string? WriteKey { get; init; }

    /// <summary>Secret of Segment's Webhooks destination, in clear until the commit that seals it.</summary>
    public string? WebhookSecret { get; init; }

    /// <summary>How long the secret that <see cref="WebhookSecret"/> replaces is kept, and taken, at least.</summary>
    public SecretWindow KeepPreviousFor { get; init; } = SecretWindow.Day;

    /// <summary>Origins a browser may post from, blank-separated.</summary>
    public string? AllowedOrigins { get; init; }

    /// <summary>Addresses and networks (CIDR) that may post, blank-separated.</summary>
    public string? AllowedAddresses { get; init; }

    public bool? RequiresSignature { get; init; }

    public bool? Disabled { get; init; }

    /// <summary>Never key or secret.</summary>
    public override string ToString() => $"SourceDraft {Name}";
}
