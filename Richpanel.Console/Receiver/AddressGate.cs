using System.Net;
using Microsoft.Extensions.Options;
using Richpanel.Console.Shared;
using Richpanel.Core.Causes;

namespace Richpanel.Console.Receiver;

/// <summary>So many requests an address, whoever it claims to be.</summary>
internal sealed class AddressGate(IOptions<ReceiverOptions> options, TimeProvider time)
{
    private readonly AddressBuckets? _buckets = options.Value.RateLimit is { Enabled: true } rate
        ? new AddressBuckets(new BucketRate(time, rate.AddressPerSecond, rate.AddressBurst), time)
        : null;

    /// <summary>What it is told when it is over its limit; null when it may go on.</summary>
    public SegmentAnswer? RefusalOf(IPAddress? address) =>
        _buckets is null || address is null || _buckets.Of(address).TryTake(out var wait)
            ? null
            : SegmentAnswer.Refused(StatusCodes.Status429TooManyRequests, CauseCatalog.AddressRateLimited, retryAfter: WholeSeconds.Of(wait));
}
