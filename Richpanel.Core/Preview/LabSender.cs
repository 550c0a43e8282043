using Richpanel.Core.Access;
using Richpanel.Core.ChangeLog;
using Richpanel.Core.Connections;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Receiving;
using Richpanel.Core.Segment;

namespace Richpanel.Core.Preview;

/// <summary>What became of a call sent by hand.</summary>
public abstract record LabOutcome
{
    private LabOutcome()
    {
    }

    /// <summary>It is a delivery like any other; the state is the true one at the time of this answer.</summary>
    public sealed record Kept(Delivery Delivery) : LabOutcome;

    /// <summary>It was kept, and taken away with its customer before its first attempt had ended.</summary>
    public sealed record Erased : LabOutcome;

    /// <summary>The text is no call at all, so nothing was kept.</summary>
    public sealed record Unreadable(BodyFault Fault) : LabOutcome;
}

/// <summary>Sends a call typed by a person: by the same door, expansion and dispatcher as everybody's, with origin Lab.</summary>
public sealed class LabSender(CallDoor door, DeliveryActions actions, ConnectionDirectory directory, ChangeWriting log)
{
    /// <summary>Keeps the call and waits, at most <paramref name="atMost"/>, until its first attempt has ended.</summary>
    public async Task<LabOutcome> SendAsync(Actor by, Connection connection, ReadOnlyMemory<byte> call, TimeSpan atMost, CancellationToken ct)
    {
        // As it is now: whoever asks may have a page of an hour ago before them.
        connection = directory.Find(connection.Id) ?? connection;
        by.Demand(ConnectionRights.ToSend(connection), connection);
        var shape = RequestShape.Read(call.Span, BodyKind.Single);
        if (BodyFault.Of(shape) is { } fault)
        {
            return new LabOutcome.Unreadable(fault);
        }

        var body = call.ToArray();
        shape.OverwriteKeys(body);
        var line = new Change(ChangeCatalog.CallSent, PublicId.Connection(connection.Id), connection.Name);
        var request = await door.KeepAsync(
            AdmittedRequest.ByHand(Origin.Lab, connection.Id, sourceId: 0, body), session => log.Append(session, by, line));
        var deliveries = await door.ExpandedAsync(request, ct);
        var delivery = await actions.WaitForOutcomeAsync(deliveries[0], attemptsBefore: 0, atMost, ct);
        return delivery is null ? new LabOutcome.Erased() : new LabOutcome.Kept(delivery);
    }
}
