namespace Richpanel.Core.Sandbox;

/// <summary>What the sandbox does to a request instead of answering.</summary>
public enum SandboxFault
{
    None,

    /// <summary>Cuts the connection before any byte of an answer.</summary>
    Reset,

    /// <summary>Sends headers and half a body, then cuts.</summary>
    Half,

    /// <summary>Answers with an HTML page.</summary>
    Html,

    /// <summary>Answers with bytes that are no text.</summary>
    Garbage,
}

/// <summary>One step of a scenario.</summary>
/// <param name="Status">HTTP status; 200 is Richpanel's own answer.</param>
/// <param name="DelayMs">Wait before answering, at most 60,000.</param>
/// <param name="RetryAfterSeconds">Sent as Retry-After when given.</param>
/// <param name="Repeat">How many requests this step answers; 0 = all that follow.</param>
/// <param name="Share">Share of requests it applies to, 0 to 1, by the scenario's seed; the others are answered 200.</param>
public sealed record SandboxStep(
    int Status = 200, int DelayMs = 0, int? RetryAfterSeconds = null, int Repeat = 1, double Share = 1, SandboxFault Fault = SandboxFault.None);

/// <summary>How the sandbox answers: step by step, then as Richpanel does. The same seed gives the same answers.</summary>
public sealed record SandboxScenario(IReadOnlyList<SandboxStep> Steps, int Seed = 1)
{
    public static readonly SandboxScenario AsRichpanel = new([]);

    /// <summary>What is wrong with it, each as a sentence; empty when it can be played.</summary>
    public IReadOnlyList<string> Faults() =>
    [
        .. Steps.SelectMany((step, index) => FaultsOf(step, index)),
        .. Steps.Count > 100 ? ["steps must hold at most 100 steps."] : Array.Empty<string>(),
    ];

    /// <param name="step">Null where a document says so: no type of ours keeps a list from holding null.</param>
    private static IEnumerable<string> FaultsOf(SandboxStep? step, int index) => step is null
        ? [$"steps[{index}] must be an object."]
        : new[]
        {
            step.Status is < 200 or > 599 ? $"steps[{index}].status must be from 200 to 599." : null,   // below 200 no answer ends
            step.DelayMs is < 0 or > 60_000 ? $"steps[{index}].delayMs must be from 0 to 60000." : null,
            step.RetryAfterSeconds is < 0 ? $"steps[{index}].retryAfterSeconds must not be negative." : null,
            step.Repeat < 0 ? $"steps[{index}].repeat must be 0 (for ever) or more." : null,
            step.Share is < 0 or > 1 ? $"steps[{index}].share must be from 0 to 1." : null,
            Enum.IsDefined(step.Fault) ? null : $"steps[{index}].fault must be one of none, reset, half, html, garbage.",
        }.OfType<string>();
}

/// <summary>Where a scenario stands. Pure: each call gives the step for one request and the state after it.</summary>
/// <param name="Step">Index of the step that answers next.</param>
/// <param name="Done">Requests it has answered.</param>
/// <param name="Chance">State of the seeded generator.</param>
public readonly record struct ScenarioPosition(int Step, int Done, ulong Chance)
{
    public static ScenarioPosition Start(SandboxScenario scenario) => new(0, 0, unchecked((ulong)scenario.Seed * 0x9E3779B97F4A7C15UL) | 1);

    public (SandboxStep Answer, ScenarioPosition Next) Play(SandboxScenario scenario)
    {
        if (Step >= scenario.Steps.Count)
        {
            return (new SandboxStep(), this);
        }

        var step = scenario.Steps[Step];
        var done = Done + 1;
        var isOver = step.Repeat != 0 && done >= step.Repeat;

        // xorshift64*: small, and the same everywhere for the same seed.
        var chance = Chance;
        chance ^= chance >> 12;
        chance ^= chance << 25;
        chance ^= chance >> 27;
        var drawn = (unchecked(chance * 0x2545F4914F6CDD1DUL) >> 11) * (1.0 / (1UL << 53));
        var next = new ScenarioPosition(isOver ? Step + 1 : Step, isOver ? 0 : done, chance);
        return (drawn < step.Share ? step : new SandboxStep(), next);
    }
}

/// <summary>The scenario that is being played. Lives until it is replaced or the product restarts.</summary>
public sealed class SandboxScenarios
{
    private readonly Lock _gate = new();
    private SandboxScenario _scenario = SandboxScenario.AsRichpanel;
    private ScenarioPosition _position = ScenarioPosition.Start(SandboxScenario.AsRichpanel);

    public (SandboxScenario Scenario, ScenarioPosition Position) Now
    {
        get
        {
            lock (_gate)
            {
                return (_scenario, _position);
            }
        }
    }

    /// <summary>Asks nobody: whoever acts for somebody goes through <see cref="SandboxControl"/>.</summary>
    internal void Set(SandboxScenario scenario)
    {
        lock (_gate)
        {
            _scenario = scenario;
            _position = ScenarioPosition.Start(scenario);
        }
    }

    internal SandboxStep Next()
    {
        lock (_gate)
        {
            (var answer, _position) = _position.Play(_scenario);
            return answer;
        }
    }
}
