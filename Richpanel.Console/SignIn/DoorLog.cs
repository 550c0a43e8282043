using System.Threading.RateLimiting;
using Richpanel.Console.Shared;
using Richpanel.Core.Access;
using Richpanel.Core.ChangeLog;

namespace Richpanel.Console.SignIn;

/// <summary>
/// Lines of the change log for what is refused to nobody in particular, at pages that anybody may open as often as they like: so few
/// a minute, for an address and in all, that nobody can fill the log, which never forgets, by knocking.
/// </summary>
internal sealed partial class DoorLog : IDisposable
{
    private const int LinesOfOne = 20;
    private const int LinesOfAll = 200;

    private readonly ChangeWriting _log;
    private readonly ILogger<DoorLog> _logger;
    private readonly PartitionedRateLimiter<UInt128> _ofOne;
    private readonly PartitionedRateLimiter<UInt128> _ofAll;
    private readonly PartitionedRateLimiter<UInt128> _both;

    public DoorLog(ChangeWriting log, ILogger<DoorLog> logger)
    {
        (_log, _logger) = (log, logger);
        _ofOne = PartitionedRateLimiter.Create<UInt128, UInt128>(network => RateLimitPartition.GetFixedWindowLimiter(network, _ => AMinute(LinesOfOne)));
        _ofAll = PartitionedRateLimiter.Create<UInt128, UInt128>(_ => RateLimitPartition.GetFixedWindowLimiter(UInt128.Zero, _ => AMinute(LinesOfAll)));
        _both = PartitionedRateLimiter.CreateChained(_ofOne, _ofAll);
    }

    public async Task WriteAsync(HttpContext http, Change change)
    {
        using var lease = _both.AttemptAcquire(http.Connection.RemoteIpAddress is { } address ? NetworkKey.Of(address) : UInt128.Zero);
        if (lease.IsAcquired)
        {
            await _log.WriteAsync(Actor.Nobody(RemoteAddress.Of(http)), change);
        }
        else
        {
            TooMany(change.Action.Code);
        }
    }

    /// <summary>The chain does not dispose what it is made of.</summary>
    public void Dispose()
    {
        _both.Dispose();
        _ofOne.Dispose();
        _ofAll.Dispose();
    }

    private static FixedWindowRateLimiterOptions AMinute(int lines) => new() { PermitLimit = lines, Window = TimeSpan.FromMinutes(1), QueueLimit = 0 };

    [LoggerMessage(EventId = 1403, Level = LogLevel.Information, Message = "{Action} at the door is not a line of the change log: there were too many in this minute")]
    private partial void TooMany(string action);
}
