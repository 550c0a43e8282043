using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;
using Richpanel.Tests.Wire;

namespace Richpanel.Tests.Alerts;

/// <summary>A mail server on a loopback socket that takes letters and keeps them, or answers as it is told.</summary>
internal sealed class MailStub : IAsyncDisposable
{
    private readonly RawServer _server;

    public MailStub() => _server = new RawServer(ServeAsync);

    public int Port => _server.Port;

    /// <summary>As they came, header and text.</summary>
    public ConcurrentQueue<string> Letters { get; } = new();

    /// <summary>Lines that the other side sent before its letter.</summary>
    public ConcurrentQueue<string> Commands { get; } = new();

    /// <summary>What a command of this beginning is answered with in place of what it usually is.</summary>
    public ConcurrentDictionary<string, string> Answers { get; } = new(StringComparer.OrdinalIgnoreCase);

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private async Task ServeAsync(Socket socket, CancellationToken ct)
    {
        await using var stream = new NetworkStream(socket);
        using var reader = new StreamReader(stream, Encoding.UTF8);
        await SayAsync(socket, "220 stub ESMTP", ct);
        while (await reader.ReadLineAsync(ct) is { } line)
        {
            Commands.Enqueue(line);
            if (Answers.FirstOrDefault(one => line.StartsWith(one.Key, StringComparison.OrdinalIgnoreCase)).Value is { } answer)
            {
                await SayAsync(socket, answer, ct);
                continue;
            }

            switch (line.Split(' ', ':')[0].ToUpperInvariant())
            {
                case "EHLO":
                    await SayAsync(socket, "250-stub\r\n250-AUTH PLAIN\r\n250 8BITMIME", ct);
                    break;
                case "AUTH":
                    await SayAsync(socket, "235 2.7.0 welcome", ct);
                    break;
                case "DATA":
                    await SayAsync(socket, "354 go on", ct);
                    Letters.Enqueue(await LetterAsync(reader, ct));
                    await SayAsync(socket, "250 2.0.0 queued as 4711", ct);
                    break;
                case "QUIT":
                    await SayAsync(socket, "221 bye", ct);
                    return;
                default:
                    await SayAsync(socket, "250 2.1.0 fine", ct);
                    break;
            }
        }
    }

    private static async Task<string> LetterAsync(StreamReader reader, CancellationToken ct)
    {
        var letter = new StringBuilder();
        while (await reader.ReadLineAsync(ct) is { } line && line != ".")
        {
            letter.AppendLine(line);
        }

        return letter.ToString();
    }

    private static Task SayAsync(Socket socket, string line, CancellationToken ct) => RawServer.SayAsync(socket, Encoding.UTF8.GetBytes(line + "\r\n"), ct);
}
