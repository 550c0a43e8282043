using System.Text.Json;
using Richpanel.Core.Causes;
using Richpanel.Core.Json;
using Richpanel.Core.Notes;

namespace Richpanel.Core.Segment;

/// <summary>
/// Reads one Segment call from UTF-8. Never throws: whatever the bytes, the outcome says what they are and where they break.
/// The same bytes in the same context always give the same reading.
/// </summary>
public static class SegmentReader
{
    public static CallReading Read(ReadOnlyMemory<byte> call, ReadingContext context)
    {
        JsonReading json;
        try
        {
            json = JsonTreeReader.Read(call.Span);
        }
        catch (JsonException)
        {
            var cause = JsonTreeReader.IsTooDeep(call.Span) ? CauseCatalog.NestedTooDeep.Code : "bad_request";
            return new CallReading.Unusable(cause, "$", NoKeys(context), []);
        }

        return json.Tree is JsonTree.Map members
            ? new Reading(members, context, json.Oddities).Judge()
            : new CallReading.Unusable("bad_request", "$", NoKeys(context), []);
    }

    private static CallKeys NoKeys(ReadingContext context) => new(
        context.ImpliedType ?? SegmentCallType.Unknown,
        null,
        MessageIds.Fresh(JsonTree.Null.Value, context),
        null,
        null,
        null,
        null,
        null,
        context.ReceivedAt);

    private sealed class Reading(JsonTree.Map call, ReadingContext context, IReadOnlyList<JsonOddity> oddities)
    {
        private readonly List<Note> _notes = [];
        private (string Cause, string Path)? _fault;
        private CallSources _sources = new();
        private bool _sessionIsAnonymous;

        public CallReading Judge()
        {
            JsonOddities.Note(oddities, call, _notes);
            var (type, typeText) = Type();
            var (userId, userIdPath) = Id("userId", "user_id");
            var (anonymousId, anonymousIdPath) = Id("anonymousId", "anonymous_id") is { Value: not null } sent ? sent : SessionAsAnonymous();
            var (messageId, messageIdPath) = MessageIds.Of(call, context, _notes);
            var (timestamp, timestampPath) = CallClock.Read(call, context, _notes);
            _sources = _sources with { UserId = userIdPath, AnonymousId = anonymousIdPath, MessageId = messageIdPath, Timestamp = timestampPath };
            var contextMap = Merged("context", context.Envelope?.Context);
            var integrations = Merged("integrations", context.Envelope?.Integrations);
            var traits = Open("traits", type == SegmentCallType.Identify);
            var properties = Open("properties", type is SegmentCallType.Track or SegmentCallType.Page);
            var name = Label(type, "name", type is SegmentCallType.Page);
            var category = Label(type, "category", false);
            var eventName = Event(type);
            if (userId is null && anonymousId is null && type is not SegmentCallType.Delete)
            {
                Fault("no_user_anon_id", "$.userId");
            }

            var keys = new CallKeys(
                type, eventName ?? name ?? (type == SegmentCallType.Unknown ? typeText : null), messageId, userId, anonymousId,
                SearchKeys.Email(type, traits, properties, contextMap), SearchKeys.OrderId(properties, eventName),
                SearchKeys.SessionId(properties, traits, contextMap), timestamp);
            if (type == SegmentCallType.Delete)
            {
                return new CallReading.NotSupported("privacy_delete", keys, _notes);
            }

            if (type == SegmentCallType.Unknown && typeText is null)
            {
                return new CallReading.Unusable("bad_request", "$.type", keys, _notes);
            }

            if (type is not (SegmentCallType.Identify or SegmentCallType.Page or SegmentCallType.Track))
            {
                return new CallReading.NotSupported("unsupported_event_type", keys, _notes);
            }

            return _fault is { } fault
                ? new CallReading.Unusable(fault.Cause, fault.Path, keys, _notes)
                : new CallReading.Readable(
                    new SegmentCall
                    {
                        Type = type,
                        MessageId = messageId,
                        UserId = userId,
                        AnonymousId = anonymousId,
                        Event = eventName,
                        Name = name,
                        Category = category,
                        Timestamp = timestamp,
                        Properties = properties,
                        Traits = traits,
                        Context = contextMap,
                        Integrations = integrations,
                        Sources = _sources,
                        Rest = Rest(type),
                    },
                    keys,
                    _notes);
        }

        /// <summary>The first fault is the one that is told, as Segment does.</summary>
        private void Fault(string cause, string path) => _fault ??= (cause, path);

        private (SegmentCallType Type, string? Text) Type()
        {
            if (call["type"]?.AsText() is { } text && !string.IsNullOrWhiteSpace(text))
            {
                return (CallTypes.Parse(text), text);
            }

            if (call["action"]?.AsText() is { } action && CallTypes.Parse(action) is not SegmentCallType.Unknown)
            {
                _notes.Add(NoteCatalog.OldSpelling.At("$.action", "action", "type"));
                _sources = _sources with { Type = "$.action" };
                return (CallTypes.Parse(action), action);
            }

            _sources = _sources with { Type = null };
            return (context.ImpliedType ?? SegmentCallType.Unknown, null);
        }

        private (string? Value, string Path) Id(string member, string oldMember)
        {
            var path = "$." + member;
            var value = call[member];
            if (value is null && call[oldMember] is { } old)
            {
                path = "$." + oldMember;
                value = old;
                _notes.Add(NoteCatalog.OldSpelling.At(path, oldMember, member));
            }

            switch (value)
            {
                case null or JsonTree.Null:
                    return (null, path);
                case JsonTree.Text { Value.Length: > 0 } text:
                    return (text.Value, path);
                case JsonTree.Number number:
                    _notes.Add(NoteCatalog.IdWasNumber.At(path, member));
                    return (number.Digits, path);
                case JsonTree.Text when HasOtherId(member):
                    _notes.Add(NoteCatalog.IdEmpty.At(path, member));
                    return (null, path);
                default:
                    Fault("id_not_string", path);
                    return (null, path);
            }
        }

        private bool HasOtherId(string member) =>
            call[member == "userId" ? "anonymousId" : "userId"] is JsonTree.Text { Value.Length: > 0 } or JsonTree.Number;

        /// <summary>Old libraries named the visitor's id <c>sessionId</c> (segment.md 5.2); it is no richpanel_session_id.</summary>
        private (string? Value, string Path) SessionAsAnonymous()
        {
            if (call["anonymousId"] is null && call["sessionId"] is JsonTree.Text { Value.Length: > 0 } session)
            {
                _notes.Add(NoteCatalog.SessionIdAsAnonymous.At("$.sessionId"));
                _sessionIsAnonymous = true;
                return (session.Value, "$.sessionId");
            }

            return (null, "$.anonymousId");
        }

        /// <summary>The envelope's members and the call's own, key by key; the call's own win.</summary>
        private JsonTree.Map Merged(string member, JsonTree.Map? envelope)
        {
            var own = call[member] as JsonTree.Map;
            if (own is null && call[member] is not (null or JsonTree.Null))
            {
                _notes.Add(NoteCatalog.NotAnObject.At("$." + member, member));
            }

            if (envelope is null || envelope.Members.Count == 0)
            {
                return own ?? JsonTree.Map.Empty;
            }

            return own is null
                ? envelope
                : new JsonTree.Map([.. envelope.Members.Where(inherited => own[inherited.Key] is null), .. own.Members]);
        }

        /// <summary>Also an identify's properties and a track's traits: the session id may stand there, and the rest is named there.</summary>
        private JsonTree.Map Open(string member, bool isOfThisType)
        {
            if (isOfThisType && call[member] is not (null or JsonTree.Null or JsonTree.Map))
            {
                Fault(member + "_not_object", "$." + member);
            }

            return call[member] as JsonTree.Map ?? JsonTree.Map.Empty;
        }

        private string? Event(SegmentCallType type)
        {
            if (type != SegmentCallType.Track)
            {
                return null;
            }

            switch (call["event"])
            {
                case JsonTree.Text { Value: var name } when !string.IsNullOrWhiteSpace(name):
                    return name;
                case null or JsonTree.Null or JsonTree.Text:
                    Fault("event_not_defined", "$.event");
                    return null;
                default:
                    Fault("event_not_string", "$.event");
                    return null;
            }
        }

        /// <summary>Name or category of a page. Segment refuses an empty name; an empty category is none.</summary>
        private string? Label(SegmentCallType type, string member, bool refuseEmpty)
        {
            if (type != SegmentCallType.Page)
            {
                return null;
            }

            switch (call[member])
            {
                case null or JsonTree.Null:
                    return null;
                case JsonTree.Text { Value.Length: > 0 } text:
                    return text.Value;
                case JsonTree.Text when !refuseEmpty:
                    return null;
                default:
                    Fault(member + "_not_string", "$." + member);
                    return null;
            }
        }

        private JsonTree.Map Rest(SegmentCallType type) =>
            new([.. call.Members.Where(member => !IsTaken(member.Key, member.Value, type))]);

        private bool IsTaken(string key, JsonTree value, SegmentCallType type) => key switch
        {
            "writeKey" or "userId" or "anonymousId" or "messageId" => true,
            "type" => _sources.Type == "$.type",
            "action" => _sources.Type == "$.action",
            "user_id" => call["userId"] is null,
            "anonymous_id" => call["anonymousId"] is null,
            "sessionId" => _sessionIsAnonymous,
            "event" => type == SegmentCallType.Track,
            "name" or "category" => type == SegmentCallType.Page,
            "properties" => type is SegmentCallType.Track or SegmentCallType.Page || value is JsonTree.Map,
            "traits" => type == SegmentCallType.Identify || value is JsonTree.Map,
            "context" or "integrations" => value is JsonTree.Map or JsonTree.Null,
            "timestamp" => SegmentTimestamp.Read(value).Time is not null,
            _ => false,
        };
    }
}
