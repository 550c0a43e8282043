using System.Globalization;
using System.Text;
using System.Text.Json;
using Richpanel.Core.Json;
using Richpanel.Core.Preview;
using Richpanel.Core.Receiving;
using Richpanel.Core.Segment;

namespace Richpanel.Core.Edits;

/// <summary>
/// A kept call as a text that says all by itself. What the call had from around it (the address it came to, its batch, the id and the time
/// it was given) is written into it, so that the text, sent later and alone and otherwise untouched, becomes the same Richpanel call with
/// the same event id. Pure.
/// </summary>
/// <param name="Text">Indented JSON; what is no JSON object stands as it came.</param>
/// <param name="Said">Each thing that was written into it or left away, as a sentence.</param>
public sealed record EditableCall(string Text, IReadOnlyList<string> Said)
{
    private const string Exact = "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'";

    /// <param name="offset">Of the call in the request's body, as its delivery has it.</param>
    /// <param name="length">As above.</param>
    public static EditableCall Of(KeptRequest request, int offset, int length)
    {
        var bytes = request.Call(offset, length);
        var text = Encoding.UTF8.GetString(bytes.Span).TrimStart('\uFEFF');
        return Read(bytes) is { } call ? new Writing(text, call, request, CallReader.Read(request, offset, length).Keys).Write() : new EditableCall(text, []);
    }

    private static JsonTree.Map? Read(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            return JsonTreeReader.Read(bytes.Span).Tree as JsonTree.Map;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private sealed class Writing(string text, JsonTree.Map call, KeptRequest request, CallKeys keys)
    {
        private readonly List<string> _said = [];
        private string _text = text;

        public EditableCall Write()
        {
            var around = RequestEnvelope.Parse(request.Envelope);
            WriteType();
            WriteInherited("context", around?.Context);
            WriteInherited("integrations", around?.Integrations);
            WriteMessageId();
            WriteTime(around);
            return new EditableCall(JsonText.Pretty(_text), _said);
        }

        private void WriteType()
        {
            if (CallReader.ImpliedType(request.Route) is { } implied && !NamesType())
            {
                var name = CallTypes.Name(implied);
                Set("type", JsonText.Quote(name));
                _said.Add($"It came to the address for {name} calls and named no type of its own: the type is written into it.");
            }
        }

        private bool NamesType() => !string.IsNullOrWhiteSpace(call["type"]?.AsText())
            || (call["action"]?.AsText() is { } action && CallTypes.Parse(action) is not SegmentCallType.Unknown);

        /// <summary>As the reader merges it: key by key, the call's own win.</summary>
        private void WriteInherited(string member, JsonTree.Map? around)
        {
            var own = call[member] as JsonTree.Map;
            List<KeyValuePair<string, JsonTree>> inherited = [.. (around?.Members ?? []).Where(one => own?[one.Key] is null)];
            if (inherited.Count > 0)
            {
                Set(member, JsonTreeWriter.Write(new JsonTree.Map([.. inherited, .. own?.Members ?? []])));
                _said.Add($"It came in a batch: of the batch's {member}, {string.Join(", ", inherited.Select(one => one.Key))} {(inherited.Count == 1 ? "is" : "are")} written into it.");
            }
        }

        private void WriteMessageId()
        {
            if (call["messageId"] is not (JsonTree.Text { Value.Length: > 0 } or JsonTree.Number))
            {
                Set("messageId", JsonText.Quote(keys.MessageId));
                _said.Add("It came without a message id: the one it was given is written into it, so that the event stays the same.");
            }
        }

        /// <summary>When it was sent then says nothing about when it is sent now, and would move its time.</summary>
        private void WriteTime(RequestEnvelope? around)
        {
            var hasSentAt = call["sentAt"] is not null;
            if (hasSentAt)
            {
                _text = JsonText.Without(_text, "sentAt");
            }

            var isMoved = TimeAlone() != keys.Timestamp;
            if (isMoved)
            {
                Set("timestamp", JsonText.Quote(keys.Timestamp.UtcDateTime.ToString(Exact, CultureInfo.InvariantCulture)));
            }

            _said.AddRange((isMoved, hasSentAt) switch
            {
                (true, _) when HasOwnTime => [$"Its time was corrected by when its sender said it was sent: the corrected time is written into it{(hasSentAt ? ", and sentAt is left away" : "")}."],
                (true, _) when SegmentTimestamp.Read(around?.Timestamp).Time is not null => [$"The time of its batch is written into it{(hasSentAt ? ", and sentAt is left away" : "")}."],
                (true, _) => [$"It came without a time of its own: when it was received is written into it{(hasSentAt ? ", and sentAt is left away" : "")}."],
                (false, true) => ["sentAt is left away: it says when the original was sent."],
                _ => Array.Empty<string>(),
            });
        }

        private bool HasOwnTime => SegmentTimestamp.Read(call["timestamp"]).Time is not null || SegmentTimestamp.Read(call["originalTimestamp"]).Time is not null;

        /// <summary>What its time would be if it came as it stands here, at no time that it could have had.</summary>
        private DateTimeOffset TimeAlone() =>
            SegmentReader.Read(Encoding.UTF8.GetBytes(_text), CallPreview.TypedNow(DateTimeOffset.MaxValue)).Keys.Timestamp;

        private void Set(string member, string json) => _text = JsonText.Set(_text, [member], json) ?? _text;
    }
}
