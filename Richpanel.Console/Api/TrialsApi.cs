using System.Text.Json.Serialization;
using Richpanel.Core;
using Richpanel.Core.Access;
using Richpanel.Core.Connections;
using Richpanel.Core.Preview;

namespace Richpanel.Console.Api;

/// <summary>How to send the test visitor; left out: as the connection is set. <c>unsigned</c> is possible with transport <c>single</c> only.</summary>
public sealed record TrialWish(Transport? Transport = null, SignatureHash? SignatureHash = null, bool Unsigned = false)
{
    public TrialWay Way(Connection connection)
    {
        var usual = TrialWay.Of(connection);
        return new TrialWay(Transport ?? usual.Transport, Unsigned ? null : SignatureHash ?? usual.Hash);
    }
}

/// <summary>What was seen in Richpanel of the test visitor.</summary>
public sealed record TrialAnswerWish(TrialAnswer? Seen = null);

/// <summary>One marked test visitor. <c>accepted</c> says only that Richpanel answered 2xx; <c>answer</c> what a person saw there.</summary>
public sealed record TrialShape(
    string Id, string VisitorName, Transport Transport, SignatureHash? SignatureHash, bool Signed, DateTimeOffset SentAt, string SentBy, bool Accepted, int? StatusCode, int Milliseconds,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] CauseShape? Cause, TrialAnswer? Answer, DateTimeOffset? AnsweredAt, string? AnsweredBy)
{
    public static TrialShape Of(Trial trial) => new(
        PublicId.Trial(trial.Id), trial.VisitorName, trial.Transport, trial.Hash, trial.Hash is not null, trial.SentAt, trial.SentBy, trial.Cause is null, trial.StatusCode, trial.Milliseconds,
        CauseShape.Of(trial.Cause), trial.Answer, trial.AnsweredAt, trial.AnsweredBy);
}

/// <summary>The trial of a connection: a marked test visitor, and what a person saw of it.</summary>
internal static class TrialsApi
{
    public static void MapTrials(this RouteGroupBuilder api)
    {
        api.MapGet("/connections/{connection}/trials", (string connection, HttpContext http, ConnectionDirectory directory, ConnectionTrials trials, CancellationToken ct) =>
            ConnectionsApi.WithAsync(connection, http, directory, async c => Results.Ok((await trials.ListAsync(c.Id, ct)).Select(TrialShape.Of))))
            .WithTags("Connections").RequireAuthorization(nameof(Permission.Read))
            .WithSummary("Test visitors sent to a connection")
            .WithDescription($"The newest {ConnectionTrials.Most}, newest first, each with what a person saw of it in Richpanel.")
            .Produces<IReadOnlyList<TrialShape>>().ProducesProblem(StatusCodes.Status404NotFound);

        var send = api.MapGroup("/connections/{connection}/trials").WithTags("Connections").RequireAuthorization(nameof(Permission.UseSandbox));
        send.MapPost("/", (string connection, TrialWish? wish, HttpContext http, ConnectionDirectory directory, ConnectionTrials trials, CancellationToken ct) =>
            ConnectionsApi.WithAsync(connection, http, directory, async c => Answer(await trials.SendAsync(Caller.Of(http), c.Id, (wish ?? new TrialWish()).Way(c), ct))))
            .WithSummary("Send a marked test visitor")
            .WithDescription("One identify of a customer that names itself, sent once, in the way asked for; the answer is kept. Needs the right to send to this connection; never to production. Look for visitorName in Richpanel about five minutes later.")
            .Produces<TrialShape>().ProducesValidationProblem().ProducesProblem(StatusCodes.Status404NotFound);
        send.MapPost("/{trial}/answer", (string connection, string trial, TrialAnswerWish wish, HttpContext http, ConnectionDirectory directory, ConnectionTrials trials, CancellationToken ct) =>
            ConnectionsApi.WithAsync(connection, http, directory, async c =>
                PublicId.Parse(trial, "trl") is not { } id || (await trials.ListAsync(c.Id, ct)).All(one => one.Id != id)
                    ? ApiProblems.NotFound($"This connection has no trial '{trial}' among its newest.")
                    : wish.Seen is not { } seen ? ApiProblems.BadRequest("seen: give seen or notSeen.")
                    : Answer(await trials.AnswerAsync(Caller.Of(http), id, seen))))
            .WithSummary("Tell what was seen of a test visitor")
            .WithDescription("Kept with your name and the time. A later answer takes the place of an earlier one.")
            .Produces<TrialShape>().ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound);
    }

    private static IResult Answer(SaveOutcome<Trial> outcome) => outcome.Match<IResult>(
        trial => TypedResults.Ok(TrialShape.Of(trial)), ApiProblems.Invalid, () => ApiProblems.NotFound("The trial is gone."));
}
