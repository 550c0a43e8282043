using System.Net.Sockets;
using Richpanel.Core.Wire;

namespace Richpanel.Tests.Wire;

/// <summary>Against a bare socket that says byte for byte what it is told to.</summary>
public sealed class RichpanelClientTests
{
    [Theory(Timeout = 30_000)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", 200, null)]
    [InlineData("HTTP/1.1 204 No Content\r\n\r\n", 204, null)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>", 200, "not_richpanel")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n\u0001\u0002\u0003", 200, "not_richpanel")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"ok\"", 200, "answer_cut")]
    [InlineData("HTTP/1.1 401 No\r\nContent-Length: 100\r\n\r\n{\"bad", 401, "unauthorized")]
    [InlineData("HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n", 407, "client_error")]
    [InlineData("", null, "connection_closed")]
    [InlineData("SSH-2.0-OpenSSH_9.6\r\n", null, "not_http")]
    public async Task What_the_other_side_says_is_what_the_verdict_says(string answer, int? status, string? cause)
    {
        await using var server = RawServer.Saying(answer);
        using var client = new ClientUnderTest();

        var result = await client.SendAsync($"http://127.0.0.1:{server.Port}/v2");

        Assert.Equal((status, cause), (result.StatusCode, result.Verdict.Cause));
        Assert.NotNull(result.Phases.Wait);
        Assert.Equal(1, server.Connections);   // the framework never sends a call twice behind our back
    }

    /// <summary>Takes the framework by surprise: it can be written as an address but not as a name in DNS.</summary>
    [Theory(Timeout = 30_000)]
    [InlineData("https://xn--\u00fc.example/v2")]
    [InlineData("ftp://richpanel.example/v2")]
    public async Task An_address_that_no_request_can_be_made_for_is_a_result_and_no_exception(string baseUrl)
    {
        using var client = new ClientUnderTest();

        var result = await client.SendAsync(baseUrl);

        Assert.NotEqual(AnswerClass.Accepted, result.Verdict.Class);
        Assert.Null(result.Phases.Wait);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_redirect_is_not_followed()
    {
        await using var elsewhere = RawServer.Saying("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");
        await using var server = RawServer.Saying($"HTTP/1.1 307 Over there\r\nLocation: http://127.0.0.1:{elsewhere.Port}/v2/t\r\nContent-Length: 0\r\n\r\n");
        using var client = new ClientUnderTest();

        var result = await client.SendAsync($"http://127.0.0.1:{server.Port}/v2");

        Assert.Equal(new Verdict(AnswerClass.Hold, "redirected", HoldRule.AddressStreak), result.Verdict);
        Assert.Equal(0, elsewhere.Connections);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_connection_reset_before_the_answer_is_told_as_one_that_may_have_arrived()
    {
        await using var server = new RawServer(async (socket, ct) =>
        {
            await RawServer.ReadRequestAsync(socket, ct);
            Reset(socket);
        });
        using var client = new ClientUnderTest();

        var result = await client.SendAsync($"http://127.0.0.1:{server.Port}/v2");

        Assert.Equal(new Verdict(AnswerClass.TryLater, "connection_reset"), result.Verdict);
        Assert.NotNull(result.Phases.Wait);
        Assert.Equal(1, server.Connections);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_connection_reset_within_the_answer_cuts_it_and_keeps_what_had_come()
    {
        await using var server = new RawServer(async (socket, ct) =>
        {
            await RawServer.ReadRequestAsync(socket, ct);
            await RawServer.SayAsync(socket, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\nX-Trace-Of: r1\r\n\r\n"u8.ToArray(), ct);
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, ct);   // so that the head is not lost with the reset
            Reset(socket);
        });
        using var client = new ClientUnderTest();

        var result = await client.SendAsync($"http://127.0.0.1:{server.Port}/v2");

        Assert.Equal((200, "answer_cut"), (result.StatusCode, result.Verdict.Cause));
        Assert.Contains("X-Trace-Of: r1\n", result.Headers, StringComparison.Ordinal);
    }

    [Fact(Timeout = 30_000)]
    public async Task Of_ten_megabytes_the_first_128_KiB_are_kept()
    {
        await using var server = RawServer.Saying([.. "HTTP/1.1 500 No\r\nContent-Length: 10000000\r\n\r\n"u8, .. new byte[10_000_000]]);
        using var client = new ClientUnderTest();

        var result = await client.SendAsync($"http://127.0.0.1:{server.Port}/v2");

        Assert.Equal(("server_error", 128 * 1024, 10_000_000L), (result.Verdict.Cause, result.Body!.Length, result.BodyLength));
    }

    [Theory(Timeout = 30_000)]
    [InlineData(128 * 1024, null)]
    [InlineData((128 * 1024) + 1, "not_richpanel")]
    public async Task JSON_is_believed_up_to_what_is_kept_of_it(int length, string? cause)
    {
        var json = $"\"{new string('x', length - 2)}\"";
        await using var server = RawServer.Saying($"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{json}");
        using var client = new ClientUnderTest();

        var result = await client.SendAsync($"http://127.0.0.1:{server.Port}/v2");

        Assert.Equal(cause, result.Verdict.Cause);
        Assert.Equal(128 * 1024, result.Body!.Length);
    }

    [Fact(Timeout = 30_000)]
    public async Task An_answer_without_end_is_hung_up_on()
    {
        var hungUp = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = new RawServer(async (socket, ct) =>
        {
            await RawServer.ReadRequestAsync(socket, ct);
            try
            {
                await RawServer.SayAsync(socket, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"u8.ToArray(), ct);
                while (true)
                {
                    await RawServer.SayAsync(socket, new byte[64 * 1024], ct);
                }
            }
            catch (SocketException)
            {
                hungUp.SetResult();
            }
        });
        using var client = new ClientUnderTest();

        var result = await client.SendAsync($"http://127.0.0.1:{server.Port}/v2");

        Assert.Equal(("not_richpanel", 128 * 1024), (result.Verdict.Cause, result.Body!.Length));
        await hungUp.Task.WaitAsync(TestContext.Current.CancellationToken);
    }

    [Fact(Timeout = 30_000)]
    public async Task Headers_of_the_answer_are_kept_as_they_came_but_no_cookie()
    {
        await using var server = RawServer.Saying(
            "HTTP/1.1 200 OK\r\nX-Trace-Of: r1\r\nSet-Cookie: session=planted-cookie; HttpOnly\r\nset-cookie: again=planted-cookie\r\nSet-Cookie2: old=planted-cookie\r\nX-Many: 1\r\nX-Many: 2\r\nContent-Length: 2\r\n\r\n{}");
        using var client = new ClientUnderTest();

        var result = await client.SendAsync($"http://127.0.0.1:{server.Port}/v2");

        Assert.Equal("X-Trace-Of: r1\nX-Many: 1\nX-Many: 2\nContent-Length: 2\n", result.Headers);
    }

    [Fact(Timeout = 30_000)]
    public async Task Of_many_headers_the_first_16_KiB_are_kept()
    {
        var many = string.Concat(Enumerable.Range(0, 40).Select(i => $"X-{i}: {new string('h', 1000)}\r\n"));
        await using var server = RawServer.Saying($"HTTP/1.1 200 OK\r\n{many}Content-Length: 0\r\n\r\n");
        using var client = new ClientUnderTest();

        var result = await client.SendAsync($"http://127.0.0.1:{server.Port}/v2");

        Assert.Equal((AnswerClass.Accepted, 16 * 1024), (result.Verdict.Class, result.Headers!.Length));
    }

    private static void Reset(Socket socket)
    {
        socket.LingerState = new LingerOption(enable: true, seconds: 0);
        socket.Close();
    }
}
