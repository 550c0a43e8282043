using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using Richpanel.Bench;

namespace Richpanel.Tests.EndToEnd;

/// <summary>No request, whatever its bytes, yields a 5xx, costs a neighbour or stops the product. Against the real process.</summary>
public sealed class BadInputTests
{
    private static readonly string[] s_routes =
    [
        "/v1/track", "/v1/identify", "/v1/page", "/v1/screen", "/v1/group", "/v1/alias", "/v1/t", "/v1/i", "/v1/p", "/v1/s", "/v1/g", "/v1/a",
        "/v1/b", "/v1/batch", "/v1/import", "/v1/import/", "/v1/m", "/segment", "/segment/00000000000000000000000000000000", "/webhooks/00000000000000000000000000000000",
        "/v1/no-such-route", "/api/v1/preview", "/api/v1/send",
    ];

    [Fact(Timeout = 300_000)]
    public async Task Whatever_bytes_come_to_whatever_route_the_answer_is_no_5xx_and_good_events_still_arrive()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var started = await ProductInTest.StartAsync();
        var random = new Random(7);
        var bodies = Bodies(random).ToList();
        var faults = new List<string>();

        foreach (var route in s_routes)
        {
            foreach (var (name, body, gzip) in bodies)
            {
                var status = await PostAsync(started.Product, route, body, gzip, ct);
                if ((int)status >= 500)
                {
                    faults.Add($"{route} answered {(int)status} to {name}");
                }
            }
        }

        Assert.Empty(faults);
        Assert.Equal(HttpStatusCode.OK, await started.Product.PostAsync("/v1/track", ProductInTest.WriteKey, Events.Track("after-all-that")));
        var arrived = await started.ArrivedAsync("after-all-that", ct);
        Assert.Contains(arrived, call => call.GetProperty("eventId").GetString() == "after-all-that");
        Assert.True((await started.Product.ApiAsync(HttpMethod.Get, "ledger")).GetProperty("total").GetProperty("balanced").GetBoolean());
    }

    [Fact(Timeout = 120_000)]
    public async Task One_bad_call_of_a_batch_costs_none_of_its_neighbours()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var started = await ProductInTest.StartAsync();
        var batch = $$"""{"batch":[{{Events.Call("good-1")}},{"type":"track"},17,null,"text",{"type":"track","event":{"a":1},"userId":[]},{{Events.Call("good-2")}}]}""";

        Assert.Equal(HttpStatusCode.OK, await started.Product.PostAsync("/v1/batch", ProductInTest.WriteKey, Encoding.UTF8.GetBytes(batch)));

        var arrived = await started.ArrivedAsync(7, ct);
        Assert.Equal(["good-1", "good-2"], arrived.Select(call => call.GetProperty("eventId").GetString()!).Order(StringComparer.Ordinal));
        var total = (await started.Product.ApiAsync(HttpMethod.Get, "ledger")).GetProperty("total");
        Assert.Equal(7, total.GetProperty("created").GetInt32());
        Assert.Equal(5, total.GetProperty("failed").GetInt32());
    }

    [Fact(Timeout = 120_000)]
    public async Task A_gzip_bomb_is_refused_without_being_unpacked()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var started = await ProductInTest.StartAsync();
        var bomb = Gzip(new byte[20 * 1024 * 1024]);
        Assert.InRange(bomb.Length, 1, 25_000);
        await PostAsync(started.Product, "/v1/track", bomb, gzip: true, ct);
        var before = started.Product.Process.PeakMemory();

        for (var i = 0; i < 50; i++)
        {
            Assert.Equal(HttpStatusCode.BadRequest, await PostAsync(started.Product, "/v1/batch", bomb, gzip: true, ct));
        }

        Assert.InRange(started.Product.Process.PeakMemory() - before, 0, 64);
    }

    [Fact(Timeout = 120_000)]
    public async Task Twenty_bodies_that_trickle_keep_nobody_else_waiting()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var started = await ProductInTest.StartAsync();
        var tricklers = new List<TcpClient>();
        try
        {
            for (var i = 0; i < 20; i++)
            {
                var client = new TcpClient();
                tricklers.Add(client);
                await client.ConnectAsync(IPAddress.Loopback, started.Product.Address.Port, ct);
                await client.GetStream().WriteAsync("POST /v1/track HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{"u8.ToArray(), ct);
            }

            var clock = TimeProvider.System.GetTimestamp();
            Assert.Equal(HttpStatusCode.OK, await started.Product.PostAsync("/v1/track", ProductInTest.WriteKey, Events.Track("beside-tricklers")));
            Assert.InRange(TimeProvider.System.GetElapsedTime(clock), TimeSpan.Zero, TimeSpan.FromSeconds(2));
        }
        finally
        {
            tricklers.ForEach(client => client.Dispose());
        }

        Assert.Single(await started.ArrivedAsync(1, ct));
    }

    private static IEnumerable<(string Name, byte[] Body, bool Gzip)> Bodies(Random random)
    {
        yield return ("nothing", [], false);
        yield return ("5,000 levels of arrays", Encoding.UTF8.GetBytes(new string('[', 5000) + new string(']', 5000)), false);
        yield return ("5,000 levels inside properties", Encoding.UTF8.GetBytes("""{"type":"track","event":"x","userId":"u","properties":""" + string.Concat(Enumerable.Repeat("{\"a\":", 5000)) + "1" + new string('}', 5000) + "}"), false);
        yield return ("a gzip bomb", Gzip(new byte[20 * 1024 * 1024]), true);
        yield return ("gzip that is none", "not gzip"u8.ToArray(), true);
        yield return ("a cut gzip", Gzip(Events.Track("cut"))[..40], true);
        yield return ("a lone surrogate", """{"type":"track","userId":"u","event":"\ud83d","properties":{"\udc00":"\ud800"}}"""u8.ToArray(), false);
        yield return ("a number beyond double", """{"type":"track","userId":1e999,"event":"x","properties":{"total":1e999,"n":123456789012345678901234567890}}"""u8.ToArray(), false);
        yield return ("duplicate keys", """{"type":"track","type":"page","userId":"a","userId":{},"event":"x","event":null}"""u8.ToArray(), false);
        yield return ("traits as text", """{"type":"identify","userId":"u","traits":"none","context":[1],"timestamp":[],"integrations":"All"}"""u8.ToArray(), false);
        yield return ("a batch of everything", """{"batch":[null,1,"x",[],{},{"type":7},{"type":"batch","batch":[]}]}"""u8.ToArray(), false);
        yield return ("a batch that is no array", """{"batch":{"type":"track"}}"""u8.ToArray(), false);
        yield return ("invalid UTF-8", [.. "{\"type\":\"track\",\"event\":\""u8, 0xff, 0xfe, 0xc0, .. "\"}"u8], false);
        yield return ("a NUL in a name", """{"type":"track","userId":"u\u0000","event":"a\u0000b"}"""u8.ToArray(), false);
        for (var i = 0; i < 20; i++)
        {
            var bytes = new byte[random.Next(1, 3000)];
            random.NextBytes(bytes);
            yield return ($"random bytes {i}", bytes, i % 4 == 0);
        }

        // Valid calls with single bytes changed: closer to the readers' blind spots than noise is.
        for (var i = 0; i < 20; i++)
        {
            var bytes = Events.Batch(["mutant-1", "mutant-2"]);
            for (var changes = random.Next(1, 6); changes > 0; changes--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            yield return ($"a changed batch {i}", bytes, false);
        }
    }

    private static async Task<HttpStatusCode> PostAsync(Product product, string route, byte[] body, bool gzip, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(route, UriKind.Relative)) { Content = new ByteArrayContent(body) };
        request.Headers.Authorization = route.StartsWith("/api", StringComparison.Ordinal)
            ? new AuthenticationHeaderValue("Bearer", Product.Token)
            : new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(ProductInTest.WriteKey + ":")));
        if (gzip)
        {
            request.Content.Headers.ContentEncoding.Add("gzip");
        }

        using var answer = await product.Http.SendAsync(request, ct);
        return answer.StatusCode;
    }

    private static byte[] Gzip(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.SmallestSize))
        {
            gzip.Write(bytes);
        }

        return packed.ToArray();
    }
}
