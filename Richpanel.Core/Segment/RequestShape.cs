using System.Text.Json;
using Richpanel.Core.Json;

namespace Richpanel.Core.Segment;

/// <summary>How the calls stand in a body.</summary>
public enum BodyKind
{
    /// <summary>The body is one call.</summary>
    Single,

    /// <summary>An envelope object whose <c>batch</c> holds the calls (segment.md 1.7).</summary>
    Batch,

    /// <summary>One call, or an array of them (segment.md 2.3).</summary>
    Webhook,
}

/// <summary>What is wrong with a body as a whole.</summary>
public enum ShapeFault
{
    None,

    /// <summary>No JSON, or something after it.</summary>
    NotJson,

    /// <summary>Nested deeper than <see cref="JsonTreeReader.MaxDepth"/>.</summary>
    TooDeep,

    /// <summary>A batch envelope, or its <c>batch</c>, has the wrong type.</summary>
    NotABatch,

    /// <summary>The envelope has no <c>batch</c>, or there is no call in it.</summary>
    EmptyBatch,
}

/// <summary>Where one call stands in the decompressed body, in bytes.</summary>
/// <param name="IsObject">False for an item that is a text, a number, an array and so on: no call.</param>
public readonly record struct CallSlice(int Offset, int Length, bool IsObject)
{
    public ReadOnlySpan<byte> Of(ReadOnlySpan<byte> body) => body.Slice(Offset, Length);
}

/// <summary>
/// What the door has to know of a body, found in one pass and without a tree. Never throws, whatever the bytes. The same
/// body always gives the same slices, before and after <see cref="OverwriteKeys"/>.
/// </summary>
public sealed class RequestShape
{
    /// <summary>Calls a request may hold; slices beyond it are counted and not kept.</summary>
    public const int MaxItems = 2_500;

    private IReadOnlyList<(int Offset, int Length, bool IsNumber)> _keys = [];

    private RequestShape()
    {
    }

    public ShapeFault Fault { get; private init; }

    /// <summary>Line of the fault, from 1; 0 without one.</summary>
    public long FaultLine { get; private init; }

    /// <summary>Byte within that line, from 1; 0 without a fault.</summary>
    public long FaultByte { get; private init; }

    /// <summary>The write key of envelope or call, else the first one inside an item; null when there is none.</summary>
    public string? WriteKey { get; private init; }

    /// <summary>Every call in order, the first <see cref="MaxItems"/> of them.</summary>
    public IReadOnlyList<CallSlice> Items { get; private init; } = [];

    /// <summary>How many calls there are, kept or not.</summary>
    public int ItemCount { get; private init; }

    /// <summary>The bytes <c>X-Signature</c> covers: the body as sent, of an array its first element only.</summary>
    public CallSlice Signed { get; private init; }

    /// <summary>There are calls that <see cref="Signed"/> says nothing of.</summary>
    public bool HasUnsigned { get; private init; }

    /// <summary>Compact JSON object of the envelope's own context, integrations, sentAt and timestamp; null when it has none of them.</summary>
    public string? Envelope { get; private init; }

    /// <summary>How many bytes of the body they were.</summary>
    public int EnvelopeBytes { get; private init; }

    public static RequestShape Read(ReadOnlySpan<byte> body, BodyKind kind)
    {
        var start = body.StartsWith("\uFEFF"u8) ? 3 : 0;

        // Whatever its depth: an item of a list that is too deep is one bad call and costs its neighbours nothing.
        var reader = new Utf8JsonReader(body[start..], new JsonReaderOptions { MaxDepth = JsonTreeReader.AnyDepth });
        var scan = new RequestScan(kind, start);
        try
        {
            while (reader.Read())
            {
                if (!scan.Take(ref reader))
                {
                    var (line, place) = LineAndByte(body[..(start + (int)reader.TokenStartIndex)]);
                    return new RequestShape { Fault = ShapeFault.TooDeep, FaultLine = line, FaultByte = place, _keys = scan.Keys };
                }
            }
        }
        catch (JsonException fault)
        {
            return new RequestShape
            {
                Fault = ShapeFault.NotJson,
                FaultLine = (fault.LineNumber ?? 0) + 1,
                FaultByte = (fault.BytePositionInLine ?? 0) + 1,
                _keys = scan.Keys,
            };
        }

        return new RequestShape
        {
            Fault = scan.Fault,
            FaultLine = scan.Fault == ShapeFault.None ? 0 : 1,
            FaultByte = scan.Fault == ShapeFault.None ? 0 : 1,
            WriteKey = scan.WriteKey,
            Items = scan.Items,
            ItemCount = scan.ItemCount,
            Signed = scan.IsArray && scan.Items.Count > 0 ? scan.Items[0] : new CallSlice(0, body.Length, IsObject: true),
            HasUnsigned = scan.IsArray && scan.ItemCount > 1,
            Envelope = scan.Envelope(body),
            EnvelopeBytes = scan.EnvelopeBytes,
            _keys = scan.Keys,
        };
    }

    /// <summary>
    /// Overwrites the value of every member named <c>writeKey</c>, at any depth, with <c>*</c> (numbers with <c>1</c>):
    /// the body stays JSON of the same length. Verify a signature first. Give the bytes that were read.
    /// </summary>
    public void OverwriteKeys(Span<byte> body)
    {
        foreach (var (offset, length, isNumber) in _keys)
        {
            body.Slice(offset, length).Fill(isNumber ? (byte)'1' : (byte)'*');
        }
    }

    private static (long Line, long Byte) LineAndByte(ReadOnlySpan<byte> before)
    {
        var newline = before.LastIndexOf((byte)'\n');
        return (before.Count((byte)'\n') + 1, before.Length - newline);
    }
}
