using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Richpanel.Tests.Entrance;

namespace Richpanel.Tests.Sandbox;

/// <summary>The sandbox on the main address, where anybody may post: key and signature stand in the body, so bodies of strangers are read.</summary>
public sealed class PublicSandboxTests : IAsyncDisposable
{
    private const int Length = 4 * 1024 * 1024;

    private readonly EntranceUnderTest _product = new(new() { ["Sandbox:Public"] = "true" });

    public ValueTask DisposeAsync() => _product.DisposeAsync();

    [Fact(Timeout = 60_000)]
    public async Task A_body_that_says_it_is_too_large_is_refused_before_it_is_read()
    {
        var answer = await _product.RawAsync($"POST /v2/t HTTP/1.1\r\nHost: {_product.Address.Authority}\r\nConnection: close\r\nContent-Length: {Length + 1}\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 413", answer, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task Bodies_of_strangers_take_together_no_more_than_their_budget_and_give_it_back()
    {
        // On a slow machine the server lets go of a silent sender before the next has come: others come until they are too many.
        var senders = new List<TcpClient>();
        while (await AnswerAsync() != HttpStatusCode.TooManyRequests)
        {
            senders.Add(await AlmostSentAsync());
        }

        senders.ForEach(sender => sender.Dispose());
        while (await AnswerAsync() != HttpStatusCode.Unauthorized)
        {
            // What they held is given back when the server has seen that they are gone.
        }
    }

    /// <summary>All of a body but its last byte.</summary>
    private async Task<TcpClient> AlmostSentAsync()
    {
        var sender = new TcpClient();
        await sender.ConnectAsync(_product.Address.Host, _product.Address.Port, Ct);
        var head = string.Create(CultureInfo.InvariantCulture, $"POST /v2/t HTTP/1.1\r\nHost: {_product.Address.Authority}\r\nContent-Length: {Length}\r\n\r\n");
        await sender.GetStream().WriteAsync(Encoding.ASCII.GetBytes(head), Ct);
        await sender.GetStream().WriteAsync(new byte[Length - 1], Ct);
        return sender;
    }

    private async Task<HttpStatusCode> AnswerAsync()
    {
        using var content = new StringContent("""{"h":"e30="}""", Encoding.UTF8, "application/json");
        using var answer = await _product.Http.PostAsync(new Uri("/v2/t", UriKind.Relative), content, Ct);
        return answer.StatusCode;
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;
}
