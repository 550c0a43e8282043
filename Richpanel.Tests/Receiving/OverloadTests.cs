using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Richpanel.Core.Storage;
using Richpanel.Tests.Support;

namespace Richpanel.Tests.Receiving;

/// <summary>What senders are told when nothing can be taken: come again, before anything is lost.</summary>
public sealed class OverloadTests
{
    private const int Patience = 60_000;
    private const string Call = """{"type":"track","event":"One","userId":"u","messageId":"m"}""";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact(Timeout = Patience)]
    public async Task With_the_disk_nearly_full_the_door_closes_with_503_and_opens_again_by_itself()
    {
        var free = StoreHealth.FreeBytesNeeded - 1;
        await using var console = new ConsoleUnderTest(services: services =>
            services.AddSingleton(provider => new StoreHealth(() => Interlocked.Read(ref free), TimeProvider.System)));
        using var client = console.CreateClient();
        var source = await console.AddSourceAsync();

        using var refused = await client.PostCallAsync("/v1/track", Call, source.WriteKey);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.True(refused.Headers.RetryAfter?.Delta > TimeSpan.Zero);
        Assert.Contains("\"code\":\"store_full\"", await refused.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
    }

    [Fact(Timeout = Patience)]
    public async Task Where_no_source_exists_yet_senders_are_asked_to_come_again()
    {
        await using var console = new ConsoleUnderTest(new Dictionary<string, string?> { ["Sandbox:Enabled"] = "false" });
        using var client = console.CreateClient();

        using var refused = await client.PostCallAsync("/v1/track", Call, "any-key");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.True(refused.Headers.RetryAfter?.Delta > TimeSpan.Zero);
    }

    [Fact(Timeout = Patience)]
    public async Task A_body_that_trickles_is_answered_408_after_the_read_timeout()
    {
        await using var console = new ConsoleUnderTest(new Dictionary<string, string?> { ["Receiver:ReadTimeout"] = "00:00:01" });
        console.UseKestrel(0);
        console.StartServer();
        var source = await console.AddSourceAsync();

        var answer = await TrickleAsync(console.ClientOptions.BaseAddress, $"/v1/track", source.WriteKey);

        Assert.StartsWith("HTTP/1.1 408 ", answer, StringComparison.Ordinal);
        Assert.Contains("\"success\":false", answer, StringComparison.Ordinal);
        await using var context = console.Read();
        Assert.Equal(0, await context.Requests.CountAsync(Ct));
    }

    [Fact(Timeout = Patience)]
    public async Task Nobodys_webhook_is_answered_without_waiting_for_its_body()
    {
        await using var console = new ConsoleUnderTest(new Dictionary<string, string?> { ["Receiver:ReadTimeout"] = "00:00:55" });
        console.UseKestrel(0);
        console.StartServer();
        await console.AddSourceAsync();

        var answer = await TrickleAsync(console.ClientOptions.BaseAddress, "/webhooks/nobody", null);

        Assert.StartsWith("HTTP/1.1 401 ", answer, StringComparison.Ordinal);
        Assert.Contains("unknown_source", answer, StringComparison.Ordinal);
    }

    /// <summary>Promises a body, sends the beginning of it, and nothing more; the answer as text.</summary>
    private static async Task<string> TrickleAsync(Uri address, string path, string? writeKey)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, address.Port, Ct);
        await using var stream = socket.GetStream();
        var authorization = writeKey is null ? "" : $"Authorization: Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes(writeKey + ":"))}\r\n";
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"POST {path} HTTP/1.1\r\nHost: {address.Authority}\r\n{authorization}Content-Length: 500\r\n\r\n{{\"event\""), Ct);
        var answer = new StringBuilder();
        var buffer = new byte[4096];
        while (!answer.ToString().Contains("\"success\":false", StringComparison.Ordinal))
        {
            var read = await stream.ReadAsync(buffer, Ct);
            if (read == 0)
            {
                break;
            }

            answer.Append(Encoding.UTF8.GetString(buffer, 0, read));
        }

        return answer.ToString();
    }
}
