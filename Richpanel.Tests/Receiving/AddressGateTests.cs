using System.Net;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Richpanel.Console.Receiver;
using Richpanel.Console.Shared;

namespace Richpanel.Tests.Receiving;

public sealed class AddressGateTests
{
    [Fact]
    public void Beyond_its_burst_an_address_is_refused_with_whole_seconds_to_wait_and_another_is_not()
    {
        using var gate = Gate(burst: 2);
        gate.Demand(IPAddress.Parse("203.0.113.9"));
        gate.Demand(IPAddress.Parse("203.0.113.9"));

        var refused = Assert.Throws<RefusedException>(() => gate.Demand(IPAddress.Parse("::ffff:203.0.113.9")));

        Assert.Equal((429, "address_rate_limited"), (refused.Answer.Status, refused.Answer.Cause!.Code));
        Assert.InRange(refused.Answer.RetryAfter ?? 0, 1, 60);
        gate.Demand(IPAddress.Parse("203.0.113.10"));
    }

    [Fact]
    public void Whoever_owns_a_network_of_IPv6_is_one_sender()
    {
        using var gate = Gate(burst: 1);
        gate.Demand(IPAddress.Parse("2001:db8:1:2::1"));

        Assert.Throws<RefusedException>(() => gate.Demand(IPAddress.Parse("2001:db8:1:2:ffff::9")));
        gate.Demand(IPAddress.Parse("2001:db8:1:3::1"));
    }

    [Fact]
    public void Switched_off_nobody_is_counted()
    {
        using var gate = new AddressGate(Options.Create(new ReceiverOptions { RateLimit = new() { AddressBurst = 1 } }), TimeProvider.System);
        for (var i = 0; i < 10; i++)
        {
            gate.Demand(IPAddress.Loopback);
        }

        Assert.Equal(0, gate.Count);
    }

    [Fact]
    public void A_flood_from_everywhere_fills_the_table_and_no_more_and_shares_one_bucket_beyond_it()
    {
        const int burst = 1000;
        using var gate = Gate(burst);
        for (var i = 0; i < AddressGate.MostAddresses; i++)
        {
            for (var call = 0; call < 30; call++)   // so many that it is not full again, and forgotten, before the last one came
            {
                gate.Demand(Nth(i));
            }
        }

        Assert.Throws<RefusedException>(() =>
        {
            for (var i = 0; i < 10 * burst; i++)
            {
                gate.Demand(Nth(AddressGate.MostAddresses + i));
            }
        });

        Assert.Equal(AddressGate.MostAddresses, gate.Count);
    }

    [Fact]
    public void An_IPv4_address_and_an_IPv6_network_are_never_the_same_key() =>
        Assert.NotEqual(NetworkKey.Of(IPAddress.Parse("0.0.0.1")), NetworkKey.Of(IPAddress.Parse("::1")));

    private static IPAddress Nth(int i) => new([10, (byte)(i >> 16), (byte)(i >> 8), (byte)i]);

    private static AddressGate Gate(int burst) => new(
        Options.Create(new ReceiverOptions { RateLimit = new() { Enabled = true, AddressPerSecond = 1, AddressBurst = burst } }), new FakeTimeProvider());
}
