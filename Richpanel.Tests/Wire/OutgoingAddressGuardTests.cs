using System.Net;
using Richpanel.Core.Wire;

namespace Richpanel.Tests.Wire;

public sealed class OutgoingAddressGuardTests
{
    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("0.1.2.3")]
    [InlineData("10.0.0.1")]
    [InlineData("10.255.255.255")]
    [InlineData("100.64.0.1")]
    [InlineData("100.100.100.200")]
    [InlineData("127.0.0.1")]
    [InlineData("127.255.0.1")]
    [InlineData("168.63.129.16")]
    [InlineData("169.254.169.254")]
    [InlineData("172.16.0.1")]
    [InlineData("172.31.255.255")]
    [InlineData("192.0.0.192")]
    [InlineData("192.168.1.1")]
    [InlineData("198.18.0.1")]
    [InlineData("224.0.0.1")]
    [InlineData("239.255.255.250")]
    [InlineData("255.255.255.255")]
    [InlineData("::")]
    [InlineData("::1")]
    [InlineData("::7f00:1")]
    [InlineData("fc00::1")]
    [InlineData("fd00:ec2::254")]
    [InlineData("fe80::1")]
    [InlineData("fe80::1%1")]
    [InlineData("ff02::1")]
    [InlineData("::ffff:127.0.0.1")]
    [InlineData("::ffff:10.0.0.1")]
    [InlineData("::ffff:169.254.169.254")]
    [InlineData("::ffff:0:169.254.169.254")]
    [InlineData("2002:7f00:1::")]
    [InlineData("2002:a9fe:a9fe::")]
    [InlineData("2002:c0a8:101::1")]
    [InlineData("2002:6464:64c8::")]
    [InlineData("64:ff9b::7f00:1")]
    [InlineData("64:ff9b::a9fe:a9fe")]
    [InlineData("64:ff9b::6464:64c8")]
    [InlineData("64:ff9b::c000:c0")]
    [InlineData("::ffff:100.100.100.200")]
    [InlineData("::ffff:168.63.129.16")]
    [InlineData("::ffff:0.0.0.0")]
    [InlineData("fd20:ce::254")]
    [InlineData("fec0::1")]
    [InlineData("2001:db8::1")]
    [InlineData("100::1")]
    [InlineData("64:ff9b:1::a00:1")]
    [InlineData("64:ff9b:1:7f00:0:100:808:808")]
    [InlineData("2001:0:53aa:64c:0:0:5601:5601")]
    public void Addresses_inside_are_refused_in_every_form(string address)
    {
        Assert.False(OutgoingAddressGuard.MayReach(IPAddress.Parse(address), 443, allowPrivate: false, new OwnPorts()));
        Assert.True(OutgoingAddressGuard.MayReach(IPAddress.Parse(address), 443, allowPrivate: true, new OwnPorts()));
    }

    [Fact]
    public async Task Of_a_name_with_addresses_inside_and_outside_only_those_outside_are_connected_to()
    {
        HostLookUp mixed = (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Loopback, IPAddress.Parse("1.1.1.1"), IPAddress.Parse("::ffff:169.254.169.254")]);

        var allowed = await OutgoingAddresses.ResolveAsync("mixed.example", 443, allowPrivate: false, new OwnPorts(), TestContext.Current.CancellationToken, mixed);

        Assert.Equal([IPAddress.Parse("1.1.1.1")], allowed);
    }

    [Theory]
    [InlineData("1.1.1.1")]
    [InlineData("11.0.0.1")]
    [InlineData("100.63.255.255")]
    [InlineData("100.128.0.1")]
    [InlineData("172.15.255.255")]
    [InlineData("172.32.0.1")]
    [InlineData("192.167.255.255")]
    [InlineData("223.255.255.254")]
    [InlineData("2606:4700:4700::1111")]
    [InlineData("::ffff:1.1.1.1")]
    [InlineData("2002:101:101::")]
    [InlineData("64:ff9b::101:101")]
    public void Addresses_on_the_internet_are_reached(string address) =>
        Assert.True(OutgoingAddressGuard.MayReach(IPAddress.Parse(address), 443, allowPrivate: false, new OwnPorts()));

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("127.0.0.5")]
    [InlineData("0.0.0.0")]
    [InlineData("::1")]
    [InlineData("::")]
    [InlineData("::ffff:127.0.0.1")]
    [InlineData("64:ff9b::7f00:1")]
    public void The_products_own_ports_are_never_reached(string address)
    {
        var own = new OwnPorts();
        own.Add([8080]);

        Assert.False(OutgoingAddressGuard.MayReach(IPAddress.Parse(address), 8080, allowPrivate: true, own));
        Assert.True(OutgoingAddressGuard.MayReach(IPAddress.Parse(address), 8081, allowPrivate: true, own));
    }
}
