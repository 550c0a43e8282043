using System.Net;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Richpanel.Console.Receiver;

namespace Richpanel.Tests.Receiving;

public sealed class AddressGateTests
{
    private static readonly IPAddress s_one = IPAddress.Parse("203.0.113.9");

    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Beyond_its_burst_an_address_is_refused_with_whole_seconds_to_wait_and_another_is_not()
    {
        var gate = Gate(burst: 2);
        Assert.Null(gate.RefusalOf(s_one));
        Assert.Null(gate.RefusalOf(s_one));

        var refused = gate.RefusalOf(s_one);

        Assert.Equal((429, "address_rate_limited", 1), (refused!.Status, refused.Cause!.Code, refused.RetryAfter));
        Assert.Null(gate.RefusalOf(IPAddress.Parse("203.0.113.10")));
    }

    [Fact]
    public void Who_waited_as_told_is_let_in_again()
    {
        var gate = Gate(burst: 1);
        gate.RefusalOf(s_one);

        _time.Advance(TimeSpan.FromSeconds(gate.RefusalOf(s_one)!.RetryAfter!.Value));

        Assert.Null(gate.RefusalOf(s_one));
    }

    [Fact]
    public void Switched_off_nobody_is_counted()
    {
        var gate = Gate(burst: 1, enabled: false);

        Assert.All(Enumerable.Range(0, 10), _ => Assert.Null(gate.RefusalOf(s_one)));
    }

    [Fact]
    public void Without_an_address_there_is_nobody_to_count()
    {
        var gate = Gate(burst: 1);

        Assert.All(Enumerable.Range(0, 10), _ => Assert.Null(gate.RefusalOf(null)));
    }

    private AddressGate Gate(int burst, bool enabled = true) =>
        new(Options.Create(new ReceiverOptions { RateLimit = new() { Enabled = enabled, AddressPerSecond = 1, AddressBurst = burst } }), _time);
}
