using System.Net;
using Richpanel.Core.Connections;

namespace Richpanel.Tests.Connections;

public sealed class AddressListTests
{
    [Theory]
    [InlineData("203.0.113.9", "203.0.113.9")]
    [InlineData("203.0.113.9", "::ffff:203.0.113.9")]
    [InlineData("10.0.0.0/8", "10.255.1.2")]
    [InlineData("::1, 10.0.0.0/8\n192.168.1.1", "192.168.1.1")]
    [InlineData("2001:db8::/32", "2001:db8:ffff::1")]
    [InlineData("2001:0db8:0000::1", "2001:db8::1")]
    public void An_address_on_the_list_is_found_however_it_came(string list, string address) =>
        Assert.True(AddressList.Of(list).Contains(IPAddress.Parse(address)));

    [Theory]
    [InlineData("203.0.113.9", "203.0.113.10")]
    [InlineData("10.0.0.0/8", "11.0.0.0")]
    [InlineData("::1", "127.0.0.1")]
    [InlineData("nonsense", "127.0.0.1")]
    [InlineData("", "127.0.0.1")]
    public void Any_other_is_not(string list, string address) =>
        Assert.False(AddressList.Of(list).Contains(IPAddress.Parse(address)));

    [Theory]
    [InlineData("localhost")]
    [InlineData("010.0.0.1")]
    [InlineData("127.1")]
    [InlineData("2130706433")]
    [InlineData("203.0.113.9/24")]
    [InlineData("203.0.113.0/33")]
    [InlineData("203.0.113.0/-1")]
    [InlineData("203.0.113.0/255.255.255.0")]
    [InlineData("10.0.0.0/")]
    [InlineData("fe80::1%eth0")]
    [InlineData("::ffff:10.0.0.1")]
    [InlineData("[::1]")]
    [InlineData("*")]
    public void What_two_readers_could_read_differently_is_a_fault(string entry)
    {
        Assert.Equal([entry], AddressList.Faults("203.0.113.9 " + entry));
        Assert.Single(AddressList.Of("203.0.113.9 " + entry).Networks);
    }

    [Fact]
    public void A_list_is_kept_with_one_blank_between_two_entries() =>
        Assert.Equal("10.0.0.1 10.0.0.2 ::1", AddressList.Tidy(" 10.0.0.1,10.0.0.2;\r\n ::1 "));
}
