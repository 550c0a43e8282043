using System.Net;
using System.Text;

namespace Richpanel.Core.Wire;

/// <summary>What is known of one HTTP exchange so far; an exception leaves what had arrived before it.</summary>
/// <param name="viaProxy">A proxy stands between, so a 407 and what happens before the request goes out are its doing.</param>
internal sealed class Exchange(string url, bool viaProxy, DateTimeOffset startedAt, PhaseClock phases)
{
    private const int KeptHeaders = 16 * 1024;

    /// <summary>A cookie opens a session of whoever holds it; nobody here has any use for one.</summary>
    private static readonly string[] s_secretHeaders = ["Set-Cookie", "Set-Cookie2"];

    private int? _status;
    private string? _headers;
    private TimeSpan? _wish;

    public string Url { get; } = url;

    public PhaseClock Phases { get; } = phases;

    public MemoryStream? Body { get; set; }

    public long? BodyLength { get; set; }

    /// <summary>The head of the answer has come.</summary>
    public void Take(HttpResponseMessage response, DateTimeOffset now)
    {
        _status = (int)response.StatusCode;
        var lines = new StringBuilder();
        foreach (var (name, values) in response.Headers.NonValidated.Concat(response.Content.Headers.NonValidated))
        {
            if (s_secretHeaders.Contains(name, StringComparer.OrdinalIgnoreCase))
            {
                continue;
            }

            foreach (var value in values)
            {
                lines.Append(name).Append(": ").Append(value).Append('\n');
            }
        }

        _headers = lines.Length > KeptHeaders ? lines.ToString(0, KeptHeaders) : lines.ToString();
        if (_status is 429 or 503 && response.Headers.NonValidated.TryGetValues("Retry-After", out var wishes))
        {
            _wish = RetryAfter.Read(wishes.FirstOrDefault(), now);
        }
    }

    /// <param name="whole">False when the body went on after what is kept of it.</param>
    public SendResult Answered(ReadOnlySpan<byte> body, bool whole) => Ended(OfAnswer(_status ?? 0, body, whole));

    /// <summary>Broken off. A refusal is a refusal however its text ended; only a success needs its body to be believed.</summary>
    public SendResult Broken(NetworkFault fault) => Ended(
        _status is { } status and not (>= 200 and < 300) ? OfAnswer(status, [], whole: false) : AnswerClassification.OfFault(fault));

    public SendResult Ended(Verdict verdict) =>
        new(verdict, _status, _wish, Url, _headers, Body is { Length: > 0 } body ? body.ToArray() : null, BodyLength, Phases.Finish(), startedAt);

    private Verdict OfAnswer(int status, ReadOnlySpan<byte> body, bool whole) =>
        viaProxy && status == (int)HttpStatusCode.ProxyAuthenticationRequired
            ? AnswerClassification.OfFault(NetworkFault.ProxySignIn)
            : AnswerClassification.OfAnswer(status, body, whole);
}
