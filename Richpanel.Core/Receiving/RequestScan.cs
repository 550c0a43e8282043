using System.Globalization;
using System.Text;
using System.Text.Json;
using Richpanel.Core.Causes;
using Richpanel.Core.Json;

namespace Richpanel.Core.Receiving;

/// <summary>How a body holds its calls.</summary>
public enum BodyForm
{
    /// <summary>The body is one call.</summary>
    Single,

    /// <summary>An object whose member <c>batch</c> lists the calls.</summary>
    Envelope,

    /// <summary>One call, or a list of calls.</summary>
    SingleOrList,
}

/// <summary>Where one call stands in the body.</summary>
public readonly record struct CallSlice(int Offset, int Length);

/// <summary>A body that cannot be let in.</summary>
/// <param name="Cause">Why, from the catalogue.</param>
/// <param name="Path">JSON path of the fault.</param>
/// <param name="Message">What was found there and what to do.</param>
public sealed record ScanFault(Cause Cause, string Path, string Message);

/// <summary>
/// One pass over a body at the door: is it JSON of the right shape, where do its calls stand, which write key does it carry,
/// and what does its envelope say. Reads no call; that is the expander's work.
/// </summary>
public sealed class RequestScan
{
    private static readonly byte[][] s_envelopeMembers = ["context"u8.ToArray(), "integrations"u8.ToArray(), "sentAt"u8.ToArray(), "timestamp"u8.ToArray()];

    private readonly List<CallSlice> _calls = [];
    private readonly List<(string Name, CallSlice Value)> _envelope = [];
    private readonly List<CallSlice> _keys = [];
    private bool _hasBatch;
    private CallSlice _root;

    private RequestScan()
    {
    }

    /// <summary>Why the body cannot be let in; null when it can.</summary>
    public ScanFault? Fault { get; private set; }

    /// <summary>The calls in order; never empty when there is no fault.</summary>
    public IReadOnlyList<CallSlice> Calls => _calls;

    /// <summary>The writeKey of the body's top level, else of its first call that has one; null when there is none.</summary>
    public string? WriteKey { get; private set; }

    public static RequestScan Of(ReadOnlySpan<byte> body, BodyForm form)
    {
        var scan = new RequestScan();
        var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = JsonTreeReader.MaxDepth });
        try
        {
            scan.Walk(ref reader, form);
            scan.Judge(form);
        }
        catch (JsonException failure)
        {
            scan.Fault = FaultOf(failure, reader.CurrentDepth);
        }

        return scan;
    }

    /// <summary>Overwrites the value of every <c>writeKey</c> member with asterisks, so that no key is kept.</summary>
    public void MaskKeys(Span<byte> body)
    {
        foreach (var key in _keys)
        {
            // Without the quotes, which keeps the offsets of everything else.
            body.Slice(key.Offset + 1, key.Length - 2).Fill((byte)'*');
        }
    }

    /// <summary>JSON object of the envelope's own context, integrations, sentAt and timestamp; null when it has none. After masking.</summary>
    public string? EnvelopeOf(ReadOnlySpan<byte> maskedBody)
    {
        if (_envelope.Count == 0)
        {
            return null;
        }

        var json = new StringBuilder("{");
        foreach (var (name, value) in _envelope)
        {
            json.Append(json.Length == 1 ? "" : ",").Append('"').Append(name).Append("\":")
                .Append(Encoding.UTF8.GetString(maskedBody.Slice(value.Offset, value.Length)));
        }

        return json.Append('}').ToString();
    }

    private void Walk(ref Utf8JsonReader reader, BodyForm form)
    {
        reader.Read();
        var start = (int)reader.TokenStartIndex;
        if (reader.TokenType == JsonTokenType.StartObject)
        {
            WalkRoot(ref reader, form == BodyForm.Envelope);
        }
        else if (reader.TokenType == JsonTokenType.StartArray && form == BodyForm.SingleOrList)
        {
            _hasBatch = true;
            WalkCalls(ref reader);
        }
        else
        {
            Skip(ref reader);
        }

        _root = new CallSlice(start, (int)reader.BytesConsumed - start);

        // Throws when anything but blanks follows.
        reader.Read();
    }

    private void WalkRoot(ref Utf8JsonReader reader, bool isEnvelope)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (isEnvelope && reader.ValueTextEquals("batch"u8))
            {
                reader.Read();
                _calls.Clear();
                _hasBatch = reader.TokenType == JsonTokenType.StartArray;
                if (_hasBatch)
                {
                    WalkCalls(ref reader);
                }
                else
                {
                    Skip(ref reader);
                }
            }
            else if (reader.ValueTextEquals("writeKey"u8))
            {
                reader.Read();
                WriteKey = TakeKey(ref reader) ?? WriteKey;
            }
            else
            {
                var member = isEnvelope ? EnvelopeMember(ref reader) : null;
                reader.Read();
                var start = (int)reader.TokenStartIndex;
                Skip(ref reader);
                if (member is not null)
                {
                    _envelope.RemoveAll(known => string.Equals(known.Name, member, StringComparison.Ordinal));
                    _envelope.Add((member, new CallSlice(start, (int)reader.BytesConsumed - start)));
                }
            }
        }
    }

    private void WalkCalls(ref Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            var start = (int)reader.TokenStartIndex;
            Skip(ref reader);
            _calls.Add(new CallSlice(start, (int)reader.BytesConsumed - start));
        }
    }

    /// <summary>To the end of the value that has begun, looking for write keys on every level of it.</summary>
    private void Skip(ref Utf8JsonReader reader)
    {
        if (reader.TokenType is not (JsonTokenType.StartObject or JsonTokenType.StartArray))
        {
            return;
        }

        var depth = reader.CurrentDepth;
        while (reader.Read() && reader.CurrentDepth > depth)
        {
            if (reader.TokenType == JsonTokenType.PropertyName && reader.ValueSpan.Length >= 8 && reader.ValueTextEquals("writeKey"u8))
            {
                reader.Read();
                var key = TakeKey(ref reader);
                if (depth <= 2 && reader.CurrentDepth == depth + 1)
                {
                    WriteKey ??= key;
                }
            }
        }
    }

    private string? TakeKey(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.String)
        {
            Skip(ref reader);
            return null;
        }

        _keys.Add(new CallSlice((int)reader.TokenStartIndex, (int)(reader.BytesConsumed - reader.TokenStartIndex)));
        try
        {
            return reader.GetString();
        }
        catch (InvalidOperationException)
        {
            // Bytes that are no text: it cannot be anybody's key.
            return null;
        }
    }

    private static string? EnvelopeMember(ref Utf8JsonReader reader)
    {
        foreach (var name in s_envelopeMembers)
        {
            if (reader.ValueTextEquals(name))
            {
                return Encoding.ASCII.GetString(name);
            }
        }

        return null;
    }

    private void Judge(BodyForm form)
    {
        var isList = _hasBatch;
        if (form == BodyForm.Envelope && !isList)
        {
            Fault = new ScanFault(CauseCatalog.BatchMissing, "$.batch", "The body has no list 'batch'. Send {\"batch\":[…]}, or post a single call to its own route.");
        }
        else if (isList && _calls.Count == 0)
        {
            Fault = new ScanFault(CauseCatalog.EmptyBatch, form == BodyForm.Envelope ? "$.batch" : "$", "The list of calls is empty. Send at least one call.");
        }
        else if (!isList)
        {
            _calls.Add(_root);
        }
    }

    private static ScanFault FaultOf(JsonException failure, int depth)
    {
        if (depth >= JsonTreeReader.MaxDepth)
        {
            return new ScanFault(
                CauseCatalog.NestedTooDeep, "$", $"The body is nested deeper than {JsonTreeReader.MaxDepth} levels. Flatten it.");
        }

        // Counted from 1, as editors do. The framework's own text is left out: it can quote the body.
        var line = ((failure.LineNumber ?? 0) + 1).ToString(CultureInfo.InvariantCulture);
        var column = ((failure.BytePositionInLine ?? 0) + 1).ToString(CultureInfo.InvariantCulture);
        return new ScanFault(
            CauseCatalog.InvalidJson, "$", $"The body is not JSON: it breaks at line {line}, byte {column}. Send one JSON value as UTF-8.");
    }
}
