using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Richpanel.Core.Wire;

/// <summary>
/// Says which fault a refused server certificate has. Only the platform decides whether one is good; nothing here makes a bad
/// one pass.
/// </summary>
public static class ServerCertificates
{
    /// <summary>For <see cref="SslClientAuthenticationOptions.RemoteCertificateValidationCallback"/>: true, or the fault is thrown.</summary>
    /// <exception cref="NetworkFaultException">The platform found the certificate wanting.</exception>
    public static bool Accept(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors) =>
        FaultOf(errors, StatusOf(chain)) is { } fault
            ? throw new NetworkFaultException(fault, $"The server's certificate was refused: {errors}, {StatusOf(chain)}.")
            : true;

    /// <summary>The same for the certificate of a proxy, which says nothing of the host behind it.</summary>
    public static bool AcceptProxy(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors) =>
        errors == SslPolicyErrors.None
            ? true
            : throw new NetworkFaultException(NetworkFault.ProxyCertificate, $"The proxy's certificate was refused: {errors}, {StatusOf(chain)}.");

    /// <summary>
    /// The one fault to act on first; null only when there is none. The name comes first, because another host's certificate is
    /// often a self-made default one whose other faults mean nothing. A date comes before a missing authority, because a wrong
    /// clock looks like both.
    /// </summary>
    public static NetworkFault? FaultOf(SslPolicyErrors errors, X509ChainStatusFlags chain) => errors switch
    {
        SslPolicyErrors.None => null,
        _ when errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable) => NetworkFault.TlsFailed,
        _ when errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch) => NetworkFault.CertificateNameMismatch,
        _ when chain.HasFlag(X509ChainStatusFlags.NotTimeValid) => NetworkFault.CertificateExpired,
        _ => NetworkFault.CertificateUntrusted,
    };

    private static X509ChainStatusFlags StatusOf(X509Chain? chain) =>
        chain?.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, (all, one) => all | one.Status) ?? X509ChainStatusFlags.NoError;
}
