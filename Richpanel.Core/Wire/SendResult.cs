namespace Richpanel.Core.Wire;

/// <summary>The four classes of design section 6.</summary>
public enum AnswerClass
{
    Accepted,
    TryLater,

    /// <summary>Speaks for the whole connection at once (401) or after a streak; see <see cref="HoldRule"/>.</summary>
    Hold,
    Failed,
}

/// <summary>When an answer of class Hold stops the connection.</summary>
public enum HoldRule
{
    None,

    /// <summary>401: at once.</summary>
    AtOnce,

    /// <summary>404, 405, 3xx, certificate, unknown host: on 3 different deliveries in a row.</summary>
    AddressStreak,

    /// <summary>403: on 5 different deliveries with none accepted between.</summary>
    ForbiddenStreak,
}

/// <summary>What the classification says of one answer.</summary>
/// <param name="Cause">Code of the cause catalogue; null when accepted.</param>
public readonly record struct Verdict(AnswerClass Class, string? Cause, HoldRule Hold = HoldRule.None);

/// <summary>One finished HTTP exchange, whatever became of it.</summary>
/// <param name="RetryAfter">How long the other side asked to wait (429, 503), from now; null when it did not.</param>
/// <param name="Headers">Response headers, one <c>Name: value</c> a line; null without an answer.</param>
/// <param name="Body">At most 128 KiB of the response body.</param>
/// <param name="BodyLength">Its full length as far as it was read or declared.</param>
public sealed record SendResult(
    Verdict Verdict,
    int? StatusCode,
    TimeSpan? RetryAfter,
    string Url,
    string? Headers,
    byte[]? Body,
    long? BodyLength,
    PhaseTimes Phases,
    DateTimeOffset StartedAt);

/// <summary>Milliseconds by phase; null for a phase that did not happen (a pooled connection has no DNS).</summary>
public readonly record struct PhaseTimes(int? Dns, int? Connect, int? Tls, int? Wait, int? Read, int Total);
