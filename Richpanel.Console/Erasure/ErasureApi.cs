using Richpanel.Console.Shared;
using Richpanel.Core;
using Richpanel.Core.Access;
using Richpanel.Core.Connections;
using Richpanel.Core.Erasure;
using Richpanel.Core.Storage;

namespace Richpanel.Console.Erasure;

/// <summary>Erasures and privacy tasks over the API. Tasks are read here; only a person closes one, on its page.</summary>
public static class ErasureApi
{
    /// <summary>What a customer is known by: any of them. Each in whole.</summary>
    public sealed record NamesWish(IReadOnlyList<string>? Emails = null, IReadOnlyList<string>? UserIds = null, IReadOnlyList<string>? AnonymousIds = null)
    {
        internal List<CustomerKey> Keys =>
        [
            .. (Emails ?? []).Select(value => new CustomerKey(CustomerKeyKind.Email, value ?? "")), .. (UserIds ?? []).Select(value => new CustomerKey(CustomerKeyKind.User, value ?? "")),
            .. (AnonymousIds ?? []).Select(value => new CustomerKey(CustomerKeyKind.Anonymous, value ?? "")),
        ];

        /// <summary>Never the names.</summary>
        public override string ToString() => nameof(NamesWish);
    }

    /// <summary>Whom, why, and <c>confirm</c>: the first name once more. <c>task</c>: the privacy task it is about.</summary>
    public sealed record Wish(NamesWish? Names = null, string? Reason = null, string? Confirm = null, string? Task = null)
    {
        /// <summary>Never the names.</summary>
        public override string ToString() => nameof(Wish);
    }

    public sealed record NameShape(string Kind, string Value, long Deliveries);

    /// <summary>What would go; <c>partial</c>: older deliveries cannot all be found yet, so an erasure is refused. <c>linked</c>: other names on the deliveries found, for you to add.</summary>
    public sealed record PreviewShape(
        IReadOnlyDictionary<string, long> Deliveries, long Total, long NeverSent, long Pinned, long Requests, long SharedRequests, long Refused, long Samples, long Views, long Sandbox,
        IReadOnlyList<NameShape> Linked, IReadOnlyList<string> FilesThatStay, bool Partial);

    /// <summary>An erasure, and its receipt once it is <c>done</c>; <c>givenUp</c>: its names cannot be opened any more, ask anew. <c>erased</c>: counts by place. <c>names</c>: keyed hashes.</summary>
    public sealed record Shape(
        string Id, ErasureState State, string AskedBy, DateTimeOffset AskedAt, string Reason, string Names, string? Task, string? Step, string? Fault, DateTimeOffset? EndedAt,
        IReadOnlyDictionary<string, long> Erased, long NeverSent, bool BytesGone, IReadOnlyList<string> FilesThatStay)
    {
        public static Shape Of(CustomerErasure one) => new(
            PublicId.Erasure(one.Id), one.State, one.AskedBy, one.AskedAt, one.Reason, one.Names, one.TaskId is { } task ? PublicId.PrivacyTask(task) : null, one.Step, one.Fault, one.EndedAt,
            one.CountsByPlace, one.NeverSent, one.BytesGone, one.FileNames);
    }

    /// <summary>A deletion that Segment asked for. <c>customer</c> is masked for whoever may not see personal data.</summary>
    public sealed record TaskShape(
        string Id, string Delivery, string? Connection, string? Customer, int Calls, DateTimeOffset AskedAt, DateTimeOffset DueAt, bool Overdue, DateTimeOffset? ClosedAt, string? ClosedBy, string? Note)
    {
        public static TaskShape Of(PrivacyTaskLine line, DateTimeOffset now) => new(
            PublicId.PrivacyTask(line.Task.Id), PublicId.Delivery(line.Task.DeliveryId), line.ConnectionName, line.Customer, line.Task.Calls, line.Task.AskedAt, line.Task.DueAt, line.IsOverdue(now),
            line.Task.ClosedAt, line.Task.ClosedBy, line.Task.Note);
    }

    /// <param name="Total">How many there are in this state, on this page or not.</param>
    public sealed record TaskListShape(IReadOnlyList<TaskShape> Items, int Total, string? NextCursor);

    private const int MostListed = 200;
    private const int TasksListed = 50;

    /// <summary>Routes <c>/api/v1/erasures</c> and <c>/api/v1/privacy-tasks</c>.</summary>
    public static void MapErasure(this RouteGroupBuilder api)
    {
        var erasures = api.MapGroup("/erasures").WithTags("Privacy").RequireAuthorization(nameof(Permission.Erase)).ProducesProblem(StatusCodes.Status403Forbidden);
        erasures.MapGet("/", async (HttpContext http, ErasureStore store, CancellationToken ct) => TypedResults.Ok((await store.ListAsync(By(http), MostListed, ct)).Select(Shape.Of)));
        erasures.MapPost("/preview", PreviewAsync).Produces<PreviewShape>().ProducesValidationProblem();
        erasures.MapPost("/", AskAsync).Produces<Shape>(StatusCodes.Status202Accepted).ProducesValidationProblem();
        erasures.MapGet("/{erasure}", async (string erasure, HttpContext http, ErasureStore store, CancellationToken ct) =>
            PublicId.Parse(erasure, "ers") is { } id && await store.FindAsync(By(http), id, ct) is { } found ? Results.Ok(Shape.Of(found)) : Missing("erasure", erasure))
            .Produces<Shape>().ProducesProblem(StatusCodes.Status404NotFound);

        var tasks = api.MapGroup("/privacy-tasks").WithTags("Privacy").RequireAuthorization(nameof(Permission.Read));
        tasks.MapGet("/", TasksAsync).Produces<TaskListShape>().ProducesProblem(StatusCodes.Status400BadRequest)
            .WithDescription($"state: open (the most urgent first; also when left out) or closed (the last closed first). limit: 1 to {PrivacyTasks.Most}, {TasksListed} when left out. cursor: nextCursor of the page before.");
        tasks.MapGet("/{task}", async (string task, HttpContext http, PrivacyTasks store, TimeProvider time, CancellationToken ct) =>
            PublicId.Parse(task, "ptk") is { } id && await store.FindAsync(By(http), id, ct) is { } found ? Results.Ok(TaskShape.Of(found, time.GetUtcNow())) : Missing("privacy task", task))
            .Produces<TaskShape>().ProducesProblem(StatusCodes.Status404NotFound);
    }

    private static async Task<IResult> PreviewAsync(NamesWish names, HttpContext http, ErasureStore store, CancellationToken ct)
    {
        var by = By(http);
        if (ErasureStore.FaultsOf(names.Keys) is { Count: > 0 } faults)
        {
            return Invalid(faults);
        }

        var found = await store.PreviewAsync(by, names.Keys, ct);
        return Results.Ok(new PreviewShape(
            found.Deliveries.ToDictionary(one => one.Key.ToString().ToLowerInvariant(), one => one.Value), found.All, found.Waiting, found.Pinned, found.Requests, found.SharedRequests, found.Refused, found.Samples,
            found.Views, found.Sandbox, [.. found.Linked.Select(one => new NameShape(one.Key.Kind.ToString().ToLowerInvariant(), one.Key.Value, one.Deliveries))], found.Files, found.IsPartial));
    }

    private static async Task<IResult> TasksAsync(string? state, int? limit, string? cursor, HttpContext http, PrivacyTasks store, TimeProvider time, CancellationToken ct)
    {
        var faults = new List<string>();
        if (state is not (null or "open" or "closed"))
        {
            faults.Add("state: give open or closed.");
        }

        if (limit is < 1 or > PrivacyTasks.Most)
        {
            faults.Add($"limit: give 1 to {PrivacyTasks.Most}.");
        }

        var after = PrivacyTaskCursor.Parse(cursor);
        if (cursor is not null && after is null)
        {
            faults.Add("cursor: give the nextCursor of the page before, or leave it out.");
        }

        if (faults.Count > 0)
        {
            return Results.Problem(string.Join(' ', faults), statusCode: StatusCodes.Status400BadRequest, title: "The request cannot be used");
        }

        var page = await store.PageAsync(By(http), open: state != "closed", after, limit ?? TasksListed, ct);
        return Results.Ok(new TaskListShape([.. page.Lines.Select(line => TaskShape.Of(line, time.GetUtcNow()))], page.All, page.Next?.ToString()));
    }

    private static async Task<IResult> AskAsync(Wish wish, HttpContext http, ErasureStore store)
    {
        if (wish.Reason?.Length > Lengths.LongestReason)
        {
            return Invalid([new FieldFault("Reason", $"Give one of at most {Lengths.LongestReason} characters; the first {Lengths.Reason} are kept.")]);
        }

        var outcome = await store.AskAsync(By(http), new ErasureAsk((wish.Names ?? new NamesWish()).Keys, wish.Reason, wish.Confirm, PublicId.Parse(wish.Task, "ptk")));
        return outcome.Match(begun => Results.Accepted($"/api/v1/erasures/{PublicId.Erasure(begun.Id)}", Shape.Of(begun)), Invalid, () => Results.NotFound());
    }

    private static IResult Invalid(IReadOnlyList<FieldFault> faults) => Results.ValidationProblem(
        faults.GroupBy(fault => fault.Field switch { "Keys" => "names", var field => char.ToLowerInvariant(field[0]) + field[1..] }).ToDictionary(field => field.Key, field => field.Select(fault => fault.Text).ToArray()));

    private static IResult Missing(string what, string id) => Results.Problem($"There is no {what} '{id}' that this token may see.", statusCode: StatusCodes.Status404NotFound, title: "Not found");

    private static Actor By(HttpContext http) => http.RequestServices.GetRequiredService<Sessions>().ActorOf(http.User) ?? throw new SessionEndedException();
}
