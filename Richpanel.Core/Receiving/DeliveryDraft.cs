using Richpanel.Core.Causes;
using Richpanel.Core.Connections;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Segment;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Receiving;

/// <summary>A delivery that is about to be written, with the bytes it came from.</summary>
internal sealed class DeliveryDraft(KeptRequest request, Delivery row)
{
    public KeptRequest Request { get; } = request;

    public Delivery Row { get; } = row;

    /// <summary>The draft in the same or the preceding slice that this one repeats; its id is known once it is written.</summary>
    public DeliveryDraft? Repeats { get; set; }

    public ReadOnlyMemory<byte> Call => Request.Call(Row.BodyOffset, Row.BodyLength);
}

/// <summary>Makes drafts of a request's calls. Whatever the bytes are, each call gets a row.</summary>
internal sealed class DeliveryDrafting(ConnectionDirectory directory, SearchKey search, int mostCallBytes)
{
    public const string SourceDisabled = "source_disabled";
    public const string ConnectionDisabled = "connection_disabled";
    public const string TooLarge = "too_large";
    public const string Unreadable = "bad_request";

    public IReadOnlyList<DeliveryDraft> Draft(KeptRequest request)
    {
        try
        {
            var context = CallReader.ContextOf(request.Route, request.ReceivedAt, request.Envelope);
            var shape = RequestShape.Read(request.Body, CallReader.KindOf(request.Route));
            if (shape.Fault != ShapeFault.None)
            {
                return [DraftUnreadable(request, 0, request.Body.Length)];
            }

            var drafts = new List<DeliveryDraft>(shape.Items.Count);
            foreach (var slice in shape.Items)
            {
                drafts.Add(Draft(request, context, slice.Offset, slice.Length));
            }

            return drafts;
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            return [DraftUnreadable(request, 0, request.Body.Length)];
        }
    }

    /// <summary>The row of a call that nothing can be said about: found by its request, and failed.</summary>
    public DeliveryDraft DraftUnreadable(KeptRequest request, int offset, int length)
    {
        var row = NewRow(request, offset, Math.Min(length, mostCallBytes), $"unreadable-{request.Id}-{offset}");
        Fail(row, Unreadable);
        return new DeliveryDraft(request, row);
    }

    private DeliveryDraft Draft(KeptRequest request, ReadingContext context, int offset, int length)
    {
        CallReading reading;
        try
        {
            reading = CallReader.Read(request, context, offset, length);
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            return DraftUnreadable(request, offset, length);
        }

        var keys = reading.Keys;
        var row = NewRow(request, offset, Math.Min(length, mostCallBytes), keys.MessageId);
        row.Type = keys.Type;
        row.EventName = Lengths.Cut(keys.EventName, Lengths.EventName);
        row.UserId = Lengths.Cut(keys.UserId, Lengths.Key);
        row.AnonymousId = Lengths.Cut(keys.AnonymousId, Lengths.Key);
        row.Email = Lengths.Cut(keys.Email, Lengths.Key);
        row.OrderId = Lengths.Cut(keys.OrderId, Lengths.Key);
        SearchColumns.Fill(row, search);
        row.OccurredAt = keys.Timestamp;
        Decide(row, reading, length);
        return new DeliveryDraft(request, row);
    }

    private void Decide(Delivery row, CallReading reading, int length)
    {
        if (reading is CallReading.NotSupported { Cause: var cause } && cause == CauseCatalog.PrivacyDelete.Code)
        {
            Skip(row, cause);   // asks for a person, whatever else may be said of it
        }
        else if (WhyNotNow(row) is { } disabled)
        {
            Skip(row, disabled);
        }
        else if (length > mostCallBytes)
        {
            Fail(row, TooLarge);
        }
        else
        {
            switch (reading)
            {
                case CallReading.NotSupported unsupported:
                    Skip(row, unsupported.Cause);
                    break;
                case CallReading.Unusable unusable:
                    Fail(row, unusable.Cause);
                    break;
                default:
                    row.State = DeliveryState.Waiting;
                    row.DueAt = row.ReceivedAt;
                    break;
            }
        }
    }

    /// <summary>What a person edited waits for its connection like any other that is held: it must not end unsent without a word.</summary>
    private string? WhyNotNow(Delivery row) => row.Origin == Origin.Edit ? null
        : directory.FindSource(row.SourceId) is { Disabled: true } ? SourceDisabled
        : directory.Find(row.ConnectionId) is { Disabled: true } ? ConnectionDisabled : null;

    private static Delivery NewRow(KeptRequest request, int offset, int length, string messageId) => new()
    {
        ConnectionId = request.ConnectionId,
        SourceId = request.SourceId,
        RequestId = request.Id,
        BodyOffset = offset,
        BodyLength = length,
        Origin = request.Origin,
        MessageId = Lengths.Cut(messageId, Lengths.MessageId)!,

        // Of the whole text, so that two ids that differ only beyond what the column keeps stay two.
        MessageHash = SearchHash.Of(messageId),
        ReceivedAt = request.ReceivedAt,
        OccurredAt = request.ReceivedAt,
        CopyOf = request.EditOf,
    };

    private static void Skip(Delivery row, string cause)
    {
        row.State = DeliveryState.Skipped;
        row.Cause = cause;
        row.EndedAt = row.ReceivedAt;
    }

    private static void Fail(Delivery row, string cause)
    {
        row.State = DeliveryState.Failed;
        row.Stage = FailureStage.Reading;
        row.Cause = cause;
        row.EndedAt = row.ReceivedAt;
    }
}
