using System.Globalization;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Richpanel.Core.Access;
using Richpanel.Core.Alerts.Rules;
using Richpanel.Core.Connections;
using Richpanel.Core.Health;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Alerts;

/// <summary>One alert, what it told, and how it went out.</summary>
/// <param name="Sends">By channel; empty when no channel is told of it.</param>
public sealed record AlertView(long Id, DateTimeOffset At, AlertKind Kind, string Summary, IReadOnlyList<AlertItem> Items, IReadOnlyList<AlertSendView> Sends)
{
    /// <summary>The id that channels got, which was there before it was kept; null of a test.</summary>
    public string? SentAs => Kind == AlertKind.Notice ? PublicId.Alert(At.UtcTicks) : null;
}

/// <param name="DueAt">When it is tried next; null when it is not.</param>
/// <param name="Tries">Oldest first.</param>
public sealed record AlertSendView(long ChannelId, string ChannelName, AlertSendState State, DateTimeOffset? DueAt, IReadOnlyList<AlertTry> Tries);

/// <summary>Something that is not well, as it was told.</summary>
/// <param name="Name">Of the connection, or what part of the installation it is.</param>
/// <param name="ConnectionId">Null for a part of the installation.</param>
/// <param name="Since">When it began, as far as is known.</param>
/// <param name="LastToldAt">By a change or a reminder.</param>
public sealed record AlertStanding(string Subject, string Name, long? ConnectionId, HealthState State, DateTimeOffset? Since, DateTimeOffset? LastToldAt);

/// <summary>How a channel did last.</summary>
public sealed record AlertChannelLast(AlertSendState State, DateTimeOffset At, string? Outcome, bool WasTest);

/// <summary>How the last alert by a channel ended.</summary>
/// <param name="IsDead">It was given up, and nothing has gone out since, no test either.</param>
internal sealed record AlertChannelEnd(long ChannelId, string Name, bool IsDead, string? Outcome);

/// <summary>Reads alerts and what came of them.</summary>
public sealed class AlertQueries(IDbContextFactory<ConsoleDbContext> contexts, ConnectionDirectory directory)
{
    public const int MostListed = 100;

    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web);

    /// <summary>Newest first.</summary>
    /// <param name="before">Only those older than this one; null = from the newest.</param>
    /// <param name="limit">1 to <see cref="MostListed"/>.</param>
    /// <exception cref="ForbiddenException">The role has not the right.</exception>
    public async Task<IReadOnlyList<AlertView>> ListAsync(Actor by, long? before, int limit, CancellationToken ct)
    {
        by.DemandForAll(Permission.SeeAlerts);
        await using var context = await contexts.CreateDbContextAsync(ct);
        var rows = await context.Alerts.AsNoTracking().Where(alert => before == null || alert.Id < before).OrderByDescending(alert => alert.Id).Take(Math.Clamp(limit, 1, MostListed)).ToListAsync(ct);
        return await ViewsAsync(context, rows, ct);
    }

    /// <summary>Null: there is none.</summary>
    /// <param name="id">Its key, or what it was sent under: <see cref="AlertView.SentAs"/>.</param>
    /// <exception cref="ForbiddenException">The role has not the right.</exception>
    public async Task<AlertView?> FindAsync(Actor by, long id, CancellationToken ct)
    {
        by.DemandForAll(Permission.SeeAlerts);
        await using var context = await contexts.CreateDbContextAsync(ct);
        var found = await context.Alerts.AsNoTracking().FirstOrDefaultAsync(alert => alert.Id == id, ct);
        if (found is null && id <= DateTimeOffset.MaxValue.UtcTicks)
        {
            var at = new DateTimeOffset(id, TimeSpan.Zero);
            found = await context.Alerts.AsNoTracking().FirstOrDefaultAsync(alert => alert.At == at && alert.Kind == AlertKind.Notice, ct);
        }

        return found is null ? null : (await ViewsAsync(context, [found], ct))[0];
    }

    /// <summary>What is not well, as it was told; empty when all is.</summary>
    /// <exception cref="ForbiddenException">The role has not the right.</exception>
    public async Task<IReadOnlyList<AlertStanding>> StandingAsync(Actor by, CancellationToken ct)
    {
        by.DemandForAll(Permission.SeeAlerts);
        await using var context = await contexts.CreateDbContextAsync(ct);
        var memory = await context.AlertBook.AsNoTracking().Select(book => book.Memory).SingleOrDefaultAsync(ct);
        var channels = await context.AlertChannels.ToDictionaryAsync(channel => AlertFact.SubjectOfChannel(channel.Id), channel => channel.Name, ct);
        return [.. (memory is null ? [] : JsonSerializer.Deserialize<List<AlertMemory>>(memory, s_json) ?? []).Where(one => one.IsBad).Select(one => Standing(one, channels)).OfType<AlertStanding>()
            .OrderByDescending(one => one.State).ThenBy(one => one.Name, StringComparer.OrdinalIgnoreCase)];
    }

    /// <summary>By channel; one that was never used is not there.</summary>
    /// <exception cref="ForbiddenException">The role has not the right.</exception>
    public async Task<IReadOnlyDictionary<long, AlertChannelLast>> LastAsync(Actor by, CancellationToken ct)
    {
        by.DemandForAll(Permission.SeeAlerts);
        await using var context = await contexts.CreateDbContextAsync(ct);
        var channels = await context.AlertChannels.Select(channel => channel.Id).ToListAsync(ct);
        var last = new Dictionary<long, AlertChannelLast>();
        foreach (var channel in channels)   // at most twenty, each by an index
        {
            var newest = await context.AlertSends.AsNoTracking().Where(send => send.ChannelId == channel && send.Tries > 0).OrderByDescending(send => send.Id)
                .Join(context.Alerts, send => send.AlertId, alert => alert.Id, (send, alert) => new { send.Id, send.State, alert.Kind }).FirstOrDefaultAsync(ct);
            if (newest is not null && await context.AlertTries.AsNoTracking().Where(one => one.SendId == newest.Id).OrderByDescending(one => one.Id).FirstOrDefaultAsync(ct) is { } tried)
            {
                last[channel] = new AlertChannelLast(newest.State, tried.At, tried.Outcome, newest.Kind == AlertKind.Test);
            }
        }

        return last;
    }

    /// <summary>Of the enabled channels; one that nothing ended at yet is not there. A test that is not taken says nothing: whoever sent it has seen it.</summary>
    internal async Task<IReadOnlyList<AlertChannelEnd>> EndsAsync(CancellationToken ct)
    {
        await using var context = await contexts.CreateDbContextAsync(ct);
        var channels = await context.AlertChannels.Where(channel => !channel.Disabled).Select(channel => new { channel.Id, channel.Name }).ToListAsync(ct);
        List<AlertChannelEnd> ends = [];
        foreach (var channel in channels)   // at most twenty, each by an index
        {
            var last = await context.AlertSends.Where(send => send.ChannelId == channel.Id).OrderByDescending(send => send.Id)
                .Join(context.Alerts, send => send.AlertId, alert => alert.Id, (send, alert) => new { send.Id, send.State, alert.Kind })
                .FirstOrDefaultAsync(send => send.State == AlertSendState.Sent || (send.State == AlertSendState.Failed && send.Kind == AlertKind.Notice), ct);
            if (last is not null)
            {
                var why = last.State == AlertSendState.Sent ? null
                    : await context.AlertTries.Where(one => one.SendId == last.Id).OrderByDescending(one => one.Id).Select(one => one.Outcome).FirstOrDefaultAsync(ct);
                ends.Add(new AlertChannelEnd(channel.Id, channel.Name, last.State == AlertSendState.Failed, why));
            }
        }

        return ends;
    }

    private static async Task<IReadOnlyList<AlertView>> ViewsAsync(ConsoleDbContext context, List<Alert> alerts, CancellationToken ct)
    {
        var ids = alerts.Select(alert => alert.Id).ToList();
        var sends = await context.AlertSends.AsNoTracking().Where(send => ids.Contains(send.AlertId)).OrderBy(send => send.Id).ToListAsync(ct);
        var ofSends = sends.Select(send => send.Id).ToList();
        var tries = (await context.AlertTries.AsNoTracking().Where(one => ofSends.Contains(one.SendId)).OrderBy(one => one.Id).ToListAsync(ct)).ToLookup(one => one.SendId);
        return [.. alerts.Select(alert => new AlertView(alert.Id, alert.At, alert.Kind, alert.Summary, AlertItem.Read(alert.Items),
            [.. sends.Where(send => send.AlertId == alert.Id).Select(send => new AlertSendView(
                send.ChannelId, send.ChannelName, send.State, send.State == AlertSendState.Waiting ? send.DueAt : null, [.. tries[send.Id]]))]))];
    }

    /// <summary>Null for a connection or channel that is deleted.</summary>
    private AlertStanding? Standing(AlertMemory memory, Dictionary<string, string> channels)
    {
        if (memory.Subject.StartsWith(AlertFact.OfChannel, StringComparison.Ordinal))
        {
            return channels.TryGetValue(memory.Subject, out var name) ? new AlertStanding(memory.Subject, $"The channel {name}", null, memory.Told, memory.BadSince, memory.LastToldAt) : null;
        }

        if (!memory.Subject.StartsWith(AlertFact.OfConnection, StringComparison.Ordinal))
        {
            return new AlertStanding(memory.Subject, AlertFacts.NameOf(memory.Subject), null, memory.Told, memory.BadSince, memory.LastToldAt);
        }

        var id = long.Parse(memory.Subject.AsSpan(AlertFact.OfConnection.Length), CultureInfo.InvariantCulture);
        return directory.Connections.FirstOrDefault(connection => connection.Id == id) is { } connection
            ? new AlertStanding($"{AlertFact.OfConnection}{PublicId.Connection(id)}", connection.Name, id, memory.Told, memory.BadSince, memory.LastToldAt)
            : null;
    }
}
