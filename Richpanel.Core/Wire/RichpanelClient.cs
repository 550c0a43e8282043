using System.Net;
using System.Net.Http.Headers;

namespace Richpanel.Core.Wire;

/// <summary>
/// The only user of HttpClient towards Richpanel. Whatever the network or the other side does becomes a <see cref="SendResult"/>;
/// it throws only when <c>ct</c> itself was canceled.
/// </summary>
public sealed class RichpanelClient(OutgoingHandlers handlers, TimeProvider time) : IDisposable
{
    /// <summary>What is kept of an answer's body.</summary>
    public const int KeptBody = 128 * 1024;

    private readonly HttpClient _guarded = Client(handlers.For(sandboxConnection: false));
    private readonly HttpClient _sandbox = Client(handlers.For(sandboxConnection: true));

    /// <summary>Sends one call to <c>/t</c>.</summary>
    public Task<SendResult> SendAsync(RichpanelTarget target, RichpanelCall call, CancellationToken ct) =>
        PostAsync(target, RichpanelEnvelope.Single(call, target.ApiKey, target.ApiSecret, target.Hash, time.GetUtcNow()), ct);

    /// <summary>Sends several calls to <c>/bt</c>; the target must have a secret.</summary>
    public Task<SendResult> SendBatchAsync(RichpanelTarget target, IReadOnlyList<RichpanelCall> calls, CancellationToken ct)
    {
        var secret = target.ApiSecret ?? throw new ArgumentException("A batch is never sent unsigned.", nameof(target));
        return PostAsync(target, RichpanelEnvelope.Batch(calls, target.ApiKey, secret, target.Hash, time.GetUtcNow()), ct);
    }

    /// <summary>One GET, to see whether anything answers; the HTTP status. Throws what the network does, for a check by steps.</summary>
    /// <exception cref="NetworkFaultException">The address may not be reached, or the proxy asks for a sign-in.</exception>
    public async Task<int> ProbeAsync(Uri address, bool viaSandbox, CancellationToken ct)
    {
        var viaProxy = handlers.ViaProxy(viaSandbox);
        if (viaProxy && handlers.IsRefusedBeforeProxy(address))
        {
            throw new NetworkFaultException(NetworkFault.AddressNotAllowed, $"'{address.Host}' is an address that outgoing calls may not reach.");
        }

        using var answer = await (viaSandbox ? _sandbox : _guarded).GetAsync(address, HttpCompletionOption.ResponseHeadersRead, ct);
        return viaProxy && answer.StatusCode == HttpStatusCode.ProxyAuthenticationRequired
            ? throw new NetworkFaultException(NetworkFault.ProxySignIn, "The proxy answered 407.")
            : (int)answer.StatusCode;
    }

    public void Dispose()
    {
        _guarded.Dispose();
        _sandbox.Dispose();
    }

    private static HttpClient Client(HttpMessageHandler handler) =>
        new(handler, disposeHandler: false) { Timeout = Timeout.InfiniteTimeSpan };

    private async Task<SendResult> PostAsync(RichpanelTarget target, EnvelopeBody envelope, CancellationToken ct)
    {
        var viaProxy = handlers.ViaProxy(target.ViaSandbox);
        var exchange = new Exchange(target.BaseUrl + envelope.Path, viaProxy, time.GetUtcNow(), new PhaseClock(time));
        if (!Uri.TryCreate(exchange.Url, UriKind.Absolute, out var address) || !HostNames.CanBe(address))
        {
            return exchange.Ended(AnswerClassification.OfFault(NetworkFault.HostNotFound));
        }

        if (viaProxy && handlers.IsRefusedBeforeProxy(address))
        {
            return exchange.Ended(AnswerClassification.OfFault(NetworkFault.AddressNotAllowed));
        }

        using var timeout = new CancellationTokenSource(target.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, timeout.Token);
        using var request = Request(address, envelope, exchange.Phases);
        try
        {
            var client = target.ViaSandbox ? _sandbox : _guarded;
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            exchange.Phases.Enter(SendPhase.Read);
            exchange.Take(response, time.GetUtcNow());
            return await ReadAsync(exchange, response, either.Token);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return exchange.Broken(ClientFaults.OfTimeout(exchange.Phases.Now, viaProxy));
        }
        catch (Exception failure) when (failure is not (OperationCanceledException or OutOfMemoryException))
        {
            // Whatever else it throws, a delivery that is answered by an exception would be sent again at once and without end.
            ct.ThrowIfCancellationRequested();
            return exchange.Broken(ClientFaults.Of(failure, exchange.Phases.Now, viaProxy));
        }
    }

    private static HttpRequestMessage Request(Uri address, EnvelopeBody envelope, PhaseClock phases)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, address)
        {
            Version = HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new WatchedContent(envelope.Body, phases),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json", "utf-8");
        request.Options.Set(PhaseClock.Key, phases);
        return request;
    }

    /// <summary>Keeps the first 128 KiB; whoever sends more is hung up on rather than listened to.</summary>
    private static async Task<SendResult> ReadAsync(Exchange exchange, HttpResponseMessage response, CancellationToken ct)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(ct);
        var buffer = new byte[8 * 1024];
        var body = new MemoryStream();
        var whole = true;
        while (await stream.ReadAsync(buffer, ct) is var read and > 0)
        {
            var kept = Math.Min(read, KeptBody - (int)body.Length);
            body.Write(buffer, 0, kept);
            exchange.Body = body;
            if (kept < read)
            {
                whole = false;
                break;
            }
        }

        exchange.BodyLength = whole ? body.Length : response.Content.Headers.ContentLength;
        return exchange.Answered(body.GetBuffer().AsSpan(0, (int)body.Length), whole);
    }
}
