using System.Text;
using Richpanel.Core.Json;
using Richpanel.Core.Preview;
using Richpanel.Core.Privacy;
using Richpanel.Core.Wire;

namespace Richpanel.Core.Deliveries;

/// <summary>What a delivery looks like to whoever may not see personal data. The queries are the only ones who ask.</summary>
internal static class DeliveryMask
{
    public static DeliveryRow Of(DeliveryRow row) => row with
    {
        EventName = TextMask.Name(row.EventName),
        MessageId = TextMask.Id(row.MessageId)!,
        UserId = TextMask.Id(row.UserId),
        AnonymousId = TextMask.Id(row.AnonymousId),
        Email = TextMask.Email(row.Email),
        OrderId = TextMask.Id(row.OrderId),
    };

    public static DeliveryDetail Of(DeliveryDetail detail) => new(
        Of(detail.Row),
        Of(detail.Source),
        [.. detail.Attempts.Select(attempt => attempt with { Exchange = Of(attempt.Exchange), Sent = Of(attempt.Sent) })],
        detail.Call is { } call ? PayloadMask.Bytes(call.Span, PayloadKind.Call) : null,
        detail.Preview is { } preview ? Of(preview) : null)
    {
        IsSentAsNow = detail.IsSentAsNow,
        IsMasked = true,
        Said = TextMask.Foreign(detail.Said),
        Wishes = detail.Wishes,
        Batches = detail.Batches,
        Copies = detail.Copies,
        Calls = detail.Calls.Masked(),
    };

    private static PreviewResult Of(PreviewResult preview) => preview with
    {
        Path = PathMask.Path(preview.Path),
        Keys = preview.Keys with
        {
            EventName = TextMask.Name(preview.Keys.EventName),
            MessageId = TextMask.Id(preview.Keys.MessageId)!,
            UserId = TextMask.Id(preview.Keys.UserId),
            AnonymousId = TextMask.Id(preview.Keys.AnonymousId),
            Email = TextMask.Email(preview.Keys.Email),
            OrderId = TextMask.Id(preview.Keys.OrderId),
            SessionId = TextMask.Id(preview.Keys.SessionId),
        },
        Call = preview.Call is { } call ? new RichpanelCall(PayloadMask.Map(call.Content, PayloadKind.Call)) : null,
        Notes = [.. preview.Notes.Select(PathMask.Of)],
        Provenance = [.. preview.Provenance.Select(PathMask.Of)],
        Request = preview.Request is { } request ? request with { Body = PayloadMask.Json(request.Body, PayloadKind.Part)! } : null,
    };

    private static Exchange? Of(Exchange? exchange) => exchange is null ? null : new Exchange
    {
        Id = exchange.Id,
        StartedAt = exchange.StartedAt,
        Url = exchange.Url,
        Size = exchange.Size,
        StatusCode = exchange.StatusCode,
        ResponseHeaders = TextMask.Headers(exchange.ResponseHeaders),
        ResponseBody = Answer(exchange.ResponseBody),
        ResponseLength = exchange.ResponseLength,
        DnsMs = exchange.DnsMs,
        ConnectMs = exchange.ConnectMs,
        TlsMs = exchange.TlsMs,
        WaitMs = exchange.WaitMs,
        ReadMs = exchange.ReadMs,
        TotalMs = exchange.TotalMs,
    };

    /// <summary>JSON keeps its shape; of any other text only the words that errors are made of are kept.</summary>
    private static byte[]? Answer(byte[]? body)
    {
        if (body is not { Length: > 0 })
        {
            return body;
        }

        try
        {
            return JsonTreeWriter.WriteBytes(PayloadMask.Tree(JsonTreeReader.Read(body).Tree, PayloadKind.Answer));
        }
        catch (Exception failure) when (failure is System.Text.Json.JsonException or InvalidOperationException or FormatException)
        {
            return Encoding.UTF8.GetBytes(TextMask.Foreign(Encoding.UTF8.GetString(body))!);
        }
    }

    private static MappedCall? Of(MappedCall? sent) => sent is null ? null : new MappedCall
    {
        Id = sent.Id,
        DeliveryId = sent.DeliveryId,
        Content = PayloadMask.Json(sent.Content, PayloadKind.Call)!,
        Notes = NotesJson.Write([.. NotesJson.Read(sent.Notes).Select(PathMask.Of)]),
        MapperVersion = sent.MapperVersion,
        ConnectionVersion = sent.ConnectionVersion,
        MappedAt = sent.MappedAt,
    };

    /// <summary>A copy without the hashes, by which a value could be guessed.</summary>
    private static Delivery Of(Delivery source) => new()
    {
        Id = source.Id,
        ConnectionId = source.ConnectionId,
        SourceId = source.SourceId,
        RequestId = source.RequestId,
        BodyOffset = source.BodyOffset,
        BodyLength = source.BodyLength,
        Origin = source.Origin,
        State = source.State,
        Stage = source.Stage,
        Marks = source.Marks,
        Type = source.Type,
        EventName = TextMask.Name(source.EventName),
        MessageId = TextMask.Id(source.MessageId)!,
        UserId = TextMask.Id(source.UserId),
        AnonymousId = TextMask.Id(source.AnonymousId),
        Email = TextMask.Email(source.Email),
        OrderId = TextMask.Id(source.OrderId),
        ReceivedAt = source.ReceivedAt,
        OccurredAt = source.OccurredAt,
        DueAt = source.DueAt,
        ClaimedUntil = source.ClaimedUntil,
        AttemptCount = source.AttemptCount,
        ScheduleStep = source.ScheduleStep,
        Cause = source.Cause,
        StatusCode = source.StatusCode,
        LastAttemptAt = source.LastAttemptAt,
        EndedAt = source.EndedAt,
        DuplicateOf = source.DuplicateOf,
        CopyOf = source.CopyOf,
        RetryBatchId = source.RetryBatchId,
        GroupId = source.GroupId,
    };
}
