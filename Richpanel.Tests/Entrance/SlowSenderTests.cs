using System.Net.Sockets;
using System.Text;

namespace Richpanel.Tests.Entrance;

/// <summary>Senders that hold a connection by sending a little at a time.</summary>
public sealed class SlowSenderTests
{
    [Fact(Timeout = 60_000)]
    public async Task A_head_that_trickles_is_cut_off_after_its_time_out()
    {
        await using var product = new EntranceUnderTest(new() { ["Receiver:HeaderTimeout"] = "00:00:01" });

        var answer = await TrickleAsync(product, "POST /v1/track HTTP/1.1\r\nHost: localhost\r\n", "X-Slow: 1\r\n");

        Assert.StartsWith("HTTP/1.1 408 ", answer, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_body_that_trickles_is_refused_after_the_read_time_out_as_a_sender_can_read_it()
    {
        await using var product = new EntranceUnderTest(new() { ["Receiver:ReadTimeout"] = "00:00:01" });

        var answer = await TrickleAsync(product, "POST /v1/track HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 100000\r\n\r\n", "{");

        Assert.StartsWith("HTTP/1.1 408 ", answer, StringComparison.Ordinal);
        Assert.Contains("\"code\":\"read_timeout\"", answer, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_connection_that_says_nothing_is_closed()
    {
        await using var product = new EntranceUnderTest(new() { ["Receiver:HeaderTimeout"] = "00:00:01" });

        Assert.DoesNotContain(" 200 ", await TrickleAsync(product, "G", null), StringComparison.Ordinal);
    }

    [Theory(Timeout = 60_000)]
    [InlineData("/v1/track")]
    [InlineData("/api/v1/ledger")]
    [InlineData("/sign-in")]
    public async Task Huge_heads_are_refused_before_anything_is_done(string path)
    {
        await using var product = new EntranceUnderTest();

        var many = string.Concat(Enumerable.Range(0, 200).Select(i => $"X-Many-{i}: 1\r\n"));
        Assert.StartsWith("HTTP/1.1 431 ", await product.RawAsync($"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{many}\r\n"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 431 ", await product.RawAsync($"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nX-Large: {new string('x', 40_000)}\r\n\r\n"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 414 ", await product.RawAsync($"GET {path}?{new string('x', 10_000)} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"), StringComparison.Ordinal);
    }

    /// <summary>Sends the beginning, then a piece as often as the server is heard to wait, until it has had enough.</summary>
    private static async Task<string> TrickleAsync(EntranceUnderTest product, string beginning, string? piece)
    {
        var ct = TestContext.Current.CancellationToken;
        using var socket = new TcpClient();
        await socket.ConnectAsync(product.Address.Host, product.Address.Port, ct);
        await using var stream = socket.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(beginning), ct);
        var reading = EntranceUnderTest.ReadAllAsync(stream);
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while (piece is not null && !reading.IsCompleted && await tick.WaitForNextTickAsync(ct))
        {
            try
            {
                await stream.WriteAsync(Encoding.ASCII.GetBytes(piece), ct);
            }
            catch (IOException)
            {
                break;
            }
        }

        return await reading;
    }
}
