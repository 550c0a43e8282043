using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Richpanel.Core;
using Richpanel.Core.Connections;
using Richpanel.Core.Storage;
using Richpanel.Tests.Support;

namespace Richpanel.Tests.Connections;

/// <summary>Store and connections on a database of their own, without hosted services: what a start of the product does, step by step.</summary>
internal sealed class CoreUnderTest : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    private CoreUnderTest(ServiceProvider services) => _services = services;

    public ConnectionStore Store => Get<ConnectionStore>();

    public ConnectionDirectory Directory => Get<ConnectionDirectory>();

    public SecretProtector Secrets => Get<SecretProtector>();

    public StoreWriter Writer => Get<StoreWriter>();

    /// <summary>As a start with these settings does, up to Bootstrap.</summary>
    public static Task<CoreUnderTest> StartAsync(TemporaryFolder folder, params (string Key, string Value)[] settings) => StartAsync(folder, TimeProvider.System, settings);

    /// <summary>As above, by a clock of the test's own.</summary>
    public static async Task<CoreUnderTest> StartAsync(TemporaryFolder folder, TimeProvider time, params (string Key, string Value)[] settings)
    {
        var all = settings.ToDictionary(setting => setting.Key, string? (setting) => setting.Value);
        all["Storage:ConnectionString"] = $"Data Source={Path.Combine(folder.Path, "console.db")}";
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(all).Build();
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(configuration);
        services.AddLogging();
        services.AddRichpanelCore(configuration);
        services.AddSingleton(time);
        services.AddSingleton<IHostApplicationLifetime, Microsoft.Extensions.Hosting.Internal.ApplicationLifetime>();
        var core = new CoreUnderTest(services.BuildServiceProvider());
        MigratedDatabase.CopyTo(core.Get<StoragePaths>().DatabaseFile);
        await core.Directory.ReloadAsync(TestContext.Current.CancellationToken);
        return core;
    }

    /// <summary>A whole start: also what Bootstrap says.</summary>
    public static async Task<CoreUnderTest> BootstrapAsync(TemporaryFolder folder, params (string Key, string Value)[] settings)
    {
        var core = await StartAsync(folder, settings);
        try
        {
            await core.ApplyBootstrapAsync();
            return core;
        }
        catch
        {
            await core.DisposeAsync();
            throw;
        }
    }

    public Task ApplyBootstrapAsync() => Get<Bootstrap>().ApplyAsync();

    /// <summary>A hosted service, which runs only when the test starts it.</summary>
    public T Hosted<T>() => _services.GetServices<IHostedService>().OfType<T>().Single();

    public T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();

    public ConsoleDbContext Read() => Get<IDbContextFactory<ConsoleDbContext>>().CreateDbContext();

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}
