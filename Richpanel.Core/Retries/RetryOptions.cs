using System.ComponentModel.DataAnnotations;

namespace Richpanel.Core.Retries;

/// <summary>Section <c>Retries</c>: what a bulk retry or replay begins with; each may be chosen anew at its start.</summary>
public sealed record RetryOptions
{
    public const int MostPerSecond = 200;
    public const int MostCanary = 50;

    /// <summary>Deliveries made due in a second, all connections of it together.</summary>
    [Range(1, MostPerSecond)]
    public int PerSecond { get; init; } = 20;

    /// <summary>Sent first, and waited for.</summary>
    [Range(0, MostCanary)]
    public int Canary { get; init; } = 5;

    /// <summary>Stop and ask when more than this share of the canary is not accepted, in percent.</summary>
    [Range(0, 100)]
    public int StopAbovePercent { get; init; } = 20;

    /// <summary>Deliveries of one plan.</summary>
    [Range(1, 1_000_000)]
    public int MostDeliveries { get; init; } = 250_000;
}
