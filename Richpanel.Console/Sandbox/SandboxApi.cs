using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Richpanel.Console.Shared;
using Richpanel.Core.Access;
using Richpanel.Core.Connections;
using Richpanel.Core.Privacy;
using Richpanel.Core.Sandbox;

namespace Richpanel.Console.Sandbox;

/// <summary>The sandbox over the API: what it got, what it made of it, how it shall answer.</summary>
public static class SandboxApi
{
    public sealed record RequestDetail(
        long Id, DateTimeOffset At, string Method, string Path, int Status, int? TookMs, bool SenderLeft, int? ScenarioStep, bool KeepsContract, bool Taken,
        IReadOnlyDictionary<string, string> Headers, JsonElement Findings, string Body, IReadOnlyList<JsonElement> Calls, Answered? Answer);

    /// <param name="CutAfter">The connection was cut after this body, although more was promised.</param>
    public sealed record Answered(int Status, IReadOnlyDictionary<string, string> Headers, string Body, bool CutAfter);

    public sealed record TimelineEvent(
        long Id, long RequestId, string? EventId, string Event, string? Uid, string? Did, long? SessionId, DateTimeOffset OccurredAt, DateTimeOffset ArrivedAt, bool Repeat, JsonElement Call);

    public sealed record Scenario(IReadOnlyList<SandboxStep> Steps, int Seed, int NextStep);

    /// <summary>Routes under <c>/api/v1/sandbox</c>.</summary>
    public static void MapSandbox(this RouteGroupBuilder api)
    {
        var read = Group(api, Permission.Read);
        read.MapGet("/requests", RequestsAsync);
        read.MapGet("/requests/{id:long}", RequestAsync);
        read.MapGet("/customers", (string? uid, int? limit, HttpContext http, SandboxQueries queries, CancellationToken ct) => queries.CustomersAsync(Sight.Of(By(http)), uid, limit ?? 50, ct));
        read.MapGet("/visitors", (string? did, int? limit, HttpContext http, SandboxQueries queries, CancellationToken ct) => queries.VisitorsAsync(Sight.Of(By(http)), did, limit ?? 50, ct));
        read.MapGet("/sessions", (string? uid, string? did, int? limit, HttpContext http, SandboxQueries queries, CancellationToken ct) => queries.SessionsAsync(Sight.Of(By(http)), uid, did, limit ?? 50, ct));
        read.MapGet("/timeline", TimelineAsync);
        read.MapGet("/size", (SandboxQueries queries, CancellationToken ct) => queries.SizeAsync(ct));
        read.MapGet("/export", SandboxDownload.ForProgram).Produces<string>(StatusCodes.Status200OK, "application/json");
        read.MapGet("/scenario", (SandboxScenarios scenarios) => Shown(scenarios));

        var change = Group(api, Permission.UseSandbox);
        change.MapPut("/scenario", SetScenarioAsync);
        change.MapDelete("/", async (HttpContext http, SandboxControl control, CancellationToken ct) =>
        {
            await control.ClearAsync(By(http), ct);
            return TypedResults.NoContent();
        });
    }

    private static RouteGroupBuilder Group(RouteGroupBuilder api, Permission permission) => api.MapGroup("/sandbox").WithTags("Sandbox")
        .RequireAuthorization(permission.ToString()).AddEndpointFilter(OnlyWhoMayTouchItAsync).ProducesProblem(StatusCodes.Status404NotFound);

    /// <summary>What the sandbox holds is what the Sandbox connection sent: a token limited to others sees none of it.</summary>
    private static ValueTask<object?> OnlyWhoMayTouchItAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var services = context.HttpContext.RequestServices;
        if (!services.GetRequiredService<IOptions<SandboxOptions>>().Value.Enabled)
        {
            return ValueTask.FromResult<object?>(Missing("The sandbox is switched off (Sandbox:Enabled)."));
        }

        var sandbox = services.GetRequiredService<ConnectionDirectory>().Connections.FirstOrDefault(c => c.IsSandbox);
        return sandbox is not null && By(context.HttpContext).MayTouch(sandbox)
            ? next(context)
            : ValueTask.FromResult<object?>(Missing("There is no sandbox that this token may touch."));
    }

    private static Actor By(HttpContext http) => http.RequestServices.GetRequiredService<Sessions>().ActorOf(http.User) ?? throw new SessionEndedException();

    private static ProblemHttpResult Missing(string what) => TypedResults.Problem(what, statusCode: StatusCodes.Status404NotFound, title: "Not found");

    /// <param name="only">broken or notTaken; left out = all.</param>
    private static async Task<Results<Ok<IReadOnlyList<SandboxRequestRow>>, ProblemHttpResult>> RequestsAsync(
        long? before, int? limit, string? only, HttpContext http, SandboxQueries queries, CancellationToken ct) =>
        only is null || (Enum.TryParse<SandboxOnly>(only, ignoreCase: true, out _) && only.All(char.IsAsciiLetter))
            ? TypedResults.Ok(await queries.RequestsAsync(Sight.Of(By(http)), only is null ? SandboxOnly.All : Enum.Parse<SandboxOnly>(only, ignoreCase: true), before, limit ?? 50, ct))
            : TypedResults.Problem("only: give all, broken or notTaken.", statusCode: StatusCodes.Status400BadRequest, title: "Bad request");

    private static async Task<Results<Ok<RequestDetail>, ProblemHttpResult>> RequestAsync(
        long id, HttpContext http, SandboxQueries queries, CancellationToken ct)
    {
        if (await queries.RequestAsync(Sight.Of(By(http)), id, ct) is not { } detail)
        {
            return Missing($"The sandbox remembers no request {id}. GET /api/v1/sandbox/requests lists them.");
        }

        var request = detail.Request;
        return TypedResults.Ok(new RequestDetail(
            request.Id, request.At, request.Method, request.Path, request.Status, request.TookMs, request.SenderLeft, request.StepNumber, request.KeepsContract, request.Taken,
            ByName(SandboxHeaders.Read(request.Headers)), JsonElement.Parse(request.Findings), Encoding.UTF8.GetString(request.Body),
            [.. detail.Calls.Select(call => DeepJson.Parse(Core.Json.JsonTreeWriter.Write(call)))],
            detail.Answer is { } answer ? new Answered(answer.Status, ByName(answer.Headers), Encoding.UTF8.GetString(answer.Body), answer.CutAfter) : null));
    }

    private static Dictionary<string, string> ByName(IEnumerable<KeyValuePair<string, string>> headers) => headers
        .GroupBy(header => header.Key, StringComparer.OrdinalIgnoreCase).ToDictionary(group => group.Key, group => string.Join(", ", group.Select(header => header.Value)));

    private static async Task<IReadOnlyList<TimelineEvent>> TimelineAsync(
        string? uid, string? did, string? eventId, int? limit, HttpContext http, SandboxQueries queries, CancellationToken ct)
    {
        var events = await queries.TimelineAsync(Sight.Of(By(http)), uid, did, eventId, limit ?? 50, ct);
        return [.. events.Select(e => new TimelineEvent(
            e.Id, e.RequestId, e.EventId, e.Name, e.Uid, e.Did, e.SessionId, e.OccurredAt, e.ArrivedAt, e.Repeat, DeepJson.Parse(e.Call)))];
    }

    private static async Task<Results<Ok<Scenario>, ValidationProblem>> SetScenarioAsync(
        SandboxScenario scenario, HttpContext http, SandboxScenarios scenarios, SandboxControl control)
    {
        var asked = scenario.Steps is null ? scenario with { Steps = [] } : scenario;
        var faults = asked.Faults();
        if (faults.Count > 0)
        {
            return TypedResults.ValidationProblem(new Dictionary<string, string[]> { ["steps"] = [.. faults] });
        }

        await control.SetScenarioAsync(By(http), asked);
        return TypedResults.Ok(Shown(scenarios));
    }

    private static Scenario Shown(SandboxScenarios scenarios)
    {
        var (scenario, position) = scenarios.Now;
        return new Scenario(scenario.Steps, scenario.Seed, position.Step);
    }
}
