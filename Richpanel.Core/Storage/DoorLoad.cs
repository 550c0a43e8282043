using System.Diagnostics;

namespace Richpanel.Core.Storage;

/// <summary>
/// Whether senders crowd at the door: how many of them wait for one commit, or how much they bring, over windows of a tenth of a
/// second. In a rush they come first, since each of them waits for its answer: whoever works behind the door paces itself by this.
/// A steady stream that the machine can take, however fast, is no rush. One thread tells of commits, any thread may ask.
/// </summary>
public sealed class DoorLoad
{
    /// <summary>This many senders for one commit, on average, are a rush.</summary>
    public const int Crowd = 20;

    /// <summary>It lasts until they are fewer than this: what is done in a rush shortens their queue, and must not end by that.</summary>
    public const int Calm = 14;

    /// <summary>Or this many bytes a second: more than a machine of two cores makes rows of at the same time.</summary>
    public const int BytesCrowd = 8 * 1024 * 1024;

    private static readonly long s_window = Stopwatch.Frequency / 10;

    private readonly Func<long> _clock;
    private long _windowStart;
    private int _senders;
    private int _commits;
    private long _bytes;
    private volatile bool _crowded;

    /// <param name="clock">Ticks as <see cref="Stopwatch"/> counts them.</param>
    internal DoorLoad(Func<long> clock) => (_clock, _windowStart) = (clock, clock());

    public DoorLoad()
        : this(Stopwatch.GetTimestamp)
    {
    }

    /// <summary>Nothing for two windows is no rush, whatever the last one said.</summary>
    public bool IsRush => _crowded && _clock() - Interlocked.Read(ref _windowStart) <= 2 * s_window;

    /// <summary>A request of this many bytes has come; from any thread.</summary>
    internal void Came(int bytes) => Interlocked.Add(ref _bytes, bytes);

    /// <summary>A commit begins that this many senders wait for.</summary>
    internal void Committing(int senders)
    {
        if (senders == 0)
        {
            return;
        }

        _senders += senders;
        _commits++;
        var now = _clock();
        if (now - _windowStart >= s_window)
        {
            var bytesASecond = Interlocked.Exchange(ref _bytes, 0) * Stopwatch.Frequency / (now - _windowStart);
            _crowded = _senders >= (_crowded ? Calm : Crowd) * _commits || bytesASecond >= BytesCrowd;
            (_senders, _commits) = (0, 0);
            Interlocked.Exchange(ref _windowStart, now);
        }
    }
}
