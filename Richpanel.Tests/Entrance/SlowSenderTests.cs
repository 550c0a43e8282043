using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Richpanel.Tests.Support;

namespace Richpanel.Tests.Entrance;

/// <summary>Senders that hold a connection by sending a little at a time.</summary>
public sealed class SlowSenderTests
{
    private const string Call = """{"type":"track","event":"One","userId":"u"}""";
    private static readonly TimeSpan s_readTimeout = TimeSpan.FromSeconds(437);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact(Timeout = 60_000)]
    public async Task A_body_that_has_not_arrived_when_the_read_time_out_is_over_is_refused_and_not_kept()
    {
        var clock = new WatchedClock();
        await using var product = Slow(clock);
        using var socket = await BeginAsync(product);
        await clock.IsWaitedForAsync(s_readTimeout);

        clock.Advance(s_readTimeout);
        var answer = await socket.GetStream().ReadUntilAsync("read_timeout", Ct);

        Assert.StartsWith("HTTP/1.1 408 ", answer, StringComparison.Ordinal);
        Assert.Contains("\"success\":false,\"code\":\"read_timeout\"", answer, StringComparison.Ordinal);
        await using var context = product.App.Read();
        Assert.Equal(0, await context.Requests.CountAsync(Ct));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_body_that_arrives_a_moment_before_the_read_time_out_is_kept()
    {
        var clock = new WatchedClock();
        await using var product = Slow(clock);
        using var socket = await BeginAsync(product);
        await clock.IsWaitedForAsync(s_readTimeout);

        clock.Advance(s_readTimeout - TimeSpan.FromSeconds(1));
        await socket.GetStream().WriteAsync(Encoding.ASCII.GetBytes(Call[1..]), Ct);

        Assert.StartsWith("HTTP/1.1 200 ", await socket.GetStream().ReadUntilAsync("success", Ct), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_time_out_of_a_head_is_the_servers_own_and_the_one_that_was_set()
    {
        await using var product = new EntranceUnderTest(new() { ["Receiver:HeaderTimeout"] = "00:00:07" });

        Assert.Equal(TimeSpan.FromSeconds(7), product.App.Services.GetRequiredService<IOptions<KestrelServerOptions>>().Value.Limits.RequestHeadersTimeout);
    }

    [Fact]
    public async Task A_body_that_trickles_is_cut_off_by_the_server_below_a_rate_that_no_sender_has()
    {
        await using var product = new EntranceUnderTest();

        var rate = product.App.Services.GetRequiredService<IOptions<KestrelServerOptions>>().Value.Limits.MinRequestBodyDataRate;

        Assert.Equal((240.0, TimeSpan.FromSeconds(5)), (rate!.BytesPerSecond, rate.GracePeriod));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_head_that_trickles_is_cut_off_by_the_server()
    {
        await using var product = new EntranceUnderTest(new() { ["Receiver:HeaderTimeout"] = "00:00:01" });

        var answer = await TrickleAsync(product, "POST /v1/track HTTP/1.1\r\nHost: localhost\r\n", "X-Slow: 1\r\n");

        Assert.StartsWith("HTTP/1.1 408 ", answer, StringComparison.Ordinal);
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

    /// <summary>On the test's clock, and without the server's own limit on slow bodies, which reads another.</summary>
    private static EntranceUnderTest Slow(WatchedClock clock) => new(
        new() { ["Receiver:ReadTimeout"] = s_readTimeout.ToString() },
        services: services =>
        {
            services.AddSingleton<TimeProvider>(clock);
            services.PostConfigure<KestrelServerOptions>(server => server.Limits.MinRequestBodyDataRate = null);
        });

    /// <summary>Promises a whole call and sends its first byte.</summary>
    private static async Task<TcpClient> BeginAsync(EntranceUnderTest product)
    {
        var source = await product.App.AddSourceAsync();
        var user = Convert.ToBase64String(Encoding.UTF8.GetBytes(source.WriteKey + ":"));
        var socket = new TcpClient();
        await socket.ConnectAsync(product.Address.Host, product.Address.Port, Ct);
        await socket.GetStream().WriteAsync(
            Encoding.ASCII.GetBytes($"POST /v1/track HTTP/1.1\r\nHost: localhost\r\nAuthorization: Basic {user}\r\nContent-Length: {Call.Length}\r\n\r\n{Call[0]}"), Ct);
        return socket;
    }

    /// <summary>Sends the beginning, then a piece as often as the server is heard to wait, until it has had enough.</summary>
    private static async Task<string> TrickleAsync(EntranceUnderTest product, string beginning, string? piece)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(product.Address.Host, product.Address.Port, Ct);
        await using var stream = socket.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(beginning), Ct);
        var reading = EntranceUnderTest.ReadAllAsync(stream);
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while (piece is not null && !reading.IsCompleted && await tick.WaitForNextTickAsync(Ct))
        {
            try
            {
                await stream.WriteAsync(Encoding.ASCII.GetBytes(piece), Ct);
            }
            catch (IOException)
            {
                break;
            }
        }

        return await reading;
    }
}
