using Richpanel.Core.Mapping;

namespace Richpanel.Core.Connections;

/// <summary>What a person or the API wants a connection to be. Null members of an update keep what is stored.</summary>
public sealed record ConnectionDraft
{
    public string? Name { get; init; }

    public ConnectionEnvironment? Environment { get; init; }

    public string? BaseUrl { get; init; }

    public string? ApiKey { get; init; }

    /// <summary>A new secret in clear; it lives until the commit that seals it.</summary>
    public string? ApiSecret { get; init; }

    /// <summary>How long the secret that <see cref="ApiSecret"/> replaces is kept to go back to.</summary>
    public SecretWindow KeepPreviousFor { get; init; } = SecretWindow.Day;

    /// <summary>Forget the stored secret and the one before: calls go out unsigned from then on.</summary>
    public bool ClearSecret { get; init; }

    public SignatureHash? SignatureHash { get; init; }

    public Transport? Transport { get; init; }

    public OrderFieldStyle? OrderFields { get; init; }

    public CustomerIdRule? CustomerId { get; init; }

    public bool? TranslateEvents { get; init; }

    public int? Concurrency { get; init; }

    /// <summary>Forget the own concurrency: the option <c>Delivery:Concurrency</c> holds again.</summary>
    public bool ClearConcurrency { get; init; }

    public int? TimeoutSeconds { get; init; }

    /// <summary>Forget the own time-out: the option <c>Delivery:Timeout</c> holds again.</summary>
    public bool ClearTimeoutSeconds { get; init; }

    /// <summary>Waits between tries, such as <c>5 s, 30 s, 2 min</c>; empty: the option <c>Delivery:Schedule</c> holds again.</summary>
    public string? RetryWaits { get; init; }

    public int? RetryJitterPercent { get; init; }

    /// <summary>Forget the own jitter: the option <c>Delivery:Jitter</c> holds again.</summary>
    public bool ClearRetryJitter { get; init; }

    /// <summary>QA may send to it from the lab, though it is production.</summary>
    public bool? AllowsLabSends { get; init; }

    public bool? Disabled { get; init; }

    /// <summary>Never the secret.</summary>
    public override string ToString() => $"ConnectionDraft {Name}";
}

/// <summary>One thing that is wrong with an input: which field, and a sentence that says what to do.</summary>
public readonly record struct FieldFault(string Field, string Text);

/// <summary>What became of a change.</summary>
public abstract record SaveOutcome<T>
{
    private SaveOutcome()
    {
    }

    public sealed record Saved(T Value) : SaveOutcome<T>;

    /// <summary>Nothing was changed; every fault at once.</summary>
    public sealed record Invalid(IReadOnlyList<FieldFault> Faults) : SaveOutcome<T>;

    public sealed record Missing : SaveOutcome<T>;

    public TResult Match<TResult>(Func<T, TResult> saved, Func<IReadOnlyList<FieldFault>, TResult> invalid, Func<TResult> missing) => this switch
    {
        Saved outcome => saved(outcome.Value),
        Invalid outcome => invalid(outcome.Faults),
        _ => missing(),
    };
}
