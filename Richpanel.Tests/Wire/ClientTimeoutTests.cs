using System.Net;
using System.Net.Sockets;
using Richpanel.Core.Wire;

namespace Richpanel.Tests.Wire;

/// <summary>A time-out is told by the phase it fell into; what the caller ends himself is no outcome.</summary>
public sealed class ClientTimeoutTests
{
    private static readonly TimeSpan s_short = TimeSpan.FromMilliseconds(400);

    [Fact(Timeout = 30_000)]
    public async Task A_host_that_does_not_take_the_connection_times_out_while_connecting()
    {
        using var full = new FullListener();
        using var client = new ClientUnderTest();

        var result = await client.SendAsync($"http://127.0.0.1:{full.Port}/v2", s_short);

        Assert.Equal(new Verdict(AnswerClass.TryLater, "timeout_connect"), result.Verdict);
        Assert.Null(result.Phases.Wait);
        Assert.InRange(result.Phases.Connect ?? 0, 200, 5000);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_handshake_that_is_not_answered_times_out_in_TLS()
    {
        await using var server = new RawServer((_, ct) => RawServer.StayAsync(ct));
        using var client = new ClientUnderTest();

        var result = await client.SendAsync($"https://127.0.0.1:{server.Port}/v2", s_short);

        Assert.Equal(new Verdict(AnswerClass.TryLater, "timeout_tls"), result.Verdict);
        Assert.Null(result.Phases.Wait);
    }

    [Fact(Timeout = 30_000)]
    public async Task An_answer_that_does_not_begin_times_out_while_waiting()
    {
        await using var server = new RawServer((_, ct) => RawServer.StayAsync(ct));
        using var client = new ClientUnderTest();

        var result = await client.SendAsync($"http://127.0.0.1:{server.Port}/v2", s_short);

        Assert.Equal(new Verdict(AnswerClass.TryLater, "timeout_answer"), result.Verdict);
        Assert.NotNull(result.Phases.Wait);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_head_that_does_not_end_times_out_while_waiting()
    {
        await using var server = Beginning("HTTP/1.1 200 OK\r\nContent-Le");
        using var client = new ClientUnderTest();

        var result = await client.SendAsync($"http://127.0.0.1:{server.Port}/v2", s_short);

        Assert.Equal(("timeout_answer", null), (result.Verdict.Cause, result.StatusCode));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_body_that_does_not_end_times_out_within_the_answer_and_what_came_is_kept()
    {
        await using var server = Beginning("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"half\":");
        using var client = new ClientUnderTest();

        var result = await client.SendAsync($"http://127.0.0.1:{server.Port}/v2", s_short);

        Assert.Equal(("timeout_body", 200), (result.Verdict.Cause, result.StatusCode));
        Assert.Equal("{\"half\":"u8.ToArray(), result.Body);
        Assert.NotNull(result.Phases.Read);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_refusal_counts_however_its_body_ends()
    {
        await using var server = Beginning("HTTP/1.1 401 No\r\nContent-Length: 100\r\n\r\n{\"half\":");
        using var client = new ClientUnderTest();

        var result = await client.SendAsync($"http://127.0.0.1:{server.Port}/v2", s_short);

        Assert.Equal(("unauthorized", 401), (result.Verdict.Cause, result.StatusCode));
    }

    [Theory(Timeout = 30_000)]
    [InlineData("")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")]
    public async Task What_the_caller_cancels_is_an_exception_and_no_outcome(string beginning)
    {
        using var cancel = new CancellationTokenSource();
        await using var server = new RawServer(async (socket, ct) =>
        {
            await RawServer.ReadRequestAsync(socket, ct);
            await RawServer.SayAsync(socket, System.Text.Encoding.ASCII.GetBytes(beginning), ct);
            await cancel.CancelAsync();
            await RawServer.StayAsync(ct);
        });
        using var client = new ClientUnderTest();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.SendAsync($"http://127.0.0.1:{server.Port}/v2", ct: cancel.Token));
    }

    [Fact(Timeout = 30_000)]
    public async Task What_was_canceled_before_it_began_never_connects()
    {
        using var cancel = new CancellationTokenSource();
        await cancel.CancelAsync();
        await using var server = RawServer.Saying("HTTP/1.1 204 No Content\r\n\r\n");
        using var client = new ClientUnderTest();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.SendAsync($"http://127.0.0.1:{server.Port}/v2", ct: cancel.Token));

        Assert.Equal(0, server.Connections);
    }

    private static RawServer Beginning(string answer) => new(async (socket, ct) =>
    {
        await RawServer.ReadRequestAsync(socket, ct);
        await RawServer.SayAsync(socket, System.Text.Encoding.ASCII.GetBytes(answer), ct);
        await RawServer.StayAsync(ct);
    });

    /// <summary>A listener whose queue of connections nobody takes is full: the next one gets no answer at all.</summary>
    private sealed class FullListener : IDisposable
    {
        private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        private readonly List<Socket> _queued = [];

        public FullListener()
        {
            _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            _listener.Listen(1);
            for (var i = 0; i < 8; i++)
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
                _queued.Add(socket);
                try
                {
                    socket.Connect(_listener.LocalEndPoint!);
                }
                catch (SocketException underWay) when (underWay.SocketErrorCode is SocketError.WouldBlock or SocketError.InProgress)
                {
                    // As it should be: it waits in the queue, or for room in it.
                }
            }
        }

        public int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

        public void Dispose()
        {
            _queued.ForEach(socket => socket.Dispose());
            _listener.Dispose();
        }
    }
}
