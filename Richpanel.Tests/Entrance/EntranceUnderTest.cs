using System.Net.Sockets;
using System.Text;
using Richpanel.Core.Access;
using Richpanel.Tests.Support;

namespace Richpanel.Tests.Entrance;

/// <summary>The real application on a real loopback socket, as it runs for good (not in Development), spoken to byte by byte.</summary>
internal sealed class EntranceUnderTest : IAsyncDisposable
{
    public const string Token = "token-of-an-admin-with-32-characters";

    public EntranceUnderTest(Dictionary<string, string?>? settings = null, string environment = "Production", Action<Microsoft.Extensions.DependencyInjection.IServiceCollection>? services = null)
    {
        var all = new Dictionary<string, string?>(settings ?? [])
        {
            ["environment"] = environment,
            ["Sandbox:Port"] = "0",
            ["Bootstrap:ApiTokens:0:Name"] = "admin",
            ["Bootstrap:ApiTokens:0:Role"] = Rights.Word(Role.Admin),
            ["Bootstrap:ApiTokens:0:Token"] = Token,
        };
        App = new ConsoleUnderTest(all, services);
        App.UseKestrel(0);
        App.StartServer();
        Address = App.ClientOptions.BaseAddress;
        Http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = Address };
    }

    public ConsoleUnderTest App { get; }

    public Uri Address { get; }

    public HttpClient Http { get; }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path);
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await Http.SendAsync(request, Ct);
    }

    public Task<HttpResponseMessage> GetAsync(string path, params (string Name, string Value)[] headers) => SendAsync(HttpMethod.Get, path, headers);

    /// <summary>Sends these very bytes and reads until the server closes.</summary>
    public async Task<string> RawAsync(string request)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(Address.Host, Address.Port, Ct);
        await using var stream = socket.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes(request), Ct);
        return await ReadAllAsync(stream);
    }

    public static async Task<string> ReadAllAsync(Stream stream)
    {
        using var answer = new MemoryStream();
        try
        {
            await stream.CopyToAsync(answer, Ct);
        }
        catch (IOException)
        {
            // A reset is an end, too.
        }

        return Encoding.Latin1.GetString(answer.ToArray());
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await App.DisposeAsync();
    }
}
