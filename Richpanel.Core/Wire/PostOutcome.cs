namespace Richpanel.Core.Wire;

public enum PostClass
{
    /// <summary>The other side took it.</summary>
    Taken,

    /// <summary>It may go well another time.</summary>
    TryLater,

    /// <summary>It will not go well until somebody changes something.</summary>
    Refused,
}

/// <summary>What came of sending an alert.</summary>
/// <param name="Words">In a sentence; no address and no secret stands in it.</param>
/// <param name="Said">What the other side said, cut short; it may hold anything.</param>
/// <param name="RetryAfter">How long it asked to be left alone.</param>
public sealed record PostOutcome(PostClass Class, string Words, string? Said = null, TimeSpan? RetryAfter = null)
{
    internal static PostOutcome Of(NetworkFault fault) => new(IsForGood(fault) ? PostClass.Refused : PostClass.TryLater, WordsOf(fault));

    /// <summary>An address that may not be reached stays one; everything else on the network may pass.</summary>
    private static bool IsForGood(NetworkFault fault) => fault == NetworkFault.AddressNotAllowed;

    private static string WordsOf(NetworkFault fault) => fault switch
    {
        NetworkFault.HostNotFound => "The host name was not found.",
        NetworkFault.DnsTrouble => "The name server gave no answer about the host name.",
        NetworkFault.Refused => "The host is there, but nothing listens on the port.",
        NetworkFault.Unreachable => "There is no way from this machine to the host.",
        NetworkFault.ResetBeforeAnswer or NetworkFault.ClosedBeforeAnswer => "The other side closed the connection without an answer. It may have arrived.",
        NetworkFault.AnswerCut => "The answer broke off in the middle. It may have arrived.",
        NetworkFault.NotHttp => "What came back is no HTTP answer: check host and port.",
        NetworkFault.TlsFailed => "A secure connection could not be agreed on: check port and kind of security.",
        NetworkFault.CertificateUntrusted => "The host's certificate is not signed by an authority this machine trusts. Nothing was sent.",
        NetworkFault.CertificateNameMismatch => "The certificate belongs to another host name. Nothing was sent.",
        NetworkFault.CertificateExpired => "The host's certificate is out of date, or this machine's clock is wrong. Nothing was sent.",
        NetworkFault.TimeoutDns or NetworkFault.TimeoutConnect or NetworkFault.TimeoutTls => "The host was not reached in time. Nothing was sent.",
        NetworkFault.TimeoutHeaders or NetworkFault.TimeoutBody => "There was no answer in time. It may have arrived.",
        NetworkFault.AddressNotAllowed => "The host leads to an address that outgoing calls may not reach (Outgoing:AllowPrivateNetworks; for a mail server of your own network Alerts:PrivateMailHosts). Nothing was sent.",
        NetworkFault.ProxyHostNotFound or NetworkFault.ProxyUnreachable or NetworkFault.ProxyCertificate or NetworkFault.ProxyFailed or NetworkFault.TimeoutProxy => "The proxy of Outgoing:Proxy did not carry it. Nothing was sent.",
        NetworkFault.ProxySignIn => "The proxy of Outgoing:Proxy asks for a sign-in. Nothing was sent.",
        _ => "The network failed.",
    };
}
