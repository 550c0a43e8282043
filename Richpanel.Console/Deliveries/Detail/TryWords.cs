using System.Globalization;
using Richpanel.Console.Shared;
using Richpanel.Core;
using Richpanel.Core.Causes;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Retries;

namespace Richpanel.Console.Deliveries.Detail;

/// <summary>A part of the time between two tries, and what it was for.</summary>
public readonly record struct TryWait(TimeSpan Length, string Why);

/// <summary>Tries, and the waits between them, in words. Pure.</summary>
public static class TryWords
{
    private static readonly TimeSpan s_atOnce = TimeSpan.FromMilliseconds(100);

    /// <summary>Taking up what is due takes a moment.</summary>
    private static readonly TimeSpan s_late = TimeSpan.FromSeconds(2);

    /// <summary>Name of the state whose colour fits.</summary>
    public static string Look(Attempt attempt) => attempt.Outcome switch
    {
        "accepted" => "accepted",
        "try_later" => "waiting",
        "hold" => "held",
        _ => "failed",
    };

    /// <summary><c>HTTP 503 · Server error</c>.</summary>
    public static string Outcome(AttemptDetail detail)
    {
        var title = detail.Attempt.Cause is { } code ? CauseCatalog.Find(code).Title : detail.Attempt.Outcome == "accepted" ? "Accepted" : detail.Attempt.Outcome;
        return detail.Exchange?.StatusCode is { } status ? string.Create(CultureInfo.InvariantCulture, $"HTTP {status} · {title}") : title;
    }

    /// <summary>Who or what set it off: <c>first</c>, <c>automatic</c>, <c>retried by Ann as now</c>.</summary>
    /// <param name="batches">Bulk retries and replays that its tries belong to.</param>
    public static string Trigger(Attempt attempt, IReadOnlyList<DeliveryWish> wishes, IReadOnlyList<RetryMention>? batches = null) => attempt.Trigger switch
    {
        AttemptTrigger.First => "first",
        AttemptTrigger.Automatic => "automatic",
        AttemptTrigger.AfterRestart => "after a restart",
        AttemptTrigger.Manual => WishOf(attempt, wishes) is { } wish ? $"{Verb(wish)} by {wish.By}{Mode(wish)}" : "by a person",
        AttemptTrigger.Bulk when batches?.FirstOrDefault(batch => batch.Id == attempt.RetryBatchId) is { } batch =>
            $"{(batch.Kind == RetryKind.Replay ? "replay" : "bulk")} {PublicId.Retry(batch.Id)} by {batch.By}",
        AttemptTrigger.Bulk => "bulk retry",
        _ => "unknown",
    };

    /// <summary>
    /// The time between the end of a try and the one after it, or the one to come: what the try led to, and apart from it what the
    /// connection's stop or business added. Empty where one followed the other at once.
    /// </summary>
    /// <param name="next">Null: it is still to come.</param>
    /// <param name="until">When the next one began or is due.</param>
    /// <param name="held">The connection is stopped, and the next one is still to come.</param>
    public static IReadOnlyList<TryWait> Waits(AttemptDetail before, AttemptDetail? next, DateTimeOffset until, bool held)
    {
        var ended = before.Attempt.StartedAt + TimeSpan.FromMilliseconds(before.Exchange?.TotalMs ?? 0);
        if (until - ended < s_atOnce)
        {
            return [];
        }

        return next is not { Attempt.Trigger: AttemptTrigger.Manual } && before.Attempt.NextDueAt is { } due && due - ended >= s_atOnce && until - due >= s_late
            ? [new TryWait(due - ended, Wait(before, null, held: false)), new TryWait(until - due, Beyond(next, held))]
            : [new TryWait(until - ended, Wait(before, next, held))];
    }

    /// <summary><c>2 h 59 min</c>: to the second unit, where there is one.</summary>
    public static string Length(TimeSpan span)
    {
        var rest = span switch
        {
            { TotalDays: >= 1 } => TimeSpan.FromHours(span.Hours),
            { TotalHours: >= 1 } => TimeSpan.FromMinutes(span.Minutes),
            { TotalMinutes: >= 1 } => TimeSpan.FromSeconds(span.Seconds),
            _ => TimeSpan.Zero,
        };
        return rest > TimeSpan.Zero ? $"{TimeWords.Length(span)} {TimeWords.Length(rest)}" : TimeWords.Length(span);
    }

    private static string Beyond(AttemptDetail? next, bool held) =>
        held ? "the connection is stopped, and no try is spent meanwhile"
        : next is { Attempt.Trigger: AttemptTrigger.AfterRestart } ? "the product was stopped in between"
        : $"it was due, but the connection {(next is null ? "is" : "was")} stopped, asked to wait or busy";

    /// <summary>Why nothing was sent between a try and the one after it, or between it and the one to come.</summary>
    /// <param name="next">Null: it is still to come.</param>
    /// <param name="held">The connection is stopped, and the next one is still to come.</param>
    public static string Wait(AttemptDetail before, AttemptDetail? next, bool held)
    {
        var attempt = before.Attempt;
        if (next is { Attempt.Trigger: AttemptTrigger.Bulk })
        {
            return "until a bulk retry came to it";
        }

        if (next is { Attempt.Trigger: AttemptTrigger.Manual })
        {
            return attempt.NextDueAt > next.Attempt.StartedAt ? "cut short by a person" : "until somebody asked for it";
        }

        if (held)
        {
            return "the connection is stopped, and no try is spent meanwhile";
        }

        if (next is { Attempt.Trigger: AttemptTrigger.AfterRestart })
        {
            return "the product was stopped in between";
        }

        if (AnswerHead.Find(before.Exchange?.ResponseHeaders, "Retry-After") is { } asked && before.Exchange?.StatusCode is 429 or 503)
        {
            return $"asked for by the answer (Retry-After: {asked})";
        }

        return attempt.Outcome == "hold" ? "the answer may speak for the whole connection, so it spends no try"
            : string.Create(CultureInfo.InvariantCulture, $"the schedule's wait after try {attempt.Number}");
    }

    /// <summary>The last wish before the try began.</summary>
    private static DeliveryWish? WishOf(Attempt attempt, IReadOnlyList<DeliveryWish> wishes) =>
        wishes.LastOrDefault(wish => wish.Kind is WishKind.Retry or WishKind.TryNow && wish.At <= attempt.StartedAt);

    private static string Verb(DeliveryWish wish) => wish.Kind == WishKind.TryNow ? "hurried" : "retried";

    private static string Mode(DeliveryWish wish) => wish.AsThen switch { true => " as then", false => " as now", _ => "" };

    /// <summary><c>84 ms</c>, <c>1.2 s</c>: two figures are enough to tell slow from down.</summary>
    public static string Milliseconds(int ms) => ms < 10_000 ? string.Create(CultureInfo.InvariantCulture, $"{ms:N0} ms") : TimeWords.Length(TimeSpan.FromMilliseconds(ms));
}
