using Microsoft.Extensions.Logging;

namespace Richpanel.Core.Deliveries;

/// <summary>Log messages of the dispatcher, ids from 2000: ids, counts and causes, never a payload, an e-mail or a secret.</summary>
internal static partial class DeliveryLog
{
    [LoggerMessage(EventId = 2001, Level = LogLevel.Debug,
        Message = "Connection {ConnectionId}: {Accepted} accepted, {Waiting} wait for another try, {Ended} ended otherwise, {Claimed} claimed")]
    public static partial void TurnRecorded(this ILogger logger, long connectionId, int accepted, int waiting, int ended, int claimed);

    [LoggerMessage(EventId = 2002, Level = LogLevel.Warning, Message = "Delivery {DeliveryId} failed: {Cause}")]
    public static partial void DeliveryFailed(this ILogger logger, long deliveryId, string? cause);

    [LoggerMessage(EventId = 2003, Level = LogLevel.Warning, Message = "Connection {ConnectionId} is on hold: {Cause}; until {Until}")]
    public static partial void ConnectionHeld(this ILogger logger, long connectionId, string cause, DateTimeOffset? until);

    [LoggerMessage(EventId = 2004, Level = LogLevel.Information, Message = "Connection {ConnectionId} was asked to wait until {Until}")]
    public static partial void ConnectionPostponed(this ILogger logger, long connectionId, DateTimeOffset? until);

    [LoggerMessage(EventId = 2005, Level = LogLevel.Warning,
        Message = "Connection {ConnectionId}: {Count} deliveries were claimed without a recorded outcome; they are sent again and marked")]
    public static partial void ClaimsRecovered(this ILogger logger, long connectionId, int count);

    [LoggerMessage(EventId = 2006, Level = LogLevel.Error, Message = "Delivery {DeliveryId}: reading or mapping broke off with {Error}")]
    public static partial void MappingBroke(this ILogger logger, long deliveryId, string error);

    [LoggerMessage(EventId = 2007, Level = LogLevel.Error, Message = "Connection {ConnectionId}: a send ended in an unexpected error {Error}")]
    public static partial void SendBroke(this ILogger logger, long connectionId, string error);

    [LoggerMessage(EventId = 2008, Level = LogLevel.Information, Message = "Connection {ConnectionId}: {Unfinished} sends were broken off by the stop")]
    public static partial void StopBrokeOff(this ILogger logger, long connectionId, int unfinished);

    [LoggerMessage(EventId = 2009, Level = LogLevel.Error, Message = "Connection {ConnectionId}: a round failed; resting before the next")]
    public static partial void RoundFailed(this ILogger logger, long connectionId, Exception failure);

    [LoggerMessage(EventId = 2010, Level = LogLevel.Error, Message = "Looking after the connections' loops failed; resting before the next look")]
    public static partial void DispatcherRoundFailed(this ILogger logger, Exception failure);

    [LoggerMessage(EventId = 2011, Level = LogLevel.Information, Message = "Connection {ConnectionId}: hold, pause or postponement ended")]
    public static partial void StopEnded(this ILogger logger, long connectionId);

    [LoggerMessage(EventId = 2012, Level = LogLevel.Warning, Message = "Connection {ConnectionId} got no answers ({Cause}, {Probes} probes): the next probe goes out at {Until}")]
    public static partial void BreakerOpened(this ILogger logger, long connectionId, string cause, int probes, DateTimeOffset until);

    [LoggerMessage(EventId = 2013, Level = LogLevel.Information, Message = "Connection {ConnectionId}: a probe was answered, sending goes on")]
    public static partial void BreakerClosed(this ILogger logger, long connectionId);
}
