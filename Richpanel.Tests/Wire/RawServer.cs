using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Richpanel.Tests.Wire;

/// <summary>A listener on a free loopback port that does with each connection what it is told, and with nothing else.</summary>
internal sealed class RawServer : IAsyncDisposable
{
    private readonly TcpListener _listener;
    private readonly CancellationTokenSource _end = new();
    private readonly Func<Socket, CancellationToken, Task> _serve;
    private readonly Task _accepting;
    private int _connections;

    public RawServer(Func<Socket, CancellationToken, Task> serve, IPAddress? address = null)
    {
        _serve = serve;
        _listener = new TcpListener(address ?? IPAddress.Loopback, 0);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Connections taken so far.</summary>
    public int Connections => Volatile.Read(ref _connections);

    /// <summary>Reads one request, sends these bytes and closes.</summary>
    public static RawServer Saying(string answer) => Saying(Encoding.ASCII.GetBytes(answer));

    public static RawServer Saying(byte[] answer) => new(async (socket, ct) =>
    {
        await ReadRequestAsync(socket, ct);
        await SayAsync(socket, answer, ct);
        socket.Shutdown(SocketShutdown.Both);
    });

    /// <summary>A port on which nothing listens any more.</summary>
    public static int ClosedPort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Head and body of one request, as text; what had come when the other side hung up.</summary>
    public static async Task<string> ReadRequestAsync(Socket socket, CancellationToken ct)
    {
        var request = new StringBuilder();
        var buffer = new byte[16 * 1024];
        while (!IsWhole(request.ToString()) && await socket.ReceiveAsync(buffer, ct) is var read and > 0)
        {
            request.Append(Encoding.ASCII.GetString(buffer, 0, read));
        }

        return request.ToString();
    }

    public static async Task SayAsync(Socket socket, ReadOnlyMemory<byte> bytes, CancellationToken ct)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[await socket.SendAsync(bytes, ct)..];
        }
    }

    public static Task StayAsync(CancellationToken ct) => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, ct);

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _accepting;
        _listener.Dispose();
        _end.Dispose();
    }

    private static bool IsWhole(string request)
    {
        var end = request.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        if (end < 0)
        {
            return false;
        }

        const string Header = "Content-Length: ";
        var length = request.IndexOf(Header, StringComparison.OrdinalIgnoreCase);
        var expected = length < 0 || length > end
            ? 0
            : int.Parse(request.AsSpan(length + Header.Length, request.IndexOf('\r', length) - length - Header.Length), System.Globalization.CultureInfo.InvariantCulture);
        return request.Length >= end + 4 + expected;
    }

    private async Task AcceptAsync()
    {
        var serving = new List<Task>();
        try
        {
            while (true)
            {
                var socket = await _listener.AcceptSocketAsync(_end.Token);
                Interlocked.Increment(ref _connections);
                serving.Add(ServeAsync(socket));
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(serving);
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        using (socket)
        {
            try
            {
                await _serve(socket, _end.Token);
            }
            catch (Exception ended) when (ended is OperationCanceledException or SocketException or IOException or System.Security.Authentication.AuthenticationException)
            {
                // The client hung up, did not agree, or the test is over.
            }
        }
    }
}
