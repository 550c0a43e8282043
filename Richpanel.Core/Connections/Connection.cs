using Richpanel.Core.Mapping;

namespace Richpanel.Core.Connections;

public enum ConnectionEnvironment
{
    Production = 1,
    Staging = 2,
    Sandbox = 3,
}

public enum Transport
{
    /// <summary>One event a request, <c>POST /t</c> (default).</summary>
    Single = 1,

    /// <summary>Up to 25 events a request, <c>POST /bt</c>; seen only for orders in the official plugins.</summary>
    Batch = 2,
}

public enum SignatureHash
{
    Sha256 = 1,
    Md5 = 2,
}

/// <summary>One Richpanel account: where calls go, with which key, mapped how. Holds and pauses are columns of this row.</summary>
public sealed class Connection : IKeepsSecret
{
    public long Id { get; set; }

    /// <summary>Unique, case-insensitive.</summary>
    public required string Name { get; set; }

    public ConnectionEnvironment Environment { get; set; } = ConnectionEnvironment.Production;

    /// <summary>Without trailing slash, for example <c>https://api.richpanel.com/v2</c>.</summary>
    public required string BaseUrl { get; set; }

    /// <summary>Richpanel's <c>appClientId</c>. Public by design (richpanel.md section 1).</summary>
    public required string ApiKey { get; set; }

    /// <summary>The API Secret, protected with Data Protection; null when there is none. Opened only inside one send.</summary>
    public byte[]? ProtectedSecret { get; set; }

    /// <summary>8 hex digits of a slow hash (PBKDF2) of the secret, to tell two secrets apart without reading them. Not keyed: the same secret has the same one everywhere.</summary>
    public string? SecretFingerprint { get; set; }

    public DateTimeOffset? SecretSetAt { get; set; }

    /// <summary>When Richpanel first answered 2xx to a call signed with this secret; null until then.</summary>
    public DateTimeOffset? SecretAcceptedAt { get; set; }

    /// <summary>
    /// The secret before, to go back to: kept until <see cref="PreviousSecretUntil"/>, and longer while the new one was never accepted.
    /// </summary>
    public byte[]? PreviousSecret { get; set; }

    public string? PreviousSecretFingerprint { get; set; }

    public DateTimeOffset? PreviousSecretSetAt { get; set; }

    public DateTimeOffset? PreviousSecretUntil { get; set; }

    public SignatureHash SignatureHash { get; set; } = SignatureHash.Sha256;

    public Transport Transport { get; set; } = Transport.Single;

    public OrderFieldStyle OrderFields { get; set; } = OrderFieldStyle.PluginPlus;

    public CustomerIdRule CustomerId { get; set; } = CustomerIdRule.UserId;

    public bool TranslateEvents { get; set; } = true;

    /// <summary>Overrides of the Delivery options; null = the option's value.</summary>
    public int? Concurrency { get; set; }

    public int? TimeoutSeconds { get; set; }

    /// <summary>Own waits between tries, as <see cref="RetryWaits"/> writes them; null = the option <c>Delivery:Schedule</c>.</summary>
    public string? RetryWaits { get; set; }

    /// <summary>By how many percent a wait may grow, 0 to 20; null = the option <c>Delivery:Jitter</c>.</summary>
    public int? RetryJitterPercent { get; set; }

    /// <summary>Set only on the system-made Sandbox connection: the one connection that may reach the built-in sandbox.</summary>
    public bool IsSandbox { get; set; }

    /// <summary>Production only: QA may send to it from the lab.</summary>
    public bool AllowsLabSends { get; set; }

    public bool Disabled { get; set; }

    /// <summary>Counts every change of settings; attempts remember it.</summary>
    public int Version { get; set; } = 1;

    public DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset UpdatedAt { get; set; }

    /// <summary>Paused by a person: keep collecting, send nothing.</summary>
    public DateTimeOffset? PausedAt { get; set; }

    public DateTimeOffset? PausedUntil { get; set; }

    /// <summary>On hold by the dispatcher (design section 6): a code of the cause catalogue.</summary>
    public string? HoldCause { get; set; }

    public DateTimeOffset? HoldSince { get; set; }

    /// <summary>When the hold ends by itself (a long Retry-After); null = when a person releases it.</summary>
    public DateTimeOffset? HoldUntil { get; set; }

    /// <summary>Nothing is sent before this (Retry-After shorter than a hold).</summary>
    public DateTimeOffset? PostponedUntil { get; set; }

    /// <summary>The breaker is open: only probes go out. Code of the cause catalogue; null while it is closed.</summary>
    public string? BreakerCause { get; set; }

    public DateTimeOffset? BreakerSince { get; set; }

    /// <summary>When the breaker lets the next probe out; see <see cref="NextProbeAt"/>.</summary>
    public DateTimeOffset? BreakerUntil { get; set; }

    /// <summary>Probes so far that got no answer.</summary>
    public int BreakerProbes { get; set; }

    /// <summary>After a stop: what was due before this has waited and goes out behind what is received since. Null when there is nothing to catch up with.</summary>
    public DateTimeOffset? RecoveryBefore { get; set; }

    /// <summary>Deliveries a second of what has waited; null = as fast as the concurrency allows.</summary>
    public int? RecoveryRate { get; set; }

    /// <summary>So many still go out one after another, and stop the connection again unless they are answered.</summary>
    public int RecoveryProbes { get; set; }

    /// <summary>
    /// Deleted by a person: disabled for good, without sources and secrets, and no longer offered anywhere. The row stays, because
    /// deliveries, ledger and change log go on naming it.
    /// </summary>
    public DateTimeOffset? DeletedAt { get; set; }

    public bool IsHeld(DateTimeOffset now) => HoldCause is not null && !(HoldUntil <= now);

    public bool IsPaused(DateTimeOffset now) => PausedAt is not null && !(PausedUntil <= now);

    /// <summary>Nothing is sent: the other side did not answer, and the next probe is still to come.</summary>
    public bool IsBroken(DateTimeOffset now) => NextProbeAt > now;

    /// <summary>When the next probe of an open breaker goes out: never before the other side asked for. Null while it is closed.</summary>
    public DateTimeOffset? NextProbeAt => BreakerSince is null ? null : PostponedUntil > BreakerUntil ? PostponedUntil : BreakerUntil;

    /// <summary>One delivery at a time goes out, to see how it is answered.</summary>
    public bool IsProbing(DateTimeOffset now) => BreakerSince is not null ? !IsBroken(now) : RecoveryProbes > 0;

    /// <summary>What kept the other side from answering may be mended: the next probe of an open breaker goes out now.</summary>
    internal void ProbeNow(DateTimeOffset now)
    {
        if (BreakerSince is not null)
        {
            (BreakerUntil, PostponedUntil) = (BreakerUntil > now ? now : BreakerUntil, null);
        }
    }

    public bool IsStopped(DateTimeOffset now) => Disabled || IsPaused(now) || IsHeld(now);

    /// <summary>Whether the secret before is still there to go back to: within its time, and longer while the new one was never accepted.</summary>
    public bool KeepsPreviousSecret(DateTimeOffset now) => ((IKeepsSecret)this).KeepsPrevious(now);

    public MappingOptions Mapping => new() { OrderFields = OrderFields, CustomerId = CustomerId, TranslateEvents = TranslateEvents };

    byte[]? IKeepsSecret.Secret
    {
        get => ProtectedSecret;
        set => ProtectedSecret = value;
    }

    string? IKeepsSecret.Fingerprint
    {
        get => SecretFingerprint;
        set => SecretFingerprint = value;
    }

    DateTimeOffset? IKeepsSecret.SetAt
    {
        get => SecretSetAt;
        set => SecretSetAt = value;
    }

    DateTimeOffset? IKeepsSecret.AcceptedAt
    {
        get => SecretAcceptedAt;
        set => SecretAcceptedAt = value;
    }

    byte[]? IKeepsSecret.Previous
    {
        get => PreviousSecret;
        set => PreviousSecret = value;
    }

    string? IKeepsSecret.PreviousFingerprint
    {
        get => PreviousSecretFingerprint;
        set => PreviousSecretFingerprint = value;
    }

    DateTimeOffset? IKeepsSecret.PreviousSetAt
    {
        get => PreviousSecretSetAt;
        set => PreviousSecretSetAt = value;
    }

    DateTimeOffset? IKeepsSecret.PreviousUntil
    {
        get => PreviousSecretUntil;
        set => PreviousSecretUntil = value;
    }
}

/// <summary>Who may post for a connection.</summary>
public sealed class Source : IKeepsSecret
{
    public long Id { get; set; }

    /// <summary>128 random bits as 32 lower-case hex digits, for paths.</summary>
    public required string PublicId { get; set; }

    public long ConnectionId { get; set; }

    public required string Name { get; set; }

    /// <summary>SHA-256 of the write key; the key itself never stands in the database in clear.</summary>
    public required byte[] WriteKeyHash { get; set; }

    /// <summary>The write key, protected, so that an admin can copy it again.</summary>
    public required byte[] ProtectedWriteKey { get; set; }

    public DateTimeOffset? WriteKeySetAt { get; set; }

    /// <summary>Of the write key before, which is let in until <see cref="PreviousWriteKeyUntil"/>. Never shown again.</summary>
    public byte[]? PreviousWriteKeyHash { get; set; }

    public DateTimeOffset? PreviousWriteKeyUntil { get; set; }

    /// <summary>Secret of Segment's Webhooks destination (X-Signature), protected; null when signatures are not asked for.</summary>
    public byte[]? ProtectedWebhookSecret { get; set; }

    /// <summary>As of <see cref="Connection.SecretFingerprint"/>; null also for a secret that an earlier version stored.</summary>
    public string? WebhookSecretFingerprint { get; set; }

    public DateTimeOffset? WebhookSecretSetAt { get; set; }

    /// <summary>When the first request came that was signed with it; null until then.</summary>
    public DateTimeOffset? WebhookSecretAcceptedAt { get; set; }

    /// <summary>The secret before. While it is kept, what is signed with it is taken, too: the sender is told of the new one later than we.</summary>
    public byte[]? PreviousWebhookSecret { get; set; }

    public string? PreviousWebhookSecretFingerprint { get; set; }

    public DateTimeOffset? PreviousWebhookSecretSetAt { get; set; }

    public DateTimeOffset? PreviousWebhookSecretUntil { get; set; }

    /// <summary>Origins a browser may post from, blank-separated; null = any.</summary>
    public string? AllowedOrigins { get; set; }

    /// <summary>Addresses and networks (CIDR) that may post, blank-separated; null = any.</summary>
    public string? AllowedAddresses { get; set; }

    /// <summary>Refuse what carries no valid <c>X-Signature</c>, on every route.</summary>
    public bool RequiresSignature { get; set; }

    public bool Disabled { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>Deleted by a person: it lets nobody in any more. The row stays, because requests go on naming it.</summary>
    public DateTimeOffset? DeletedAt { get; set; }

    /// <summary>Whether this is its write key now; the one before is not.</summary>
    public bool HasWriteKey(string key) => SecretProtector.HashKey(key).AsSpan().SequenceEqual(WriteKeyHash);

    public bool KeepsPreviousWriteKey(DateTimeOffset now) => PreviousWriteKeyHash is not null && PreviousWriteKeyUntil > now;

    byte[]? IKeepsSecret.Secret
    {
        get => ProtectedWebhookSecret;
        set => ProtectedWebhookSecret = value;
    }

    string? IKeepsSecret.Fingerprint
    {
        get => WebhookSecretFingerprint;
        set => WebhookSecretFingerprint = value;
    }

    DateTimeOffset? IKeepsSecret.SetAt
    {
        get => WebhookSecretSetAt;
        set => WebhookSecretSetAt = value;
    }

    DateTimeOffset? IKeepsSecret.AcceptedAt
    {
        get => WebhookSecretAcceptedAt;
        set => WebhookSecretAcceptedAt = value;
    }

    byte[]? IKeepsSecret.Previous
    {
        get => PreviousWebhookSecret;
        set => PreviousWebhookSecret = value;
    }

    string? IKeepsSecret.PreviousFingerprint
    {
        get => PreviousWebhookSecretFingerprint;
        set => PreviousWebhookSecretFingerprint = value;
    }

    DateTimeOffset? IKeepsSecret.PreviousSetAt
    {
        get => PreviousWebhookSecretSetAt;
        set => PreviousWebhookSecretSetAt = value;
    }

    DateTimeOffset? IKeepsSecret.PreviousUntil
    {
        get => PreviousWebhookSecretUntil;
        set => PreviousWebhookSecretUntil = value;
    }
}

/// <summary>Remembers which Bootstrap entry was applied, so that what an admin changed or revoked stays so.</summary>
public sealed class BootstrapEntry
{
    public required string Key { get; set; }

    public required byte[] Fingerprint { get; set; }

    public DateTimeOffset AppliedAt { get; set; }
}
