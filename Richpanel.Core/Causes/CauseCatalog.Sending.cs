namespace Richpanel.Core.Causes;

/// <summary>Every outcome the client can have other than Accepted. Codes are set by AnswerClassification.</summary>
public static partial class CauseCatalog
{
    public static readonly Cause DnsNotFound = new(
        "dns_not_found", "Host name not found", "The host name of the connection's base address does not exist.",
        "Correct the base address; it is usually https://api.richpanel.com/v2. On your own network, check its DNS.");

    public static readonly Cause DnsTrouble = new(
        "dns_trouble", "Name look-up failed", "The name server gave no answer about the host name.",
        "It is tried again by itself. If it goes on, check the DNS settings of the machine the product runs on.");

    public static readonly Cause ConnectionRefused = new(
        "connection_refused", "Connection refused", "The host is there, but nothing listens on the port.",
        "It is tried again by itself. Check port and base address if it goes on.");

    public static readonly Cause NetworkUnreachable = new(
        "network_unreachable", "Network unreachable", "There is no way from this machine to the host.",
        "It is tried again by itself. Check network, firewall and Outgoing:Proxy.");

    public static readonly Cause ConnectionReset = new(
        "connection_reset", "Connection reset", "The other side cut the connection before it answered. The call may have arrived.",
        "It is tried again by itself; the next attempt is marked as a possible repeat.");

    public static readonly Cause ConnectionClosed = new(
        "connection_closed", "Closed without an answer", "The other side closed the connection without an answer. The call may have arrived.",
        "It is tried again by itself; the next attempt is marked as a possible repeat.");

    public static readonly Cause AnswerCut = new(
        "answer_cut", "Answer cut short", "The answer broke off in the middle. The call may have arrived.",
        "It is tried again by itself; the next attempt is marked as a possible repeat.");

    public static readonly Cause NotHttp = new(
        "not_http", "Not an HTTP answer", "What came back is not HTTP.", "Check that the base address leads to Richpanel and to the right port (https is 443).");

    public static readonly Cause TlsFailed = new(
        "tls_failed", "TLS handshake failed", "A secure connection could not be agreed on.",
        "It is tried again by itself. If it goes on: a firewall that inspects TLS, or an http port addressed with https.");

    public static readonly Cause CertificateUntrusted = new(
        "certificate_untrusted", "Certificate not trusted", "The host's certificate is not signed by an authority this machine trusts.",
        "Check the base address. If your company inspects TLS, add its root certificate to this machine. Nothing was sent.");

    public static readonly Cause CertificateNameMismatch = new(
        "certificate_name_mismatch", "Certificate for another host", "The certificate belongs to another host name.", "Correct the base address. Nothing was sent.");

    public static readonly Cause CertificateExpired = new(
        "certificate_expired", "Certificate expired", "The host's certificate is out of date, or this machine's clock is wrong.",
        "Check the clock of this machine; otherwise wait for the host to renew it. Nothing was sent.");

    public static readonly Cause TimeoutDns = new(
        "timeout_dns", "Time-out while looking up the name", "The name server did not answer in time. Nothing was sent.", "It is tried again by itself. Check this machine's DNS if it goes on.");

    public static readonly Cause TimeoutConnect = new(
        "timeout_connect", "Time-out while connecting", "The host did not take the connection in time. Nothing was sent.", "It is tried again by itself. Check firewall and base address if it goes on.");

    public static readonly Cause TimeoutTls = new(
        "timeout_tls", "Time-out during the TLS handshake", "The secure connection was not agreed on in time. Nothing was sent.", "It is tried again by itself.");

    public static readonly Cause TimeoutAnswer = new(
        "timeout_answer", "Time-out waiting for the answer", "The call was sent, but no answer came in time. It may have arrived.",
        "It is tried again by itself, marked as a possible repeat. Raise the connection's time-out if Richpanel is merely slow.");

    public static readonly Cause TimeoutBody = new(
        "timeout_body", "Time-out within the answer", "The answer began but did not end in time. The call may have arrived.",
        "It is tried again by itself, marked as a possible repeat.");

    public static readonly Cause AddressNotAllowed = new(
        "address_not_allowed", "Address not allowed",
        "The base address leads to a private, loopback, link-local or metadata address, or to this product itself. Nothing was sent.",
        "Correct the base address. For a test server on your own network set Outgoing:AllowPrivateNetworks.");

    public static readonly Cause ProxyNotFound = new(
        "proxy_not_found", "Proxy not found", "The host name of the proxy in Outgoing:Proxy could not be resolved. Nothing was sent.",
        "Correct Outgoing:Proxy, or check this machine's DNS. It is tried again by itself.");

    public static readonly Cause ProxyUnreachable = new(
        "proxy_unreachable", "Proxy unreachable",
        "The proxy in Outgoing:Proxy took no connection: nothing listens there, no way leads there, or it is an address of this product. Nothing was sent.",
        "Check host and port in Outgoing:Proxy and whether the proxy runs. It is tried again by itself.");

    public static readonly Cause ProxyCertificate = new(
        "proxy_certificate", "Certificate of the proxy refused",
        "The certificate of the proxy in Outgoing:Proxy is not trusted, belongs to another host or is out of date. Nothing was sent.",
        "Correct Outgoing:Proxy or the proxy's certificate; if your company signs its own, add its root certificate to this machine.");

    public static readonly Cause ProxySignIn = new(
        "proxy_sign_in", "Proxy asks for a sign-in (407)", "The proxy in Outgoing:Proxy lets nobody through without user name and password, or refuses the ones given.",
        "Write them into Outgoing:Proxy, as in http://user:password@proxy:3128 (only Basic, Digest, NTLM and Negotiate are spoken).");

    public static readonly Cause ProxyFailed = new(
        "proxy_failed", "Proxy did not open the way", "The proxy in Outgoing:Proxy was reached but opened no way to the host. Nothing was sent.",
        "Check the proxy's rules and log, and that Outgoing:Proxy names an HTTP proxy. It is tried again by itself.");

    public static readonly Cause TimeoutProxy = new(
        "timeout_proxy", "Time-out on the way through the proxy",
        "The proxy in Outgoing:Proxy, or the host behind it, did not agree on a connection in time. Nothing was sent.",
        "Check Outgoing:Proxy and the proxy's log. It is tried again by itself.");

    public static readonly Cause SandboxOff = new(
        "sandbox_off", "Sandbox switched off", "The built-in sandbox does not listen: it is switched off, or the product is stopping. Nothing was sent.",
        "Set Sandbox:Enabled to true and start again, or pause the Sandbox connection.");

    public static readonly Cause NetworkError = new(
        "network_error", "Network error", "The exchange ended in an error of the network that has no name of its own.", "It is tried again by itself.");

    public static readonly Cause Redirected = new(
        "redirected", "Redirected elsewhere", "The host answered with a redirect, which is never followed: keys must not wander.", "Set the base address to where the redirect points, if you trust it.");

    public static readonly Cause BadRequestByRichpanel = new(
        "bad_request_by_richpanel", "Refused as malformed (400)", "Richpanel says that it cannot read this call.", "Read the response, mend the call or the mapping options, and retry.");

    public static readonly Cause Unauthorized = new(
        "unauthorized", "Key not accepted (401)", "Richpanel does not accept the API Key or the signature, so every call would be refused.",
        "Enter API Key and API Secret again on the connection's page, run Check, then release the hold. No attempt was spent.");

    public static readonly Cause Forbidden = new(
        "forbidden", "Not allowed (403)", "Richpanel, or a firewall before it, refused the call. The key may lack a right.",
        "Check the key's rights in Richpanel. If only some calls are refused, a filter dislikes their content.");

    public static readonly Cause RefusedByFilter = new(
        "refused_by_filter", "Refused by a filter (403)", "Other calls of this connection are accepted, this one is refused: a firewall or filter dislikes its content.",
        "Look for HTML, scripts or SQL-like text in the call. Retrying the same content will not help.");

    public static readonly Cause NotFound = new(
        "not_found", "Address not found (404)", "The host exists, but there is nothing at this address.", "Correct the base address; it ends in /v2 or /v3, without /t.");

    public static readonly Cause MethodNotAllowed = new(
        "method_not_allowed", "Not an event address (405)", "The address exists but takes no events.", "Correct the base address; it ends in /v2 or /v3, without /t.");

    public static readonly Cause RequestTimeout = new(
        "request_timeout", "Request took too long (408)", "The other side gave up waiting for the request.", "It is tried again by itself.");

    public static readonly Cause Locked = new("locked", "Locked (423)", "The other side is busy with what the call is about.", "It is tried again by itself.");

    public static readonly Cause TooEarly = new("too_early", "Too early (425)", "The other side asks to repeat the call later.", "It is tried again by itself.");

    public static readonly Cause TooManyRequests = new(
        "too_many_requests", "Rate limit (429)", "Richpanel asks for a pause. The whole connection waits at least as long as asked.", "Nothing needs doing. Lower the connection's concurrency if it happens often.");

    public static readonly Cause TooLargeForRichpanel = new(
        "too_large_for_richpanel", "Too large (413)", "The request is larger than the other side takes.", "Send fewer or shorter properties.");

    public static readonly Cause Unprocessable = new(
        "unprocessable", "Content refused (422)", "The call was understood, but its content is not accepted.", "Read the response, mend the call, and retry.");

    public static readonly Cause ClientError = new(
        "client_error", "Refused (4xx)", "The other side refuses this call for good.", "Read the response for the reason, mend it, and retry.");

    public static readonly Cause ServerError = new(
        "server_error", "Error at Richpanel (500)", "Richpanel met an error of its own. The call may have arrived.", "It is tried again by itself.");

    public static readonly Cause NotImplemented = new(
        "not_implemented", "Not supported there (501)", "The other side does not support this kind of request.", "Check the base address and the transport of the connection.");

    public static readonly Cause BadGateway = new(
        "bad_gateway", "Bad gateway (502)", "A proxy before Richpanel got no good answer from it.", "It is tried again by itself.");

    public static readonly Cause ServiceUnavailable = new(
        "service_unavailable", "Unavailable (503)", "Richpanel is overloaded or down for maintenance.", "It is tried again by itself, never earlier than asked.");

    public static readonly Cause GatewayTimeout = new(
        "gateway_timeout", "Gateway time-out (504)", "A proxy before Richpanel waited in vain for its answer. The call may have arrived.", "It is tried again by itself.");

    public static readonly Cause HttpVersionRefused = new(
        "http_version_refused", "HTTP version refused (505)", "The other side does not speak HTTP/1.1.", "Check the base address.");

    public static readonly Cause ServerErrorOther = new(
        "server_error_other", "Error at the other side (5xx)", "The other side met an error of its own. The call may have arrived.", "It is tried again by itself.");

    public static readonly Cause NotRichpanel = new(
        "not_richpanel", "Not an answer of Richpanel", "The answer says success, but its body is neither empty nor JSON: a proxy, a login page or a parked domain answered.",
        "Open the response. Correct the base address or the proxy; it is tried again by itself.");
}
