using System.Text.Json.Serialization;
using Richpanel.Core;
using Richpanel.Core.Access;
using Richpanel.Core.Connections;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Deliveries.Flow;
using Richpanel.Core.Mapping;

namespace Richpanel.Console.Api;

/// <summary>
/// What a caller wants a connection to be; left out = as it is, or the default of a new one. The secret is never given back.
/// <c>retryWaits</c> such as <c>5 s, 30 s, 2 min</c>, empty for the option <c>Delivery:Schedule</c>.
/// </summary>
public sealed record ConnectionWish(
    string? Name = null, ConnectionEnvironment? Environment = null, string? BaseUrl = null, string? ApiKey = null, string? ApiSecret = null, bool ClearSecret = false, SecretWindow KeepPreviousFor = SecretWindow.Day,
    SignatureHash? SignatureHash = null, Transport? Transport = null, OrderFieldStyle? OrderFields = null, CustomerIdRule? CustomerId = null,
    bool? TranslateEvents = null, int? Concurrency = null, int? TimeoutSeconds = null, string? RetryWaits = null, int? RetryJitterPercent = null, bool? AllowsLabSends = null, bool? Disabled = null)
{
    public ConnectionDraft Draft() => new()
    {
        Name = Name,
        Environment = Environment,
        BaseUrl = BaseUrl,
        ApiKey = ApiKey,
        ApiSecret = ApiSecret,
        ClearSecret = ClearSecret,
        KeepPreviousFor = KeepPreviousFor,
        SignatureHash = SignatureHash,
        Transport = Transport,
        OrderFields = OrderFields,
        CustomerId = CustomerId,
        TranslateEvents = TranslateEvents,
        Concurrency = Concurrency,
        TimeoutSeconds = TimeoutSeconds,
        RetryWaits = RetryWaits,
        RetryJitterPercent = RetryJitterPercent,
        AllowsLabSends = AllowsLabSends,
        Disabled = Disabled,
    };

    /// <summary>Never the secret.</summary>
    public override string ToString() => $"ConnectionWish {Name}";
}

public sealed record PauseWish(DateTimeOffset? Until = null, string? Reason = null);

/// <summary>
/// How to go on. <c>rate</c>: of what has waited, so many a second, 1 to 1,000; left out = as fast as the concurrency allows. <c>canary</c>: first
/// five, one after another, and the connection stops again if one of them gets no good answer. What comes in meanwhile goes first.
/// </summary>
public sealed record GoOnWish(string? Reason = null, int? Rate = null, bool Canary = false)
{
    internal Recovery Recovery => new(Rate, Canary);

    internal string? Fault => Rate is < 1 or > Recovery.MostRate ? $"rate: give 1 to {Recovery.MostRate:N0} deliveries a second, or leave it out." : null;
}

public sealed record CheckShape(bool Passed, IReadOnlyList<CheckStepShape> Steps);

public sealed record CheckStepShape(
    CheckStepName Step, bool Passed, int Milliseconds, string Text, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] CauseShape? Cause);

internal static class ConnectionsApi
{
    public static void MapConnections(this RouteGroupBuilder api)
    {
        var read = api.MapGroup("/connections").WithTags("Connections").RequireAuthorization(nameof(Permission.Read));
        read.MapGet("/", (HttpContext http, ConnectionDirectory directory, TimeProvider time) =>
            ApiAccess.Visible(http, directory).Select(c => ConnectionShape.Of(c, time.GetUtcNow())));
        read.MapGet("/{connection}", (string connection, HttpContext http, ConnectionDirectory directory, TimeProvider time) =>
            With(connection, http, directory, c => Results.Ok(ConnectionShape.Of(c, time.GetUtcNow()))));

        var operate = api.MapGroup("/connections/{connection}").WithTags("Connections").RequireAuthorization(nameof(Permission.Operate));
        operate.MapPost("/check", (string connection, HttpContext http, ConnectionDirectory directory, ConnectionCheck check, CancellationToken ct) =>
            WithAsync(connection, http, directory, async c => Results.Ok(Checked(await check.RunAsync(Caller.Of(http), c, ct)))));
        operate.MapPost("/pause", (string connection, PauseWish? wish, HttpContext http, ConnectionDirectory directory, ConnectionHolds holds, TimeProvider time) =>
            wish?.Until <= time.GetUtcNow()
                ? Task.FromResult<IResult>(ApiProblems.BadRequest("until: give a time that is still to come, or leave it out to pause until someone resumes."))
                : ChangeAsync(connection, http, directory, time, wish?.Reason, c => holds.PauseAsync(Caller.Of(http), c.Id, wish?.Until, wish?.Reason)));
        operate.MapPost("/resume", (string connection, GoOnWish? wish, HttpContext http, ConnectionDirectory directory, ConnectionHolds holds, TimeProvider time) =>
            GoOnAsync(connection, wish, http, directory, time, c => holds.ResumeAsync(Caller.Of(http), c.Id, wish?.Reason, wish?.Recovery)));
        operate.MapPost("/release", (string connection, GoOnWish? wish, HttpContext http, ConnectionDirectory directory, ConnectionHolds holds, TimeProvider time) =>
            wish?.Fault is null && ConnectionHolds.ReleaseFault(wish?.Reason) is { } fault
                ? Task.FromResult<IResult>(ApiProblems.BadRequest($"reason: {fault}"))
                : GoOnAsync(connection, wish, http, directory, time, c => holds.ReleaseAsync(Caller.Of(http), c.Id, wish?.Reason, wish?.Recovery)))
            .WithSummary("End a hold").WithDescription("Says why, in reason. Also ends a wait that Richpanel asked for. While the breaker is open, the next probe goes out now.");
        operate.MapPost("/probe", (string connection, HttpContext http, ConnectionDirectory directory, ConnectionHolds holds, TimeProvider time) =>
            ChangeAsync(connection, http, directory, time, null, c => holds.ProbeAsync(Caller.Of(http), c.Id), "probe"))
            .WithSummary("Probe a connection that gets no answers").WithDescription("One delivery goes out now; the first answer lets the others follow.");

        var administer = api.MapGroup("/connections").WithTags("Connections").RequireAuthorization(nameof(Permission.Administer));
        administer.MapPost("/", async (ConnectionWish wish, HttpContext http, ConnectionStore store, TimeProvider time) =>
            Saved(await store.CreateAsync(Caller.Of(http), wish.Draft()), time, isNew: true));
        administer.MapPut("/{connection}", (string connection, ConnectionWish wish, HttpContext http, ConnectionDirectory directory, ConnectionStore store, TimeProvider time) =>
            WithAsync(connection, http, directory, async c => Saved(await store.UpdateAsync(Caller.Of(http), c.Id, wish.Draft()), time, isNew: false)));
        administer.MapPost("/{connection}/secret/roll-back", (string connection, HttpContext http, ConnectionDirectory directory, SecretStore store, TimeProvider time) =>
            WithAsync(connection, http, directory, async c => Rotated(await store.RollBackAsync(Caller.Of(http), c.Id), c, time)));
        administer.MapPost("/{connection}/secret/forget", (string connection, HttpContext http, ConnectionDirectory directory, SecretStore store, TimeProvider time) =>
            WithAsync(connection, http, directory, async c => Rotated(await store.ForgetAsync(Caller.Of(http), c.Id), c, time)));
        administer.MapDelete("/{connection}", (string connection, string? confirm, HttpContext http, ConnectionDirectory directory, ConnectionRemoval removal) =>
            WithAsync(connection, http, directory, async c => (await removal.DeleteAsync(Caller.Of(http), c.Id, confirm)).Match<IResult>(
                _ => TypedResults.NoContent(), ApiProblems.Invalid, () => ApiProblems.NotFound("The connection is gone."))))
            .WithSummary("Delete a connection")
            .WithDescription("confirm is its name, exactly. Its sources let nobody in any more, its secrets are erased, what waits is canceled; deliveries, ledger and change log stay. The built-in Sandbox cannot be deleted.")
            .Produces(StatusCodes.Status204NoContent).ProducesValidationProblem().ProducesProblem(StatusCodes.Status404NotFound);
    }

    public static Task<IResult> WithAsync(string nameOrId, HttpContext http, ConnectionDirectory directory, Func<Connection, Task<IResult>> then) =>
        ApiAccess.Find(http, directory, nameOrId) is { } connection
            ? then(connection)
            : Task.FromResult<IResult>(ApiProblems.NotFound(ApiAccess.NoConnection(nameOrId)));

    private static IResult With(string nameOrId, HttpContext http, ConnectionDirectory directory, Func<Connection, IResult> then) =>
        ApiAccess.Find(http, directory, nameOrId) is { } connection ? then(connection) : ApiProblems.NotFound(ApiAccess.NoConnection(nameOrId));

    private static Task<IResult> GoOnAsync(
        string nameOrId, GoOnWish? wish, HttpContext http, ConnectionDirectory directory, TimeProvider time, Func<Connection, Task<bool>> change) =>
        wish?.Fault is { } fault ? Task.FromResult<IResult>(ApiProblems.BadRequest(fault)) : ChangeAsync(nameOrId, http, directory, time, wish?.Reason, change);

    private static Task<IResult> ChangeAsync(
        string nameOrId, HttpContext http, ConnectionDirectory directory, TimeProvider time, string? reason, Func<Connection, Task<bool>> change, string verb = "end") =>
        WithAsync(nameOrId, http, directory, async connection =>
        {
            if (ApiProblems.LongReason(reason) is { } tooLong)
            {
                return tooLong;
            }

            var changed = await change(connection);
            var shape = ConnectionShape.Of(directory.Find(connection.Id)!, time.GetUtcNow());
            return changed ? Results.Ok(shape) : ApiProblems.Conflict(shape.State, $"The connection is {shape.State}, so there is nothing to {verb}.");
        });

    private static CheckShape Checked(IReadOnlyList<CheckStep> steps) => new(
        steps.All(step => step.Passed),
        [.. steps.Select(step => new CheckStepShape(step.Name, step.Passed, step.Milliseconds, step.Text, CauseShape.Of(step.Cause?.Code)))]);

    private static IResult Rotated(SaveOutcome<Connection> outcome, Connection connection, TimeProvider time) => outcome.Match<IResult>(
        saved => TypedResults.Ok(ConnectionShape.Of(saved, time.GetUtcNow())),
        faults => ApiProblems.Conflict(ConnectionShape.Of(connection, time.GetUtcNow()).State, string.Join(' ', faults.Select(fault => fault.Text))),
        () => ApiProblems.NotFound("The connection is gone."));

    private static IResult Saved(SaveOutcome<Connection> outcome, TimeProvider time, bool isNew) => outcome.Match<IResult>(
        saved => isNew
            ? TypedResults.Created($"/api/v1/connections/{PublicId.Connection(saved.Id)}", ConnectionShape.Of(saved, time.GetUtcNow()))
            : TypedResults.Ok(ConnectionShape.Of(saved, time.GetUtcNow())),
        ApiProblems.Invalid,
        () => ApiProblems.NotFound("The connection is gone."));
}
