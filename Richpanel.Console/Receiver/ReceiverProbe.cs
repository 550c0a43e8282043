using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Richpanel.Console.Shared;
using Richpanel.Core.Causes;
using Richpanel.Core.Receiving;

namespace Richpanel.Console.Receiver;

public enum ProbeVerdict
{
    /// <summary>Answered as this receiver answers what it has kept.</summary>
    Kept,

    /// <summary>Answered as this receiver answers what it refuses.</summary>
    Refused,

    /// <summary>Something answered, and it is no receiver of ours.</summary>
    Stranger,

    /// <summary>Nothing answered.</summary>
    Unreachable,
}

/// <summary>What came of a test call.</summary>
/// <param name="Address">Where it was posted; null when no address is known.</param>
/// <param name="Status">Null when nothing answered.</param>
/// <param name="Words">What happened, in sentences.</param>
/// <param name="Remedy">What to do; null = nothing.</param>
public sealed record ProbeOutcome(ProbeVerdict Verdict, string? Address, int? Status, int Ms, string Words, string? Remedy)
{
    /// <summary>Judges an answer. Pure.</summary>
    public static ProbeOutcome Of(string address, int status, string? contentType, string? location, ReadOnlySpan<byte> body, int ms)
    {
        if (status is >= 300 and < 400)
        {
            return new(ProbeVerdict.Stranger, address, status, ms, $"The address redirects{(location is null ? "" : " to " + location)}. Senders do not follow redirects.", "Give senders the address it leads to, and set it as Receiver:PublicUrl.");
        }

        if (Read(body) is { } answer)
        {
            if (status == 200 && answer.Success)
            {
                return new(ProbeVerdict.Kept, address, status, ms, "Let in and kept.", null);
            }

            if (!answer.Success && answer.Code is { } code)
            {
                var cause = CauseCatalog.Find(code);
                return new(ProbeVerdict.Refused, address, status, ms, $"The receiver refused it: {cause.Title}. {cause.Text}", cause.Remedy);
            }
        }

        return new(
            ProbeVerdict.Stranger, address, status, ms,
            $"Something else answered{(contentType is null ? "" : " with " + contentType)}, not this receiver: a proxy, a sign-in page or another site.",
            "Look at what the proxy does with this path, and at Receiver:PublicUrl.");
    }

    private static (bool Success, string? Code)? Read(ReadOnlySpan<byte> body)
    {
        try
        {
            var reader = new Utf8JsonReader(body);
            using var json = JsonDocument.ParseValue(ref reader);
            return json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty("success", out var success) && success.ValueKind is JsonValueKind.True or JsonValueKind.False
                ? (success.GetBoolean(), json.RootElement.TryGetProperty("code", out var code) && code.ValueKind == JsonValueKind.String ? code.GetString() : null)
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>
/// Posts a test call to the product's own door from outside: through <c>Receiver:PublicUrl</c>, so that name, certificate and proxy are
/// tested too, else through the port the product itself listens on. Never to an address that a browser names: the call carries a key.
/// </summary>
internal sealed class ReceiverProbe(IServer server, ReceiverAddress address, TimeProvider time) : IDisposable
{
    private const int MostBody = 64 * 1024;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = false, PooledConnectionIdleTimeout = TimeSpan.FromSeconds(5) })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    /// <summary>Where a test goes; null when the product does not know where it listens.</summary>
    public string? Target => address.Public ?? (address.Listening is { } own ? ReceiverAddress.Reachable(own) : Listening());

    public async Task<ProbeOutcome> SendAsync(TestCall call, CancellationToken ct)
    {
        if (Target is not { } target || !Uri.TryCreate(target + "/v1/track", UriKind.Absolute, out var uri))
        {
            return new ProbeOutcome(ProbeVerdict.Unreachable, null, null, 0, "It is not known where the receiver listens.", "Set Receiver:PublicUrl to the address that senders use.");
        }

        using var deadline = new CancellationTokenSource(s_patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, ct);
        var started = time.GetTimestamp();
        int Ms() => (int)time.GetElapsedTime(started).TotalMilliseconds;
        try
        {
            using var request = RequestOf(uri, call);
            using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            var body = await ReadAsync(answer, either.Token);
            return ProbeOutcome.Of(uri.ToString(), (int)answer.StatusCode, answer.Content.Headers.ContentType?.MediaType, answer.Headers.Location?.ToString(), body, Ms());
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return new ProbeOutcome(ProbeVerdict.Unreachable, uri.ToString(), null, Ms(), "Nothing answered within 10 seconds.", "Look at firewall and proxy between the internet and this machine.");
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException)
        {
            var (words, remedy) = Words((failure as HttpRequestException)?.HttpRequestError ?? HttpRequestError.Unknown);
            return new ProbeOutcome(ProbeVerdict.Unreachable, uri.ToString(), null, Ms(), words, remedy);
        }
    }

    public void Dispose() => _http.Dispose();

    private string? Listening()
    {
        var all = server.Features.Get<IServerAddressesFeature>()?.Addresses ?? [];
        return (all.FirstOrDefault(one => one.StartsWith("http:", StringComparison.OrdinalIgnoreCase)) ?? all.FirstOrDefault()) is { } found ? ReceiverAddress.Reachable(found) : null;
    }

    private static HttpRequestMessage RequestOf(Uri uri, TestCall call)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, uri) { Content = new ByteArrayContent(call.Body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(call.WriteKey + ":")));
        request.Headers.UserAgent.ParseAdd("richpanel-console-test");
        if (call.Signature is { } signature)
        {
            request.Headers.Add("X-Signature", signature);
        }

        return request;
    }

    private static async Task<byte[]> ReadAsync(HttpResponseMessage answer, CancellationToken ct)
    {
        await using var stream = await answer.Content.ReadAsStreamAsync(ct);
        var buffer = new byte[MostBody];
        return buffer[..await stream.ReadAtLeastAsync(buffer, MostBody, throwOnEndOfStream: false, ct)];
    }

    private static (string Words, string Remedy) Words(HttpRequestError fault) => fault switch
    {
        HttpRequestError.NameResolutionError => ("The host name of the address is not known.", "Look at Receiver:PublicUrl and the DNS of this machine."),
        HttpRequestError.ConnectionError => ("Nothing listens there, or no way leads there.", "Look at Receiver:PublicUrl, at port and firewall, and whether the proxy runs."),
        HttpRequestError.SecureConnectionError => ("The secure connection failed: the certificate is not trusted, is out of date, or belongs to another host.", "Look at the proxy's certificate; senders meet the same fault."),
        _ => ("The connection broke before an answer came.", "Look at the proxy's log; senders may meet the same fault."),
    };
}
