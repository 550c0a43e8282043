using System.Text.Json;
using Richpanel.Core.Json;

namespace Richpanel.Core.Segment;

/// <summary>The state of one pass over a body: which member we are in, where items start and end, which keys to overwrite.</summary>
internal sealed class RequestScan
{
    private const int None = -1;

    private readonly BodyKind _kind;
    private readonly int _shift;
    private readonly List<(int Offset, int Length, bool IsNumber)> _keys = [];
    private readonly List<CallSlice> _items = [];

    private EnvelopePart _part;
    private CallSlice _context;
    private CallSlice _integrations;
    private CallSlice _sentAt;
    private CallSlice _timestamp;

    private bool _isFirst = true;
    private bool _inItems;
    private bool _wrongType;
    private int _itemDepth;
    private int _valueStart;
    private bool _valueIsObject;
    private int _maskDepth = None;
    private string? _itemKey;
    private string? _topKey;

    /// <param name="shift">Bytes before the reader's first one: a byte order mark.</param>
    public RequestScan(BodyKind kind, int shift)
    {
        _kind = kind;
        _shift = shift;
        _itemDepth = kind == BodyKind.Batch ? 2 : 0;
        _inItems = kind != BodyKind.Batch;
    }

    private enum EnvelopePart
    {
        Other,
        Batch,
        Context,
        Integrations,
        SentAt,
        Timestamp,
    }

    public IReadOnlyList<(int Offset, int Length, bool IsNumber)> Keys => _keys;

    public IReadOnlyList<CallSlice> Items => _items;

    public int ItemCount { get; private set; }

    public bool IsArray { get; private set; }

    public string? WriteKey => _topKey ?? _itemKey;

    public ShapeFault Fault =>
        _wrongType ? ShapeFault.NotABatch : ItemCount == 0 ? ShapeFault.EmptyBatch : ShapeFault.None;

    /// <summary>Takes the reader's current token. False when it opens one level too many outside of a list of calls.</summary>
    public bool Take(ref Utf8JsonReader reader)
    {
        if (_isFirst)
        {
            TakeRoot(reader.TokenType);
        }

        var depth = reader.CurrentDepth;
        switch (reader.TokenType)
        {
            case JsonTokenType.PropertyName:
                TakeName(ref reader, depth);
                return true;
            case JsonTokenType.StartObject or JsonTokenType.StartArray:
                Begin(ref reader, depth);
                return depth < JsonTreeReader.MaxDepth || (_itemDepth > 0 && _inItems);
            case JsonTokenType.EndObject or JsonTokenType.EndArray:
                End(ref reader, depth);
                if (depth == _maskDepth)
                {
                    _maskDepth = None;
                }

                return true;
            default:
                TakeScalar(ref reader, depth);
                return true;
        }
    }

    /// <summary>Bytes of the kept parts of the envelope, as they were sent.</summary>
    public int EnvelopeBytes => _context.Length + _integrations.Length + _sentAt.Length + _timestamp.Length;

    /// <summary>The kept parts of the envelope as one compact JSON object; null when there are none.</summary>
    public string? Envelope(ReadOnlySpan<byte> body)
    {
        if (_kind != BodyKind.Batch || _wrongType)
        {
            return null;
        }

        var members = new List<KeyValuePair<string, JsonTree>>(4);
        Keep(members, "context", _context, body);
        Keep(members, "integrations", _integrations, body);
        Keep(members, "sentAt", _sentAt, body);
        Keep(members, "timestamp", _timestamp, body);
        return members.Count == 0 ? null : JsonTreeWriter.Write(new JsonTree.Map(members));
    }

    private void Keep(List<KeyValuePair<string, JsonTree>> members, string name, CallSlice slice, ReadOnlySpan<byte> body)
    {
        if (slice.Length == 0)
        {
            return;
        }

        // A write key inside the envelope's context must not reach the database by this way either.
        var bytes = slice.Of(body).ToArray();
        foreach (var (offset, length, isNumber) in _keys)
        {
            if (offset >= slice.Offset && offset + length <= slice.Offset + slice.Length)
            {
                bytes.AsSpan(offset - slice.Offset, length).Fill(isNumber ? (byte)'1' : (byte)'*');
            }
        }

        members.Add(KeyValuePair.Create(name, JsonTreeReader.Read(bytes).Tree));
    }

    private void TakeRoot(JsonTokenType root)
    {
        _isFirst = false;
        if (_kind == BodyKind.Webhook && root == JsonTokenType.StartArray)
        {
            IsArray = true;
            _itemDepth = 1;
        }

        _wrongType = _kind == BodyKind.Batch && root != JsonTokenType.StartObject;
    }

    private void TakeName(ref Utf8JsonReader reader, int depth)
    {
        if (_maskDepth == None && Is(ref reader, "writeKey"u8))
        {
            _maskDepth = depth;
        }

        if (_kind == BodyKind.Batch && depth == 1)
        {
            _part = Part(ref reader);
        }
    }

    private static EnvelopePart Part(ref Utf8JsonReader reader) =>
        Is(ref reader, "batch"u8) ? EnvelopePart.Batch
        : Is(ref reader, "context"u8) ? EnvelopePart.Context
        : Is(ref reader, "integrations"u8) ? EnvelopePart.Integrations
        : Is(ref reader, "sentAt"u8) ? EnvelopePart.SentAt
        : Is(ref reader, "timestamp"u8) ? EnvelopePart.Timestamp
        : EnvelopePart.Other;

    private static bool Is(ref Utf8JsonReader reader, ReadOnlySpan<byte> name) =>
        reader.ValueIsEscaped ? IsEscaped(ref reader, name) : reader.ValueSpan.SequenceEqual(name);

    private static bool IsEscaped(ref Utf8JsonReader reader, ReadOnlySpan<byte> name)
    {
        try
        {
            return reader.ValueTextEquals(name);
        }
        catch (InvalidOperationException)
        {
            return false;   // half a character in it: no name of ours
        }
    }

    private void TakeScalar(ref Utf8JsonReader reader, int depth)
    {
        Begin(ref reader, depth);
        End(ref reader, depth);
        if (_maskDepth == None)
        {
            return;
        }

        Mask(ref reader, depth);
        if (depth == _maskDepth)
        {
            _maskDepth = None;
        }
    }

    private void Mask(ref Utf8JsonReader reader, int depth)
    {
        var start = _shift + (int)reader.TokenStartIndex;
        if (reader.TokenType == JsonTokenType.Number)
        {
            _keys.Add((start, reader.ValueSpan.Length, true));
        }
        else if (reader.TokenType == JsonTokenType.String)
        {
            _keys.Add((start + 1, reader.ValueSpan.Length, false));
            if (depth == _maskDepth && reader.ValueSpan.Length > 0)
            {
                Remember(ref reader, depth);
            }
        }
    }

    private void Remember(ref Utf8JsonReader reader, int depth)
    {
        if (depth == 1 && !IsArray)
        {
            _topKey = Text(ref reader);
        }
        else if (_inItems && depth == _itemDepth + 1)
        {
            _itemKey ??= Text(ref reader);
        }
    }

    private static string? Text(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;   // no Unicode: no write key of ours
        }
    }

    private void Begin(ref Utf8JsonReader reader, int depth)
    {
        var isArray = reader.TokenType == JsonTokenType.StartArray;
        if (_kind == BodyKind.Batch && depth == 1 && _part == EnvelopePart.Batch)
        {
            // Of several members named batch the last one counts, as everywhere.
            _wrongType = !isArray && reader.TokenType != JsonTokenType.Null;
            _inItems = isArray;
            _items.Clear();
            ItemCount = 0;
        }
        else if (depth == _itemDepth ? _inItems : depth == 1 && _kind == BodyKind.Batch)
        {
            _valueStart = _shift + (int)reader.TokenStartIndex;
            _valueIsObject = reader.TokenType == JsonTokenType.StartObject;
        }
    }

    private void End(ref Utf8JsonReader reader, int depth)
    {
        if (_inItems && depth == _itemDepth)
        {
            ItemCount++;
            if (_items.Count < RequestShape.MaxItems)
            {
                _items.Add(Slice(ref reader));
            }
        }
        else if (_kind == BodyKind.Batch && depth == 1)
        {
            EndPart(ref reader);
        }
    }

    private void EndPart(ref Utf8JsonReader reader)
    {
        switch (_part)
        {
            case EnvelopePart.Batch:
                _inItems = false;
                break;
            case EnvelopePart.Context:
                _context = Slice(ref reader);
                break;
            case EnvelopePart.Integrations:
                _integrations = Slice(ref reader);
                break;
            case EnvelopePart.SentAt:
                _sentAt = Slice(ref reader);
                break;
            case EnvelopePart.Timestamp:
                _timestamp = Slice(ref reader);
                break;
        }
    }

    private CallSlice Slice(ref Utf8JsonReader reader) =>
        new(_valueStart, _shift + (int)reader.BytesConsumed - _valueStart, _valueIsObject);
}
