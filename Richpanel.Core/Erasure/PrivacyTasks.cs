using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Richpanel.Core.Access;
using Richpanel.Core.Causes;
using Richpanel.Core.ChangeLog;
using Richpanel.Core.Connections;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Privacy;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Erasure;

/// <summary>A task as a list shows it.</summary>
/// <param name="Customer">The customer's id as the asker may see it; null: the call is gone, or named none.</param>
public sealed record PrivacyTaskLine(PrivacyTask Task, string? ConnectionName, string? Customer)
{
    public bool IsOpen => Task.ClosedAt is null;

    public bool IsOverdue(DateTimeOffset now) => IsOpen && Task.DueAt < now;
}

/// <summary>Where a page of tasks ends: when the last of it is due or was closed, and its id.</summary>
public sealed record PrivacyTaskCursor(DateTimeOffset At, long Id)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{At.UtcTicks}-{Id}");

    /// <summary>Null for what is no cursor.</summary>
    public static PrivacyTaskCursor? Parse(string? text) =>
        text?.Split('-') is [var ticks, var id] && Number(ticks) is { } at && at <= DateTimeOffset.MaxValue.UtcTicks && Number(id) is { } key ? new PrivacyTaskCursor(new DateTimeOffset(at, TimeSpan.Zero), key) : null;

    private static long? Number(string text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}

/// <summary>A page of open tasks or of closed ones.</summary>
/// <param name="All">How many there are, on this page or not.</param>
/// <param name="Next">Null on the last page.</param>
public sealed record PrivacyTaskPage(IReadOnlyList<PrivacyTaskLine> Lines, int All, PrivacyTaskCursor? Next);

/// <summary>What stands on the overview.</summary>
/// <param name="FirstDue">Of the open ones; null: none is open.</param>
public sealed record PrivacyTaskCount(int Open, int Overdue, DateTimeOffset? FirstDue);

/// <summary>What became of the wish to close one.</summary>
public abstract record CloseOutcome
{
    private CloseOutcome()
    {
    }

    public sealed record Closed(PrivacyTask Task) : CloseOutcome;

    public sealed record Invalid(string Fault) : CloseOutcome;

    /// <summary>Somebody closed it before.</summary>
    public sealed record Already(PrivacyTask Task) : CloseOutcome;

    public sealed record Missing : CloseOutcome;
}

/// <summary>
/// Deletions that Segment asks for: each opens a task, in the commit that keeps the call, and only a person closes it, with a note of what
/// was done. A token never does: a program that says so has not looked.
/// </summary>
public sealed class PrivacyTasks(StoreWriter writer, IDbContextFactory<ConsoleDbContext> contexts, ConnectionDirectory directory, ChangeWriting log, ChangeFeed changes, TimeProvider time)
{
    public const int LeastNote = 10;
    public const int Most = 500;

    internal const string Count = """UPDATE "PrivacyTasks" SET "Calls"="Calls"+1 WHERE "ClosedAt" IS NULL AND "ConnectionId"=$c AND "CustomerHash"=$h""";

    private const string Open =
        """INSERT INTO "PrivacyTasks" ("DeliveryId","ConnectionId","CustomerHash","Calls","AskedAt","DueAt") SELECT $d,$c,$h,1,$at,$due WHERE NOT EXISTS(SELECT 1 FROM "PrivacyTasks" WHERE "DeliveryId"=$d)""";

    /// <summary>Who may close one.</summary>
    public static string NotAPerson => "Only a person closes a privacy task, on its page: whoever does it says what was done, and answers for it.";

    /// <summary>Opens one for a delivery that was just written, or counts the call with an open one of the same customer.</summary>
    internal static void OpenFor(WriteSession session, Delivery row)
    {
        if (row.Cause != CauseCatalog.PrivacyDelete.Code)
        {
            return;
        }

        if (row.UserHash is { } hash && DispatchStore.Set(session.Command(Count, "$c", "$h"), row.ConnectionId, hash).ExecuteNonQuery() > 0)
        {
            return;
        }

        DispatchStore.Set(session.Command(Open, "$d", "$c", "$h", "$at", "$due"), row.Id, row.ConnectionId, row.UserHash, row.ReceivedAt.UtcTicks, (row.ReceivedAt + PrivacyTask.DueIn).UtcTicks).ExecuteNonQuery();
    }

    /// <summary>Open ones, the most urgent first; or closed ones, the last closed first. Those of the connections that the asker may see.</summary>
    /// <param name="after">The <see cref="PrivacyTaskPage.Next"/> of the page before; null: from the first.</param>
    /// <param name="most">1 to <see cref="Most"/>.</param>
    public async Task<PrivacyTaskPage> PageAsync(Actor by, bool open, PrivacyTaskCursor? after, int most, CancellationToken ct)
    {
        by.Demand(Permission.Read);
        most = Math.Clamp(most, 1, Most);
        await using var context = await contexts.CreateDbContextAsync(ct);
        var visible = Visible(by);
        var all = context.PrivacyTasks.Where(task => (task.ClosedAt == null) == open && visible.Contains(task.ConnectionId));
        var (at, id) = (after?.At ?? default, after?.Id ?? 0);
        var rest = after is null ? all
            : open ? all.Where(task => task.DueAt > at || (task.DueAt == at && task.Id > id))
            : all.Where(task => task.ClosedAt < at || (task.ClosedAt == at && task.Id < id));
        var tasks = await (open ? rest.OrderBy(task => task.DueAt).ThenBy(task => task.Id) : rest.OrderByDescending(task => task.ClosedAt).ThenByDescending(task => task.Id)).Take(most + 1).ToListAsync(ct);
        var shown = tasks.Take(most).ToList();
        var next = tasks.Count > most ? new PrivacyTaskCursor(open ? shown[^1].DueAt : shown[^1].ClosedAt!.Value, shown[^1].Id) : null;
        return new PrivacyTaskPage(await LinesAsync(context, by, shown, ct), await all.CountAsync(ct), next);
    }

    /// <summary>Null: there is none that the asker may see.</summary>
    public async Task<PrivacyTaskLine?> FindAsync(Actor by, long id, CancellationToken ct)
    {
        by.Demand(Permission.Read);
        await using var context = await contexts.CreateDbContextAsync(ct);
        var visible = Visible(by);
        return await context.PrivacyTasks.SingleOrDefaultAsync(task => task.Id == id && visible.Contains(task.ConnectionId), ct) is { } found
            ? (await LinesAsync(context, by, [found], ct))[0] : null;
    }

    public async Task<PrivacyTaskCount> CountAsync(Actor by, CancellationToken ct)
    {
        by.Demand(Permission.Read);
        await using var context = await contexts.CreateDbContextAsync(ct);
        var visible = Visible(by);
        var due = await context.PrivacyTasks.Where(task => task.ClosedAt == null && visible.Contains(task.ConnectionId)).Select(task => task.DueAt).ToListAsync(ct);
        var now = time.GetUtcNow();
        return new PrivacyTaskCount(due.Count, due.Count(at => at < now), due.Count == 0 ? null : due.Min());
    }

    /// <summary>The customer's id in clear, for the erasure; null: the call is gone, or named none.</summary>
    /// <exception cref="ForbiddenException">The role has not the right.</exception>
    public async Task<CustomerKey?> KeyOfAsync(Actor by, long id, CancellationToken ct)
    {
        by.DemandForAll(Permission.Erase);
        await using var context = await contexts.CreateDbContextAsync(ct);
        var asked = await context.PrivacyTasks.Where(task => task.Id == id)
            .Join(context.Deliveries, task => task.DeliveryId, delivery => delivery.Id, (_, delivery) => new { delivery.UserId, delivery.AnonymousId }).SingleOrDefaultAsync(ct);
        return asked?.UserId is { Length: > 0 } user ? new CustomerKey(CustomerKeyKind.User, user)
            : asked?.AnonymousId is { Length: > 0 } anonymous ? new CustomerKey(CustomerKeyKind.Anonymous, anonymous) : null;
    }

    /// <exception cref="ForbiddenException">The role has not the right, or it is no person.</exception>
    public async Task<CloseOutcome> CloseAsync(Actor by, long id, string? note)
    {
        by.DemandForAll(Permission.Erase);
        if (by.Kind is not (ActorKind.Person or ActorKind.LocalAdmin))
        {
            throw new ForbiddenException(Permission.Erase, NotAPerson);
        }

        if (note?.Trim() is not { Length: >= LeastNote } said)
        {
            return new CloseOutcome.Invalid($"Say what was done, in at least {LeastNote} characters: deleted in Richpanel, erased here, or why it need not be.");
        }

        var outcome = await writer.WriteAsync<CloseOutcome>(session =>
        {
            using var context = session.Context();
            if (context.PrivacyTasks.SingleOrDefault(task => task.Id == id) is not { } task)
            {
                return new CloseOutcome.Missing();
            }

            if (task.ClosedAt is not null)
            {
                return new CloseOutcome.Already(task);
            }

            (task.ClosedAt, task.ClosedBy, task.Note) = (time.GetUtcNow(), Lengths.Cut(by.Name, Lengths.Name), Lengths.Cut(log.Scrubbed(said), Lengths.Reason));
            log.Append(context, by, new Change(ChangeCatalog.PrivacyTaskClosed, PublicId.PrivacyTask(id), PublicId.PrivacyTask(id)) { Reason = said });
            context.SaveChanges();
            return new CloseOutcome.Closed(task);
        });
        changes.Raise();
        return outcome;
    }

    private List<long> Visible(Actor by) => [.. directory.AllConnections.Where(connection => by.MayTouch(connection.Name)).Select(connection => connection.Id)];

    private async Task<IReadOnlyList<PrivacyTaskLine>> LinesAsync(ConsoleDbContext context, Actor by, List<PrivacyTask> tasks, CancellationToken ct)
    {
        var ids = tasks.Select(task => task.DeliveryId).ToList();
        var customers = await context.Deliveries.Where(delivery => ids.Contains(delivery.Id)).Select(delivery => new { delivery.Id, Name = delivery.UserId ?? delivery.AnonymousId }).ToDictionaryAsync(one => one.Id, one => one.Name, ct);
        var sight = Sight.Of(by);
        return
        [
            .. tasks.Select(task =>
            {
                var name = customers.GetValueOrDefault(task.DeliveryId);
                return new PrivacyTaskLine(task, directory.Find(task.ConnectionId)?.Name, sight.Shows(task.DeliveryId) ? name : TextMask.Id(name));
            }),
        ];
    }
}
