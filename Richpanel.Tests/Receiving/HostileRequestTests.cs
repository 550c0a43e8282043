using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Richpanel.Core.Deliveries;
using Richpanel.Tests.Support;

namespace Richpanel.Tests.Receiving;

/// <summary>Requests made to hurt: their answer is no fault of ours, and they cost what they are worth.</summary>
public sealed class HostileRequestTests
{
    private const int Patience = 60_000;
    private const string Call = """{"type":"track","event":"One","userId":"u","messageId":"m"}""";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory(Timeout = Patience)]
    [InlineData("""{"type":"track","event":"One","userId":"u","\ud800":1}""", "/v1/track")]
    [InlineData("""{"type":"track","event":"One","userId":"u","writeKe\ud800":1}""", "/v1/track")]
    [InlineData("""{"batch":[{"type":"track","event":"One","userId":"u"}],"\ud800":1}""", "/v1/batch")]
    [InlineData("""{"batch":[{"type":"track","event":"One","userId":"u","properties":{"writeKe\udc00":1}}]}""", "/v1/batch")]
    public async Task A_name_with_half_a_character_in_it_is_a_name(string body, string path)
    {
        await using var console = new ConsoleUnderTest();
        using var client = console.CreateClient();
        var source = await console.AddSourceAsync();

        await client.PostCallAsync(path, body, source.WriteKey).AcceptedAsync();

        await console.ExpandedAsync();
        await using var context = console.Read();
        Assert.Equal("One", (await context.Deliveries.SingleAsync(Ct)).EventName);
    }

    [Theory(Timeout = Patience)]
    [InlineData("POST /v1/track", "200", "http://\u00e9.example")]
    [InlineData("OPTIONS /v1/track", "204", "http://\u00e9.example")]
    [InlineData("GET /v1/pixel/track", "200", "http://\u00e9.example")]
    [InlineData("POST /v1/track", "200", "http://\u0001.example")]
    public async Task An_origin_that_no_header_of_ours_can_carry_is_not_echoed(string line, string status, string origin)
    {
        await using var console = new ConsoleUnderTest();
        console.UseKestrel(0);
        console.StartServer();
        var source = await console.AddSourceAsync();

        var answer = await RawAsync(console.ClientOptions.BaseAddress, line, $"Origin: {origin}\r\n{Authorization(source.WriteKey)}");

        Assert.StartsWith($"HTTP/1.1 {status} ", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("Access-Control-Allow-Origin", answer, StringComparison.Ordinal);
    }

    [Fact(Timeout = Patience)]
    public async Task What_an_envelope_gives_to_each_of_its_calls_is_no_larger_than_a_call_may_be()
    {
        await using var console = new ConsoleUnderTest();
        using var client = console.CreateClient();
        var source = await console.AddSourceAsync();
        var batch = (int length) => $$"""{"context":{"a":"{{new string('x', length)}}"},"batch":[{{Call}}]}""";

        using var refused = await client.PostCallAsync("/v1/batch", batch(33_000), source.WriteKey);
        await client.PostCallAsync("/v1/batch", batch(32_000), source.WriteKey).AcceptedAsync();

        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Contains("\"code\":\"too_large\"", await refused.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
        await console.ExpandedAsync();
        await using var context = console.Read();
        Assert.NotEqual(FailureStage.Reading, (await context.Deliveries.SingleAsync(Ct)).Stage);
    }

    private static string Authorization(string writeKey) => $"Authorization: Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes(writeKey + ":"))}\r\n";

    private static async Task<string> RawAsync(Uri address, string line, string headers)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, address.Port, Ct);
        await using var stream = socket.GetStream();
        await stream.WriteAsync(
            Encoding.UTF8.GetBytes($"{line} HTTP/1.1\r\nHost: {address.Authority}\r\nConnection: close\r\n{headers}Content-Length: {Call.Length}\r\n\r\n{Call}"), Ct);
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync(Ct);
    }
}
