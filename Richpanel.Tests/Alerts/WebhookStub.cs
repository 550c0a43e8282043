using System.Collections.Concurrent;
using System.Text;
using Richpanel.Tests.Wire;

namespace Richpanel.Tests.Alerts;

/// <summary>A webhook on a loopback socket that keeps what is posted and answers as it is told.</summary>
internal sealed class WebhookStub : IAsyncDisposable
{
    /// <summary>Stands in its address: what may show nowhere.</summary>
    public const string Secret = "planted-hook-path-8812";

    private readonly RawServer _server;

    public WebhookStub() => _server = new RawServer(async (socket, ct) =>
    {
        Requests.Enqueue(await RawServer.ReadRequestAsync(socket, ct));
        await RawServer.SayAsync(socket, Encoding.ASCII.GetBytes(Answer()), ct);
        socket.Shutdown(System.Net.Sockets.SocketShutdown.Both);
    });

    public string Url => $"http://127.0.0.1:{_server.Port}/services/{Secret}";

    /// <summary>Head and body of each.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    public IReadOnlyList<string> Bodies => [.. Requests.Select(request => request[(request.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..])];

    /// <summary>The whole answer, head included.</summary>
    public Func<string> Answer { get; set; } = () => Of(200, "ok");

    public static string Of(int status, string body, string more = "") => $"HTTP/1.1 {status} X\r\nContent-Length: {body.Length}\r\nConnection: close\r\n{more}\r\n{body}";

    public ValueTask DisposeAsync() => _server.DisposeAsync();
}
