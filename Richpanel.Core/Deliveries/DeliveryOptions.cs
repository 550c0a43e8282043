using System.ComponentModel.DataAnnotations;
using Richpanel.Core.Connections;
using Richpanel.Core.Deliveries.Flow;

namespace Richpanel.Core.Deliveries;

/// <summary>Section <c>Delivery</c>.</summary>
public sealed record DeliveryOptions
{
    /// <summary>Characters of mapped calls in one <c>/bt</c> request, so that Base64 makes at most 500 KB of them.</summary>
    internal const int MostBatchCharacters = 375_000;

    public static IReadOnlyList<TimeSpan> DefaultSchedule { get; } =
    [
        TimeSpan.Zero, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(10),
        TimeSpan.FromMinutes(30), TimeSpan.FromHours(2), TimeSpan.FromHours(5), TimeSpan.FromHours(10),
    ];

    internal const string ScheduleFault =
        "Delivery:Schedule must begin with 00:00:00 (the first try goes out at once), and each wait after it is from 0 to 30 days, for example 00:00:05.";

    private static readonly TimeSpan s_longestWait = TimeSpan.FromDays(30);

    /// <summary>Waits before each try, the first included, which is always none. Empty in configuration means <see cref="DefaultSchedule"/>.</summary>
    public IReadOnlyList<TimeSpan> Schedule { get; init; } = [];

    internal bool IsScheduleUsable =>
        Schedule.Count == 0 || (Schedule[0] == TimeSpan.Zero && Schedule.All(wait => wait >= TimeSpan.Zero && wait <= s_longestWait));

    public IReadOnlyList<TimeSpan> EffectiveSchedule => Schedule.Count == 0 ? DefaultSchedule : Schedule;

    /// <summary>These options with the waits and the jitter that a connection has of its own.</summary>
    public DeliveryOptions For(Connection? connection) => connection is null or { RetryWaits: null, RetryJitterPercent: null }
        ? this
        : this with
        {
            Schedule = connection.RetryWaits is { } own && RetryWaits.Read(own) is { } waits ? [TimeSpan.Zero, .. waits] : Schedule,
            Jitter = connection.RetryJitterPercent / 100d ?? Jitter,
        };

    /// <summary>Share by which a wait may grow, 0 to 0.2 of it, never shrink.</summary>
    [Range(0, 1)]
    public double Jitter { get; init; } = 0.2;

    [Range(typeof(TimeSpan), "00:00:01", "00:01:00")]
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Requests in flight per connection.</summary>
    [Range(1, 256)]
    public int Concurrency { get; init; } = 8;

    /// <summary>Most events in one <c>/bt</c> request.</summary>
    [Range(1, 50)]
    public int BatchSize { get; init; } = 25;

    /// <summary>How long a batch waits to fill.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:00:05")]
    public TimeSpan Linger { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>
    /// Deliveries a second of what has waited, where no person chose: after the breaker closes, or a hold or pause ends by its clock.
    /// What is received meanwhile goes first and does not count.
    /// </summary>
    [Range(1, Recovery.MostRate)]
    public int RecoveryRate { get; init; } = 50;

    /// <summary>How long a claim lasts; a worker that died lets go by itself after it.</summary>
    [Range(typeof(TimeSpan), "00:01:10", "01:00:00")]
    public TimeSpan ClaimFor { get; init; } = TimeSpan.FromMinutes(3);
}
