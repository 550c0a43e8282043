using System.Globalization;
using Richpanel.Core.Access;
using Richpanel.Core.ChangeLog;
using Richpanel.Core.Connections;

namespace Richpanel.Core.Sandbox;

/// <summary>
/// What somebody does to the sandbox. It lives in memory and in a database of its own, so the line of the change log cannot stand in
/// the same commit: it is written before. A line whose change then failed tells of a wish; a change without a line would tell nothing.
/// </summary>
public sealed class SandboxControl(SandboxStore store, SandboxScenarios scenarios, ConnectionDirectory directory, ChangeWriting log)
{
    private const int MostStepsInWords = 20;

    /// <summary>How it answers from now on; the caller has asked <see cref="SandboxScenario.Faults"/> before.</summary>
    public async Task SetScenarioAsync(Actor by, SandboxScenario scenario)
    {
        var before = scenarios.Now.Scenario;
        await WriteAsync(by, ChangeCatalog.ScenarioSet, FieldChange.Between(("answers", Words(before), Words(scenario)), ("seed", before.Seed, scenario.Seed)));
        scenarios.Set(scenario);
    }

    /// <summary>Forgets everything it got.</summary>
    public async Task ClearAsync(Actor by, CancellationToken ct)
    {
        await WriteAsync(by, ChangeCatalog.SandboxCleared, []);
        await store.ClearAsync(ct);
    }

    private Task WriteAsync(Actor by, ChangeAction action, IReadOnlyList<FieldChange> fields)
    {
        var change = new Change(action) { Fields = fields };
        if (directory.Connections.FirstOrDefault(connection => connection.IsSandbox) is not { } sandbox)
        {
            by.DemandForAll(Permission.UseSandbox);
            return log.WriteAsync(by, change);
        }

        by.Demand(Permission.UseSandbox, sandbox);
        return log.WriteAsync(by, change with { ObjectId = PublicId.Connection(sandbox.Id), ObjectName = sandbox.Name });
    }

    /// <summary>The steps in short: <c>429, 503 ×2, reset</c>.</summary>
    private static string Words(SandboxScenario scenario)
    {
        var steps = scenario.Steps.Take(MostStepsInWords).Select(step =>
            (step.Fault == SandboxFault.None ? step.Status.ToString(CultureInfo.InvariantCulture) : step.Fault.ToString().ToLowerInvariant())
            + (step.Repeat switch { 1 => "", 0 => " for ever", var times => $" ×{times}" }));
        return scenario.Steps.Count == 0 ? "as Richpanel" : string.Join(", ", steps) + (scenario.Steps.Count > MostStepsInWords ? " …" : "");
    }
}
