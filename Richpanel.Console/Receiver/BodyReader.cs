using System.IO.Compression;
using System.IO.Pipelines;
using Microsoft.Extensions.Options;
using Richpanel.Core.Causes;

namespace Richpanel.Console.Receiver;

/// <summary>
/// Reads a body whatever its Content-Type says: plain or gzip, with a length or chunked, never more than its limit before or
/// after decompression, and never longer than the read timeout. Throws <see cref="RefusedException"/>.
/// </summary>
internal sealed class BodyReader(ReadingBudget budget, IOptions<ReceiverOptions> options, TimeProvider time)
{
    /// <summary>The decompressed body. The caller disposes it.</summary>
    public async ValueTask<BodyBuffer> ReadAsync(HttpRequest request, int limit)
    {
        if (request.ContentLength > limit)
        {
            throw BodyBuffer.TooLarge(limit);
        }

        var isGzip = IsGzip(request);
        var body = new BodyBuffer(budget, limit);
        try
        {
            await FillAsync(request.BodyReader, body);
            if (isGzip && body.Written.Length > 0)
            {
                var plain = new BodyBuffer(budget, limit);
                var packed = body;
                body = plain;
                using (packed)
                {
                    Inflate(packed, plain);
                }
            }

            return body;
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    private static bool IsGzip(HttpRequest request)
    {
        var encoding = request.Headers.ContentEncoding.ToString().Trim();
        if (encoding.Length == 0 || encoding.Equals("identity", StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        return encoding.Equals("gzip", StringComparison.OrdinalIgnoreCase) || encoding.Equals("x-gzip", StringComparison.OrdinalIgnoreCase)
            ? true
            : throw new RefusedException(SegmentAnswer.Refused(StatusCodes.Status400BadRequest, CauseCatalog.UnsupportedEncoding, "Content-Encoding"));
    }

    private async ValueTask FillAsync(PipeReader reader, BodyBuffer body)
    {
        // Most bodies are there already: no timer for them.
        if (reader.TryRead(out var result) && Take(reader, result, body))
        {
            return;
        }

        // Not by a canceled read, after which the server could not even drain the rest.
        using var deadline = new CancellationTokenSource(options.Value.ReadTimeout, time);
        await using var end = deadline.Token.Register(reader.CancelPendingRead);
        do
        {
            result = await reader.ReadAsync();
        }
        while (!Take(reader, result, body));
    }

    private static bool Take(PipeReader reader, ReadResult result, BodyBuffer body)
    {
        if (result.IsCanceled)
        {
            reader.AdvanceTo(result.Buffer.End);
            throw new RefusedException(SegmentAnswer.Refused(StatusCodes.Status408RequestTimeout, CauseCatalog.ReadTimeout));
        }

        foreach (var piece in result.Buffer)
        {
            body.Append(piece.Span);
        }

        reader.AdvanceTo(result.Buffer.End);
        return result.IsCompleted;
    }

    private static void Inflate(BodyBuffer packed, BodyBuffer plain)
    {
        using var gzip = new GZipStream(packed.AsStream(), CompressionMode.Decompress);
        try
        {
            plain.AppendAll(gzip);
        }
        catch (InvalidDataException)
        {
            throw new RefusedException(SegmentAnswer.Refused(StatusCodes.Status400BadRequest, CauseCatalog.BrokenCompression, "Content-Encoding"));
        }
    }
}
