using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Richpanel.Core.Connections;

namespace Richpanel.Bench;

/// <summary>One connection of the product under test, made by Bootstrap settings.</summary>
/// <param name="BaseUrl">Where it delivers to, for example a stub's address with <c>/v2</c>.</param>
/// <param name="WriteKey">Of its one source.</param>
/// <param name="Transport">How it sends: an event a request, or batches of them.</param>
internal sealed record ProductConnection(string Name, string BaseUrl, string WriteKey, Transport Transport = Transport.Single);

/// <summary>The real product as a process of its own, with data in a folder that survives a kill. Loopback only.</summary>
internal sealed class Product : IAsyncDisposable
{
    public const string Token = "bench-token-0123456789abcdef0123456789abcdef";

    private const int FirstPort = 20_000;

    private const int Ports = 10_000;

    /// <summary>Two processes begin at different ones.</summary>
    private static int s_ports = Environment.ProcessId * 20 % Ports;

    private readonly string _dll;
    private readonly Dictionary<string, string> _environment;
    private ChildProcess? _process;

    /// <param name="dll">The built or published Richpanel.Console.dll.</param>
    /// <param name="folder">For database and keys; made when missing.</param>
    /// <param name="connections">With one source each.</param>
    /// <param name="settings">Further environment variables.</param>
    public Product(string dll, string folder, IReadOnlyList<ProductConnection> connections, IReadOnlyDictionary<string, string>? settings = null)
    {
        _dll = dll;
        Folder = Directory.CreateDirectory(folder).FullName;
        Address = new Uri($"http://127.0.0.1:{FreePort()}");
        Http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 64 }) { BaseAddress = Address, Timeout = TimeSpan.FromSeconds(30) };
        _environment = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Production",
            ["ASPNETCORE_URLS"] = Address.ToString(),
            ["Storage__ConnectionString"] = $"Data Source={Path.Combine(Folder, "console.db")}",
            ["Outgoing__AllowPrivateNetworks"] = "true",
            ["Bootstrap__ApiTokens__0__Name"] = "bench",
            ["Bootstrap__ApiTokens__0__Role"] = "admin",
            ["Bootstrap__ApiTokens__0__Token"] = Token,
        };
        foreach (var (connection, i) in connections.Select((connection, i) => (connection, i)))
        {
            var prefix = string.Create(CultureInfo.InvariantCulture, $"Bootstrap__Connections__{i}__");
            _environment[prefix + "Name"] = connection.Name;
            _environment[prefix + "BaseUrl"] = connection.BaseUrl;
            _environment[prefix + "ApiKey"] = "bench-api-key-0001";
            _environment[prefix + "ApiSecret"] = "bench-api-secret-0001";
            _environment[prefix + "Transport"] = connection.Transport.ToString();
            _environment[prefix + "Sources__0__Name"] = connection.Name;
            _environment[prefix + "Sources__0__WriteKey"] = connection.WriteKey;
        }

        foreach (var (name, value) in settings ?? new Dictionary<string, string>())
        {
            _environment[name] = value;
        }
    }

    public string Folder { get; }

    public string Database => Path.Combine(Folder, "console.db");

    public Uri Address { get; }

    public HttpClient Http { get; }

    public ChildProcess Process => _process ?? throw new InvalidOperationException("The product is not started.");

    /// <summary>Starts it and waits until <c>/readyz</c> says 200.</summary>
    public Task StartAsync()
    {
        _process = ChildProcess.Dotnet(_dll, [], _environment, Folder);
        return ReadyAsync(TimeSpan.FromSeconds(60));
    }

    /// <summary>Starts it as the README says: <c>dotnet run</c> in a clone, which restores and builds first.</summary>
    public Task StartFromSourceAsync(string clone)
    {
        _process = ChildProcess.Start("dotnet", ["run", "--project", "Richpanel.Console", "--", "--urls", Address.ToString()], _environment, clone);
        return ReadyAsync(TimeSpan.FromMinutes(4));
    }

    private async Task ReadyAsync(TimeSpan atMost)
    {
        var deadline = DateTime.UtcNow + atMost;
        var process = Process;
        while (true)
        {
            if (process.HasExited)
            {
                throw new InvalidOperationException($"The product ended with {process.ExitCode}:\n{process.Output}");
            }

            try
            {
                using var answer = await Http.GetAsync(new Uri("/readyz", UriKind.Relative));
                if (answer.StatusCode == HttpStatusCode.OK)
                {
                    return;
                }
            }
            catch (HttpRequestException) when (DateTime.UtcNow < deadline)
            {
                // Not listening yet.
            }

            if (DateTime.UtcNow > deadline)
            {
                throw new TimeoutException($"The product was not ready after {atMost}:\n{process.Output}");
            }

            await Task.Delay(50);
        }
    }

    public Task KillAsync() => Process.KillAsync();

    public Task<int> StopAsync() => Process.StopAsync();

    /// <summary>A call of the API with the token; throws on any answer but 2xx.</summary>
    public async Task<JsonElement> ApiAsync(HttpMethod method, string path, string? json = null)
    {
        using var request = new HttpRequestMessage(method, new Uri("/api/v1/" + path, UriKind.Relative));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        if (json is not null)
        {
            request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        }

        using var answer = await Http.SendAsync(request);
        var body = await answer.Content.ReadAsStringAsync();
        if (!answer.IsSuccessStatusCode)
        {
            throw new HttpRequestException($"{method} {path} answered {(int)answer.StatusCode}: {body}");
        }

        return body.Length == 0 ? default : JsonSerializer.Deserialize<JsonElement>(body);
    }

    /// <summary>Posts a body to the door with the write key; the status, or null when the connection failed.</summary>
    public async Task<HttpStatusCode?> PostAsync(string path, string writeKey, byte[] body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(path, UriKind.Relative)) { Content = new ByteArrayContent(body) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(writeKey + ":")));
        try
        {
            using var answer = await Http.SendAsync(request);
            return answer.StatusCode;
        }
        catch (Exception failure) when (failure is HttpRequestException or TaskCanceledException or IOException)
        {
            return null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }
    }

    /// <summary>
    /// Below those that the system gives to whoever asks for any: such a one could be given away again before the product has started.
    /// </summary>
    private static int FreePort()
    {
        while (true)
        {
            var port = FirstPort + (Interlocked.Increment(ref s_ports) % Ports);
            using var listener = new TcpListener(IPAddress.Loopback, port);
            try
            {
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                // Somebody has it; the next one.
            }
        }
    }
}
