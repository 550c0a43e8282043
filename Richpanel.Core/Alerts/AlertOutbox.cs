using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Richpanel.Core.Alerts.Rules;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Alerts;

/// <summary>An alert with what is still to be sent of it. In memory first: alerts about the database go out without it.</summary>
internal sealed class OpenAlert(DateTimeOffset at, IReadOnlyList<AlertItem> items)
{
    /// <summary>0 until it is kept.</summary>
    public long Id { get; set; }

    public DateTimeOffset At { get; } = at;

    /// <summary>As it goes out, at each try, kept or not.</summary>
    public string WireId { get; } = PublicId.Alert(at.UtcTicks);

    public IReadOnlyList<AlertItem> Items { get; } = items;

    public List<OpenSend> Sends { get; init; } = [];
}

/// <summary>One alert on its way to one channel.</summary>
internal sealed class OpenSend(OpenAlert alert, long channelId, string channelName)
{
    public OpenAlert Alert { get; } = alert;

    /// <summary>0 until it is kept.</summary>
    public long Id { get; set; }

    public long ChannelId { get; } = channelId;

    public string ChannelName { get; } = channelName;

    public AlertSendState State { get; set; } = AlertSendState.Waiting;

    public DateTimeOffset DueAt { get; set; } = alert.At;

    public int Tries { get; set; }

    public DateTimeOffset? EndedAt { get; set; }

    /// <summary>Tries that are not kept yet.</summary>
    public List<AlertTry> Unkept { get; } = [];

    /// <summary>What is kept is not how it stands.</summary>
    public bool IsDirty { get; set; }
}

/// <summary>What is kept of alerts: written whole or not at all, by the single writer.</summary>
public sealed class AlertOutbox(StoreWriter writer, IDbContextFactory<ConsoleDbContext> contexts, TimeProvider time)
{
    public const int LongestSummary = 300;

    /// <summary>Alerts are kept so long.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromDays(180);

    /// <summary>Taken away at once.</summary>
    private const int MostForgotten = 200;

    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web);

    /// <summary>What is remembered of each subject, and what was still to go out when the product stopped.</summary>
    internal async Task<(IReadOnlyList<AlertMemory> Memory, IReadOnlyList<OpenSend> Open)> LoadAsync(CancellationToken ct)
    {
        await using var context = await contexts.CreateDbContextAsync(ct);
        var book = await context.AlertBook.AsNoTracking().SingleOrDefaultAsync(ct);
        var sends = await context.AlertSends.AsNoTracking().Where(send => send.State == AlertSendState.Waiting).OrderBy(send => send.Id).ToListAsync(ct);
        var ids = sends.Select(send => send.AlertId).Distinct().ToList();
        var alerts = (await context.Alerts.AsNoTracking().Where(alert => ids.Contains(alert.Id)).ToListAsync(ct))
            .ToDictionary(alert => alert.Id, alert => new OpenAlert(alert.At, AlertItem.Read(alert.Items)) { Id = alert.Id });
        List<OpenSend> open = [];
        foreach (var send in sends)
        {
            var one = new OpenSend(alerts[send.AlertId], send.ChannelId, send.ChannelName) { Id = send.Id, DueAt = send.DueAt, Tries = send.Tries };
            one.Alert.Sends.Add(one);
            open.Add(one);
        }

        var memory = book is null ? null : JsonSerializer.Deserialize<List<AlertMemory>>(book.Memory, s_json);
        return ([.. (memory ?? []).Select(one => one with { Seen = one.Told, SeenSince = null, DiffersSince = null })], open);   // nobody has looked meanwhile
    }

    /// <summary>Keeps a new alert together with what is remembered from now on: one commit, so that neither is told twice nor forgotten.</summary>
    /// <param name="alert">Null: only what is remembered has changed.</param>
    /// <exception cref="StoreUnavailableException">The store cannot write now. Nothing is kept, and it may be tried again.</exception>
    internal async Task KeepAsync(OpenAlert? alert, IReadOnlyList<AlertMemory> memory)
    {
        var json = JsonSerializer.Serialize(memory.Where(one => one.ToldAt is not null), s_json);
        var ids = await writer.WriteAsync(session =>
        {
            using var context = session.Context();
            AlertChannels.BookOf(context).Memory = json;
            context.SaveChanges();
            return alert is null ? default : Insert(context, alert);
        });
        if (alert is not null)
        {
            Keep(alert, ids);
        }
    }

    /// <summary>Keeps an alert that went out already: a test.</summary>
    /// <param name="alongside">Written in the same commit.</param>
    internal async Task KeepTestAsync(OpenAlert alert, Action<ConsoleDbContext> alongside) => Keep(alert, await writer.WriteAsync(session =>
    {
        using var context = session.Context();
        var ids = Insert(context, alert, AlertKind.Test);
        alongside(context);
        context.SaveChanges();
        return ids;
    }));

    /// <summary>Keeps what came of a try of an alert that is kept.</summary>
    /// <exception cref="StoreUnavailableException">As above.</exception>
    internal async Task KeepAsync(OpenSend send)
    {
        await writer.WriteAsync(session =>
        {
            using var context = session.Context();
            if (context.AlertSends.Find(send.Id) is { } row)
            {
                (row.State, row.DueAt, row.Tries, row.EndedAt) = (send.State, send.DueAt, send.Tries, send.EndedAt);
                context.AlertTries.AddRange(send.Unkept.Select(one => CopyOf(one, send.Id)));
                context.SaveChanges();
            }
        });
        send.Unkept.Clear();
        send.IsDirty = false;
    }

    /// <summary>Takes old alerts away, some at a time. False when nothing is left to take.</summary>
    internal Task<bool> ForgetAsync()
    {
        var before = time.GetUtcNow() - Kept;
        return writer.WriteAsync(session =>
        {
            using var context = session.Context();
            var old = context.Alerts.Where(alert => alert.At < before).OrderBy(alert => alert.At).Select(alert => alert.Id).Take(MostForgotten).ToList();
            return old.Count > 0 && context.Alerts.Where(alert => old.Contains(alert.Id)).ExecuteDelete() == MostForgotten;
        });
    }

    /// <summary>Rows of their own, as the commit may still fail: what is in memory learns its keys only after it.</summary>
    private static (long Alert, long[] Sends) Insert(ConsoleDbContext context, OpenAlert alert, AlertKind kind = AlertKind.Notice)
    {
        var row = new Alert { At = alert.At, Kind = kind, Summary = Lengths.Cut(AlertWords.Summary(alert.Items), LongestSummary)!, Items = AlertItem.Write(alert.Items) };
        context.Alerts.Add(row);
        context.SaveChanges();
        var sends = alert.Sends.Select(send => new AlertSend
        {
            AlertId = row.Id,
            ChannelId = send.ChannelId,
            ChannelName = send.ChannelName,
            State = send.State,
            DueAt = send.DueAt,
            Tries = send.Tries,
            EndedAt = send.EndedAt,
        }).ToArray();
        context.AlertSends.AddRange(sends);
        context.SaveChanges();
        for (var i = 0; i < sends.Length; i++)
        {
            context.AlertTries.AddRange(alert.Sends[i].Unkept.Select(one => CopyOf(one, sends[i].Id)));
        }

        context.SaveChanges();
        return (row.Id, [.. sends.Select(send => send.Id)]);
    }

    private static void Keep(OpenAlert alert, (long Alert, long[] Sends) ids)
    {
        alert.Id = ids.Alert;
        for (var i = 0; i < ids.Sends.Length; i++)
        {
            alert.Sends[i].Id = ids.Sends[i];
            alert.Sends[i].Unkept.Clear();
            alert.Sends[i].IsDirty = false;
        }
    }

    private static AlertTry CopyOf(AlertTry one, long sendId) => new() { SendId = sendId, At = one.At, Milliseconds = one.Milliseconds, Taken = one.Taken, Outcome = one.Outcome };
}
