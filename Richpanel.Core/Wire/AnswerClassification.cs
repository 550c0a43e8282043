using System.Text.Json;

namespace Richpanel.Core.Wire;

/// <summary>What the network did when there is no whole answer.</summary>
public enum NetworkFault
{
    HostNotFound,
    DnsTrouble,
    Refused,
    Unreachable,
    ResetBeforeAnswer,
    ClosedBeforeAnswer,
    AnswerCut,
    NotHttp,
    TlsFailed,
    CertificateUntrusted,
    CertificateNameMismatch,
    CertificateExpired,
    TimeoutDns,
    TimeoutConnect,
    TimeoutTls,
    TimeoutHeaders,
    TimeoutBody,
    AddressNotAllowed,
    ProxyHostNotFound,
    ProxyUnreachable,
    ProxyCertificate,
    ProxySignIn,
    ProxyFailed,
    TimeoutProxy,
    SandboxOff,
    Other,
}

/// <summary>The classification of design section 6: what one answer, or the lack of one, means for the delivery.</summary>
public static class AnswerClassification
{
    /// <param name="status">HTTP status.</param>
    /// <param name="body">The kept part of the body.</param>
    /// <param name="whole">False when the body was longer than what is kept.</param>
    public static Verdict OfAnswer(int status, ReadOnlySpan<byte> body, bool whole) => status switch
    {
        >= 200 and < 300 => IsEmptyOrJson(body, whole) ? new Verdict(AnswerClass.Accepted, null) : TryLater("not_richpanel"),
        >= 300 and < 400 => new Verdict(AnswerClass.Hold, "redirected", HoldRule.AddressStreak),
        401 => new Verdict(AnswerClass.Hold, "unauthorized", HoldRule.AtOnce),
        403 => new Verdict(AnswerClass.Hold, "forbidden", HoldRule.ForbiddenStreak),
        404 => new Verdict(AnswerClass.Hold, "not_found", HoldRule.AddressStreak),
        405 => new Verdict(AnswerClass.Hold, "method_not_allowed", HoldRule.AddressStreak),
        408 => TryLater("request_timeout"),
        423 => TryLater("locked"),
        425 => TryLater("too_early"),
        429 => TryLater("too_many_requests"),
        400 => Failed("bad_request_by_richpanel"),
        413 => Failed("too_large_for_richpanel"),
        422 => Failed("unprocessable"),
        >= 400 and < 500 => Failed("client_error"),
        501 => Failed("not_implemented"),
        505 => Failed("http_version_refused"),
        500 => TryLater("server_error"),
        502 => TryLater("bad_gateway"),
        503 => TryLater("service_unavailable"),
        504 => TryLater("gateway_timeout"),
        >= 500 and < 600 => TryLater("server_error_other"),
        _ => TryLater("not_richpanel"),
    };

    public static Verdict OfFault(NetworkFault fault) => fault switch
    {
        NetworkFault.HostNotFound => AddressFault("dns_not_found"),
        NetworkFault.CertificateUntrusted => AddressFault("certificate_untrusted"),
        NetworkFault.CertificateNameMismatch => AddressFault("certificate_name_mismatch"),
        NetworkFault.CertificateExpired => AddressFault("certificate_expired"),
        NetworkFault.AddressNotAllowed => AddressFault("address_not_allowed"),
        NetworkFault.DnsTrouble => TryLater("dns_trouble"),
        NetworkFault.Refused => TryLater("connection_refused"),
        NetworkFault.Unreachable => TryLater("network_unreachable"),
        NetworkFault.ResetBeforeAnswer => TryLater("connection_reset"),
        NetworkFault.ClosedBeforeAnswer => TryLater("connection_closed"),
        NetworkFault.AnswerCut => TryLater("answer_cut"),
        NetworkFault.NotHttp => TryLater("not_http"),
        NetworkFault.TlsFailed => TryLater("tls_failed"),
        NetworkFault.TimeoutDns => TryLater("timeout_dns"),
        NetworkFault.TimeoutConnect => TryLater("timeout_connect"),
        NetworkFault.TimeoutTls => TryLater("timeout_tls"),
        NetworkFault.TimeoutHeaders => TryLater("timeout_answer"),
        NetworkFault.TimeoutBody => TryLater("timeout_body"),

        // A fault of the proxy says nothing about the connection's address: it never counts towards a hold.
        NetworkFault.ProxyHostNotFound => TryLater("proxy_not_found"),
        NetworkFault.ProxyUnreachable => TryLater("proxy_unreachable"),
        NetworkFault.ProxyCertificate => TryLater("proxy_certificate"),
        NetworkFault.ProxySignIn => TryLater("proxy_sign_in"),
        NetworkFault.ProxyFailed => TryLater("proxy_failed"),
        NetworkFault.TimeoutProxy => TryLater("timeout_proxy"),
        NetworkFault.SandboxOff => TryLater("sandbox_off"),
        _ => TryLater("network_error"),
    };

    private static Verdict TryLater(string cause) => new(AnswerClass.TryLater, cause);

    private static Verdict Failed(string cause) => new(AnswerClass.Failed, cause);

    private static Verdict AddressFault(string cause) => new(AnswerClass.Hold, cause, HoldRule.AddressStreak);

    /// <summary>Richpanel answers with nothing or JSON; a page of a proxy or a parked domain answers 200 with something else.</summary>
    private static bool IsEmptyOrJson(ReadOnlySpan<byte> body, bool whole)
    {
        var content = (body.StartsWith("\uFEFF"u8) ? body[3..] : body).Trim(" \t\r\n"u8);   // a byte order mark is no content
        if (content.IsEmpty)
        {
            return true;
        }

        if (!whole)
        {
            return false;
        }

        var reader = new Utf8JsonReader(content);
        try
        {
            while (reader.Read())
            {
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
