using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Net;
using Richpanel.Console.Shared;
using Richpanel.Core.Access;

namespace Richpanel.Console.Api;

/// <summary>
/// Tokens that open nothing: counted, told in the log, and so many an address. Nobody guesses 256 random bits; but a flood of guesses,
/// or a script with an old token, shall not read the database each time. Tokens that opened something go on being looked up, so that
/// one such script does not lock out the others behind the same address.
/// </summary>
internal sealed partial class TokenTries
{
    private const int AtOnce = 20;
    private const double PerSecond = 20 / 60.0;

    private readonly AddressBuckets _wrong;
    private readonly ConcurrentDictionary<string, bool> _proven = new(StringComparer.Ordinal);
    private readonly Counter<long> _refused;
    private readonly ILogger<TokenTries> _log;

    public TokenTries(TimeProvider time, IMeterFactory meters, ILogger<TokenTries> log)
    {
        _wrong = new AddressBuckets(new BucketRate(time, PerSecond, AtOnce), time);
        _refused = meters.Create(ApiMetrics.MeterName).CreateCounter<long>("richpanel_api_tokens_refused", description: "Calls with a token that opens nothing, by whether it was looked up.");
        _log = log;
    }

    /// <summary>How long to wait before this token is looked up; null: now.</summary>
    public TimeSpan? WaitOf(IPAddress? address, string bearer)
    {
        if (address is null || _wrong.Of(address).Wait is not { Ticks: > 0 } wait || _proven.ContainsKey(KeyOf(bearer)))
        {
            return null;
        }

        Count("not_looked_up");
        return wait;
    }

    public void Opened(string bearer) => _proven[KeyOf(bearer)] = true;

    public void Failed(HttpContext context, string bearer)
    {
        _proven.TryRemove(KeyOf(bearer), out _);
        Count("unknown");
        if (context.Connection.RemoteIpAddress is not { } address || _wrong.Of(address).TryTake(out _))
        {
            Refused(_log, RemoteAddress.Of(context));
        }
    }

    private void Count(string why) => _refused.Add(1, KeyValuePair.Create<string, object?>("why", why));

    /// <summary>Nothing that could be used, should it ever be seen.</summary>
    private static string KeyOf(string bearer) => Convert.ToHexString(ApiToken.HashOf(bearer));

    [LoggerMessage(EventId = 21, Level = LogLevel.Warning, Message = "A call from {Address} came with an API token that is unknown, expired or revoked")]
    private static partial void Refused(ILogger logger, string? address);
}
