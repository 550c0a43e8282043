using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Microsoft.Extensions.Options;
using Richpanel.Core.Access;
using Richpanel.Core.Causes;
using Richpanel.Core.Wire;

namespace Richpanel.Core.Connections;

public enum CheckStepName
{
    Resolve,
    Connect,
    Tls,
    Answer,
}

/// <summary>One step of a check.</summary>
/// <param name="Text">What was found, for example "2 addresses" or "certificate until 3 Mar 2027".</param>
/// <param name="Cause">Why it failed; null when it passed.</param>
public sealed record CheckStep(CheckStepName Name, bool Passed, int Milliseconds, string Text, Cause? Cause);

/// <summary>
/// Looks whether a connection's base address can be reached: resolve, connect, TLS, one GET. It posts no event (nothing can be
/// deleted at Richpanel) and so cannot say whether the key is right: Richpanel may answer 200 to a wrong one.
/// </summary>
public sealed class ConnectionCheck(
    RichpanelClient client, IOptions<OutgoingOptions> outgoing, OwnPorts own, SandboxEndpoint sandbox, TimeProvider time)
{
    /// <summary>Days of a certificate below which it is said aloud: renewals by machine come 30 days before the end.</summary>
    private const int SoonOver = 21;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    /// <summary>The steps it will take, unless one fails.</summary>
    public IReadOnlyList<CheckStepName> Plan(Connection connection) =>
        connection.IsSandbox || outgoing.Value.HasProxy ? [CheckStepName.Answer]
        : connection.BaseUrl.StartsWith("https:", StringComparison.OrdinalIgnoreCase) ? [CheckStepName.Resolve, CheckStepName.Connect, CheckStepName.Tls, CheckStepName.Answer]
        : [CheckStepName.Resolve, CheckStepName.Connect, CheckStepName.Answer];

    /// <summary>The steps in order; after one that failed the rest is not tried.</summary>
    /// <param name="ended">Told of each step as it ends.</param>
    public async Task<IReadOnlyList<CheckStep>> RunAsync(Actor by, Connection connection, CancellationToken ct, Action<CheckStep>? ended = null)
    {
        by.Demand(Permission.Operate, connection);   // it makes the product open connections and tells what it met
        return await StepsAsync(connection, ended, ct);
    }

    /// <summary>As <see cref="RunAsync"/>, of an address that is typed and not saved: whoever may save it may look first, through the same guard.</summary>
    /// <param name="connection">With the id 0 when it would be a new one.</param>
    public async Task<IReadOnlyList<CheckStep>> RunTypedAsync(Actor by, Connection connection, CancellationToken ct, Action<CheckStep>? ended = null)
    {
        if (connection.Id == 0)
        {
            by.DemandForAll(Permission.Administer);
        }
        else
        {
            by.Demand(Permission.Administer, connection);
        }

        return await StepsAsync(connection, ended, ct);
    }

    private async Task<IReadOnlyList<CheckStep>> StepsAsync(Connection connection, Action<CheckStep>? ended, CancellationToken ct)
    {
        var steps = new CheckSteps(ended);
        var address = new Uri(connection.BaseUrl);
        if (!HostNames.CanBe(address))
        {
            var unknown = CauseCatalog.Find(AnswerClassification.OfFault(NetworkFault.HostNotFound).Cause!);
            steps.Add(new CheckStep(CheckStepName.Resolve, false, 0, unknown.Text, unknown));
            return steps.Done;
        }

        if (!connection.IsSandbox && !outgoing.Value.HasProxy)
        {
            var resolved = await StepAsync(CheckStepName.Resolve, SendPhase.Dns, steps, token => ResolveAsync(address, token), ct);
            if (resolved is null || !await ConnectAsync(address, resolved, steps, ct))
            {
                return steps.Done;
            }
        }
        else if (connection.IsSandbox && sandbox.Address is null)
        {
            steps.Add(new CheckStep(CheckStepName.Connect, false, 0, CauseCatalog.SandboxOff.Text, CauseCatalog.SandboxOff));
            return steps.Done;
        }

        await StepAsync(CheckStepName.Answer, SendPhase.Wait, steps, token => GetAsync(connection, address, token), ct);
        return steps.Done;
    }

    private async Task<bool> ConnectAsync(Uri address, IPAddress[] resolved, CheckSteps steps, CancellationToken ct)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        var connected = await StepAsync(
            CheckStepName.Connect,
            SendPhase.Connect,
            steps,
            async token =>
            {
                await socket.ConnectAsync(resolved, address.Port, token);
                return (socket.RemoteEndPoint?.ToString() ?? "connected", socket);
            },
            ct);
        return connected is not null
            && (address.Scheme != Uri.UriSchemeHttps
                || await StepAsync(CheckStepName.Tls, SendPhase.Tls, steps, token => SecureAsync(socket, address.IdnHost, token), ct) is not null);
    }

    private async Task<(string Text, IPAddress[] Value)> ResolveAsync(Uri address, CancellationToken ct)
    {
        var allowed = await OutgoingAddresses.ResolveAsync(address.IdnHost, address.Port, outgoing.Value.AllowPrivateNetworks, own, ct);
        return (string.Join(", ", allowed.Select(ip => ip.ToString())), allowed);
    }

    private async Task<(string Text, object Value)> SecureAsync(Socket socket, string host, CancellationToken ct)
    {
        await using var tls = new SslStream(new NetworkStream(socket, ownsSocket: false));
        await tls.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions { TargetHost = host, RemoteCertificateValidationCallback = ServerCertificates.Accept }, ct);
        var until = DateTime.Parse(tls.RemoteCertificate!.GetExpirationDateString(), CultureInfo.InvariantCulture).ToUniversalTime();
        var days = (int)(until - time.GetUtcNow().UtcDateTime).TotalDays;
        return (string.Create(CultureInfo.InvariantCulture, $"{tls.SslProtocol}, certificate until {until:d MMM yyyy} (UTC){(days < SoonOver ? $": only {days} days left" : "")}"), tls);
    }

    private async Task<(string Text, object Value)> GetAsync(Connection connection, Uri address, CancellationToken ct)
    {
        var status = await client.ProbeAsync(address, connection.IsSandbox, ct);
        return ($"HTTP {status}: something answers there. Whether it takes your key, only a sent event shows.", address);
    }

    private async Task<T?> StepAsync<T>(
        CheckStepName name, SendPhase phase, CheckSteps steps, Func<CancellationToken, Task<(string Text, T Value)>> run, CancellationToken ct)
        where T : class
    {
        var start = time.GetTimestamp();
        int Spent() => (int)time.GetElapsedTime(start).TotalMilliseconds;
        using var timeout = new CancellationTokenSource(s_patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, timeout.Token);
        try
        {
            var (text, value) = await run(either.Token);
            steps.Add(new CheckStep(name, true, Spent(), text, null));
            return value;
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            Fail(ClientFaults.OfTimeout(phase));
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or SocketException or AuthenticationException)
        {
            Fail(ClientFaults.Of(failure, phase));
        }

        return null;

        void Fail(NetworkFault fault)
        {
            var cause = CauseCatalog.Find(AnswerClassification.OfFault(fault).Cause!);
            steps.Add(new CheckStep(name, false, Spent(), cause.Text, cause));
        }
    }

    private sealed class CheckSteps(Action<CheckStep>? ended)
    {
        private readonly List<CheckStep> _done = [];

        public IReadOnlyList<CheckStep> Done => _done;

        public void Add(CheckStep step)
        {
            _done.Add(step);
            ended?.Invoke(step);
        }
    }
}
