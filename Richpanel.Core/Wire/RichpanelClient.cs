using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace Richpanel.Core.Wire;

/// <summary>
/// The only user of HttpClient towards Richpanel. Whatever the network or the other side does becomes a <see cref="SendResult"/>;
/// it throws only when <c>ct</c> itself was canceled.
/// </summary>
public sealed class RichpanelClient(OutgoingHandlers handlers, TimeProvider time) : IDisposable
{
    /// <summary>What is kept of an answer's body.</summary>
    public const int KeptBody = 128 * 1024;

    private const int KeptHeaders = 16 * 1024;

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
    public async Task<int> ProbeAsync(Uri address, bool viaSandbox, CancellationToken ct)
    {
        using var answer = await (viaSandbox ? _sandbox : _guarded).GetAsync(address, HttpCompletionOption.ResponseHeadersRead, ct);
        return (int)answer.StatusCode;
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
        var exchange = new Exchanged(target.BaseUrl + envelope.Path, time.GetUtcNow(), new PhaseClock(time));
        if (!Uri.TryCreate(exchange.Url, UriKind.Absolute, out var address)
            || (!target.ViaSandbox && handlers.IsRefusedBeforeProxy(address)))
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
            return exchange.Broken(ClientFaults.OfTimeout(exchange.Phases.Now));
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException)
        {
            ct.ThrowIfCancellationRequested();
            return exchange.Broken(ClientFaults.Of(failure, exchange.Phases.Now));
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
    private static async Task<SendResult> ReadAsync(Exchanged exchange, HttpResponseMessage response, CancellationToken ct)
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
        return exchange.Ended(AnswerClassification.OfAnswer((int)response.StatusCode, body.GetBuffer().AsSpan(0, (int)body.Length), whole));
    }

    /// <summary>What is known of one exchange so far; an exception leaves what had arrived before it.</summary>
    private sealed class Exchanged(string url, DateTimeOffset startedAt, PhaseClock phases)
    {
        public string Url { get; } = url;

        public PhaseClock Phases { get; } = phases;

        public MemoryStream? Body { get; set; }

        public long? BodyLength { get; set; }

        private int? Status { get; set; }

        private string? Headers { get; set; }

        private TimeSpan? Wish { get; set; }

        public void Take(HttpResponseMessage response, DateTimeOffset now)
        {
            Status = (int)response.StatusCode;
            var lines = new StringBuilder();
            foreach (var (name, values) in response.Headers.NonValidated.Concat(response.Content.Headers.NonValidated))
            {
                foreach (var value in values)
                {
                    lines.Append(name).Append(": ").Append(value).Append('\n');
                }
            }

            Headers = lines.Length > KeptHeaders ? lines.ToString(0, KeptHeaders) : lines.ToString();
            if (Status is 429 or 503 && response.Headers.NonValidated.TryGetValues("Retry-After", out var wishes))
            {
                Wish = RetryAfter.Read(wishes.FirstOrDefault(), now);
            }
        }

        /// <summary>Broken off. A refusal is a refusal however its text ended; only a success needs its body to be believed.</summary>
        public SendResult Broken(NetworkFault fault) => Ended(
            Status is { } status and not (>= 200 and < 300)
                ? AnswerClassification.OfAnswer(status, [], whole: false)
                : AnswerClassification.OfFault(fault));

        public SendResult Ended(Verdict verdict) =>
            new(verdict, Status, Wish, Url, Headers, Body is { Length: > 0 } body ? body.ToArray() : null, BodyLength, Phases.Finish(), startedAt);
    }

    /// <summary>Tells the clock when the request begins to go out: from then on it may have arrived.</summary>
    private sealed class WatchedContent(byte[] body, PhaseClock phases) : ByteArrayContent(body)
    {
        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            phases.Enter(SendPhase.Wait);
            return base.SerializeToStreamAsync(stream, context, cancellationToken);
        }
    }
}
