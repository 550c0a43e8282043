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
/// <param name="Body">Body of the answer; null = as Richpanel. Only without a fault.</param>
/// <param name="Headers">More headers of the answer, by name.</param>
public sealed record SandboxStep(
    int Status = 200, int DelayMs = 0, int? RetryAfterSeconds = null, int Repeat = 1, double Share = 1, SandboxFault Fault = SandboxFault.None,
    string? Body = null, IReadOnlyDictionary<string, string>? Headers = null);

/// <summary>What is wrong with a step.</summary>
/// <param name="Step">Its index.</param>
/// <param name="Field">As the API writes it, for example <c>delayMs</c>; null = the step itself.</param>
/// <param name="Must">Goes on from "must".</param>
public sealed record StepFault(int Step, string? Field, string Must);

/// <summary>How the sandbox answers: step by step, then as Richpanel does. The same seed gives the same answers.</summary>
public sealed record SandboxScenario(IReadOnlyList<SandboxStep> Steps, int Seed = 1)
{
    public const int MostSteps = 100;
    public const int MostBody = 16 * 1024;
    public const int MostHeaders = 20;
    private const int MostHeader = 1024;
    private const int MostRetryAfter = 7 * 24 * 60 * 60;

    /// <summary>Headers that say where an answer ends; a scenario that set them would break the server and not the sender.</summary>
    private static readonly string[] s_framing = ["Content-Length", "Transfer-Encoding", "Connection", "Retry-After", "Keep-Alive", "Upgrade", "Trailer"];

    public static readonly SandboxScenario AsRichpanel = new([]);

    /// <summary>What is wrong with it, each as a sentence; empty when it can be played.</summary>
    public IReadOnlyList<string> Faults() =>
    [
        .. StepFaults().Select(fault => $"steps[{fault.Step}]{(fault.Field is null ? "" : "." + fault.Field)} must {fault.Must}."),
        .. Steps.Count > MostSteps ? [$"steps must hold at most {MostSteps} steps."] : Array.Empty<string>(),
    ];

    /// <summary>The same by step and field, without the count of steps.</summary>
    public IReadOnlyList<StepFault> StepFaults() => [.. Steps.SelectMany((step, index) => FaultsOf(step, index))];

    /// <param name="step">Null where a document says so: no type of ours keeps a list from holding null.</param>
    private static IEnumerable<StepFault> FaultsOf(SandboxStep? step, int index) => step is null
        ? [new StepFault(index, null, "be an object")]
        : new[]
        {
            step.Status is < 200 or > 599 ? new StepFault(index, "status", "be from 200 to 599") : null,   // below 200 no answer ends
            step.DelayMs is < 0 or > 60_000 ? new StepFault(index, "delayMs", "be from 0 to 60000") : null,
            step.RetryAfterSeconds is < 0 or > MostRetryAfter ? new StepFault(index, "retryAfterSeconds", $"be from 0 to {MostRetryAfter}") : null,
            step.Repeat < 0 ? new StepFault(index, "repeat", "be 0 (for ever) or more") : null,
            step.Share is < 0 or > 1 or double.NaN ? new StepFault(index, "share", "be from 0 to 1") : null,
            Enum.IsDefined(step.Fault) ? null : new StepFault(index, "fault", "be one of none, reset, half, html, garbage"),
            step.Body?.Length > MostBody ? new StepFault(index, "body", $"have at most {MostBody} characters") : null,
            step.Body is not null && step.Fault != SandboxFault.None ? new StepFault(index, "body", "be left out with a fault, which answers in its own way") : null,
            step.Body is { Length: > 0 } && step.Status is 204 or 205 or 304 ? new StepFault(index, "body", "be left out: an answer of this status has none") : null,
            step.Headers?.Count > MostHeaders ? new StepFault(index, "headers", $"be at most {MostHeaders}") : null,
            step.Headers?.Any(header => !IsHeader(header.Key, header.Value)) == true
                ? new StepFault(index, "headers", $"have plain names and values of at most {MostHeader} characters, without {string.Join(", ", s_framing)}")
                : null,
        }.OfType<StepFault>();

    private static bool IsHeader(string name, string? value) =>
        name.Length is > 0 and <= 100 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_')
        && value is { Length: <= MostHeader } && value.All(c => c is >= ' ' and <= '~')
        && !s_framing.Contains(name, StringComparer.OrdinalIgnoreCase);
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

    /// <summary>How to answer the next request, and which step of the scenario that is, from 1; null = none, as Richpanel.</summary>
    internal (SandboxStep Step, int? Number) Next()
    {
        lock (_gate)
        {
            var at = _position.Step;
            (var answer, _position) = _position.Play(_scenario);
            return (answer, at < _scenario.Steps.Count && ReferenceEquals(answer, _scenario.Steps[at]) ? at + 1 : null);
        }
    }
}
