using System.Net.Security;
using System.Net.Sockets;
using Microsoft.Extensions.Options;
using Richpanel.Core.Access;
using Richpanel.Core.Connections;
using Richpanel.Core.Wire;
using Richpanel.Tests.Wire;

namespace Richpanel.Tests.Connections;

/// <summary>The check of a connection tells the first step that fails, by the same causes as a send.</summary>
public sealed class ConnectionCheckTests
{
    [Fact(Timeout = 30_000)]
    public async Task An_address_that_answers_passes_every_step()
    {
        await using var server = RawServer.Saying("HTTP/1.1 404 Not here\r\nContent-Length: 0\r\n\r\n");

        // The first connection only looks whether there is one; the second asks.
        Assert.Equal(["Resolve", "Connect", "Answer"], await RunAsync($"http://127.0.0.1:{server.Port}/v2"));
    }

    [Theory(Timeout = 30_000)]
    [InlineData("http://127.0.0.1:1/v2", "Resolve: address_not_allowed")]
    [InlineData("http://0.0.0.0:1/v2", "Resolve: address_not_allowed")]
    [InlineData("http://[::]:1/v2", "Resolve: address_not_allowed")]
    [InlineData("https://169.254.169.254/v2", "Resolve: address_not_allowed")]
    public async Task An_address_inside_is_not_even_connected_to(string address, string says) =>
        Assert.Equal([says], await RunAsync(address, allowPrivate: false));

    [Theory(Timeout = 30_000)]
    [InlineData(null)]
    [InlineData("http://127.0.0.1:1")]
    public async Task A_host_that_can_be_none_is_told_as_one_that_is_not_found(string? proxy) =>
        Assert.Equal(["Resolve: dns_not_found"], await RunAsync("https://xn--\u00fc.example/v2", proxy: proxy));

    [Fact(Timeout = 30_000)]
    public async Task A_port_where_nothing_listens_ends_it_at_connecting() =>
        Assert.Equal(["Resolve", "Connect: connection_refused"], await RunAsync($"http://127.0.0.1:{RawServer.ClosedPort()}/v2"));

    [Theory(Timeout = 30_000)]
    [InlineData("localhost", false, "certificate_untrusted")]
    [InlineData("localhost", true, "certificate_expired")]
    [InlineData("another.example", false, "certificate_name_mismatch")]
    public async Task A_bad_certificate_ends_it_at_TLS_with_its_own_name(string host, bool expired, string cause)
    {
        using var authority = new TestAuthority();
        using var certificate = authority.Issue(host, expired);
        await using var server = new RawServer(async (socket, ct) =>
        {
            await using var tls = new SslStream(new NetworkStream(socket));
            await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate }, ct);
        });

        Assert.Equal(["Resolve", "Connect", $"Tls: {cause}"], await RunAsync($"https://localhost:{server.Port}/v2"));
    }

    [Theory(Timeout = 30_000)]
    [InlineData("http://api.richpanel.example/v2")]
    [InlineData("https://api.richpanel.example/v2")]
    public async Task Through_a_proxy_only_the_answer_is_asked_for_and_a_407_is_none(string address)
    {
        await using var proxy = RawServer.Saying("HTTP/1.1 407 Who are you\r\nProxy-Authenticate: Basic realm=\"p\"\r\nContent-Length: 0\r\n\r\n");

        Assert.Equal(["Answer: proxy_sign_in"], await RunAsync(address, proxy: $"http://127.0.0.1:{proxy.Port}"));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_proxy_that_is_not_there_is_told_as_that() =>
        Assert.Equal(["Answer: proxy_unreachable"], await RunAsync("https://api.richpanel.example/v2", proxy: $"http://127.0.0.1:{RawServer.ClosedPort()}"));

    [Fact(Timeout = 30_000)]
    public async Task A_sandbox_that_is_switched_off_is_told_as_that() =>
        Assert.Equal(["Connect: sandbox_off"], await RunAsync("http://sandbox.invalid/v2", isSandbox: true));

    [Fact(Timeout = 30_000)]
    public async Task Each_step_is_told_as_it_ends_and_they_are_those_that_were_announced()
    {
        await using var server = RawServer.Saying("HTTP/1.1 404 Not here\r\nContent-Length: 0\r\n\r\n");
        using var under = new ClientUnderTest(true, null);
        var check = new ConnectionCheck(under.Client, Options.Create(new OutgoingOptions { AllowPrivateNetworks = true }), under.Own, under.Sandbox, TimeProvider.System);
        var shop = new Connection { Name = "Shop", BaseUrl = $"http://127.0.0.1:{server.Port}/v2", ApiKey = "KEY-1234" };
        List<CheckStep> told = [];

        var steps = await check.RunAsync(Actor.System, shop, TestContext.Current.CancellationToken, told.Add);

        Assert.Equal(steps, told);
        Assert.Equal(check.Plan(shop), told.Select(step => step.Name));
    }

    /// <summary>The steps in order, each by name, with the code of what made it fail.</summary>
    private static async Task<IEnumerable<string>> RunAsync(string address, bool allowPrivate = true, string? proxy = null, bool isSandbox = false)
    {
        using var under = new ClientUnderTest(allowPrivate, proxy);
        var check = new ConnectionCheck(
            under.Client, Options.Create(new OutgoingOptions { AllowPrivateNetworks = allowPrivate, Proxy = proxy }), under.Own, under.Sandbox, TimeProvider.System);
        var steps = await check.RunAsync(
            Actor.System,
            new Connection { Name = "Shop", BaseUrl = address, ApiKey = "KEY-1234", IsSandbox = isSandbox }, TestContext.Current.CancellationToken);
        return steps.Select(step => step.Cause is null ? $"{step.Name}" : $"{step.Name}: {step.Cause.Code}");
    }
}
