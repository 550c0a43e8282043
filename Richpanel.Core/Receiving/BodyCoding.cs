using System.Buffers;
using System.IO.Compression;

namespace Richpanel.Core.Receiving;

/// <summary>How bodies are kept: as they are, or as Brotli where that clearly pays.</summary>
internal static class BodyCoding
{
    /// <summary>
    /// Under this a body is kept as it is: a single call shrinks by little and the time is better spent on the next request.
    /// A batch of 100 calls shrinks to about a tenth, which costs less than writing and flushing the rest.
    /// </summary>
    public const int CompressFrom = 4096;

    /// <summary>Level 1 of 11: speed; a window of 256 KiB.</summary>
    private const int Quality = 1;

    private const int Window = 18;

    public static (byte[] Body, BodyEncoding Encoding) Encode(ReadOnlyMemory<byte> body)
    {
        if (body.Length >= CompressFrom)
        {
            var buffer = ArrayPool<byte>.Shared.Rent(body.Length);
            try
            {
                // Fails when the result would not fit a quarter less than the original: then it does not pay.
                if (BrotliEncoder.TryCompress(body.Span, buffer.AsSpan(0, body.Length / 4 * 3), out var written, Quality, Window))
                {
                    return (buffer.AsSpan(0, written).ToArray(), BodyEncoding.Brotli);
                }
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }

        return (body.ToArray(), BodyEncoding.Raw);
    }

    /// <summary>Null when the bytes are damaged.</summary>
    public static byte[]? DecodeOrNull(byte[] kept, BodyEncoding encoding)
    {
        if (encoding == BodyEncoding.Raw)
        {
            return kept;
        }

        try
        {
            using var inflate = new BrotliStream(new MemoryStream(kept), CompressionMode.Decompress);
            using var body = new MemoryStream(kept.Length * 8);
            inflate.CopyTo(body);
            return body.ToArray();
        }
        catch (Exception broken) when (broken is InvalidOperationException or InvalidDataException)   // what Brotli says of bytes that are none of its own
        {
            return null;
        }
    }
}
