using System.Buffers;
using Richpanel.Console.Shared;
using Richpanel.Core.Causes;

namespace Richpanel.Console.Receiver;

/// <summary>What all bodies that are being read may take together. Beyond it senders are asked to come again.</summary>
internal sealed class ReadingBudget
{
    private const long MostBytes = 128L * 1024 * 1024;

    private readonly ByteBudget _budget = new(MostBytes);

    public void Take(int bytes)
    {
        if (!_budget.TryTake(bytes))
        {
            throw new RefusedException(SegmentAnswer.Refused(StatusCodes.Status429TooManyRequests, CauseCatalog.OverCapacity, retryAfter: 1));
        }
    }

    public void GiveBack(int bytes) => _budget.GiveBack(bytes);
}

/// <summary>A body in rented memory that grows up to a limit and no further.</summary>
internal sealed class BodyBuffer(ReadingBudget budget, int limit) : IDisposable
{
    private const int FirstSize = 4096;

    private byte[] _bytes = [];
    private int _length;

    public Memory<byte> Written => _bytes.AsMemory(0, _length);

    public void Append(ReadOnlySpan<byte> bytes)
    {
        if ((long)_length + bytes.Length > limit)
        {
            throw TooLarge(limit);
        }

        if (_bytes.Length - _length < bytes.Length)
        {
            Grow(_length + bytes.Length);
        }

        bytes.CopyTo(_bytes.AsSpan(_length));
        _length += bytes.Length;
    }

    /// <summary>Adds what <paramref name="source"/> gives until it ends or the limit is passed: a bomb ends here and not in memory.</summary>
    public void AppendAll(Stream source)
    {
        int read;
        do
        {
            if (_bytes.Length == _length)
            {
                Grow(_length + 1);
            }

            read = source.Read(_bytes.AsSpan(_length));
            _length += read;
            if (_length > limit)
            {
                throw TooLarge(limit);
            }
        }
        while (read > 0);
    }

    public Stream AsStream() => new MemoryStream(_bytes, 0, _length, writable: false);

    public void Dispose()
    {
        if (_bytes.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_bytes);
            budget.GiveBack(_bytes.Length);
            _bytes = [];
        }
    }

    public static RefusedException TooLarge(int limit) => new(SegmentAnswer.Refused(
        StatusCodes.Status400BadRequest,
        CauseCatalog.BodyTooLarge,
        message: $"The body is larger than {limit} bytes after decompression. Send smaller batches."));

    private void Grow(int needed)
    {
        var doubled = (int)Math.Min(_bytes.Length * 2L, limit);
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(Math.Max(needed, FirstSize), doubled));
        try
        {
            budget.Take(larger.Length);
        }
        catch (RefusedException)
        {
            ArrayPool<byte>.Shared.Return(larger);
            throw;
        }

        _bytes.AsSpan(0, _length).CopyTo(larger);
        Dispose();
        _bytes = larger;
    }
}
