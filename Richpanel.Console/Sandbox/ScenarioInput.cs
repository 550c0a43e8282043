using Richpanel.Core.Sandbox;

namespace Richpanel.Console.Sandbox;

/// <summary>A step as it stands in the form; empty fields are their defaults.</summary>
public sealed class StepInput
{
    public int? Status { get; set; } = 200;

    public int? RetryAfter { get; set; }

    public int? DelayMs { get; set; }

    /// <summary>0 or empty = for ever.</summary>
    public int? Repeat { get; set; } = 1;

    public double? Percent { get; set; } = 100;

    public SandboxFault Fault { get; set; }

    public string? Body { get; set; }

    /// <summary>One <c>Name: value</c> a line.</summary>
    public string? Headers { get; set; }

    public static StepInput Of(SandboxStep step) => new()
    {
        Status = step.Status,
        RetryAfter = step.RetryAfterSeconds,
        DelayMs = step.DelayMs == 0 ? null : step.DelayMs,
        Repeat = step.Repeat,
        Percent = step.Share * 100,
        Fault = step.Fault,
        Body = step.Body,
        Headers = step.Headers is null ? null : string.Join('\n', step.Headers.Select(header => $"{header.Key}: {header.Value}")),
    };

    public SandboxStep ToStep()
    {
        var headers = (Headers ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(line => line.Split(':', 2, StringSplitOptions.TrimEntries)).GroupBy(pair => pair[0], StringComparer.OrdinalIgnoreCase)
            .ToDictionary(group => group.Key, group => group.Last().ElementAtOrDefault(1) ?? "");
        return new SandboxStep(
            Status ?? 0, DelayMs ?? 0, RetryAfter, Repeat ?? 0, (Percent ?? 100) / 100, Fault, string.IsNullOrEmpty(Body) ? null : Body, headers.Count == 0 ? null : headers);
    }
}

/// <summary>Scenarios that testers need most, ready to apply or to change.</summary>
public static class ScenarioPresets
{
    public static IReadOnlyList<(string Name, string Shows, SandboxScenario Scenario)> All { get; } =
    [
        ("503, then 200", "One automatic retry.", Of(new SandboxStep(503))),
        ("503 three times, then 200", "Growing waits between tries.", Of(new SandboxStep(503, Repeat: 3))),
        ("429, Retry-After 30", "The whole connection waits.", Of(new SandboxStep(429, RetryAfterSeconds: 30))),
        ("422 once", "A call that fails for good.", Of(new SandboxStep(422, Body: """{"message":"email is invalid"}"""))),
        ("401 for ever", "Wrong credentials: the connection goes on hold.", Of(new SandboxStep(401, Repeat: 0))),
        ("500 for 30 %", "The same ones for the same seed.", Of(new SandboxStep(500, Repeat: 0, Share: 0.3))),
        ("12 s late, once", "Longer than the default time-out of 10 s.", Of(new SandboxStep(DelayMs: 12_000))),
        ("Connection cut twice", "No answer at all; the call may have arrived.", Of(new SandboxStep(Fault: SandboxFault.Reset, Repeat: 2))),
        ("Half an answer", "Cut in the middle of the body.", Of(new SandboxStep(Fault: SandboxFault.Half))),
        ("A sign-in page", "200 with HTML: not Richpanel.", Of(new SandboxStep(Fault: SandboxFault.Html))),
    ];

    private static SandboxScenario Of(params SandboxStep[] steps) => new(steps);
}

/// <summary>A scenario in words.</summary>
public static class ScenarioWords
{
    public static string Of(SandboxStep step) =>
        Answer(step)
        + (step.RetryAfterSeconds is { } seconds ? $", Retry-After {seconds} s" : "")
        + (step.DelayMs > 0 ? $", {step.DelayMs:N0} ms late" : "")
        + (step.Share < 1 ? $", for {step.Share * 100:0.##} %" : "")
        + (step.Repeat switch { 0 => ", for ever", 1 => "", var times => $", {times} times" });

    public static string Answer(SandboxStep step) => step.Fault switch
    {
        SandboxFault.None => $"HTTP {step.Status}",
        SandboxFault.Reset => "connection cut",
        SandboxFault.Half => $"HTTP {step.Status}, cut in the middle",
        SandboxFault.Html => $"HTTP {step.Status} with HTML",
        _ => $"HTTP {step.Status} with garbage",
    };

    /// <summary>What the next request gets.</summary>
    public static string Now(SandboxScenario scenario, ScenarioPosition position)
    {
        if (scenario.Steps.Count == 0)
        {
            return "Answers as Richpanel does: 200 to everything.";
        }

        if (position.Step >= scenario.Steps.Count)
        {
            return "Every step is played: answers as Richpanel again.";
        }

        var step = scenario.Steps[position.Step];
        var times = step.Repeat switch { 0 => $"{position.Done} answered", 1 => "", var most => $"{position.Done} of {most} answered" };
        return $"Step {position.Step + 1} of {scenario.Steps.Count} is next: {Of(step)}{(times.Length > 0 ? $" ({times})" : "")}.";
    }

    /// <summary>A fault of a step, with the name its field has in the form.</summary>
    public static string Of(StepFault fault) => $"Step {fault.Step + 1}{(fault.Field is null ? "" : ", " + Name(fault.Field))}: must {fault.Must}.";

    private static string Name(string field) => field switch
    {
        "delayMs" => "delay",
        "retryAfterSeconds" => "Retry-After",
        "repeat" => "times",
        "share" => "share (100 % is 1)",
        _ => field,
    };
}
