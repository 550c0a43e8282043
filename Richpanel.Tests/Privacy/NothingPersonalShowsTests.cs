using System.Text;
using CsCheck;
using Richpanel.Core.Connections;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Json;
using Richpanel.Core.Preview;
using Richpanel.Core.Privacy;
using Richpanel.Core.Segment;

namespace Richpanel.Tests.Privacy;

/// <summary>Whatever a payload looks like: no planted e-mail, phone, name or address can be read in anything made of it for a masked role.</summary>
public sealed class NothingPersonalShowsTests
{
    private const int Payloads = 5_000;

    private static readonly Connection s_connection = new() { Name = "Shop", BaseUrl = "https://richpanel.invalid/v2", ApiKey = "key-of-the-shop" };

    [Fact]
    public void In_a_masked_payload_of_any_kind() => PlantedValues.Payload.Sample(
        payload =>
        {
            var utf8 = Encoding.UTF8.GetBytes(JsonTreeWriter.Write(payload.Tree));
            PlantedValues.AreHidden(payload.Values, PlantedValues.Words(PayloadMask.Tree(payload.Tree, PayloadKind.Call)));
            PlantedValues.AreHidden(payload.Values, PlantedValues.Words(Read(PayloadMask.Json(utf8, PayloadKind.Part))));
            PlantedValues.AreHidden(payload.Values, PlantedValues.Words(Read(PayloadMask.Json(utf8, PayloadKind.Answer))));
            PlantedValues.AreHidden(payload.Values, [PayloadMask.Json(utf8.AsSpan()[..(utf8.Length - 1)], PayloadKind.Call)]);
        },
        iter: Payloads, threads: 2);

    [Fact]
    public void In_a_whole_masked_delivery_with_its_preview_notes_provenance_and_answer() => PlantedValues.Payload.Sample(
        payload =>
        {
            var shown = DeliveryMask.Of(DetailOf(payload));

            PlantedValues.AreHidden(payload.Values, Texts(shown));
        },
        iter: Payloads, threads: 2);

    [Fact]
    public void In_an_answer_that_is_no_JSON_and_in_its_headers() => Gen.Select(PlantedValues.Any, Gen.OneOf("<p>Unknown customer {0}.</p>", "{0}", "error: '{0}' is not valid", "x={0}&y=1")).Sample(
        (value, form) =>
        {
            var text = form.Replace("{0}", value.Value, StringComparison.Ordinal);
            PlantedValues.AreHidden([value], [TextMask.Foreign(text), TextMask.Headers($"Content-Type: text/html\nX-Customer: {text}\nVia: {text}")]);
        },
        iter: Payloads, threads: 2);

    [Fact]
    public void In_a_sentence_that_quotes_it() => Gen.Select(PlantedValues.Any, Gen.OneOf("The value \"{0}\" is too long.", "There is no '{0}' here; use 'type'.", "“{0}” is unknown.")).Sample(
        (value, form) => PlantedValues.AreHidden([value], [TextMask.Sentence(form.Replace("{0}", value.Value.Replace('\n', ' ').Replace("\"", "", StringComparison.Ordinal), StringComparison.Ordinal))]),
        iter: Payloads, threads: 2);

    /// <summary>Guards the others: unmasked, the planted values are really there.</summary>
    [Fact]
    public void The_planted_values_can_be_read_where_nothing_is_masked()
    {
        var found = 0;
        PlantedValues.Payload.Sample(
            payload =>
            {
                var words = Texts(DetailOf(payload)).OfType<string>().ToList();
                Assert.Contains(words, word => word.Contains(payload.Values[^1].Value, StringComparison.Ordinal));
                Interlocked.Add(ref found, payload.Values.Count(value => words.Any(word => word.Contains(value.Value, StringComparison.Ordinal))));
            },
            iter: 500, threads: 2);

        Assert.InRange(found, 1_000, int.MaxValue);
    }

    private static DeliveryDetail DetailOf(PlantedPayload payload)
    {
        var json = JsonTreeWriter.Write(payload.Tree);
        var utf8 = Encoding.UTF8.GetBytes(json);
        var preview = CallPreview.Of(utf8, s_connection, CallPreview.TypedNow(Now), Now);
        var keys = preview.Keys;
        var source = new Delivery
        {
            Id = 7,
            MessageId = keys.MessageId,
            EventName = keys.EventName,
            UserId = keys.UserId,
            AnonymousId = keys.AnonymousId,
            Email = keys.Email,
            OrderId = keys.OrderId,
        };
        var row = new DeliveryRow(
            7, 1, Core.Receiving.Origin.Receiver, DeliveryState.Failed, false, FailureStage.Sending, DeliveryMarks.None, SegmentCallType.Track, keys.EventName, keys.MessageId,
            keys.UserId, keys.AnonymousId, keys.Email, keys.OrderId, Now, null, 1, "unprocessable", 422, Now, null);
        var exchange = new Exchange { Url = "https://richpanel.invalid/v2/t", ResponseHeaders = $"X-Echo: {payload.Values[0].Value}", ResponseBody = utf8 };
        var sent = new MappedCall { Content = preview.Call is { } call ? CallPreview.Json(call) : json, Notes = NotesJson.Write(preview.Notes) };
        return new DeliveryDetail(row, source, [new AttemptDetail(new Attempt { Outcome = "failed" }, exchange, sent)], utf8, preview);
    }

    /// <summary>All that page or API can show of it.</summary>
    private static IEnumerable<string?> Texts(DeliveryDetail detail) =>
    [
        detail.Row.EventName, detail.Row.MessageId, detail.Row.UserId, detail.Row.AnonymousId, detail.Row.Email, detail.Row.OrderId,
        detail.Source.EventName, detail.Source.MessageId, detail.Source.UserId, detail.Source.AnonymousId, detail.Source.Email, detail.Source.OrderId,
        .. PlantedValues.Words(Read(Encoding.UTF8.GetString(detail.Call!.Value.Span))),
        .. detail.Attempts.SelectMany(attempt => PlantedValues.Words(Read(attempt.Sent!.Content))),
        .. detail.Attempts.SelectMany(attempt => NotesJson.Read(attempt.Sent!.Notes).SelectMany(note => new[] { note.Path, note.Text, note.Remedy })),
        .. detail.Attempts.Select(attempt => attempt.Exchange!.ResponseHeaders),
        .. detail.Attempts.SelectMany(attempt => PlantedValues.Words(Read(Encoding.UTF8.GetString(attempt.Exchange!.ResponseBody!)))),
        detail.Preview!.Path,
        detail.Preview.Keys.ToString(),
        .. PlantedValues.Words(detail.Preview.Call?.Content),
        .. detail.Preview.Notes.SelectMany(note => new[] { note.Path, note.Text, note.Remedy }),
        .. detail.Preview.Provenance.SelectMany(one => new[] { one.Target, one.Source, one.Rule }),
        detail.Preview.Request?.Body is { } body ? Unwrapped(body) : null,
    ];

    /// <summary>The call inside the request is Base64: somebody would look into it.</summary>
    private static string Unwrapped(string body)
    {
        var inside = (Read(body) as JsonTree.Map)?["h"]?.AsText() ?? "";
        try
        {
            return Encoding.UTF8.GetString(Convert.FromBase64String(inside));
        }
        catch (FormatException)
        {
            return inside;
        }
    }

    private static JsonTree Read(string json) => JsonTreeReader.Read(Encoding.UTF8.GetBytes(json)).Tree;

    private static DateTimeOffset Now => new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
}
