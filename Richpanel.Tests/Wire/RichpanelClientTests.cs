using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Options;
using Richpanel.Core.Connections;
using Richpanel.Core.Json;
using Richpanel.Core.Wire;

namespace Richpanel.Tests.Wire;

/// <summary>Against a bare socket that says byte for byte what it is told to.</summary>
public sealed class RichpanelClientTests
{
    [Fact(Timeout = 30_000)]
    public async Task A_port_where_nothing_listens_is_refused_and_nothing_went_out()
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();

        var result = await SendAsync(port, TimeSpan.FromSeconds(10), allowPrivate: true, TestContext.Current.CancellationToken);

        Assert.Equal("connection_refused", result.Verdict.Cause);
        Assert.Null(result.Phases.Wait);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_loopback_address_is_not_reached_unless_private_networks_are_allowed()
    {
        var result = await SendAsync(9, TimeSpan.FromSeconds(10), allowPrivate: false, TestContext.Current.CancellationToken);

        Assert.Equal(new Verdict(AnswerClass.Hold, "address_not_allowed", HoldRule.AddressStreak), result.Verdict);
        Assert.Null(result.Phases.Wait);
    }

    [Theory(Timeout = 30_000)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", 200, null)]
    [InlineData("HTTP/1.1 204 No Content\r\n\r\n", 204, null)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>", 200, "not_richpanel")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n\u0001\u0002\u0003", 200, "not_richpanel")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"ok\"", 200, "answer_cut")]
    [InlineData("HTTP/1.1 401 No\r\nContent-Length: 100\r\n\r\n{\"bad", 401, "unauthorized")]
    [InlineData("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n", 302, "redirected")]
    [InlineData("", null, "connection_closed")]
    [InlineData("SSH-2.0-OpenSSH_9.6\r\n", null, "not_http")]
    public async Task What_the_other_side_says_is_what_the_verdict_says(string answer, int? status, string? cause)
    {
        using var stub = new Stub(Encoding.ASCII.GetBytes(answer), close: true);

        var result = await SendAsync(stub.Port, TimeSpan.FromSeconds(10), allowPrivate: true, TestContext.Current.CancellationToken);

        Assert.Equal((status, cause), (result.StatusCode, result.Verdict.Cause));
        Assert.NotNull(result.Phases.Wait);
    }

    [Fact(Timeout = 30_000)]
    public async Task An_answer_that_does_not_begin_times_out_in_the_phase_of_waiting()
    {
        using var stub = new Stub([], close: false);

        var result = await SendAsync(stub.Port, TimeSpan.FromMilliseconds(300), allowPrivate: true, TestContext.Current.CancellationToken);

        Assert.Equal("timeout_answer", result.Verdict.Cause);
    }

    [Fact(Timeout = 30_000)]
    public async Task Of_ten_megabytes_the_first_128_KiB_are_kept()
    {
        using var stub = new Stub([.. "HTTP/1.1 500 No\r\nContent-Length: 10000000\r\n\r\n"u8, .. new byte[10_000_000]], close: true);

        var result = await SendAsync(stub.Port, TimeSpan.FromSeconds(10), allowPrivate: true, TestContext.Current.CancellationToken);

        Assert.Equal(("server_error", 128 * 1024, 10_000_000L), (result.Verdict.Cause, result.Body!.Length, result.BodyLength));
    }

    private static async Task<SendResult> SendAsync(int port, TimeSpan timeout, bool allowPrivate, CancellationToken ct)
    {
        using var handlers = new OutgoingHandlers(
            Options.Create(new OutgoingOptions { AllowPrivateNetworks = allowPrivate }), new OwnPorts(), new SandboxEndpoint());
        using var client = new RichpanelClient(handlers, TimeProvider.System);
        var target = new RichpanelTarget($"http://127.0.0.1:{port}/v2", "KEY-1234", "secret", SignatureHash.Sha256, timeout, ViaSandbox: false);
        return await client.SendAsync(target, new RichpanelCall(JsonTree.Map.Empty), ct);
    }

    /// <summary>Takes one connection, reads the request's beginning and says its piece.</summary>
    private sealed class Stub : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly CancellationTokenSource _end = new();

        public Stub(byte[] answer, bool close)
        {
            _listener.Start();
            _ = ServeAsync(answer, close);
        }

        public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

        public void Dispose()
        {
            _end.Cancel();
            _listener.Dispose();
            _end.Dispose();
        }

        private async Task ServeAsync(byte[] answer, bool close)
        {
            try
            {
                using var socket = await _listener.AcceptSocketAsync(_end.Token);
                var request = new StringBuilder();
                var buffer = new byte[4096];
                while (!request.ToString().EndsWith("\"event_type\":\"track\"}", StringComparison.Ordinal))
                {
                    request.Append(Encoding.ASCII.GetString(buffer, 0, await socket.ReceiveAsync(buffer, _end.Token)));
                }

                for (var sent = 0; sent < answer.Length;)
                {
                    sent += await socket.SendAsync(answer.AsMemory(sent), _end.Token);
                }

                if (!close)
                {
                    await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, _end.Token);
                }

                socket.Shutdown(SocketShutdown.Both);
            }
            catch (Exception ended) when (ended is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                // The client hung up or the test is over.
            }
        }
    }
}
