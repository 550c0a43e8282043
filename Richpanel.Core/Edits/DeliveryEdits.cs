using System.Globalization;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Richpanel.Core.Access;
using Richpanel.Core.ChangeLog;
using Richpanel.Core.Connections;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Ledger;
using Richpanel.Core.Preview;
using Richpanel.Core.Privacy;
using Richpanel.Core.Receiving;
using Richpanel.Core.Segment;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Edits;

/// <summary>
/// Edits a delivery and sends the edited one in its place. The request that holds the edited call, and the end of the original as Settled,
/// are one commit: never are both sent, and never is neither. The copy comes of that request by the expander, as every delivery does,
/// and is linked with the original even if the product stops in between.
/// </summary>
public sealed class DeliveryEdits(
    CallDoor door,
    DeliveryActions actions,
    DeliveryQueries queries,
    RequestBodies bodies,
    ConnectionDirectory directory,
    IDbContextFactory<ConsoleDbContext> contexts,
    DeliveryPulse pulse,
    ChangeWriting log,
    ChangeFeed changes,
    IOptions<ReceivingLimits> limits,
    TimeProvider time)
{
    private const string EscapedDots = @"\u2022\u2022\u2022";

    /// <summary>For the copy to be there, which usually takes some milliseconds.</summary>
    private static readonly TimeSpan s_expansion = TimeSpan.FromSeconds(10);

    public async Task<EditOpening> OpenAsync(Sight sight, long id, CancellationToken ct) =>
        await queries.FindAsync(sight, id, ct) is { } detail ? await OpenAsync(detail, ct) : new EditOpening.Missing();

    /// <summary>Of a delivery that was just read, as its reader may see it.</summary>
    public async Task<EditOpening> OpenAsync(DeliveryDetail detail, CancellationToken ct)
    {
        var delivery = detail.Source;
        var connection = directory.Find(delivery.ConnectionId);
        if (EditRules.WhyNot(delivery, connection) is { } why)
        {
            return new EditOpening.NotPossible(detail, why);
        }

        if (detail.IsMasked)
        {
            return new EditOpening.Masked(detail);
        }

        if (await bodies.FindAsync(delivery.RequestId, ct) is not { } request)
        {
            return new EditOpening.NotPossible(detail, "Its text is gone.");
        }

        await using var context = await contexts.CreateDbContextAsync(ct);
        return new EditOpening.Offered(new EditOffer(
            detail,
            EditableCall.Of(request, delivery.BodyOffset, delivery.BodyLength),
            EditRules.WhyReceived(context, delivery, CallReader.Read(request, delivery.BodyOffset, delivery.BodyLength).Keys.MessageId),
            connection!.Version));
    }

    /// <summary>
    /// Sends the call in place of the delivery and waits, at most <paramref name="atMost"/>, until its first attempt has ended; for the
    /// copy to be there it waits some seconds in any case.
    /// </summary>
    /// <param name="call">UTF-8 JSON.</param>
    /// <exception cref="ForbiddenException">
    /// The actor may not act on deliveries, or not of this connection; has never seen this one in clear; or makes another customer's or
    /// another event's of it without the right to send to the connection.
    /// </exception>
    /// <exception cref="StoreUnavailableException">Nothing was kept and nothing changed.</exception>
    public async Task<EditOutcome> SendAsync(Actor by, long id, ReadOnlyMemory<byte> call, EditWish wish, TimeSpan atMost, CancellationToken ct)
    {
        by.Demand(Permission.ActOnOne);
        if (await FindAsync(id, ct) is not { } original || directory.Find(original.ConnectionId) is not { } connection)
        {
            return new EditOutcome.Missing();
        }

        by.Demand(Permission.ActOnOne, connection);
        var shape = RequestShape.Read(call.Span, BodyKind.Single);
        if (BodyFault.Of(shape) is { } fault)
        {
            return new EditOutcome.Unreadable(fault.Path, fault.Message);
        }

        var body = call.ToArray();
        shape.OverwriteKeys(body);
        if (await WhyUnusableAsync(original, body, ct) is { } unusable)
        {
            return unusable;
        }

        await DemandSeenAsync(by, id, ct);
        var now = time.GetUtcNow();
        var preview = CallPreview.Of(body, connection, CallPreview.TypedNow(now), now);
        if (preview is not { Outcome: PreviewOutcome.Mapped })
        {
            return EditRules.WhyNot(original, connection) is { } why
                ? new EditOutcome.Refused(original.State, why)   // which no other text would mend
                : new EditOutcome.WouldNotBeSent(preview.Reason!, preview.Path);
        }

        if (!await IsSameEventAsync(original, preview.Keys, ct))
        {
            DemandSend(by, connection);
        }

        EditOutcome? refusal = null;
        var request = await door.KeepIfAsync(
            AdmittedRequest.ByHand(Origin.Edit, original.ConnectionId, original.SourceId, body) with { EditOf = id },
            session => (refusal = Settle(session, by, id, preview.Keys.MessageId, wish)) is null);
        if (request is null)
        {
            return refusal!;
        }

        pulse.Beat();
        changes.Raise();
        if (await ExpandedAsync(request.Value, atMost, ct) is not { } expanded)
        {
            return new EditOutcome.NotExpanded();
        }

        var left = atMost - (time.GetUtcNow() - now);
        var copy = await actions.WaitForOutcomeAsync(expanded, attemptsBefore: 0, left > TimeSpan.Zero ? left : TimeSpan.Zero, ct);
        return copy is null ? new EditOutcome.Erased() : new EditOutcome.Kept(copy);
    }

    /// <summary>Null: not in time.</summary>
    private async Task<long?> ExpandedAsync(long request, TimeSpan atMost, CancellationToken ct)
    {
        using var timeout = new CancellationTokenSource(atMost > s_expansion ? atMost : s_expansion, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, timeout.Token);
        try
        {
            return (await door.ExpandedAsync(request, either.Token))[0];
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <summary>Who sees everything masked edits only what they were shown, for a reason that is kept.</summary>
    private async Task DemandSeenAsync(Actor by, long id, CancellationToken ct)
    {
        if (Sight.Of(by).IsClear)
        {
            return;
        }

        await using var context = await contexts.CreateDbContextAsync(ct);
        var (name, shown) = (PublicId.Delivery(id), ChangeCatalog.DeliveryUnmasked.Code);
        if (!await context.ChangeLog.AnyAsync(
            line => line.ObjectId == name && line.Action == shown && line.ActorKind == by.Kind && line.ActorId == by.Id && (by.Id != null || line.ActorName == by.Name), ct))
        {
            throw new ForbiddenException(Permission.SeePersonalData, "Show its personal data first, with a reason: who edits a delivery must have seen it in clear.");
        }
    }

    /// <summary>Else it is a call of its own to whomever its editor likes, and mends nothing.</summary>
    private async Task<bool> IsSameEventAsync(Delivery original, CallKeys keys, CancellationToken ct) =>
        await bodies.FindAsync(original.RequestId, ct) is { } request
        && CallReader.Read(request, original.BodyOffset, original.BodyLength).Keys is var before
        && (before.UserId, before.AnonymousId, before.MessageId) == (keys.UserId, keys.AnonymousId, keys.MessageId);

    private static void DemandSend(Actor by, Connection connection)
    {
        var needs = ConnectionRights.ToSend(connection);
        if (!by.May(needs))
        {
            throw new ForbiddenException(
                needs, $"Another userId, anonymousId or messageId makes it another event: that needs the role {Rights.Word(Rights.LeastRole(needs))}, who may {Rights.What(needs)}.");
        }
    }

    private async Task<Delivery?> FindAsync(long id, CancellationToken ct)
    {
        await using var context = await contexts.CreateDbContextAsync(ct);
        return await context.Deliveries.AsNoTracking().SingleOrDefaultAsync(delivery => delivery.Id == id, ct);
    }

    /// <summary>A text that was cut, or read where personal data is hidden, must not take the place of the whole one.</summary>
    private async Task<EditOutcome?> WhyUnusableAsync(Delivery original, byte[] body, CancellationToken ct)
    {
        if (body.Length > limits.Value.MaxCallBytes)
        {
            return new EditOutcome.Unreadable("$", string.Create(
                CultureInfo.InvariantCulture, $"The call has {body.Length:N0} bytes, and {limits.Value.MaxCallBytes:N0} are the most that is received (Receiver:MaxCallBytes)."));
        }

        var isMasked = IsMasked(body) && await bodies.FindAsync(original.RequestId, ct) is var request
            && (request is null || !IsMasked(request.Call(original.BodyOffset, original.BodyLength).Span));
        return isMasked ? new EditOutcome.Unreadable("$", $"The call has hidden values in it ({Mask.Dots}), which would take the place of the real ones. Edit the call as it is in clear.") : null;
    }

    private static bool IsMasked(ReadOnlySpan<byte> body) =>
        Encoding.UTF8.GetString(body) is var text && (text.Contains(Mask.Dots, StringComparison.Ordinal) || text.Contains(EscapedDots, StringComparison.OrdinalIgnoreCase));

    /// <summary>In the commit that keeps the copy's request. Null: the original is Settled; else why nothing is done, and nothing was.</summary>
    private EditOutcome? Settle(WriteSession session, Actor by, long id, string messageId, EditWish wish)
    {
        using var context = session.Context();
        if (context.Deliveries.SingleOrDefault(delivery => delivery.Id == id) is not { } original)
        {
            return new EditOutcome.Missing();
        }

        var connection = context.Connections.AsNoTracking().Single(connection => connection.Id == original.ConnectionId);
        by.Demand(Permission.ActOnOne, connection);
        if (WhyRefused(original, connection, wish) is { } why)
        {
            return new EditOutcome.Refused(original.State, why);
        }

        if (EditRules.WhyReceived(context, original, messageId) is { } received && !wish.EvenIfReceived)
        {
            return new EditOutcome.MayHaveBeenReceived(original.State, received);
        }

        var before = LedgerPlace.Of(original);
        var (dueBefore, now) = (original.DueAt, time.GetUtcNow());
        EditRules.MarkRepeats(context, original, messageId);
        (original.State, original.DueAt, original.ClaimedUntil, original.EndedAt) = (DeliveryState.Settled, null, null, now);
        log.Append(context, by, new Change(ChangeCatalog.DeliveryEdited, PublicId.Delivery(id), original.EventName)
        {
            Fields = FieldChange.Between(("state", before.State, original.State), ("dueAt", dueBefore, null)),
        });
        context.SaveChanges();
        session.Ledger.Moved(before, LedgerPlace.Of(original));
        if (before is { State: DeliveryState.Failed, GroupId: { } group })
        {
            session.Ledger.Groups.Retried(group, now);   // its copy goes out for it
        }

        return null;
    }

    private static string? WhyRefused(Delivery original, Connection connection, EditWish wish) =>
        EditRules.WhyNot(original, connection)
        ?? (wish.AttemptsSeen is { } attempts && attempts != original.AttemptCount ? "It was tried again since you opened it. Look at that try first."
            : wish.SettingsSeen is { } settings && settings != connection.Version ? "The settings of its connection were changed since you opened it. Look at what would be sent now."
            : null);
}
