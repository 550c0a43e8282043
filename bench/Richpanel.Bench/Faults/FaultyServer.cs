using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Richpanel.Bench.Faults;

/// <summary>
/// A Richpanel on a loopback socket that misbehaves as it is told until it is mended; then it answers 200. It speaks bytes and not
/// HTTP through a server of the framework, because no such server can be made to break the protocol. It remembers every event of a
/// request that it may have taken, as the real one might: one whose answer was lost, and one it answered with an error of its own.
/// </summary>
internal sealed class FaultyServer : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<string, int> _taken = new(StringComparer.Ordinal);
    private readonly Fault _fault;
    private TcpListener? _listener;
    private Task _accepting = Task.CompletedTask;

    public FaultyServer(Fault fault)
    {
        _fault = fault;
        Port = FreePort();
        if (!fault.IsClosed)
        {
            Listen();
        }
    }

    public int Port { get; }

    public bool IsMended { get; private set; }

    /// <summary>How often each event may have been taken.</summary>
    public IReadOnlyDictionary<string, int> Taken => _taken;

    /// <summary>Most events that were in one request since it last began to misbehave.</summary>
    public int MostAtOnce { get; private set; }

    /// <summary>From now on it answers 200, over plain HTTP.</summary>
    public void Mend()
    {
        IsMended = true;
        if (_listener is null)
        {
            Listen();
        }
    }

    /// <summary>Misbehaves again.</summary>
    public void Break()
    {
        (IsMended, MostAtOnce) = (false, 0);
        if (_fault.IsClosed && _listener is { } open)
        {
            _listener = null;
            open.Stop();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener?.Stop();
        await _accepting;
        _stop.Dispose();
    }

    private void Listen()
    {
        _listener = new TcpListener(IPAddress.Loopback, Port);
        _listener.Server.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        _listener.Start();
        _accepting = AcceptAsync(_listener);
    }

    private async Task AcceptAsync(TcpListener listener)
    {
        try
        {
            while (true)
            {
                _ = ServeAsync(await listener.AcceptTcpClientAsync(_stop.Token));
            }
        }
        catch (Exception ended) when (ended is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Closed: by its end, or because a closed port is what is played.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var _ = client;
        try
        {
            var isMended = IsMended;
            var visit = new FaultyVisit(client, this, _stop.Token);
            if (isMended)
            {
                await visit.AnswerAsync(200, "{}");
            }
            else
            {
                await _fault.Act(visit);
            }
        }
        catch (Exception gone) when (gone is IOException or SocketException or OperationCanceledException or ObjectDisposedException or System.Security.Authentication.AuthenticationException)
        {
            // The other side has had enough: part of the play.
        }
    }

    internal void See(int events) => MostAtOnce = Math.Max(MostAtOnce, events);

    internal void Take(IEnumerable<string> events)
    {
        foreach (var id in events)
        {
            _taken.AddOrUpdate(id, 1, (_, count) => count + 1);
        }
    }

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}

/// <summary>One connection of the product to a <see cref="FaultyServer"/>; a request each, and then it is closed.</summary>
internal sealed class FaultyVisit(TcpClient client, FaultyServer server, CancellationToken stop)
{
    private Stream _stream = client.GetStream();
    private IReadOnlyList<string>? _events;

    public CancellationToken Stop => stop;

    public int Port => server.Port;

    /// <summary>Reads the whole request, once; its events. From here on they may count as taken.</summary>
    public async Task<IReadOnlyList<string>> ReadAsync()
    {
        if (_events is not null)
        {
            return _events;
        }

        var read = new byte[64 * 1024];
        var (count, end) = (0, -1);
        while (end < 0)
        {
            var more = count < read.Length ? await _stream.ReadAsync(read.AsMemory(count), stop) : 0;
            if (more == 0)
            {
                throw new IOException("Nothing was asked, or with too many headers.");
            }

            count += more;
            end = read.AsSpan(0, count).IndexOf("\r\n\r\n"u8);
        }

        var head = Encoding.Latin1.GetString(read, 0, end);
        var length = head.Split("\r\n").First(line => line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase))["Content-Length:".Length..];
        var body = new byte[int.Parse(length, CultureInfo.InvariantCulture)];
        var here = Math.Min(count - end - 4, body.Length);
        read.AsSpan(end + 4, here).CopyTo(body);
        await _stream.ReadExactlyAsync(body.AsMemory(here), stop);
        _events = StubServer.EventIds(body, head.StartsWith("POST /v2/bt", StringComparison.Ordinal));
        server.See(_events.Count);
        return _events;
    }

    /// <summary>It may have been taken: whether it was, nobody can tell from what is answered.</summary>
    public void Take() => server.Take(_events ?? []);

    public async Task WriteAsync(string text) => await WriteAsync(Encoding.Latin1.GetBytes(text));

    public async Task WriteAsync(byte[] bytes)
    {
        await _stream.WriteAsync(bytes, stop);
        await _stream.FlushAsync(stop);
    }

    /// <summary>A whole answer. A success, or an error that may come after the work was done, may have taken it.</summary>
    public Task AnswerAsync(int status, string body, string headers = "Content-Type: application/json\r\n") => AnswerAsync(status, Encoding.UTF8.GetBytes(body), headers);

    public async Task AnswerAsync(int status, byte[] body, string headers)
    {
        await ReadAsync();
        if (status is >= 200 and < 300 or (>= 500 and not (501 or 505)))
        {
            Take();
        }

        await WriteAsync(string.Create(CultureInfo.InvariantCulture, $"HTTP/1.1 {status} Played\r\n{headers}Content-Length: {body.Length}\r\nConnection: close\r\n\r\n"));
        await WriteAsync(body);
        client.Client.Shutdown(SocketShutdown.Send);
        while (await _stream.ReadAsync(new byte[1].AsMemory(), stop) > 0)
        {
            // Until the other side has read it and hangs up.
        }
    }

    /// <summary>An RST instead of a proper end.</summary>
    public void Reset()
    {
        client.Client.LingerState = new LingerOption(true, 0);
        client.Client.Dispose();   // the socket itself: its stream would say goodbye first
    }

    /// <summary>Nothing more, for longer than anybody waits.</summary>
    public Task HangAsync() => Task.Delay(TimeSpan.FromSeconds(20), stop);

    public async Task SecureAsync(X509Certificate2 certificate)
    {
        var secure = new SslStream(_stream);
        _stream = secure;
        await secure.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate }, stop);
    }
}
