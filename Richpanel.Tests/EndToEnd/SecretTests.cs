using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Richpanel.Bench;
using Richpanel.Core.Segment;
using Richpanel.Tests.Support;

namespace Richpanel.Tests.EndToEnd;

/// <summary>Secrets are planted, traffic with every kind of fault runs, and then they are searched for wherever the product leaves anything.</summary>
public sealed class SecretTests
{
    private const string ApiSecret = "planted-api-secret-7Qm2Zx9Lr4";
    private const string NextSecret = "planted-next-secret-3Tb8Yw5Kn2";
    private const string PfxPassword = "planted-pfx-password-6Vd1";
    private const string WriteKey = "planted-write-key-0123456789abcd";
    private const string WebhookSecret = "planted-webhook-secret-8Hs3Jq";
    private const string AdminEmail = "planted-admin@example.test";
    private const string AdminPassword = "planted-admin-password-4Rk7";
    private const string WrongPassword = "planted-wrong-password-9Ux2";
    private const string ClientSecret = "planted-client-secret-5Gc6Wp";
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
            ["Bootstrap__Admin__Email"] = AdminEmail,
            ["Bootstrap__Admin__Password"] = AdminPassword,
            ["SignIn__OpenIdConnect__Authority"] = "http://127.0.0.1:9",
            ["SignIn__OpenIdConnect__ClientId"] = "console",
            ["SignIn__OpenIdConnect__ClientSecret"] = ClientSecret,
            ["SignIn__OpenIdConnect__Roles__staff"] = "viewer",
            ["Serilog__MinimumLevel__Default"] = "Debug",
            ["Storage__KeyRingCertificate__Path"] = certificate,
            ["Storage__KeyRingCertificate__Password"] = PfxPassword,
        });
        var answers = new StringBuilder();

        await TrafficAsync(started.Product, answers, ct);
        await RotateAsync(started.Product, answers);
        await SignWebhookAsync(started.Product, answers, ct);
        var made = await TokenAsync(started.Product, answers);
        await SignInAsync(started.Product, answers, ct);
        await ReadEverythingAsync(started.Product, answers, ct);
        await started.Product.StopAsync();

        Assert.Empty(Finds("an answer", Encoding.UTF8.GetBytes(answers.ToString()), made));
        Assert.Empty(Finds("the log", Encoding.UTF8.GetBytes(started.Product.Process.Output), made));
        var files = Directory.EnumerateFiles(started.DataFolder, "*", SearchOption.AllDirectories).ToList();
        Assert.Contains(files, file => file.EndsWith("console.db", StringComparison.Ordinal));
        Assert.Empty(files.SelectMany(file => Finds(Path.GetFileName(file), File.ReadAllBytes(file), made)));
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

    /// <summary>A source gets a secret and another one; right and wrong signatures come.</summary>
    private static async Task SignWebhookAsync(Product product, StringBuilder answers, CancellationToken ct)
    {
        var source = (await product.ApiAsync(HttpMethod.Get, "sources")).EnumerateArray().Single(one => one.GetProperty("name").GetString() == "planted").GetProperty("sourceId").GetString();
        answers.AppendLine((await product.ApiAsync(HttpMethod.Put, $"sources/{source}", $$"""{"webhookSecret":"{{WebhookSecret}}-before"}""")).GetRawText());
        answers.AppendLine((await product.ApiAsync(HttpMethod.Put, $"sources/{source}", $$"""{"webhookSecret":"{{WebhookSecret}}"}""")).GetRawText());
        var call = Events.Call("secret-4");
        var right = WebhookSignature.Of(Encoding.UTF8.GetBytes(call), Encoding.UTF8.GetBytes(WebhookSecret));
        foreach (var signature in (string[])[right, WebhookSecret, new string('0', 40)])
        {
            await SendAsync(product, answers, Post($"/webhooks/{source}", call, key: null, ("X-Signature", signature)), ct);
        }
    }

    /// <summary>The one answer that shows the token is not among the answers; it is used, and revoked.</summary>
    private static async Task<string> TokenAsync(Product product, StringBuilder answers)
    {
        var made = await product.ApiAsync(HttpMethod.Post, "tokens", """{"name":"made","role":"viewer"}""");
        var token = made.GetProperty("token").GetString()!;
        using (var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/ledger"))
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
            using var answer = await product.Http.SendAsync(request, TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }

        answers.AppendLine((await product.ApiAsync(HttpMethod.Get, "tokens")).GetRawText());
        await product.ApiAsync(HttpMethod.Delete, "tokens/" + made.GetProperty("id").GetString());
        return token;
    }

    /// <summary>With a wrong password, then with the right one; the change log is downloaded as a person does it.</summary>
    private static async Task SignInAsync(Product product, StringBuilder answers, CancellationToken ct)
    {
        using var handler = new HttpClientHandler { AllowAutoRedirect = false, CookieContainer = new CookieContainer() };
        using var browser = new HttpClient(handler) { BaseAddress = product.Address };
        using var wrong = await browser.SubmitAsync("/sign-in", "sign-in", ("Input.Email", AdminEmail), ("Input.Password", WrongPassword));
        answers.AppendLine(wrong.Headers.ToString()).AppendLine(await wrong.Content.ReadAsStringAsync(ct));
        using var right = await browser.SubmitAsync("/sign-in", "sign-in", ("Input.Email", AdminEmail), ("Input.Password", AdminPassword));
        Assert.Equal(HttpStatusCode.Redirect, right.StatusCode);
        var lines = await browser.GetStringAsync(new Uri("/change-log/export.csv", UriKind.Relative), ct);
        Assert.Contains("sign-in", lines, StringComparison.Ordinal);
        answers.AppendLine(lines);
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
        foreach (var path in (string[])["/api/v1/connections", "/api/v1/sources", "/api/v1/ledger", "/api/v1/requests/rejected", "/api/v1/requests/newest", "/api/v1/sandbox/export", "/api/v1/audit?limit=500", "/api/v1/audit/export.csv", "/api/v1/tokens", "/api/v1/sandbox/requests", "/api/v1/sandbox/customers", "/api/v1/sandbox/visitors", "/api/v1/sandbox/sessions", "/api/v1/sandbox/timeline", "/api/v1/sandbox/scenario", "/", "/deliveries", "/connections", "/connections/con_3", "/lab", "/receiver", "/sandbox", "/openapi/v1.json", "/metrics"])
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

    private static IEnumerable<string> Finds(string place, byte[] bytes, params string[] more) =>
        from secret in (string[])[ApiSecret, NextSecret, PfxPassword, WriteKey, WebhookSecret, AdminPassword, WrongPassword, ClientSecret, Token, .. more]
        let plain = Encoding.UTF8.GetBytes(secret)
        from form in (byte[][])[plain, Encoding.Unicode.GetBytes(secret), Encoding.UTF8.GetBytes(Convert.ToBase64String(plain)), Encoding.UTF8.GetBytes(Convert.ToBase64String(Encoding.UTF8.GetBytes(secret + ":")))]
        where bytes.AsSpan().IndexOf(form) >= 0
        select $"{secret[..14]}… in {place}";
}
