using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Richpanel.Core.Storage;
using Richpanel.Core.Support;
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
        var options = new StorageOptions();
        var free = options.FullBelow - 1;
        await using var console = new ConsoleUnderTest(services: services =>
            services.AddSingleton(_ => new StoreHealth(() => StoreSpace.Of(Interlocked.Read(ref free), 100 * options.LowBelow, 0, options), TimeProvider.System)));
        using var client = console.CreateClient();
        var source = await console.AddSourceAsync();

        using var refused = await client.PostCallAsync("/v1/track", Call, source.WriteKey);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.True(refused.Headers.RetryAfter?.Delta > TimeSpan.Zero);
        Assert.Contains("\"code\":\"store_full\"", await refused.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
        Assert.Equal(["disk_full"], console.Services.GetRequiredService<FaultBoard>().Faults.Select(fault => fault.Code));
        using var ready = await client.GetAsync(new Uri("/readyz", UriKind.Relative), Ct);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);

        Interlocked.Exchange(ref free, options.LowBelow - 1);
        using var opened = await Eventually.IsAsync(
            () => client.PostCallAsync("/v1/track", Call, source.WriteKey), answer => answer.StatusCode == HttpStatusCode.OK, Ct);
        Assert.Equal(["disk_low"], console.Services.GetRequiredService<FaultBoard>().Faults.Select(fault => fault.Code));
        using var degraded = await client.GetAsync(new Uri("/readyz", UriKind.Relative), Ct);
        Assert.Equal(HttpStatusCode.OK, degraded.StatusCode);
        Assert.StartsWith("ready, but: The disk of the database has little room", await degraded.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
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
    public async Task Nobodys_webhook_is_answered_without_waiting_for_its_body()
    {
        await using var console = new ConsoleUnderTest(new Dictionary<string, string?> { ["Receiver:ReadTimeout"] = "00:00:55" });
        console.UseKestrel(0);
        console.StartServer();
        await console.AddSourceAsync();

        var answer = await BeginAsync(console.ClientOptions.BaseAddress, "/webhooks/nobody");

        Assert.StartsWith("HTTP/1.1 401 ", answer, StringComparison.Ordinal);
        Assert.Contains("unknown_source", answer, StringComparison.Ordinal);
    }

    /// <summary>Promises a body, sends the beginning of it, and nothing more; the answer as text.</summary>
    private static async Task<string> BeginAsync(Uri address, string path)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, address.Port, Ct);
        await using var stream = socket.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"POST {path} HTTP/1.1\r\nHost: {address.Authority}\r\nContent-Length: 500\r\n\r\n{{\"event\""), Ct);
        return await stream.ReadUntilAsync("\"success\":false", Ct);
    }
}
