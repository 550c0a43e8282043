namespace Richpanel.Core.Deliveries.Flow;

/// <summary>How what has waited goes out once a stop ends. What is received from then on goes first, customer by customer in order.</summary>
/// <param name="Rate">Deliveries a second, 1 to <see cref="MostRate"/>; null = as fast as the connection's concurrency allows.</param>
/// <param name="Canary">First a few, one after another: if one of them gets no good answer, the connection stops again.</param>
public sealed record Recovery(int? Rate = null, bool Canary = false)
{
    /// <summary>As many go first.</summary>
    public const int CanarySize = 5;

    public const int MostRate = 1_000;

    public static readonly Recovery AtOnce = new();

    internal int? EffectiveRate => Rate is { } rate ? Math.Clamp(rate, 1, MostRate) : null;

    internal int Probes => Canary ? CanarySize : 0;
}
