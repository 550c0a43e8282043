using Microsoft.AspNetCore.Http.HttpResults;
using Richpanel.Core;
using Richpanel.Core.Access;
using Richpanel.Core.Alerts;
using Richpanel.Core.Alerts.Rules;
using Richpanel.Core.Connections;
using Richpanel.Core.Health;

namespace Richpanel.Console.Api;

/// <summary>
/// A channel, new or changed; left out = as it is, empty = removed. <c>kind</c> (webhook, slack, mail) is chosen once. <c>url</c> and
/// <c>password</c> are kept encrypted and never given back. <c>connections</c>: names or ids; empty = all but the sandbox's.
/// </summary>
public sealed record AlertChannelWish(
    string? Name = null, AlertChannelKind? Kind = null, string? Url = null, string? Host = null, int? Port = null, MailSecurity? Security = null, string? UserName = null,
    string? Password = null, string? From = null, string? To = null, IReadOnlyList<string>? Connections = null, bool? TellsInstallation = null, bool? Disabled = null)
{
    /// <summary>Neither address nor password.</summary>
    public override string ToString() => $"AlertChannelWish {Name}";
}

/// <summary>A change must last <c>settleSeconds</c> (0 to 3600) to be told; what is still bad is told again after <c>remindHours</c> (0 = never, to 168).</summary>
public sealed record AlertSettingsWish(int? SettleSeconds = null, int? RemindHours = null, string? ConsoleUrl = null);

/// <summary>How a channel did last.</summary>
public sealed record AlertLastShape(AlertSendState State, DateTimeOffset At, string? Outcome, bool Test);

/// <summary>
/// A channel. <c>host</c> is all that is shown of a webhook's address. <c>from</c>, <c>to</c> and <c>userName</c> are told to admins only,
/// the others see how many <c>recipients</c> there are. <c>secretReadable</c>: false when it must be entered again.
/// </summary>
public sealed record AlertChannelShape(
    string Id, string Name, AlertChannelKind Kind, string Host, int? Port, MailSecurity? Security, string? UserName, string? From, string? To, int Recipients,
    string? SecretFingerprint, DateTimeOffset? SecretSetAt, bool SecretReadable, IReadOnlyList<string>? Connections, bool TellsInstallation, bool Disabled, AlertLastShape? Last)
{
    internal static AlertChannelShape Of(AlertChannel channel, AlertChannels channels, ConnectionDirectory directory, bool withPeople, AlertChannelLast? last = null) => new(
        PublicId.AlertChannel(channel.Id), channel.Name, channel.Kind, channel.Host, channel.Port, channel.Security,
        withPeople ? channel.UserName : null, withPeople ? channel.From : null, withPeople ? channel.To : null, channel.Recipients.Count,
        channel.SecretFingerprint, channel.SecretSetAt, channels.CanOpen(channel), channel.Connections is { } ids ? [.. ids.Select(id => directory.Find(id)?.Name ?? PublicId.Connection(id))] : null,
        channel.TellsInstallation, channel.Disabled, last is null ? null : new AlertLastShape(last.State, last.At, last.Outcome, last.WasTest));
}

/// <summary>What came of a test: <c>taken</c> says whether the other side took it.</summary>
public sealed record AlertTestShape(bool Taken, string Outcome, DateTimeOffset At, int Milliseconds);

public sealed record AlertTryShape(DateTimeOffset At, int Milliseconds, bool Taken, string Outcome);

/// <summary>On its way to one channel. <c>dueAt</c>: when it is tried next.</summary>
public sealed record AlertSendShape(string Channel, string ChannelName, AlertSendState State, DateTimeOffset? DueAt, IReadOnlyList<AlertTryShape> Tries);

/// <summary>One thing that an alert told.</summary>
public sealed record AlertItemShape(
    AlertNoticeKind Kind, string Subject, string? Connection, string? Environment, HealthState State, HealthState Before, DateTimeOffset? Since, string? Cause, string Title, string Text, string WhatToDo,
    long? Waiting, long? Held, long? Failed, DateTimeOffset? FailedSince, IReadOnlyList<AlertCause> Causes, string Link)
{
    public static AlertItemShape Of(AlertItem item) => new(
        item.Kind, item.ConnectionId is { } id ? AlertFact.OfConnection + PublicId.Connection(id) : item.Subject, item.Connection, item.Environment, item.State, item.Before, item.Since, item.Cause,
        AlertWords.TitleOf(item), item.Text, item.Remedy, item.Waiting, item.Held, item.Failed, item.FailedSince, item.Causes, item.Link);
}

/// <summary>
/// An alert, what it told and how it went out. <c>sentAs</c> is the id that channels got, null of a test; <c>GET /alerts/{alert}</c> takes
/// either. <c>sends</c> is empty when no channel is told of it.
/// </summary>
public sealed record AlertShape(string Id, string? SentAs, DateTimeOffset At, AlertKind Kind, string Summary, IReadOnlyList<AlertItemShape> Items, IReadOnlyList<AlertSendShape> Sends)
{
    public static AlertShape Of(AlertView alert) => new(
        PublicId.Alert(alert.Id), alert.SentAs, alert.At, alert.Kind, alert.Summary, [.. alert.Items.Select(AlertItemShape.Of)],
        [.. alert.Sends.Select(send => new AlertSendShape(
            PublicId.AlertChannel(send.ChannelId), send.ChannelName, send.State, send.DueAt, [.. send.Tries.Select(one => new AlertTryShape(one.At, one.Milliseconds, one.Taken, one.Outcome))]))]);
}

/// <summary>Something that is not well, as it was told. <c>connection</c> is null for a part of the installation.</summary>
public sealed record AlertStandingShape(string Subject, string Name, string? Connection, HealthState State, DateTimeOffset? Since, DateTimeOffset? LastToldAt);

/// <summary>Newest first. <c>nextCursor</c> is null on the last page.</summary>
public sealed record AlertListShape(IReadOnlyList<AlertShape> Items, string? NextCursor);

/// <summary><c>/alerts</c>: what was told, what stands, channels and settings.</summary>
internal static class AlertsApi
{
    private const int UsualLimit = 50;

    public static void MapAlerts(this RouteGroupBuilder api)
    {
        var see = api.MapGroup("/alerts").WithTags("Alerts").RequireAuthorization(nameof(Permission.SeeAlerts)).ProducesProblem(StatusCodes.Status403Forbidden);
        see.MapGet("/", ListAsync).WithSummary("Alerts and what came of them").WithDescription("Newest first; cursor is nextCursor of the page before, limit 1 to 100.");
        see.MapGet("/{alert}", FindAsync);
        see.MapGet("/standing", async (HttpContext http, AlertQueries queries, CancellationToken ct) => StandingOf(await queries.StandingAsync(Caller.Of(http), ct)))
            .WithSummary("What is not well, as it was told").WithDescription("Empty when everything is well.");
        see.MapGet("/settings", async (HttpContext http, AlertChannels channels, CancellationToken ct) => TypedResults.Ok(SettingsOf(await channels.SettingsAsync(Caller.Of(http), ct))));
        see.MapGet("/channels", ChannelsAsync);
        see.MapGet("/channels/{channel}", ChannelAsync);

        var keep = api.MapGroup("/alerts").WithTags("Alerts").RequireAuthorization(nameof(Permission.KeepAlerts)).ProducesProblem(StatusCodes.Status403Forbidden);
        keep.MapPut("/settings", async (AlertSettingsWish wish, HttpContext http, AlertChannels channels) =>
            (await channels.SetAsync(Caller.Of(http), new AlertSettingsDraft(wish.SettleSeconds, wish.RemindHours, wish.ConsoleUrl))).Match<IResult>(
                saved => TypedResults.Ok(SettingsOf(saved)), ApiProblems.Invalid, () => ApiProblems.NotFound("The settings are gone.")))
            .Produces<AlertSettingsWish>().ProducesValidationProblem();
        keep.MapPost("/channels", (AlertChannelWish wish, HttpContext http, AlertChannels channels, ConnectionDirectory directory) => SaveAsync(null, wish, http, channels, directory))
            .WithSummary("Make a channel").WithDescription("The first one also sets consoleUrl of /alerts/settings, as long as there is none, to the address this is asked at.")
            .Produces<AlertChannelShape>(StatusCodes.Status201Created).ProducesValidationProblem();
        keep.MapPut("/channels/{channel}", (string channel, AlertChannelWish wish, HttpContext http, AlertChannels channels, ConnectionDirectory directory) =>
            IdOf(channel) is { } id ? SaveAsync(id, wish, http, channels, directory) : Task.FromResult<IResult>(NoChannel(channel)))
            .Produces<AlertChannelShape>().ProducesValidationProblem().ProducesProblem(StatusCodes.Status404NotFound);
        keep.MapDelete("/channels/{channel}", async (string channel, HttpContext http, AlertChannels channels) =>
            IdOf(channel) is { } id && await channels.DeleteAsync(Caller.Of(http), id) ? Results.NoContent() : NoChannel(channel))
            .Produces(StatusCodes.Status204NoContent).ProducesProblem(StatusCodes.Status404NotFound);
        keep.MapPost("/channels/{channel}/test", TestAsync).WithSummary("Send a test by a channel")
            .WithDescription("Goes out at once and once; the answer is what really came of it. 200 also when it was not taken: see taken.");
    }

    private static async Task<Results<Ok<AlertListShape>, ProblemHttpResult>> ListAsync(HttpContext http, AlertQueries queries, string? cursor, int? limit, CancellationToken ct)
    {
        var most = Math.Clamp(limit ?? UsualLimit, 1, AlertQueries.MostListed);
        var before = PublicId.Parse(cursor, "alt");
        if (cursor is not null && before is null)
        {
            return ApiProblems.BadRequest("cursor: give the nextCursor of the page before, or leave it out.");
        }

        var alerts = await queries.ListAsync(Caller.Of(http), before, most, ct);
        return TypedResults.Ok(new AlertListShape([.. alerts.Select(AlertShape.Of)], alerts.Count == most ? PublicId.Alert(alerts[^1].Id) : null));
    }

    private static async Task<Results<Ok<AlertShape>, ProblemHttpResult>> FindAsync(string alert, HttpContext http, AlertQueries queries, CancellationToken ct) =>
        PublicId.Parse(alert, "alt") is { } id && await queries.FindAsync(Caller.Of(http), id, ct) is { } found
            ? TypedResults.Ok(AlertShape.Of(found))
            : ApiProblems.NotFound($"There is no alert '{alert}'. GET /api/v1/alerts lists them.");

    private static async Task<Ok<IReadOnlyList<AlertChannelShape>>> ChannelsAsync(HttpContext http, AlertChannels channels, AlertQueries queries, ConnectionDirectory directory, CancellationToken ct)
    {
        var by = Caller.Of(http);
        var last = await queries.LastAsync(by, ct);
        return TypedResults.Ok<IReadOnlyList<AlertChannelShape>>(
            [.. (await channels.ListAsync(by, ct)).Select(one => AlertChannelShape.Of(one, channels, directory, by.May(Permission.KeepAlerts), last.GetValueOrDefault(one.Id)))]);
    }

    private static async Task<Results<Ok<AlertChannelShape>, ProblemHttpResult>> ChannelAsync(
        string channel, HttpContext http, AlertChannels channels, AlertQueries queries, ConnectionDirectory directory, CancellationToken ct)
    {
        var by = Caller.Of(http);
        return (await channels.ListAsync(by, ct)).FirstOrDefault(one => one.Id == IdOf(channel)) is { } found
            ? TypedResults.Ok(AlertChannelShape.Of(found, channels, directory, by.May(Permission.KeepAlerts), (await queries.LastAsync(by, ct)).GetValueOrDefault(found.Id)))
            : NoChannel(channel);
    }

    private static async Task<IResult> SaveAsync(long? id, AlertChannelWish wish, HttpContext http, AlertChannels channels, ConnectionDirectory directory)
    {
        List<long>? connections = null;
        if (wish.Connections is { } named)
        {
            var found = named.Select(one => (Name: one, Connection: ApiAccess.Find(http, directory, one))).ToList();
            if (found.FirstOrDefault(one => one.Connection is null) is { Name: { } unknown })
            {
                return ApiProblems.Invalid([new FieldFault("Connections", ApiAccess.NoConnection(unknown))]);
            }

            connections = [.. found.Select(one => one.Connection!.Id)];
        }

        var draft = new AlertChannelDraft
        {
            Name = wish.Name,
            Kind = wish.Kind,
            Url = wish.Url,
            Host = wish.Host,
            Port = wish.Port,
            Security = wish.Security,
            UserName = wish.UserName,
            Password = wish.Password,
            From = wish.From,
            To = wish.To,
            Connections = connections,
            TellsInstallation = wish.TellsInstallation,
            Disabled = wish.Disabled,
        };
        var outcome = id is { } known ? await channels.ChangeAsync(Caller.Of(http), known, draft) : await channels.CreateAsync(Caller.Of(http), draft);
        if (id is null && outcome is SaveOutcome<AlertChannel>.Saved && (await channels.SettingsAsync(Caller.Of(http), http.RequestAborted)).ConsoleUrl is null)
        {
            // As on the page: whoever makes the first channel knows the address that leads back here.
            await channels.SetAsync(Caller.Of(http), new AlertSettingsDraft(ConsoleUrl: $"{http.Request.Scheme}://{http.Request.Host}{http.Request.PathBase}"));
        }

        return outcome.Match<IResult>(
            saved => AlertChannelShape.Of(saved, channels, directory, withPeople: true) is var shape && id is null ? TypedResults.Created($"/api/v1/alerts/channels/{shape.Id}", shape) : TypedResults.Ok(shape),
            ApiProblems.Invalid,
            () => ApiProblems.NotFound("The channel is gone."));
    }

    private static async Task<Results<Ok<AlertTestShape>, ProblemHttpResult>> TestAsync(string channel, HttpContext http, AlertTester tester, CancellationToken ct) =>
        IdOf(channel) is { } id && await tester.TestAsync(Caller.Of(http), id, ct) is { } result
            ? TypedResults.Ok(new AlertTestShape(result.Taken, result.Outcome, result.At, result.Milliseconds))
            : NoChannel(channel);

    private static Ok<IReadOnlyList<AlertStandingShape>> StandingOf(IReadOnlyList<AlertStanding> standing) => TypedResults.Ok<IReadOnlyList<AlertStandingShape>>(
        [.. standing.Select(one => new AlertStandingShape(one.Subject, one.Name, one.ConnectionId is { } id ? PublicId.Connection(id) : null, one.State, one.Since, one.LastToldAt))]);

    private static AlertSettingsWish SettingsOf(AlertSettings settings) => new(settings.SettleSeconds, settings.RemindHours, settings.ConsoleUrl);

    private static long? IdOf(string channel) => PublicId.Parse(channel, "chn");

    private static ProblemHttpResult NoChannel(string channel) => ApiProblems.NotFound($"There is no channel '{channel}'. GET /api/v1/alerts/channels lists them.");
}
