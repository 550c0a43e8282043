using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.HttpResults;
using Richpanel.Console.Shared;
using Richpanel.Core;
using Richpanel.Core.Access;
using Richpanel.Core.Connections;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Deliveries.Log;
using Richpanel.Core.Json;
using Richpanel.Core.Retries;

namespace Richpanel.Console.Api;

/// <summary>What to send again, or to cancel: all that fit <c>search</c>, or <c>deliveries</c> by id. <c>neverAccepted</c> (replays): only events that no delivery got accepted.</summary>
public sealed record PlanWish(DeliverySearch? Search = null, IReadOnlyList<string>? Deliveries = null, bool NeverAccepted = false);

/// <summary>How to carry a plan out; what is left out is as section Retries of the configuration says. <c>as</c>: <c>now</c> or <c>then</c>.</summary>
public sealed record StartWish(string? As = null, int? PerSecond = null, int? Canary = null, int? StopAbovePercent = null);

/// <summary>So many of one connection, cause, event or reason. <c>key</c> is null where there is none.</summary>
public sealed record ShareShape(
    string? Key, long Count, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Words = null)
{
    public static IReadOnlyList<ShareShape> Of(IEnumerable<RetryShare> shares) => [.. shares.Select(share => new ShareShape(share.Key.Length == 0 ? null : share.Key, share.Count))];

    public static IReadOnlyList<ShareShape> Reasons(IEnumerable<RetryShare> shares) => [.. shares.Select(share => new ShareShape(share.Key, share.Count, RetryReasons.WordsOf(share.Key)))];
}

/// <summary>
/// What was counted. <c>total</c> is exactly what will be sent; key <c>*</c> of an event or failure group means all others together. <c>since</c> and
/// <c>until</c>: what the times of the query meant. <c>secondsAtRate</c> is null while nothing goes on: every connection of it is stopped or
/// catching up, or nothing is left.
/// </summary>
public sealed record PlanShape(
    long Total, IReadOnlyList<ShareShape> LeftOut, IReadOnlyList<ShareShape> Connections, IReadOnlyList<ShareShape> Causes, IReadOnlyList<ShareShape> Events, IReadOnlyList<ShareShape> Groups,
    DateTimeOffset? Oldest, DateTimeOffset? Newest, DateTimeOffset? Since, DateTimeOffset? Until, long NeverSent, long MayHaveGoneOut, long? SecondsAtRate);

/// <summary>By state and cause. <c>query</c> asks the log for them.</summary>
/// <param name="TakenOver">They waited for another try when a later bulk retry sent them, whose report has their outcome; then there is no query.</param>
public sealed record ResultShape(DeliveryState State, CauseShape? Cause, long Count, string? Query, bool TakenOver)
{
    public static ResultShape Of(RetryBatch batch, RetryResult result) => result.IsTakenOver
        ? new ResultShape(result.State, null, result.Count, null, true)
        : new ResultShape(result.State, CauseShape.Of(result.Cause.Length == 0 ? null : result.Cause), result.Count, RetryWords.Query(batch, result), false);
}

/// <summary>A bulk retry, replay or cancel; what a cancel canceled is in <c>other</c>, and it has neither <c>as</c>, <c>perSecond</c>, <c>canary</c> nor <c>stopAbovePercent</c>. <c>left</c>, <c>skipped</c>, <c>accepted</c>, <c>waiting</c>, <c>failed</c> and <c>other</c> add up to <c>planned</c>.</summary>
public sealed record RetryShape(
    string Id, RetryKind Kind, RetryState State, string By, string? Scope, bool NeverAccepted, string? As, int? PerSecond, int? Canary, int? StopAbovePercent, int? CanaryNotAccepted,
    DateTimeOffset PlannedAt, DateTimeOffset? StartedAt, DateTimeOffset StateSince, DateTimeOffset? EndedAt,
    long Planned, long Left, long Skipped, long Accepted, long Waiting, long Failed, long Other,
    IReadOnlyList<ResultShape> Results, IReadOnlyList<ShareShape> SkipReasons, IReadOnlyList<string> WaitsForConnections, PlanShape Plan)
{
    public static RetryShape Of(RetryView view)
    {
        var (batch, plan, progress) = (view.Batch, view.Plan, view.Progress);
        return new RetryShape(
            PublicId.Retry(batch.Id), batch.Kind, batch.State, batch.ByName, batch.Scope, batch.NeverAccepted, batch.Sends ? batch.AsThen ? "then" : "now" : null, batch.Sends ? batch.Rate : null, batch.Sends ? batch.CanarySize : null, batch.Sends ? batch.StopPercent : null, batch.CanaryNotAccepted,
            batch.PlannedAt, batch.StartedAt, batch.StateSince, batch.EndedAt,
            progress.Planned, progress.Left, progress.Skipped, progress.Accepted, progress.Waiting, progress.Failed, progress.Other,
            [.. view.Results.Select(result => ResultShape.Of(batch, result))],
            ShareShape.Reasons(view.SkipReasons), [.. view.StoppedConnections.Concat(view.RecoveringConnections).Select(connection => connection.Name)],
            new PlanShape(
                plan.Total, ShareShape.Reasons(plan.LeftOut), ShareShape.Of(plan.Connections), ShareShape.Of(plan.Causes), ShareShape.Of(plan.Events), ShareShape.Of(plan.Groups),
                plan.Oldest, plan.Newest, plan.Since, plan.Until, plan.NeverSent, plan.MayHaveGoneOut, view.GoesOn && batch.Sends ? (long)RetryPlan.Lasts(progress.Left, batch.Rate).TotalSeconds : null));
    }
}

/// <summary>A field that would be sent otherwise than it was. <c>before</c> or <c>after</c> is null where it is not there.</summary>
/// <param name="Path">As in JSON path: <c>$.properties.total</c>.</param>
public sealed record FieldChangeShape(string Path, JsonElement? Before, JsonElement? After)
{
    public static FieldChangeShape Of(JsonChange change) => new(change.Path, Element(change.Before), Element(change.After));

    private static JsonElement? Element(JsonTree? tree) => tree is null ? null : DeepJson.Parse(JsonTreeWriter.Write(tree));
}

/// <summary>A delivery of a plan, as it was sent and as it would be sent now, personal data masked by role.</summary>
/// <param name="WasSent">Something of it was sent and kept; else <c>as:then</c> maps it by today's settings, too.</param>
/// <param name="Changes">Empty: both are the same. Null: there is nothing to compare.</param>
public sealed record RetrySampleShape(DeliveryShape Delivery, bool WasSent, IReadOnlyList<FieldChangeShape>? Changes);

/// <summary>A delivery that was left alone after the plan.</summary>
public sealed record SkipShape(string Delivery, string Reason, string Words);

/// <summary>
/// <c>/retries</c>, <c>/replays</c> and <c>/cancels</c>: plan, look at the count, start. All have the same sub-routes, and each id works under
/// its own kind.
/// </summary>
internal static class RetriesApi
{
    /// <summary>Of deliveries named one by one.</summary>
    private const int MostNamed = 10_000;

    public static void MapRetries(this RouteGroupBuilder api)
    {
        Map(api, "/retries", RetryKind.Retry);
        Map(api, "/replays", RetryKind.Replay);
        Map(api, "/cancels", RetryKind.Cancel);
    }

    private static void Map(RouteGroupBuilder api, string root, RetryKind kind)
    {
        var read = api.MapGroup(root).WithTags("Retries, replays and cancels").RequireAuthorization(nameof(Permission.Read));
        read.MapGet("/", async (HttpContext http, RetryQueries queries, CancellationToken ct) => (await queries.ListAsync(Caller.Of(http), kind, ct)).Select(RetryShape.Of));
        read.MapGet("/{retry}", (string retry, HttpContext http, RetryQueries queries, CancellationToken ct) => FindAsync(kind, retry, http, queries, ct));
        if (kind != RetryKind.Cancel)   // sends nothing, so there is nothing to compare
        {
            read.MapGet("/{retry}/samples", (string retry, HttpContext http, RetryQueries queries, ConnectionDirectory directory, CancellationToken ct) => SamplesAsync(kind, retry, http, queries, directory, ct));
        }

        read.MapGet("/{retry}/skipped", (string retry, HttpContext http, RetryQueries queries, CancellationToken ct) => SkipsAsync(kind, retry, http, queries, ct));

        var act = api.MapGroup(root).WithTags("Retries, replays and cancels").RequireAuthorization(nameof(Permission.ActOnMany));
        act.MapPost("/", (PlanWish wish, HttpContext http, RetryPlanner planner, RetryQueries queries, ConnectionDirectory directory, LogReader reader, CancellationToken ct) =>
            PlanAsync(kind, root, wish, http, planner, queries, directory, reader, ct));
        act.MapPost("/{retry}/start", (string retry, StartWish? wish, HttpContext http, RetryBatches batches, RetryQueries queries, CancellationToken ct) => StartAsync(kind, retry, wish, http, batches, queries, ct));
        act.MapPost("/{retry}/pause", (string retry, HttpContext http, RetryBatches batches, RetryQueries queries, CancellationToken ct) =>
            ActAsync(kind, retry, http, queries, batches.PauseAsync, ct));
        act.MapPost("/{retry}/resume", (string retry, HttpContext http, RetryBatches batches, RetryQueries queries, CancellationToken ct) =>
            ActAsync(kind, retry, http, queries, batches.ResumeAsync, ct));
        act.MapPost("/{retry}/cancel", (string retry, HttpContext http, RetryBatches batches, RetryQueries queries, CancellationToken ct) =>
            ActAsync(kind, retry, http, queries, batches.CancelAsync, ct));
        act.MapDelete("/{retry}", (string retry, HttpContext http, RetryBatches batches, RetryQueries queries, CancellationToken ct) => DiscardAsync(kind, retry, http, batches, queries, ct));
    }

    private static async Task<Results<Created<RetryShape>, ProblemHttpResult>> PlanAsync(
        RetryKind kind, string root, PlanWish wish, HttpContext http, RetryPlanner planner, RetryQueries queries, ConnectionDirectory directory, LogReader reader, CancellationToken ct)
    {
        var faults = new List<string>();
        var query = wish.Search?.ToAsk(http, directory, reader, faults).Query;
        List<long>? ids = null;
        if (wish.Deliveries is { } named)
        {
            ids = [.. named.Select(id => PublicId.Parse(id, "dlv")).OfType<long>()];
            if (ids.Count != named.Count || ids.Count is 0 or > MostNamed)
            {
                faults.Add($"deliveries: give 1 to {MostNamed} ids of deliveries such as dlv_2k.");
            }
        }

        if ((query is null) == (ids is null))
        {
            faults.Add("Give either search (all that fit; {} means everything) or deliveries (by id).");
        }

        if (wish.NeverAccepted && kind != RetryKind.Replay)
        {
            faults.Add("neverAccepted: of replays only; nothing that was accepted is sent again by a retry, or canceled.");
        }

        if (faults.Count > 0)
        {
            return ApiProblems.BadRequest(string.Join(" ", faults));
        }

        var by = Caller.Of(http);
        var planned = await planner.PlanAsync(by, new RetryAsk(kind) { Query = query, Ids = ids, NeverAccepted = wish.NeverAccepted }, ct);
        return planned.Batch is { } batch
            ? TypedResults.Created($"/api/v1{root}/{PublicId.Retry(batch.Id)}", RetryShape.Of((await queries.FindAsync(by, batch.Id, ct))!))
            : ApiProblems.BadRequest(planned.Fault!);
    }

    private static async Task<Results<Ok<RetryShape>, ProblemHttpResult>> FindAsync(RetryKind kind, string retry, HttpContext http, RetryQueries queries, CancellationToken ct) =>
        await VisibleAsync(kind, retry, http, queries, ct) is { } view ? TypedResults.Ok(RetryShape.Of(view)) : Missing(kind, retry);

    private static async Task<Results<Ok<IEnumerable<SkipShape>>, ProblemHttpResult>> SkipsAsync(RetryKind kind, string retry, HttpContext http, RetryQueries queries, CancellationToken ct) =>
        await VisibleAsync(kind, retry, http, queries, ct) is { } view && await queries.SkipsAsync(Caller.Of(http), view.Batch.Id, ct) is { } skips
            ? TypedResults.Ok(skips.Select(skip => new SkipShape(PublicId.Delivery(skip.DeliveryId), skip.Reason, RetryReasons.WordsOf(skip.Reason))))
            : Missing(kind, retry);

    /// <summary>What <c>as:then</c> and <c>as:now</c> would send of a few of them, compared.</summary>
    private static async Task<Results<Ok<IEnumerable<RetrySampleShape>>, ProblemHttpResult>> SamplesAsync(
        RetryKind kind, string retry, HttpContext http, RetryQueries queries, ConnectionDirectory directory, CancellationToken ct) =>
        await VisibleAsync(kind, retry, http, queries, ct) is { } view
            ? TypedResults.Ok((await queries.SamplesAsync(Caller.Of(http), view.Plan, ct)).Select(sample => new RetrySampleShape(
                DeliveryShape.Of(sample.Row, directory), sample.WasSent, sample.Changes is { } changes ? [.. changes.Select(FieldChangeShape.Of)] : null)))
            : Missing(kind, retry);

    private static Task<Results<Ok<RetryShape>, ProblemHttpResult>> StartAsync(
        RetryKind kind, string retry, StartWish? wish, HttpContext http, RetryBatches batches, RetryQueries queries, CancellationToken ct)
    {
        var how = new RetryStart(wish?.As == "then", wish?.PerSecond, wish?.Canary, wish?.StopAbovePercent);
        return kind == RetryKind.Cancel && wish is not (null or { As: null, PerSecond: null, Canary: null, StopAbovePercent: null })
            ? Task.FromResult<Results<Ok<RetryShape>, ProblemHttpResult>>(ApiProblems.BadRequest(RetryStart.NotForCancel))
            : wish?.As is not (null or "now" or "then")
            ? Task.FromResult<Results<Ok<RetryShape>, ProblemHttpResult>>(ApiProblems.BadRequest("as: give now (mapped by today's settings) or then (what was sent, where it was kept)."))
            : how.Fault() is { } fault ? Task.FromResult<Results<Ok<RetryShape>, ProblemHttpResult>>(ApiProblems.BadRequest(fault))
            : ActAsync(kind, retry, http, queries, (by, id) => batches.StartAsync(by, id, how), ct);
    }

    private static async Task<Results<Ok<RetryShape>, ProblemHttpResult>> ActAsync(
        RetryKind kind, string retry, HttpContext http, RetryQueries queries, Func<Actor, long, Task<RetryOutcome>> act, CancellationToken ct)
    {
        if (await VisibleAsync(kind, retry, http, queries, ct) is not { } before)
        {
            return Missing(kind, retry);
        }

        var by = Caller.Of(http);
        var outcome = await act(by, before.Batch.Id);
        return outcome.State is not { } state ? Missing(kind, retry)
            : outcome.Fault is { } fault ? ApiProblems.Conflict(state.ToString().ToLowerInvariant(), fault)
            : TypedResults.Ok(RetryShape.Of((await queries.FindAsync(by, before.Batch.Id, ct))!));
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> DiscardAsync(
        RetryKind kind, string retry, HttpContext http, RetryBatches batches, RetryQueries queries, CancellationToken ct)
    {
        if (await VisibleAsync(kind, retry, http, queries, ct) is not { } view)
        {
            return Missing(kind, retry);
        }

        var outcome = await batches.DiscardAsync(Caller.Of(http), view.Batch.Id);
        return outcome.Fault is { } fault ? ApiProblems.Conflict(outcome.State?.ToString().ToLowerInvariant() ?? "gone", fault) : TypedResults.NoContent();
    }

    private static async Task<RetryView?> VisibleAsync(RetryKind kind, string retry, HttpContext http, RetryQueries queries, CancellationToken ct) =>
        PublicId.Parse(retry, "rty") is { } id && await queries.FindAsync(Caller.Of(http), id, ct) is { } view && view.Batch.Kind == kind ? view : null;

    private static ProblemHttpResult Missing(RetryKind kind, string retry) =>
        ApiProblems.NotFound($"There is no {kind switch { RetryKind.Replay => "replay", RetryKind.Cancel => "bulk cancel", _ => "bulk retry" }} '{retry}' that this token may see.");
}
