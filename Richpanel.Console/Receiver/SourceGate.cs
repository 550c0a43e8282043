using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Richpanel.Console.Shared;
using Richpanel.Core.Causes;
using Richpanel.Core.Connections;

namespace Richpanel.Console.Receiver;

/// <summary>Who posts, and may it at all? Throws <see cref="RefusedException"/> when not. Whether it may now: <see cref="RefusalOf"/>.</summary>
internal sealed class SourceGate
{
    private const int NoSourceRetrySeconds = 10;
    private const int LostSecretRetrySeconds = 60;

    private readonly ConnectionDirectory _directory;
    private readonly SecretProtector _secrets;
    private readonly TimeProvider _time;
    private readonly ConcurrentDictionary<long, TokenBucket> _buckets = new();
    private readonly BucketRate? _rate;

    public SourceGate(ConnectionDirectory directory, SecretProtector secrets, IOptions<ReceiverOptions> options, TimeProvider time)
    {
        _directory = directory;
        _secrets = secrets;
        _time = time;
        _rate = options.Value.RateLimit is { Enabled: true } rate ? new BucketRate(time, rate.PerSecond, rate.Burst) : null;
    }

    /// <summary>What a source is told that is over its limit; null when it may go on. An answer and no exception: a flood gets many.</summary>
    public SegmentAnswer? RefusalOf(Source source) =>
        _rate is null || _buckets.GetOrAdd(source.Id, static (_, rate) => new TokenBucket(rate), _rate).TryTake(out var wait)
            ? null
            : SegmentAnswer.Refused(StatusCodes.Status429TooManyRequests, CauseCatalog.RateLimited, retryAfter: WholeSeconds.Of(wait));

    /// <summary>The source of the write key in the Basic header, else of the one in the body.</summary>
    public Source ByWriteKey(HttpRequest request, string? bodyKey)
    {
        DemandAnySource();
        var source = (BasicUser.Of(request) is { } user ? _directory.FindSourceByWriteKey(user) : null)
            ?? (bodyKey is { Length: > 0 } ? _directory.FindSourceByWriteKey(bodyKey) : null);
        return Admit(request, source ?? throw Unknown("No source has this write key. Send it as Basic user name or as 'writeKey' in the body."));
    }

    /// <summary>The source of a write key in the address, which only browsers ask with.</summary>
    public Source ByWriteKeyOnly(HttpRequest request, string writeKey)
    {
        DemandAnySource();
        return Admit(request, _directory.FindSourceByWriteKey(writeKey)
            ?? throw new RefusedException(SegmentAnswer.Refused(StatusCodes.Status404NotFound, CauseCatalog.UnknownSource)));
    }

    public Source ByPublicId(HttpRequest request, string publicId)
    {
        DemandAnySource();
        return Admit(request, _directory.FindSourceByPublicId(publicId) ?? throw Unknown("No source has the id of this path. Copy the address from the source's page again."));
    }

    /// <summary>
    /// Segment's static partner address: the API Key alone is public, so the API Secret of the settings must be the connection's too.
    /// </summary>
    public Source ByPartnerSettings(HttpRequest request)
    {
        DemandAnySource();
        var apiKey = BasicUser.Of(request) ?? throw Unknown("Send the connection's API Key as Basic user name.");
        var secret = ApiSecretOf(request) ?? throw new RefusedException(SegmentAnswer.Refused(
            StatusCodes.Status401Unauthorized, CauseCatalog.BadSettings, "X-Segment-Settings"));
        var isLost = false;
        foreach (var connection in _directory.Connections)
        {
            if (connection.ProtectedSecret is not { } kept || !string.Equals(connection.ApiKey, apiKey, StringComparison.Ordinal) || SourceOf(connection) is not { } source)
            {
                continue;
            }

            // Segment goes on sending the secret before until somebody changes its settings too; it opens while it is kept.
            if (_secrets.Open(kept) is not { } stored)
            {
                isLost = true;
            }
            else if (IsSame(secret, stored) || (connection.KeepsPreviousSecret(_time.GetUtcNow()) && _secrets.Open(connection.PreviousSecret!) is { } old && IsSame(secret, old)))
            {
                return Admit(request, source);
            }
        }

        if (isLost)
        {
            throw CannotVerify(null);
        }

        // The same answer for a wrong key and a wrong secret: which of the two it was is nobody's business.
        throw new RefusedException(SegmentAnswer.Refused(StatusCodes.Status401Unauthorized, CauseCatalog.BadSettings, "X-Segment-Settings"));
    }

    /// <summary>What must be checked and cannot be is neither let in nor turned away for good.</summary>
    public static RefusedException CannotVerify(Source? known) =>
        new(SegmentAnswer.Refused(StatusCodes.Status503ServiceUnavailable, CauseCatalog.CannotVerify, retryAfter: LostSecretRetrySeconds)) { Known = known };

    private Source? SourceOf(Connection connection)
    {
        var own = _directory.Sources.Where(source => source.ConnectionId == connection.Id).ToList();
        return own.Find(source => !source.Disabled) ?? own.FirstOrDefault();
    }

    private void DemandAnySource()
    {
        if (_directory.Sources.Count == 0)
        {
            throw new RefusedException(SegmentAnswer.Refused(
                StatusCodes.Status503ServiceUnavailable, CauseCatalog.NoSourceYet, retryAfter: NoSourceRetrySeconds));
        }
    }

    private Source Admit(HttpRequest request, Source source)
    {
        if (source.AllowedOrigins is not null || source.AllowedAddresses is not null)
        {
            DemandListed(request, source, _directory.DoorOf(source));
        }

        return source;
    }

    private static void DemandListed(HttpRequest request, Source source, SourceDoor door)
    {
        if (!door.AllowsAddress(request.HttpContext.Connection.RemoteIpAddress))
        {
            throw new RefusedException(SegmentAnswer.Refused(StatusCodes.Status403Forbidden, CauseCatalog.SenderNotAllowed)) { Known = source };
        }

        if (!door.AllowsOrigin(request.Headers.Origin))
        {
            throw new RefusedException(SegmentAnswer.Refused(StatusCodes.Status403Forbidden, CauseCatalog.OriginNotAllowed, "Origin")) { Known = source };
        }
    }

    private static string? ApiSecretOf(HttpRequest request)
    {
        string? header = request.Headers["X-Segment-Settings"];
        try
        {
            if (header is null)
            {
                return null;
            }

            using var settings = JsonDocument.Parse(Convert.FromBase64String(header));
            return settings.RootElement.ValueKind == JsonValueKind.Object
                && settings.RootElement.TryGetProperty("apiSecret", out var secret) && secret.ValueKind == JsonValueKind.String
                ? secret.GetString()
                : null;
        }
        catch (Exception unreadable) when (unreadable is FormatException or JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>By hash, so that the time tells nothing, not even the length.</summary>
    private static bool IsSame(string one, string other) => CryptographicOperations.FixedTimeEquals(
        SHA256.HashData(Encoding.UTF8.GetBytes(one)), SHA256.HashData(Encoding.UTF8.GetBytes(other)));

    private static RefusedException Unknown(string message) =>
        new(SegmentAnswer.Refused(StatusCodes.Status401Unauthorized, CauseCatalog.UnknownSource, message: message));
}
