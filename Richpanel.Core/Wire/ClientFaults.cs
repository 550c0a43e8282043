using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;

namespace Richpanel.Core.Wire;

/// <summary>Reads from an exception what the network did. The framework tells it in several layers; the innermost that is known counts.</summary>
internal static class ClientFaults
{
    /// <param name="viaProxy">The connection was asked of a proxy: what broke before the request went out is that proxy's, unless TLS had begun with the host behind it.</param>
    public static NetworkFault Of(Exception failure, SendPhase phase, bool viaProxy = false)
    {
        var fault = Direct(failure, phase);
        return viaProxy && phase < SendPhase.Wait && fault is NetworkFault.ResetBeforeAnswer or NetworkFault.ClosedBeforeAnswer or NetworkFault.NotHttp or NetworkFault.Other
            ? NetworkFault.ProxyFailed
            : fault;
    }

    /// <summary>Why no connection to the proxy itself came about.</summary>
    public static NetworkFault OfConnectingToProxy(Exception failure) => Direct(failure, SendPhase.Connect) switch
    {
        NetworkFault.HostNotFound or NetworkFault.DnsTrouble => NetworkFault.ProxyHostNotFound,
        _ => NetworkFault.ProxyUnreachable,   // refused, no way there, or an address of this product
    };

    public static NetworkFault OfTimeout(SendPhase phase, bool viaProxy = false) => phase switch
    {
        < SendPhase.Wait when viaProxy => NetworkFault.TimeoutProxy,
        SendPhase.Dns => NetworkFault.TimeoutDns,
        SendPhase.Start or SendPhase.Connect => NetworkFault.TimeoutConnect,
        SendPhase.Tls => NetworkFault.TimeoutTls,
        SendPhase.Read => NetworkFault.TimeoutBody,
        _ => NetworkFault.TimeoutHeaders,
    };

    private static NetworkFault Direct(Exception failure, SendPhase phase)
    {
        for (var inner = failure; inner is not null; inner = inner.InnerException!)
        {
            switch (inner)
            {
                case NetworkFaultException known:
                    return known.Fault;
                case AuthenticationException:
                    return NetworkFault.TlsFailed;
                case SocketException socket:
                    return OfSocket(socket.SocketErrorCode, phase);
            }
        }

        return failure switch
        {
            HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } => NetworkFault.HostNotFound,
            HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } => NetworkFault.TlsFailed,
            HttpRequestException { HttpRequestError: HttpRequestError.ProxyTunnelError, StatusCode: HttpStatusCode.ProxyAuthenticationRequired } => NetworkFault.ProxySignIn,
            HttpRequestException { HttpRequestError: HttpRequestError.ProxyTunnelError } => NetworkFault.ProxyFailed,
            HttpRequestException { HttpRequestError: HttpRequestError.ResponseEnded } => NetworkFault.ClosedBeforeAnswer,
            HttpRequestException { HttpRequestError: HttpRequestError.InvalidResponse } => NetworkFault.NotHttp,
            HttpRequestException { HttpRequestError: HttpRequestError.ConfigurationLimitExceeded } => NetworkFault.NotHttp,
            HttpIOException when phase == SendPhase.Read => NetworkFault.AnswerCut,
            HttpIOException { HttpRequestError: HttpRequestError.ResponseEnded } => NetworkFault.ClosedBeforeAnswer,
            HttpIOException => NetworkFault.NotHttp,
            IOException when phase == SendPhase.Tls => NetworkFault.TlsFailed,
            IOException => phase == SendPhase.Read ? NetworkFault.AnswerCut : NetworkFault.ClosedBeforeAnswer,
            _ => NetworkFault.Other,
        };
    }

    private static NetworkFault OfSocket(SocketError error, SendPhase phase) => error switch
    {
        SocketError.HostNotFound or SocketError.NoData => NetworkFault.HostNotFound,
        SocketError.TryAgain or SocketError.NoRecovery => NetworkFault.DnsTrouble,
        SocketError.ConnectionRefused => NetworkFault.Refused,
        SocketError.HostUnreachable or SocketError.NetworkUnreachable or SocketError.NetworkDown or SocketError.HostDown => NetworkFault.Unreachable,
        SocketError.TimedOut => OfTimeout(phase),
        SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.Shutdown =>
            phase == SendPhase.Read ? NetworkFault.AnswerCut : phase == SendPhase.Tls ? NetworkFault.TlsFailed : NetworkFault.ResetBeforeAnswer,
        _ => NetworkFault.Other,
    };
}
