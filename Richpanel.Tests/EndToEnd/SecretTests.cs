using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Richpanel.Bench;
using Richpanel.Tests.Support;

namespace Richpanel.Tests.EndToEnd;

/// <summary>Secrets are planted, traffic with every kind of fault runs, and then they are searched for wherever the product leaves anything.</summary>
public sealed class SecretTests
{
    private const string ApiSecret = "planted-api-secret-7Qm2Zx9Lr4";
    private const string NextSecret = "planted-next-secret-3Tb8Yw5Kn2";
    private const string PfxPassword = "planted-pfx-password-6Vd1";
    private const string WriteKey = "planted-write-key-0123456789abcd";
    private const string Token = Product.Token;

    [Fact(Timeout = 240_000)]
    public async Task A_planted_secret_write_key_and_token_are_found_nowhere()
    {
        var ct = TestContext.Current.CancellationToken;
        using var folder = new TemporaryFolder();
        var certificate = Path.Combine(folder.Path, "ring.pfx");
        await File.WriteAllBytesAsync(certificate, Certificate(), ct);
        await using var started = await ProductInTest.StartAsync(new Dictionary<string, string>
        {
            ["Bootstrap__Connections__1__Name"] = "Nobody listens",
            ["Bootstrap__Connections__1__BaseUrl"] = "http://127.0.0.1:9/v2",
            ["Bootstrap__Connections__1__ApiKey"] = "planted-key-0001",
            ["Bootstrap__Connections__1__ApiSecret"] = ApiSecret,
            ["Bootstrap__Connections__1__Sources__0__Name"] = "planted",
            ["Bootstrap__Connections__1__Sources__0__WriteKey"] = WriteKey,
            ["Serilog__MinimumLevel__Default"] = "Debug",
            ["Storage__KeyRingCertificate__Path"] = certificate,
            ["Storage__KeyRingCertificate__Password"] = PfxPassword,
        });
        var answers = new StringBuilder();

        await TrafficAsync(started.Product, answers, ct);
        await RotateAsync(started.Product, answers);
        await ReadEverythingAsync(started.Product, answers, ct);
        await started.Product.StopAsync();

        Assert.Empty(Finds("an answer", Encoding.UTF8.GetBytes(answers.ToString())));
        Assert.Empty(Finds("the log", Encoding.UTF8.GetBytes(started.Product.Process.Output)));
        var files = Directory.EnumerateFiles(started.DataFolder, "*", SearchOption.AllDirectories).ToList();
        Assert.Contains(files, file => file.EndsWith("console.db", StringComparison.Ordinal));
        Assert.Empty(files.SelectMany(file => Finds(Path.GetFileName(file), File.ReadAllBytes(file))));
    }

    [Fact]
    public void The_search_finds_what_is_there()
    {
        Assert.NotEmpty(Finds("x", Encoding.UTF8.GetBytes("a " + ApiSecret)));
        Assert.NotEmpty(Finds("x", Encoding.UTF8.GetBytes(Convert.ToBase64String(Encoding.UTF8.GetBytes(WriteKey + ":")))));
        Assert.NotEmpty(Finds("x", Encoding.Unicode.GetBytes(Token)));
    }

    /// <summary>Good calls, bad calls, wrong keys, unsigned webhooks, a connection nobody answers.</summary>
    private static async Task TrafficAsync(Product product, StringBuilder answers, CancellationToken ct)
    {
        var inBody = Events.Call("secret-2").Replace("{\"type\"", $"{{\"writeKey\":\"{WriteKey}\",\"type\"", StringComparison.Ordinal);
        await SendAsync(product, answers, Post("/v1/track", Events.Call("secret-1"), WriteKey), ct);
        await SendAsync(product, answers, Post("/v1/track", inBody, key: null), ct);
        await SendAsync(product, answers, Post("/v1/batch", $$"""{"writeKey":"{{WriteKey}}","batch":[{{inBody}},{"type":"track","writeKey":"{{WriteKey}}"}]}""", key: null), ct);
        await SendAsync(product, answers, Post("/v1/track", $$"""{"writeKey":"{{WriteKey}}","broken":""", WriteKey), ct);
        await SendAsync(product, answers, Post("/v1/track", $$"""["{{WriteKey}}",{"writeKey":"{{WriteKey}}"}]""", WriteKey), ct);
        await SendAsync(product, answers, Post("/segment", Events.Call("secret-3"), "planted-key-0001", ("X-Segment-Settings", $$"""{"apiKey":"planted-key-0001","apiSecret":"{{ApiSecret}}"}""")), ct);
        await SendAsync(product, answers, Post("/segment", "{broken", "planted-key-0001", ("X-Segment-Settings", $$"""{"apiSecret":"{{ApiSecret}}" """)), ct);
        await SendAsync(product, answers, new HttpRequestMessage(HttpMethod.Get, $"/v1/pixel/track?writeKey={WriteKey}&event=Opened&userId=u1"), ct);
        await SendAsync(product, answers, new HttpRequestMessage(HttpMethod.Get, $"/v1/pixel/track?data=%7Bbroken&writeKey={WriteKey}"), ct);
        await SendAsync(product, answers, Post("/api/v1/preview", """{"connection":"Nobody listens","call":{"type":"track","event":"Order Completed","userId":"u1","properties":{"order_id":"1"}}}""", key: null), ct);
        await SendAsync(product, answers, Post("/api/v1/connections", $$"""{"name":7,"apiSecret":"{{ApiSecret}}","sources":[{"writeKey":"{{WriteKey}}"}]}""", key: null), ct);

        // The log must have met the failing connection before it is searched.
        var deadline = TimeProvider.System.GetUtcNow().AddSeconds(30);
        var tried = false;
        while (!tried)
        {
            Assert.True(TimeProvider.System.GetUtcNow() < deadline, "No delivery to the dead address was tried within 30 s.\n" + product.Process.Output);
            var items = (await product.ApiAsync(HttpMethod.Get, "deliveries?messageId=secret-1")).GetProperty("items");
            tried = items.GetArrayLength() > 0 && items[0].GetRawText().Contains("refused", StringComparison.Ordinal);
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, ct);
        }
    }

    /// <summary>The old and the new one, both ways, and refused.</summary>
    private static async Task RotateAsync(Product product, StringBuilder answers)
    {
        const string connection = "connections/Nobody listens";
        answers.AppendLine((await product.ApiAsync(HttpMethod.Put, connection, $$"""{"apiSecret":"{{NextSecret}}","keepPreviousFor":"week"}""")).GetRawText());
        answers.AppendLine((await product.ApiAsync(HttpMethod.Post, connection + "/secret/roll-back")).GetRawText());
        answers.AppendLine((await product.ApiAsync(HttpMethod.Post, connection + "/secret/roll-back")).GetRawText());
        answers.AppendLine((await Assert.ThrowsAsync<HttpRequestException>(() => product.ApiAsync(HttpMethod.Put, connection, $$"""{"apiSecret":"{{NextSecret}} {{ApiSecret}}"}"""))).Message);
    }

    private static async Task ReadEverythingAsync(Product product, StringBuilder answers, CancellationToken ct)
    {
        var list = await product.ApiAsync(HttpMethod.Get, "deliveries?limit=100");
        answers.AppendLine(list.GetRawText());
        foreach (var item in list.GetProperty("items").EnumerateArray())
        {
            answers.AppendLine((await product.ApiAsync(HttpMethod.Get, "deliveries/" + item.GetProperty("id"))).GetRawText());
        }

        // What pages hold comes over their circuit: Pages/SecretsOnPagesTests searches that. This is what a GET of them answers.
        foreach (var path in (string[])["/api/v1/connections", "/api/v1/sources", "/api/v1/ledger", "/", "/deliveries", "/connections", "/connections/con_3", "/lab", "/openapi/v1.json", "/metrics"])
        {
            await SendAsync(product, answers, new HttpRequestMessage(HttpMethod.Get, path), ct);
        }
    }

    private static HttpRequestMessage Post(string path, string body, string? key, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        if (key is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(key + ":")));
        }

        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return request;
    }

    private static async Task SendAsync(Product product, StringBuilder answers, HttpRequestMessage request, CancellationToken ct)
    {
        if (request.RequestUri!.OriginalString.StartsWith("/api", StringComparison.Ordinal))
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        }

        using (request)
        using (var answer = await product.Http.SendAsync(request, ct))
        {
            answers.AppendLine(answer.Headers.ToString()).AppendLine(await answer.Content.ReadAsStringAsync(ct));
            Assert.True(answer.StatusCode < HttpStatusCode.InternalServerError, $"{request.RequestUri.OriginalString.Split('?')[0]} answered {(int)answer.StatusCode}");
        }
    }

    private static byte[] Certificate()
    {
        using var key = RSA.Create(2048);
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = new CertificateRequest("CN=Key ring of a test", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        return certificate.Export(X509ContentType.Pkcs12, PfxPassword);
    }

    private static IEnumerable<string> Finds(string place, byte[] bytes) =>
        from secret in (string[])[ApiSecret, NextSecret, PfxPassword, WriteKey, Token]
        let plain = Encoding.UTF8.GetBytes(secret)
        from form in (byte[][])[plain, Encoding.Unicode.GetBytes(secret), Encoding.UTF8.GetBytes(Convert.ToBase64String(plain)), Encoding.UTF8.GetBytes(Convert.ToBase64String(Encoding.UTF8.GetBytes(secret + ":")))]
        where bytes.AsSpan().IndexOf(form) >= 0
        select $"{secret[..14]}… in {place}";
}
