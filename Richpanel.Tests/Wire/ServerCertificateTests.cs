using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Richpanel.Core.Wire;

namespace Richpanel.Tests.Wire;

/// <summary>Against a real TLS listener, with certificates made here.</summary>
public sealed class ServerCertificateTests : IDisposable
{
    private readonly TestAuthority _authority = new();

    [Fact(Timeout = 30_000)]
    public async Task A_good_certificate_of_a_trusted_authority_is_believed()
    {
        var (result, heard) = await SendAsync(_authority.Issue("localhost"), _authority.Trust);

        Assert.Equal(AnswerClass.Accepted, result.Verdict.Class);
        Assert.StartsWith("POST /v2/t HTTP/1.1\r\n", heard, StringComparison.Ordinal);
        Assert.NotNull(result.Phases.Tls);
    }

    [Theory(Timeout = 30_000)]
    [InlineData("localhost", false, false, "certificate_untrusted")]
    [InlineData("localhost", true, true, "certificate_expired")]
    [InlineData("another.example", false, true, "certificate_name_mismatch")]
    [InlineData("another.example", true, false, "certificate_name_mismatch")]
    public async Task A_bad_certificate_is_refused_by_its_own_name_and_nothing_goes_out(string host, bool expired, bool trusted, string cause)
    {
        var (result, heard) = await SendAsync(_authority.Issue(host, expired), trusted ? _authority.Trust : null);

        Assert.Equal(new Verdict(AnswerClass.Hold, cause, HoldRule.AddressStreak), result.Verdict);
        Assert.Null(result.StatusCode);
        Assert.Null(result.Phases.Wait);
        Assert.Equal("", heard);
    }

    [Fact(Timeout = 30_000)]
    public async Task TLS_with_a_server_that_speaks_plain_HTTP_fails_as_a_handshake_and_not_as_a_certificate()
    {
        await using var server = new RawServer(async (socket, ct) =>
        {
            await socket.ReceiveAsync(new byte[16 * 1024], ct);
            await RawServer.SayAsync(socket, "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"u8.ToArray(), ct);
            socket.Shutdown(SocketShutdown.Send);
            await socket.ReceiveAsync(new byte[1024], ct);
        });
        using var client = new ClientUnderTest();

        var result = await client.SendAsync($"https://localhost:{server.Port}/v2");

        Assert.Equal(new Verdict(AnswerClass.TryLater, "tls_failed"), result.Verdict);
        Assert.Null(result.Phases.Wait);
    }

    [Fact(Timeout = 30_000)]
    public async Task Plain_HTTP_with_a_server_that_speaks_TLS_is_no_answer()
    {
        await using var server = TlsServer(_authority.Issue("localhost"), new StringBuilder());
        using var client = new ClientUnderTest();

        var result = await client.SendAsync($"http://localhost:{server.Port}/v2");

        Assert.Equal(AnswerClass.TryLater, result.Verdict.Class);
        Assert.Contains(result.Verdict.Cause, new[] { "connection_closed", "connection_reset", "not_http" });
    }

    /// <summary>The order in which faults that come together are told.</summary>
    [Theory]
    [InlineData(SslPolicyErrors.RemoteCertificateNotAvailable, X509ChainStatusFlags.NoError, NetworkFault.TlsFailed)]
    [InlineData(SslPolicyErrors.RemoteCertificateNameMismatch, X509ChainStatusFlags.NoError, NetworkFault.CertificateNameMismatch)]
    [InlineData(
        SslPolicyErrors.RemoteCertificateNameMismatch | SslPolicyErrors.RemoteCertificateChainErrors,
        X509ChainStatusFlags.NotTimeValid | X509ChainStatusFlags.UntrustedRoot,
        NetworkFault.CertificateNameMismatch)]
    [InlineData(SslPolicyErrors.RemoteCertificateChainErrors, X509ChainStatusFlags.NotTimeValid, NetworkFault.CertificateExpired)]
    [InlineData(
        SslPolicyErrors.RemoteCertificateChainErrors, X509ChainStatusFlags.NotTimeValid | X509ChainStatusFlags.UntrustedRoot, NetworkFault.CertificateExpired)]
    [InlineData(SslPolicyErrors.RemoteCertificateChainErrors, X509ChainStatusFlags.UntrustedRoot, NetworkFault.CertificateUntrusted)]
    [InlineData(SslPolicyErrors.RemoteCertificateChainErrors, X509ChainStatusFlags.PartialChain, NetworkFault.CertificateUntrusted)]
    [InlineData(SslPolicyErrors.RemoteCertificateChainErrors, X509ChainStatusFlags.Revoked, NetworkFault.CertificateUntrusted)]
    [InlineData(SslPolicyErrors.RemoteCertificateChainErrors, X509ChainStatusFlags.NoError, NetworkFault.CertificateUntrusted)]
    public void Whatever_the_platform_dislikes_is_a_fault(SslPolicyErrors errors, X509ChainStatusFlags chain, NetworkFault fault) =>
        Assert.Equal(fault, ServerCertificates.FaultOf(errors, chain));

    [Fact]
    public void Only_what_the_platform_likes_in_every_way_is_none() =>
        Assert.Null(ServerCertificates.FaultOf(SslPolicyErrors.None, X509ChainStatusFlags.NoError));

    public void Dispose() => _authority.Dispose();

    /// <summary>One send to a listener with this certificate, and what the listener could read of it.</summary>
    private static async Task<(SendResult Result, string Heard)> SendAsync(X509Certificate2 certificate, X509ChainPolicy? trust)
    {
        var heard = new StringBuilder();
        SendResult result;
        await using (var server = TlsServer(certificate, heard))
        {
            using var client = new ClientUnderTest(trust: trust);
            result = await client.SendAsync($"https://localhost:{server.Port}/v2");
        }

        certificate.Dispose();
        return (result, heard.ToString());
    }

    private static RawServer TlsServer(X509Certificate2 certificate, StringBuilder heard) => new(async (socket, ct) =>
    {
        await using var tls = new SslStream(new NetworkStream(socket));
        await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate }, ct);
        var buffer = new byte[16 * 1024];
        heard.Append(Encoding.ASCII.GetString(buffer, 0, await tls.ReadAsync(buffer, ct)));
        await tls.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"u8.ToArray(), ct);
    });
}
