using Richpanel.Console.Shared;
using Richpanel.Core;
using Richpanel.Core.Access;
using Richpanel.Core.Connections;
using Richpanel.Core.Retention;
using Richpanel.Core.Storage;

namespace Richpanel.Console.Retention;

/// <summary>Retention and pins over the API: the same as the pages.</summary>
public static class RetentionApi
{
    /// <summary>Days since the end of a delivery, or since a refusal; left out = as it is.</summary>
    public sealed record RulesWish(bool? Enabled = null, int? AcceptedDays = null, int? FailedDays = null, int? RowDays = null, int? RefusedDays = null)
    {
        internal RetentionRules Over(RetentionRules rules) => new(
            Enabled ?? rules.Enabled, AcceptedDays ?? rules.AcceptedDays, FailedDays ?? rules.FailedDays, RowDays ?? rules.RowDays, RefusedDays ?? rules.RefusedDays);
    }

    /// <summary>The rules that hold, the configured ones, the rounds and the space.</summary>
    public sealed record Shape(
        RetentionRules Rules, RetentionRules Configured, DateTimeOffset? ChangedAt, string? ChangedBy, DateTimeOffset? NextRound, RetentionUnderWay? UnderWay, IReadOnlyList<RunShape> Rounds, DatabaseSpaceUse Database);

    public sealed record RunShape(DateTimeOffset StartedAt, DateTimeOffset? EndedAt, string By, long Contents, long Rows, long Refused, long Bytes, long GivenBack, bool BrokenOff);

    /// <summary>Until when one delivery stays. <c>keptBy</c>: none, waiting, pin, task (an open privacy task) or off; the times are null then.</summary>
    public sealed record KeptShape(DateTimeOffset? ContentUntil, DateTimeOffset? RowUntil, KeptBy KeptBy, bool ContentRemoved, PinShape? Pin);

    public sealed record PinShape(string Reason, string By, DateTimeOffset At);

    public sealed record PinWish(string? Reason = null);

    /// <summary>Routes <c>/api/v1/retention</c> and <c>/api/v1/deliveries/{id}/…</c>.</summary>
    public static void MapRetention(this RouteGroupBuilder api)
    {
        var retention = api.MapGroup("/retention").WithTags("Retention").RequireAuthorization(nameof(Permission.Administer)).ProducesProblem(StatusCodes.Status403Forbidden);
        retention.MapGet("/", async (RetentionStore store, RetentionCare care, DatabaseSpace space, CancellationToken ct) => TypedResults.Ok(await ShapeAsync(store, care, space, ct)));
        retention.MapPut("/", SaveAsync).Produces<Shape>().ProducesValidationProblem();
        retention.MapPost("/plan", PlanAsync).Produces<RetentionPlan>().ProducesValidationProblem();
        retention.MapPost("/run", async (HttpContext http, RetentionCare care) => await care.RunNowAsync(By(http))
            ? Results.Accepted("/api/v1/retention")
            : Results.Problem("A round is under way already; GET /api/v1/retention says how far it is.", statusCode: StatusCodes.Status409Conflict, title: "One at a time"))
            .Produces(StatusCodes.Status202Accepted).ProducesProblem(StatusCodes.Status409Conflict);

        retention.MapPost("/stop", async (HttpContext http, RetentionCare care) => await care.StopRoundAsync(By(http))
            ? Results.Accepted("/api/v1/retention")
            : Results.Problem("No round is under way.", statusCode: StatusCodes.Status409Conflict, title: "Nothing to stop"))
            .Produces(StatusCodes.Status202Accepted).ProducesProblem(StatusCodes.Status409Conflict);

        api.MapGet("/deliveries/{id}/retention", KeptAsync).WithTags("Deliveries").RequireAuthorization(nameof(Permission.Read)).Produces<KeptShape>().ProducesProblem(StatusCodes.Status404NotFound);
        var pins = api.MapGroup("/deliveries/{id}/pin").WithTags("Deliveries").RequireAuthorization(nameof(Permission.Pin)).ProducesProblem(StatusCodes.Status404NotFound);
        pins.MapPost("/", PinAsync).Produces<KeptShape>().ProducesProblem(StatusCodes.Status400BadRequest);
        pins.MapDelete("/", UnpinAsync).Produces<KeptShape>();
    }

    private static async Task<IResult> SaveAsync(RulesWish wish, HttpContext http, RetentionStore store, RetentionCare care, DatabaseSpace space, CancellationToken ct)
    {
        var rules = wish.Over((await store.SettingsAsync(ct)).Rules);
        return await store.SaveAsync(By(http), rules) is SaveOutcome<RetentionSettings>.Invalid { Faults: var faults } ? Invalid(faults) : Results.Ok(await ShapeAsync(store, care, space, ct));
    }

    /// <summary>Counts what a round by these rules would remove, and removes nothing.</summary>
    private static async Task<IResult> PlanAsync(RulesWish? wish, HttpContext http, RetentionStore store, RetentionSweeper sweeper, CancellationToken ct)
    {
        By(http).DemandForAll(Permission.Administer);
        var rules = (wish ?? new RulesWish()).Over((await store.SettingsAsync(ct)).Rules);
        return rules.Faults().Select(fault => new FieldFault(fault.Field, fault.Text)).ToList() is { Count: > 0 } faults ? Invalid(faults) : Results.Ok(await sweeper.PlanAsync(rules, null, ct));
    }

    private static async Task<IResult> KeptAsync(string id, HttpContext http, RetentionStore store, ConnectionDirectory directory, CancellationToken ct) =>
        await VisibleAsync(id, http, store, directory, ct) is { } found ? Results.Ok(Of(found.Kept)) : Missing(id);

    private static async Task<IResult> PinAsync(string id, PinWish? wish, HttpContext http, RetentionStore store, PinStore pins, ConnectionDirectory directory, CancellationToken ct)
    {
        if (await VisibleAsync(id, http, store, directory, ct) is not { } found)
        {
            return Missing(id);
        }

        if (wish?.Reason?.Length > Lengths.LongestReason)
        {
            return Results.Problem($"reason: give one of at most {Lengths.LongestReason} characters; the first {Lengths.Reason} are kept.", statusCode: StatusCodes.Status400BadRequest, title: "The request cannot be used");
        }

        var outcome = await pins.PinAsync(By(http), found.Id, wish?.Reason);
        return outcome is { Found: true, Fault: { } fault } ? Results.Problem($"reason: {fault}", statusCode: StatusCodes.Status400BadRequest, title: "The request cannot be used") : await AgainAsync(id, found.Id, store, ct);
    }

    private static async Task<IResult> UnpinAsync(string id, HttpContext http, RetentionStore store, PinStore pins, ConnectionDirectory directory, CancellationToken ct)
    {
        if (await VisibleAsync(id, http, store, directory, ct) is not { } found)
        {
            return Missing(id);
        }

        await pins.UnpinAsync(By(http), found.Id);
        return await AgainAsync(id, found.Id, store, ct);
    }

    private static async Task<IResult> AgainAsync(string id, long key, RetentionStore store, CancellationToken ct) => await store.OfAsync(key, ct) is { } kept ? Results.Ok(Of(kept)) : Missing(id);

    private static async Task<(long Id, RetentionOfOne Kept)?> VisibleAsync(string id, HttpContext http, RetentionStore store, ConnectionDirectory directory, CancellationToken ct) =>
        PublicId.Parse(id, "dlv") is { } key && await store.OfAsync(key, ct) is { } kept && directory.Find(kept.ConnectionId) is { } connection && By(http).MayTouch(connection.Name) ? (key, kept) : null;

    private static async Task<Shape> ShapeAsync(RetentionStore store, RetentionCare care, DatabaseSpace space, CancellationToken ct)
    {
        var settings = await store.SettingsAsync(ct);
        var runs = await store.RunsAsync(RetentionRun.Kept, ct);
        return new Shape(
            settings.Rules, settings.Defaults, settings.ChangedAt, settings.ChangedBy, care.Next, care.UnderWay,
            [.. runs.Select(run => new RunShape(run.StartedAt, run.EndedAt, run.By, run.Contents, run.Rows, run.Refused, run.Bytes, run.GivenBack, run.BrokenOff))], space.Read());
    }

    private static KeptShape Of(RetentionOfOne kept) => new(
        kept.Fate.ContentUntil, kept.Fate.RowUntil, kept.Fate.Kept, kept.ContentRemoved, kept.Pin is { } pin ? new PinShape(pin.Reason, pin.By, pin.At) : null);

    private static IResult Invalid(IReadOnlyList<FieldFault> faults) =>
        Results.ValidationProblem(faults.GroupBy(fault => char.ToLowerInvariant(fault.Field[0]) + fault.Field[1..]).ToDictionary(field => field.Key, field => field.Select(fault => fault.Text).ToArray()));

    private static IResult Missing(string id) => Results.Problem($"There is no delivery '{id}' that this token may see.", statusCode: StatusCodes.Status404NotFound, title: "Not found");

    private static Actor By(HttpContext http) => http.RequestServices.GetRequiredService<Sessions>().ActorOf(http.User) ?? throw new SessionEndedException();
}
