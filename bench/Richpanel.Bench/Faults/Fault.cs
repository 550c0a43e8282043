using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Richpanel.Core.Connections;

namespace Richpanel.Bench.Faults;

/// <summary>One way in which the other side, or the way to it, fails.</summary>
/// <param name="Name">Also of the connection it is played to: a-z, 0-9 and hyphens.</param>
/// <param name="What">For a table.</param>
/// <param name="Cause">The code of the product's cause catalogue that names it.</param>
/// <param name="Act">What happens on one connection.</param>
internal sealed record Fault(string Name, string What, string Cause, Func<FaultyVisit, Task> Act)
{
    /// <summary>Nobody listens until it is mended.</summary>
    public bool IsClosed { get; init; }

    /// <summary>Address while it fails, made of the server's port; after it, the plain one. Null: the plain one all along.</summary>
    public Func<int, string>? Address { get; init; }

    /// <summary>Of the connection it is played to.</summary>
    public Transport Transport { get; init; } = Transport.Single;

    /// <summary>It is of these events only, and all others must arrive while it lasts. Null: of every one.</summary>
    public Func<string, bool>? Only { get; init; }

    public static string PlainAddress(int port) => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}/v2");

    private static readonly IReadOnlyList<Fault> s_each =
    [
        new("dns", "name that does not exist", "dns_not_found|dns_trouble", Never) { Address = _ => "https://no-such-host.invalid/v2" },
        new("refused", "connection refused", "connection_refused", Never) { IsClosed = true },
        new("reset-before", "reset before the answer", "connection_reset", async visit =>
        {
            await visit.ReadAsync();
            visit.Take();
            visit.Reset();
        }),
        new("closed-before", "closed without an answer", "connection_closed", async visit =>
        {
            await visit.ReadAsync();
            visit.Take();
        }),
        new("reset-after", "reset after the headers", "answer_cut", async visit =>
        {
            await BeginAsync(visit, length: 2);
            visit.Reset();
        }),
        new("half", "half an answer", "answer_cut", async visit =>
        {
            await BeginAsync(visit, length: 100);
            await visit.WriteAsync("{\"success\":tr");
        }),
        new("slow-headers", "no answer in time", "timeout_answer", async visit =>
        {
            await visit.ReadAsync();
            visit.Take();
            await visit.HangAsync();
        }),
        new("drip-headers", "headers that come byte by byte", "timeout_answer", async visit =>
        {
            await visit.ReadAsync();
            visit.Take();
            await DripAsync(visit, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Played: ".PadRight(1000, 'x'));
        }),
        new("slow-body", "a body that trickles", "timeout_body", async visit =>
        {
            await BeginAsync(visit, length: 1000);
            await DripAsync(visit, new string(' ', 1000));
        }),
        new("not-http", "an answer that is no HTTP", "not_http", async visit =>
        {
            await visit.ReadAsync();
            visit.Take();
            await visit.WriteAsync("SSH-2.0-OpenSSH_9.6\r\n\r\n");
        }),
        Tls("tls-untrusted", "certificate of nobody known", "certificate_untrusted", "127.0.0.1", IsExpired: false),
        Tls("tls-expired", "certificate that has expired", "certificate_expired", "127.0.0.1", IsExpired: true),
        Tls("tls-name", "certificate of another host", "certificate_name_mismatch", "192.0.2.1", IsExpired: false),
        new("tls-plain", "plain HTTP where TLS is spoken to", "tls_failed", visit => visit.WriteAsync("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")) { Address = SecureAddress },
        new("tls-silent", "a TLS handshake that never ends", "timeout_tls", visit => visit.HangAsync()) { Address = SecureAddress },
        new("redirect", "a redirect that leads to itself", "redirected", visit =>
            visit.AnswerAsync(302, "", $"Location: {PlainAddress(visit.Port)}/t\r\n")),
        Status(400, "bad_request_by_richpanel"), Status(401, "unauthorized"), Status(403, "forbidden"), Status(404, "not_found"), Status(405, "method_not_allowed"),
        Status(408, "request_timeout"), Status(409, "client_error"), Status(410, "client_error"), Status(413, "too_large_for_richpanel"), Status(415, "client_error"),
        Status(422, "unprocessable"), Status(423, "locked"), Status(425, "too_early"),
        new("429-seconds", "429 with Retry-After in seconds", "too_many_requests", visit => visit.AnswerAsync(429, "{}", "Retry-After: 1\r\n")),
        new("429-date", "429 with Retry-After as a date", "too_many_requests", visit =>
            visit.AnswerAsync(429, "{}", string.Create(CultureInfo.InvariantCulture, $"Retry-After: {DateTime.UtcNow.AddSeconds(2):R}\r\n"))),
        new("503-seconds", "503 with Retry-After in seconds", "service_unavailable", visit => visit.AnswerAsync(503, "{}", "Retry-After: 1\r\n")),
        Status(500, "server_error"), Status(501, "not_implemented"), Status(502, "bad_gateway"), Status(503, "service_unavailable"), Status(504, "gateway_timeout"),
        Status(505, "http_version_refused"), Status(520, "server_error_other"),
        new("html", "200 with a page of HTML", "not_richpanel", visit => visit.AnswerAsync(200, "<!doctype html><title>Parked</title>", "Content-Type: text/html\r\n")),
        new("binary", "200 with bytes that are no text", "not_richpanel", visit => visit.AnswerAsync(200, Bytes(64 * 1024), "Content-Type: application/octet-stream\r\n")),
        new("large", "200 with 10 MB", "not_richpanel", visit => visit.AnswerAsync(200, Bytes(10 * 1024 * 1024), "Content-Type: application/octet-stream\r\n")),
    ];

    /// <summary>What a batch makes different: many events in a request whose answer is lost, or which is refused as a whole.</summary>
    private static readonly string[] s_inBatches = ["reset-before", "closed-before", "reset-after", "half", "slow-headers", "503", "422", "401"];

    /// <summary>Everything that the network and the other side can do.</summary>
    public static IReadOnlyList<Fault> All { get; } =
    [
        .. s_each,
        .. s_each.Where(fault => s_inBatches.Contains(fault.Name)).Select(InBatches),
        InBatches(new Fault("422-one", "HTTP 422 for one event", "unprocessable", async visit =>
        {
            var isRefused = (await visit.ReadAsync()).Any(IsFirst);
            await visit.AnswerAsync(isRefused ? 422 : 200, "{}");
        }) { Only = IsFirst }),
    ];

    private static Fault InBatches(Fault fault) => fault with { Name = fault.Name + "-batch", What = fault.What + ", in batches", Transport = Transport.Batch };

    private static bool IsFirst(string id) => id.EndsWith("-0", StringComparison.Ordinal);

    private static Fault Status(int status, string cause)
    {
        var name = status.ToString(CultureInfo.InvariantCulture);
        return new Fault(name, $"HTTP {name}", cause, visit => visit.AnswerAsync(status, """{"message":"played"}"""));
    }

    private static Fault Tls(string name, string what, string cause, string host, bool IsExpired)
    {
        var certificate = new Lazy<X509Certificate2>(() => Certificate(host, IsExpired));
        return new Fault(name, what, cause, visit => visit.SecureAsync(certificate.Value)) { Address = SecureAddress };
    }

    private static string SecureAddress(int port) => string.Create(CultureInfo.InvariantCulture, $"https://127.0.0.1:{port}/v2");

    private static Task Never(FaultyVisit visit) => throw new InvalidOperationException("Nobody should come here while it fails.");

    private static async Task BeginAsync(FaultyVisit visit, int length)
    {
        await visit.ReadAsync();
        visit.Take();
        await visit.WriteAsync(string.Create(CultureInfo.InvariantCulture, $"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n"));
    }

    /// <summary>Five bytes a second, so that never so long a time passes without any.</summary>
    private static async Task DripAsync(FaultyVisit visit, string text)
    {
        foreach (var one in text)
        {
            await visit.WriteAsync([(byte)one]);
            await Task.Delay(200, visit.Stop);
        }
    }

    /// <summary>No text in any encoding, and the same each time.</summary>
    private static byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        new Random(1).NextBytes(bytes);
        bytes[0] = 0xFF;
        return bytes;
    }

    private static X509Certificate2 Certificate(string host, bool isExpired)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Played", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(System.Net.IPAddress.Parse(host));
        request.CertificateExtensions.Add(names.Build());
        var now = DateTimeOffset.UtcNow;
        using var made = request.CreateSelfSigned(now.AddDays(-30), isExpired ? now.AddDays(-1) : now.AddDays(30));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);   // with a key that a handshake can use
    }
}
