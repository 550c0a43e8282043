using System.Globalization;
using System.Text.Json;
using Richpanel.Bench;
using Richpanel.Tests.Architecture;

namespace Richpanel.Tests.EndToEnd;

/// <summary>The built product and a stub Richpanel, each a process of its own, with data in a folder that goes away.</summary>
internal sealed class ProductInTest : IAsyncDisposable
{
    public const string WriteKey = "end-to-end-write-key-00000000001";

    private readonly DirectoryInfo _folder;
    private readonly ChildProcess _stub;

    private ProductInTest(DirectoryInfo folder, ChildProcess stub, Product product)
    {
        _folder = folder;
        _stub = stub;
        Product = product;
    }

    /// <summary>The dll of the same configuration as these tests.</summary>
    public static string Dll { get; } = Path.Combine(
        Repository.Root, "Richpanel.Console", "bin",
        AppContext.BaseDirectory.Contains($"{Path.DirectorySeparatorChar}Release{Path.DirectorySeparatorChar}", StringComparison.Ordinal) ? "Release" : "Debug",
        "net10.0", "Richpanel.Console.dll");

    public Product Product { get; }

    /// <summary>Where database, keys and sandbox of the product are.</summary>
    public string DataFolder => Product.Folder;

    private string CallsFile => Path.Combine(_folder.FullName, "calls.txt");

    public static async Task<ProductInTest> StartAsync(IReadOnlyDictionary<string, string>? settings = null)
    {
        var folder = Directory.CreateTempSubdirectory("console-end-to-end-");
        var stub = ChildProcess.Self("stub", "--record", Path.Combine(folder.FullName, "ids.txt"), "--calls", Path.Combine(folder.FullName, "calls.txt"));
        var product = new Product(
            Dll, Path.Combine(folder.FullName, "data"),
            [new ProductConnection("Shop", await stub.ListeningAsync() + "/v2", WriteKey)], settings);
        var started = new ProductInTest(folder, stub, product);
        try
        {
            await product.StartAsync();
        }
        catch
        {
            await started.DisposeAsync();
            throw;
        }

        return started;
    }

    /// <summary>What Richpanel got, in order; waits until it is at least <paramref name="atLeast"/> calls and nothing waits any more.</summary>
    public async Task<IReadOnlyList<JsonElement>> ArrivedAsync(int atLeast, CancellationToken ct)
    {
        var deadline = TimeProvider.System.GetUtcNow().AddSeconds(30);
        while (true)
        {
            var total = (await Product.ApiAsync(HttpMethod.Get, "ledger")).GetProperty("total");
            if (total.GetProperty("created").GetInt64() >= atLeast && total.GetProperty("waiting").GetInt64() == 0)
            {
                return File.Exists(CallsFile)
                    ? [.. File.ReadLines(CallsFile).Select(line => JsonSerializer.Deserialize<JsonElement>(line))]
                    : [];
            }

            Assert.True(TimeProvider.System.GetUtcNow() < deadline, string.Create(CultureInfo.InvariantCulture, $"After 30 s the ledger says {total} and not {atLeast} created with none waiting.\n{Product.Process.Output}"));
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, ct);
        }
    }

    /// <summary>As above; waits until this very event is among them, whatever else was posted.</summary>
    public async Task<IReadOnlyList<JsonElement>> ArrivedAsync(string eventId, CancellationToken ct)
    {
        var deadline = TimeProvider.System.GetUtcNow().AddSeconds(30);
        while (true)
        {
            var arrived = await ArrivedAsync(1, ct);
            if (arrived.Any(call => call.GetProperty("eventId").GetString() == eventId) || TimeProvider.System.GetUtcNow() > deadline)
            {
                return arrived;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, ct);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Product.DisposeAsync();
        await _stub.DisposeAsync();
        _folder.Delete(recursive: true);
    }
}
