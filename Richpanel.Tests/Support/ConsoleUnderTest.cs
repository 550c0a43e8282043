using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Runtime.ExceptionServices;
using System.Text;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Richpanel.Core.Connections;
using Richpanel.Core.Receiving;
using Richpanel.Core.Storage;
using Serilog.Core;

namespace Richpanel.Tests.Support;

/// <summary>
/// The real application with a database, key ring and sandbox of its own in a temporary folder. Settings are given as in the
/// environment (<c>"Receiver:MaxItems"</c>); services can be replaced. Call <see cref="WebApplicationFactory{T}.UseKestrel()"/> and
/// <c>StartServer</c> before anything else where a real socket matters.
/// </summary>
public sealed class ConsoleUnderTest : WebApplicationFactory<Program>
{
    private readonly TaskCompletionSource _caught = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Action<IServiceCollection>? _services;
    private readonly Dictionary<string, string?> _settings;
    private readonly TemporaryFolder _folder;
    private readonly bool _ownsFolder;

    /// <param name="over">Data of an earlier start, which stays when this one ends.</param>
    public ConsoleUnderTest(Dictionary<string, string?>? settings = null, Action<IServiceCollection>? services = null, TemporaryFolder? over = null)
    {
        (_folder, _ownsFolder) = (over ?? new TemporaryFolder(), over is null);
        _settings = settings ?? [];
        _services = services;
    }

    public string Folder => _folder.Path;

    public string DatabaseFile => Path.Combine(Folder, "console.db");

    /// <summary>Everything the application logged.</summary>
    public LogLines Logs { get; } = new();

    public StoreWriter Writer => Services.GetRequiredService<StoreWriter>();

    public ConnectionDirectory Directory => Services.GetRequiredService<ConnectionDirectory>();

    public ConsoleDbContext Read() => Services.GetRequiredService<IDbContextFactory<ConsoleDbContext>>().CreateDbContext();

    /// <summary>A connection with one source, as an admin would have made them.</summary>
    public async Task<TestSource> AddSourceAsync(
        string name = "Shop", Action<Connection>? connection = null, Action<Source>? source = null, string? apiSecret = "secret-of-the-shop", string? webhookSecret = null)
    {
        var secrets = Services.GetRequiredService<SecretProtector>();
        var writeKey = $"write-key-of-{name}-{Guid.NewGuid():N}";
        var to = new Connection
        {
            Name = name,
            BaseUrl = "http://127.0.0.1:9/v2",
            ApiKey = $"api-key-of-{name}",
            ProtectedSecret = apiSecret is null ? null : secrets.Protect(apiSecret),
        };
        connection?.Invoke(to);
        var from = new Source
        {
            Name = name,
            PublicId = Guid.NewGuid().ToString("N"),
            CreatedAt = Services.GetRequiredService<TimeProvider>().GetUtcNow(),
            WriteKeyHash = SecretProtector.HashKey(writeKey),
            ProtectedWriteKey = secrets.Protect(writeKey),
            ProtectedWebhookSecret = webhookSecret is null ? null : secrets.Protect(webhookSecret),
        };
        source?.Invoke(from);
        await Writer.WriteAsync(session =>
        {
            using var context = session.Context();
            context.Add(to);
            context.SaveChanges();
            from.ConnectionId = to.Id;
            context.Add(from);
            context.SaveChanges();
        });
        await Directory.ReloadAsync();
        return new TestSource(to.Id, from.Id, from.PublicId, writeKey, to.ApiKey);
    }

    /// <summary>Takes a table away, or gives it back: whatever needs it fails meanwhile, as with a broken database.</summary>
    public Task RenameTableAsync(string table, string to = "Gone") => Writer.WriteAsync(session =>
    {
        var sql = $"ALTER TABLE \"{table}\" RENAME TO \"{to}\"";
        using var context = session.Context();
        context.Database.ExecuteSqlRaw(sql);
    });

    /// <summary>Ends when every request kept so far has its rows.</summary>
    public async Task ExpandedAsync()
    {
        await using var context = Read();
        var last = await context.Requests.MaxAsync(r => (long?)r.Id) ?? 0;
        await Services.GetRequiredService<CallDoor>().ExpandedAsync(last, TestContext.Current.CancellationToken);
    }

    /// <summary>Fails unless ledger and rollups say exactly what the rows say (promise 2).</summary>
    public async Task LedgerAddsUpAsync()
    {
        await Services.GetRequiredService<Refusals>().FlushAsync();
        await using var context = Read();

        // All of it as of one commit: the dispatcher may be moving rows meanwhile.
        await context.Database.OpenConnectionAsync();
        await using var snapshot = ((SqliteConnection)context.Database.GetDbConnection()).BeginTransaction(deferred: true);
        await context.Database.UseTransactionAsync(snapshot);
        var rows = await context.Deliveries.GroupBy(d => new { d.ConnectionId, d.Origin, d.State })
            .Select(g => new { g.Key.ConnectionId, g.Key.Origin, g.Key.State, Count = g.LongCount() }).ToListAsync();
        var ledger = await context.Ledger.Where(l => l.State != 0 && l.Count != 0).ToListAsync();
        Assert.Equal(
            rows.Select(r => (r.ConnectionId, r.Origin, r.State, r.Count)).Order(),
            ledger.Select(l => (l.ConnectionId, l.Origin, l.State, l.Count)).Order());
        var created = await context.Ledger.Where(l => l.State == 0).SumAsync(l => l.Count);
        Assert.Equal(created, rows.Sum(r => r.Count));
        await RollupCheck.AddsUpAsync(context, default);
        await RollupCheck.RequestsAddUpAsync(context, default);
        await RollupCheck.GroupsAddUpAsync(context, default);
        Assert.Equal(await context.Requests.LongCountAsync(), await context.RequestCounts.Where(c => c.Cause == "").SumAsync(c => c.Count));
    }

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        MigratedDatabase.CopyTo(DatabaseFile);
        if (_settings.GetValueOrDefault("Sandbox:Enabled") is not "false")
        {
            MigratedDatabase.CopySandboxTo(Folder);
        }

        builder.UseSetting("Storage:ConnectionString", $"Data Source={DatabaseFile}");
        builder.UseSetting("OTEL_SDK_DISABLED", "true");    // room for every series that a meter may have: 7 MB for each product, and hundreds are started
        builder.UseSetting("Storage:LowBelow", "0");        // whatever is free where the tests run
        builder.UseSetting("Storage:LowBelowShare", "0");
        foreach (var (key, value) in _settings)
        {
            builder.UseSetting(key, value);
        }

        builder.ConfigureTestServices(services =>
        {
            services.Insert(0, ServiceDescriptor.Singleton<IHostedService>(new StartsAfter(_caught.Task)));
            services.AddSingleton<ILogEventSink>(Logs);
            services.Configure<PasswordHasherOptions>(hasher => hasher.IterationCount = 1_000);   // tests guess passwords by the hundred
            _services?.Invoke(services);
        });
    }

    /// <summary>
    /// A product that ends while it starts says why on its output and returns 1; the factory then only finds its services gone.
    /// What was thrown meanwhile (by this start or one beside it) is told instead.
    /// </summary>
    protected override IHost CreateHost(IHostBuilder builder)
    {
        var thrown = new ConcurrentQueue<string>();
        void Keep(object? sender, FirstChanceExceptionEventArgs e) => thrown.Enqueue($"{e.Exception.GetType().Name}: {e.Exception.Message}");
        AppDomain.CurrentDomain.FirstChanceException += Keep;
        try
        {
            // The watcher that catches the product's host when it is built must be gone before the sandbox builds one of its own, or it makes a
            // test server of that, too, which has no address.
            return base.CreateHost(new TellingBuilder(builder, _caught));
        }
        catch (ObjectDisposedException gone)
        {
            throw new InvalidOperationException($"The product ended while it was starting. Thrown meanwhile:\n{string.Join('\n', thrown.Distinct().Take(20))}", gone);
        }
        finally
        {
            AppDomain.CurrentDomain.FirstChanceException -= Keep;
        }
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        if (_ownsFolder)
        {
            _folder.Dispose();
        }
    }

    /// <summary>Builds as the other does, and says when that is done.</summary>
    private sealed class TellingBuilder(IHostBuilder builder, TaskCompletionSource built) : IHostBuilder
    {
        public IDictionary<object, object> Properties => builder.Properties;

        public IHost Build()
        {
            var host = builder.Build();
            built.TrySetResult();
            return host;
        }

        public IHostBuilder ConfigureHostConfiguration(Action<IConfigurationBuilder> configureDelegate) => builder.ConfigureHostConfiguration(configureDelegate);

        public IHostBuilder ConfigureAppConfiguration(Action<HostBuilderContext, IConfigurationBuilder> configureDelegate) => builder.ConfigureAppConfiguration(configureDelegate);

        public IHostBuilder ConfigureServices(Action<HostBuilderContext, IServiceCollection> configureDelegate) => builder.ConfigureServices(configureDelegate);

        public IHostBuilder ConfigureContainer<TContainerBuilder>(Action<HostBuilderContext, TContainerBuilder> configureDelegate) => builder.ConfigureContainer(configureDelegate);

        public IHostBuilder UseServiceProviderFactory<TContainerBuilder>(IServiceProviderFactory<TContainerBuilder> factory)
            where TContainerBuilder : notnull => builder.UseServiceProviderFactory(factory);

        public IHostBuilder UseServiceProviderFactory<TContainerBuilder>(Func<HostBuilderContext, IServiceProviderFactory<TContainerBuilder>> factory)
            where TContainerBuilder : notnull => builder.UseServiceProviderFactory(factory);
    }

    /// <summary>The first of the product's services to start: the others start after it.</summary>
    private sealed class StartsAfter(Task before) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) => before.WaitAsync(cancellationToken);

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}

/// <summary>What a sender needs to know of a source.</summary>
public sealed record TestSource(long ConnectionId, long SourceId, string PublicId, string WriteKey, string ApiKey);

/// <summary>Posting as a sender does.</summary>
public static class Posting
{
    public static Task<HttpResponseMessage> PostCallAsync(
        this HttpClient client, string path, string json, string? user = null, Action<HttpRequestMessage>? also = null) =>
        client.PostCallAsync(path, Encoding.UTF8.GetBytes(json), user, also);

    public static async Task<HttpResponseMessage> PostCallAsync(
        this HttpClient client, string path, byte[] body, string? user = null, Action<HttpRequestMessage>? also = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent(body) };
        if (user is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(user + ":")));
        }

        also?.Invoke(request);
        return await client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    public static async Task AcceptedAsync(this Task<HttpResponseMessage> answering)
    {
        using var answer = await answering;
        Assert.Equal("{\"success\":true}", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }
}
