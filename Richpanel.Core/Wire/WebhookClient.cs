using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace Richpanel.Core.Wire;

/// <summary>
/// Posts an alert to a webhook, by the same guarded way out as every other call: no private address, no redirect, the proxy where there
/// is one. Whatever the network or the other side does becomes a <see cref="PostOutcome"/>; it throws only when <c>ct</c> itself was canceled.
/// </summary>
public sealed class WebhookClient(OutgoingHandlers handlers, TimeProvider time) : IDisposable
{
    /// <summary>What is read of an answer: enough for the word that says why.</summary>
    private const int KeptBody = 512;

    /// <summary>Until there is a status.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>For the words that come with it, which decide nothing.</summary>
    private static readonly TimeSpan s_words = TimeSpan.FromMilliseconds(500);

    private readonly HttpClient _client = new(handlers.For(sandboxConnection: false), disposeHandler: false) { Timeout = Timeout.InfiniteTimeSpan };

    /// <param name="json">The body, UTF-8.</param>
    public async Task<PostOutcome> PostAsync(Uri address, byte[] json, CancellationToken ct)
    {
        var viaProxy = handlers.ViaProxy(sandboxConnection: false);
        if (!HostNames.CanBe(address))
        {
            return PostOutcome.Of(NetworkFault.HostNotFound);
        }

        if (viaProxy && handlers.IsRefusedBeforeProxy(address))
        {
            return PostOutcome.Of(NetworkFault.AddressNotAllowed);
        }

        var phases = new PhaseClock(time);
        using var timeout = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, timeout.Token);
        using var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = new WatchedContent(json, phases) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json", "utf-8");
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("RichpanelConsole", "1"));
        request.Options.Set(PhaseClock.Key, phases);
        try
        {
            using var answer = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            return Outcome((int)answer.StatusCode, await SaidAsync(answer), RetryAfter.Read(HeaderOf(answer, "Retry-After"), time.GetUtcNow()), viaProxy);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return PostOutcome.Of(ClientFaults.OfTimeout(phases.Now, viaProxy));
        }
        catch (Exception failure) when (failure is not (OperationCanceledException or OutOfMemoryException))
        {
            ct.ThrowIfCancellationRequested();
            return PostOutcome.Of(ClientFaults.Of(failure, phases.Now, viaProxy));
        }
    }

    public void Dispose() => _client.Dispose();

    private static PostOutcome Outcome(int status, string said, TimeSpan? retryAfter, bool viaProxy) => status switch
    {
        >= 200 and < 300 => new(PostClass.Taken, Answered(status), said),
        407 when viaProxy => PostOutcome.Of(NetworkFault.ProxySignIn),
        >= 300 and < 400 => new(PostClass.Refused, $"{Answered(status)} It leads elsewhere, and redirects are not followed: give the final address.", said),
        408 or 423 or 425 or 429 => new(PostClass.TryLater, Answered(status), said, retryAfter),
        401 or 403 or 404 or 410 => new(PostClass.Refused, $"{Answered(status)} The address is wrong, or was revoked there: enter it again.", said),
        >= 400 and < 500 => new(PostClass.Refused, Answered(status), said),
        _ => new(PostClass.TryLater, Answered(status), said, retryAfter),
    };

    private static string Answered(int status) => string.Create(CultureInfo.InvariantCulture, $"It answered {status}{(Enum.IsDefined((HttpStatusCode)status) ? $" ({(HttpStatusCode)status})" : "")}.");

    private static string? HeaderOf(HttpResponseMessage answer, string name) => answer.Headers.TryGetValues(name, out var values) ? values.FirstOrDefault() : null;

    /// <summary>As far as it comes at once. With the status it is decided what came of it: a body that stalls or breaks off changes nothing.</summary>
    private async Task<string> SaidAsync(HttpResponseMessage answer)
    {
        using var enough = new CancellationTokenSource(s_words, time);
        var buffer = new byte[KeptBody];
        var read = 0;
        try
        {
            await using var stream = await answer.Content.ReadAsStreamAsync(enough.Token);
            while (read < buffer.Length && await stream.ReadAsync(buffer.AsMemory(read), enough.Token) is > 0 and var more)
            {
                read += more;
            }
        }
        catch (Exception gone) when (gone is not OutOfMemoryException)
        {
            // What has come is kept.
        }

        return Encoding.UTF8.GetString(buffer, 0, read).Trim();
    }
}
