using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Richpanel.Console.Startup;
using Richpanel.Core;
using Richpanel.Core.Wire;

namespace Richpanel.Tests.Wire;

/// <summary>What a proxy does is told as the proxy's doing and never counts against the connection's address.</summary>
public sealed class ProxyTests
{
    private const string Target = "https://api.richpanel.example/v2";

    [Theory(Timeout = 30_000)]
    [InlineData(Target)]
    [InlineData("http://api.richpanel.example/v2")]
    public async Task A_proxy_where_nothing_listens_is_unreachable(string target)
    {
        using var client = new ClientUnderTest(allowPrivate: false, proxy: $"http://127.0.0.1:{RawServer.ClosedPort()}");

        await FailsAsync(client, target, "proxy_unreachable");
    }

    [Theory(Timeout = 30_000)]
    [InlineData(Target)]
    [InlineData("http://api.richpanel.example/v2")]
    public async Task A_proxy_whose_name_nobody_knows_is_not_found(string target)
    {
        using var client = new ClientUnderTest(proxy: "http://proxy.invalid:3128");

        await FailsAsync(client, target, "proxy_not_found");
    }

    [Fact(Timeout = 30_000)]
    public async Task A_proxy_that_is_this_product_itself_is_not_used()
    {
        await using var server = RawServer.Saying("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");
        using var client = new ClientUnderTest(proxy: $"http://127.0.0.1:{server.Port}");
        client.Own.Add(server.Port);

        await FailsAsync(client, Target, "proxy_unreachable");
        Assert.Equal(0, server.Connections);
    }

    [Theory(Timeout = 30_000)]
    [InlineData("HTTP/1.1 407 Who are you\r\nProxy-Authenticate: Basic realm=\"p\"\r\nContent-Length: 0\r\n\r\n", "proxy_sign_in")]
    [InlineData("HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n", "proxy_failed")]
    [InlineData("HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n", "proxy_failed")]
    [InlineData("HTTP/1.1 302 Found\r\nLocation: http://portal.example/\r\nContent-Length: 0\r\n\r\n", "proxy_failed")]
    [InlineData("HTTP/1.1 502 No\r\nContent-Length: 0\r\n\r\n", "proxy_failed")]
    [InlineData("SSH-2.0-OpenSSH_9.6\r\n\r\n", "proxy_failed")]
    [InlineData("", "proxy_failed")]
    public async Task A_proxy_that_opens_no_tunnel_is_to_blame_and_nothing_goes_out(string answer, string cause)
    {
        await using var proxy = RawServer.Saying(answer);
        using var client = new ClientUnderTest(allowPrivate: false, proxy: $"http://127.0.0.1:{proxy.Port}");

        await FailsAsync(client, Target, cause);
        Assert.InRange(proxy.Connections, 1, int.MaxValue);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_proxy_that_asks_for_a_sign_in_instead_of_passing_a_plain_request_on_does_not_fail_the_delivery()
    {
        await using var proxy = RawServer.Saying("HTTP/1.1 407 Who are you\r\nContent-Length: 0\r\n\r\n");
        using var client = new ClientUnderTest(proxy: $"http://127.0.0.1:{proxy.Port}");

        var result = await client.SendAsync("http://api.richpanel.example/v2");

        Assert.Equal((407, new Verdict(AnswerClass.TryLater, "proxy_sign_in")), (result.StatusCode, result.Verdict));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_proxy_that_does_not_answer_times_out_as_the_proxy()
    {
        await using var proxy = new RawServer((_, ct) => RawServer.StayAsync(ct));
        using var client = new ClientUnderTest(proxy: $"http://127.0.0.1:{proxy.Port}");

        var result = await client.SendAsync(Target, TimeSpan.FromMilliseconds(400));

        Assert.Equal(new Verdict(AnswerClass.TryLater, "timeout_proxy"), result.Verdict);
        Assert.Null(result.Phases.Wait);
    }

    [Fact(Timeout = 30_000)]
    public async Task User_and_password_are_said_to_the_proxy_that_asks_and_to_nobody_else()
    {
        using var authority = new TestAuthority();
        using var certificate = authority.Issue("api.richpanel.example");
        var asked = new List<string>();
        var heard = "";
        await using var proxy = new RawServer(async (socket, ct) =>
        {
            // A proxy of one connection each: 407 first, then a tunnel that ends in a server of its own.
            var request = await RawServer.ReadRequestAsync(socket, ct);
            lock (asked)
            {
                asked.Add(request);
            }

            if (!request.Contains("Proxy-Authorization: Basic " + Convert.ToBase64String("us er:p@ss"u8) + "\r\n", StringComparison.Ordinal))
            {
                await RawServer.SayAsync(socket, "HTTP/1.1 407 No\r\nProxy-Authenticate: Basic realm=\"p\"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray(), ct);
                socket.Shutdown(SocketShutdown.Both);
                return;
            }

            await RawServer.SayAsync(socket, "HTTP/1.1 200 Connection established\r\n\r\n"u8.ToArray(), ct);
            await using var tls = new SslStream(new NetworkStream(socket));
            await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate }, ct);
            var buffer = new byte[16 * 1024];
            heard = Encoding.ASCII.GetString(buffer, 0, await tls.ReadAsync(buffer, ct));
            await tls.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"u8.ToArray(), ct);
        });
        using var client = new ClientUnderTest(proxy: $"http://us%20er:p%40ss@127.0.0.1:{proxy.Port}", trust: authority.Trust);

        var result = await client.SendAsync(Target);

        Assert.Equal(AnswerClass.Accepted, result.Verdict.Class);
        Assert.All(asked, request => Assert.StartsWith("CONNECT api.richpanel.example:443 HTTP/1.1\r\n", request, StringComparison.Ordinal));
        Assert.DoesNotContain("Authorization", asked[0], StringComparison.OrdinalIgnoreCase);
        Assert.StartsWith("POST /v2/t HTTP/1.1\r\nHost: api.richpanel.example\r\n", heard, StringComparison.Ordinal);
        Assert.DoesNotContain("Authorization", heard, StringComparison.OrdinalIgnoreCase);
    }

    [Theory(Timeout = 30_000)]
    [InlineData("another.example", "localhost", "certificate_name_mismatch", AnswerClass.Hold)]
    [InlineData("api.richpanel.example", "another.example", "proxy_certificate", AnswerClass.TryLater)]
    public async Task A_bad_certificate_is_the_fault_of_the_side_that_showed_it(string target, string proxyName, string cause, AnswerClass expected)
    {
        using var authority = new TestAuthority();
        using var ofTarget = authority.Issue(target);
        using var ofProxy = authority.Issue(proxyName);
        await using var proxy = new RawServer(async (socket, ct) =>
        {
            await using var outer = new SslStream(new NetworkStream(socket));
            await outer.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = ofProxy }, ct);
            _ = await outer.ReadAsync(new byte[16 * 1024], ct);
            await outer.WriteAsync("HTTP/1.1 200 Connection established\r\n\r\n"u8.ToArray(), ct);
            await using var inner = new SslStream(outer);
            await inner.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = ofTarget }, ct);
            _ = await inner.ReadAsync(new byte[16 * 1024], ct);
        });
        using var client = new ClientUnderTest(proxy: $"https://localhost:{proxy.Port}", trust: authority.Trust);

        var result = await client.SendAsync(Target);

        Assert.Equal((expected, cause), (result.Verdict.Class, result.Verdict.Cause));
        Assert.Null(result.Phases.Wait);
    }

    [Theory(Timeout = 30_000)]
    [InlineData("https://127.0.0.1/v2")]
    [InlineData("https://localhost/v2")]
    [InlineData("https://localhost./v2")]
    [InlineData("https://shop.localhost/v2")]
    [InlineData("https://[::ffff:10.0.0.1]/v2")]
    [InlineData("https://169.254.169.254/v2")]
    public async Task A_private_address_spelled_out_is_not_asked_of_a_proxy_either(string target)
    {
        await using var proxy = RawServer.Saying("HTTP/1.1 502 No\r\nContent-Length: 0\r\n\r\n");
        using var client = new ClientUnderTest(allowPrivate: false, proxy: $"http://127.0.0.1:{proxy.Port}");

        var result = await client.SendAsync(target);

        Assert.Equal("address_not_allowed", result.Verdict.Cause);
        await Assert.ThrowsAsync<NetworkFaultException>(() => client.Client.ProbeAsync(new Uri(target), viaSandbox: false, TestContext.Current.CancellationToken));
        Assert.Equal(0, proxy.Connections);
    }

    [Fact(Timeout = 30_000)]
    public async Task The_products_own_port_is_not_asked_of_a_proxy_even_where_private_networks_are_allowed()
    {
        await using var proxy = RawServer.Saying("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");
        using var client = new ClientUnderTest(allowPrivate: true, proxy: $"http://127.0.0.1:{proxy.Port}");
        client.Own.Add(8080);

        var own = await client.SendAsync("http://localhost:8080/v2");
        Assert.Equal(("address_not_allowed", 0), (own.Verdict.Cause, proxy.Connections));

        var other = await client.SendAsync("http://localhost:8081/v2");
        Assert.Equal((AnswerClass.Accepted, 1), (other.Verdict.Class, proxy.Connections));
    }

    [Fact(Timeout = 30_000)]
    public async Task The_sandbox_is_reached_without_the_proxy()
    {
        await using var sandbox = RawServer.Saying("HTTP/1.1 204 No Content\r\n\r\n");
        using var client = new ClientUnderTest(proxy: "http://proxy.invalid:3128");
        client.Sandbox.Address = new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, sandbox.Port);

        Assert.Equal(AnswerClass.Accepted, (await client.SendAsync("http://sandbox.invalid/v2", viaSandbox: true)).Verdict.Class);
    }

    [Theory]
    [InlineData("proxy:3128")]
    [InlineData("proxy")]
    [InlineData("http://")]
    [InlineData("socks5://proxy:1080")]
    [InlineData("http://proxy:3128/path")]
    [InlineData("http://proxy:99999")]
    [InlineData("http://user:hidden-password@")]
    public void A_proxy_that_is_no_address_stops_the_start_with_the_options_name_and_not_its_value(string proxy)
    {
        var settings = new ConfigurationBuilder().AddInMemoryCollection([new("Outgoing:Proxy", proxy)]).Build();
        using var services = new ServiceCollection().AddSingleton<IConfiguration>(settings).AddLogging().AddRichpanelCore(settings).BuildServiceProvider();

        var failure = Assert.Throws<OptionsValidationException>(() => services.GetRequiredService<IStartupValidator>().Validate());

        Assert.StartsWith("Outgoing:Proxy must be a whole http or https address", Assert.Single(StartFailure.Explain(failure)!), StringComparison.Ordinal);
        Assert.DoesNotContain("hidden-password", failure.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("http://proxy:3128")]
    [InlineData("https://proxy.example/")]
    [InlineData("http://user:password@10.0.0.1:3128")]
    public void A_proxy_may_be_left_out_or_be_any_whole_address(string? proxy) => Assert.True(new OutgoingOptions { Proxy = proxy }.IsProxyUsable);

    private static async Task FailsAsync(ClientUnderTest client, string target, string cause)
    {
        var result = await client.SendAsync(target);

        Assert.Equal(new Verdict(AnswerClass.TryLater, cause), result.Verdict);
        Assert.Null(result.Phases.Wait);
        Assert.Contains("Outgoing:Proxy", Core.Causes.CauseCatalog.Find(cause).Remedy, StringComparison.Ordinal);
    }
}
