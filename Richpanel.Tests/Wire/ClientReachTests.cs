using System.Net;
using Richpanel.Core.Wire;

namespace Richpanel.Tests.Wire;

/// <summary>What the client reaches and what it never does, asked at a real socket: a refused address takes no connection at all.</summary>
public sealed class ClientReachTests
{
    private const string Fine = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";

    private static readonly Verdict s_notAllowed = new(AnswerClass.Hold, "address_not_allowed", HoldRule.AddressStreak);

    [Fact(Timeout = 30_000)]
    public async Task A_port_where_nothing_listens_is_refused_and_nothing_went_out()
    {
        using var client = new ClientUnderTest();

        var result = await client.SendAsync($"http://127.0.0.1:{RawServer.ClosedPort()}/v2");

        Assert.Equal(new Verdict(AnswerClass.TryLater, "connection_refused"), result.Verdict);
        Assert.Null(result.Phases.Wait);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_host_name_that_does_not_exist_is_a_fault_of_the_address()
    {
        using var client = new ClientUnderTest();

        var result = await client.SendAsync("https://richpanel.invalid/v2");

        // Where no name server can be asked, the same name is only trouble that passes.
        Assert.Contains(result.Verdict, new[] { new Verdict(AnswerClass.Hold, "dns_not_found", HoldRule.AddressStreak), new Verdict(AnswerClass.TryLater, "dns_trouble") });
        Assert.NotNull(result.Phases.Dns);
        Assert.Null(result.Phases.Connect);
    }

    [Theory(Timeout = 30_000)]
    [InlineData("127.0.0.1")]
    [InlineData("localhost")]
    [InlineData("127.1")]
    [InlineData("2130706433")]
    [InlineData("0x7f000001")]
    [InlineData("0.0.0.0")]
    [InlineData("[::ffff:127.0.0.1]")]
    [InlineData("[::ffff:7f00:1]")]
    public async Task A_private_address_is_not_connected_to_however_it_is_spelled(string host)
    {
        await using var server = RawServer.Saying(Fine);
        using var client = new ClientUnderTest(allowPrivate: false);
        using var allowed = new ClientUnderTest(allowPrivate: true);

        var result = await client.SendAsync($"http://{host}:{server.Port}/v2");

        Assert.Equal(s_notAllowed, result.Verdict);
        Assert.Null(result.Phases.Connect);
        Assert.Equal(0, server.Connections);
        Assert.Equal(AnswerClass.Accepted, (await allowed.SendAsync($"http://{host}:{server.Port}/v2")).Verdict.Class);   // so it was the guard
    }

    [Fact(Timeout = 30_000)]
    public async Task The_loopback_of_IPv6_is_not_connected_to()
    {
        Assert.SkipUnless(System.Net.Sockets.Socket.OSSupportsIPv6, "This machine has no IPv6.");
        await using var server = new RawServer((_, _) => Task.CompletedTask, IPAddress.IPv6Loopback);
        using var client = new ClientUnderTest(allowPrivate: false);

        var result = await client.SendAsync($"http://[::1]:{server.Port}/v2");

        Assert.Equal(s_notAllowed, result.Verdict);
        Assert.Equal(0, server.Connections);
    }

    [Theory(Timeout = 30_000)]
    [InlineData("10.0.0.1")]
    [InlineData("169.254.169.254")]
    [InlineData("192.168.0.1")]
    [InlineData("[fd00:ec2::254]")]
    [InlineData("[::ffff:10.0.0.1]")]
    [InlineData("[64:ff9b::a9fe:a9fe]")]
    public async Task Private_and_metadata_addresses_are_refused_before_a_connection_is_tried(string host)
    {
        using var client = new ClientUnderTest(allowPrivate: false);

        var result = await client.SendAsync($"https://{host}/v2", TimeSpan.FromSeconds(2));

        Assert.Equal(s_notAllowed, result.Verdict);
        Assert.Null(result.Phases.Connect);
    }

    [Theory(Timeout = 30_000)]
    [InlineData("127.0.0.1")]
    [InlineData("localhost")]
    [InlineData("[::ffff:127.0.0.1]")]
    public async Task The_products_own_port_is_reached_by_the_sandbox_flag_and_by_no_address(string host)
    {
        await using var sandbox = RawServer.Saying(Fine);
        using var client = new ClientUnderTest(allowPrivate: true);
        client.Own.Add(sandbox.Port);
        client.Sandbox.Address = new IPEndPoint(IPAddress.Loopback, sandbox.Port);

        var byAddress = await client.SendAsync($"http://{host}:{sandbox.Port}/v2");

        Assert.Equal(s_notAllowed, byAddress.Verdict);
        Assert.Equal(0, sandbox.Connections);

        var byFlag = await client.SendAsync("http://sandbox.invalid/v2", viaSandbox: true);

        Assert.Equal(AnswerClass.Accepted, byFlag.Verdict.Class);
        Assert.Equal(1, sandbox.Connections);
    }

    [Fact(Timeout = 30_000)]
    public async Task The_sandbox_route_leads_to_the_sandbox_and_nowhere_else()
    {
        await using var server = RawServer.Saying(Fine);
        using var client = new ClientUnderTest(allowPrivate: true);

        var switchedOff = await client.SendAsync($"http://127.0.0.1:{server.Port}/v2", viaSandbox: true);

        Assert.Equal(new Verdict(AnswerClass.TryLater, "sandbox_off"), switchedOff.Verdict);
        Assert.Null(switchedOff.Phases.Wait);
        Assert.Equal(0, server.Connections);
    }

    [Theory(Timeout = 30_000)]
    [InlineData("127.0.0.1")]
    [InlineData("::ffff:127.0.0.1")]
    [InlineData("2002:7f00:1::")]
    [InlineData("64:ff9b::7f00:1")]
    [InlineData("169.254.169.254")]
    public async Task A_name_that_led_outside_when_it_was_looked_at_is_refused_when_it_leads_inside_at_the_connection(string inside)
    {
        await using var server = RawServer.Saying(Fine);
        var asked = 0;
        HostLookUp rebinding = (_, _) => Task.FromResult<IPAddress[]>([asked++ == 0 ? IPAddress.Parse("1.1.1.1") : IPAddress.Parse(inside)]);
        using var client = new ClientUnderTest(allowPrivate: false, lookUp: rebinding);

        await OutgoingAddresses.ResolveAsync("rebound.example", server.Port, allowPrivate: false, new OwnPorts(), TestContext.Current.CancellationToken, rebinding);
        var result = await client.SendAsync($"http://rebound.example:{server.Port}/v2");

        Assert.Equal(2, asked);
        Assert.Equal(s_notAllowed, result.Verdict);
        Assert.Null(result.Phases.Connect);
        Assert.Equal(0, server.Connections);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_name_is_asked_for_once_a_connection_so_that_what_was_judged_is_what_is_reached()
    {
        await using var server = RawServer.Saying(Fine);
        var asked = 0;
        using var client = new ClientUnderTest(allowPrivate: true, lookUp: (_, _) => Task.FromResult<IPAddress[]>([asked++ == 0 ? IPAddress.Loopback : IPAddress.None]));

        var result = await client.SendAsync($"http://once.example:{server.Port}/v2");

        Assert.Equal((AnswerClass.Accepted, 1), (result.Verdict.Class, asked));
    }
}
