using System.Collections.Concurrent;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Richpanel.Core;
using Richpanel.Core.ChangeLog;
using Richpanel.Core.Connections;
using Richpanel.Core.Access;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Deliveries.Log;
using Richpanel.Core.Edits;
using Richpanel.Core.Ledger;
using Richpanel.Core.Receiving;
using Richpanel.Core.Retries;
using Richpanel.Core.Segment;
using Richpanel.Core.Storage;
using Richpanel.Tests.Support;

namespace Richpanel.Tests.Deliveries;

/// <summary>
/// The real store and dispatcher on a database of their own. Time is a fake clock, so every wait is exact and no test sleeps;
/// only the sockets to the stub are real.
/// </summary>
internal sealed class DispatcherUnderTest : IAsyncDisposable
{
    public const string Secret = "planted-secret-7f3a9c";

    private readonly Dictionary<string, string?> _settings;
    private readonly bool _ownsFolder;
    private ServiceProvider _services;
    private int _messages;

    private DispatcherUnderTest(string folder, bool ownsFolder, FakeTimeProvider time, Dictionary<string, string?> settings, LogLines log)
    {
        (Folder, _ownsFolder, Time, _settings, Log) = (folder, ownsFolder, time, settings, log);
        _services = Build();
    }

    public string Folder { get; }

    public FakeTimeProvider Time { get; }

    public LogLines Log { get; }

    public IDbContextFactory<ConsoleDbContext> Contexts => _services.GetRequiredService<IDbContextFactory<ConsoleDbContext>>();

    public DeliveryActions Actions => _services.GetRequiredService<DeliveryActions>();

    public ConnectionHolds Holds => _services.GetRequiredService<ConnectionHolds>();

    public ConnectionDirectory Directory => _services.GetRequiredService<ConnectionDirectory>();

    public DeliveryQueries Queries => _services.GetRequiredService<DeliveryQueries>();

    public ChangeWriting Changes => _services.GetRequiredService<ChangeWriting>();

    public RetryPlanner Planner => _services.GetRequiredService<RetryPlanner>();

    public RetryBatches Batches => _services.GetRequiredService<RetryBatches>();

    public RetryQueries Retries => _services.GetRequiredService<RetryQueries>();

    public LogReader Reader => _services.GetRequiredService<LogReader>();

    public RetryPacer Pacer => _services.GetServices<IHostedService>().OfType<RetryPacer>().Single();

    public DeliveryEdits Edits => _services.GetRequiredService<DeliveryEdits>();

    public CallDoor Door => _services.GetRequiredService<CallDoor>();

    /// <summary>Started by tests that receive through the door.</summary>
    public CallExpander Expander => _services.GetServices<IHostedService>().OfType<CallExpander>().Single();

    public StoreWriter Writer => _services.GetRequiredService<StoreWriter>();

    public T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private DeliveryDispatcher Dispatcher => _services.GetServices<IHostedService>().OfType<DeliveryDispatcher>().Single();

    public static async Task<DispatcherUnderTest> CreateAsync(params (string Key, string Value)[] settings)
    {
        var folder = System.IO.Directory.CreateTempSubdirectory("dispatch-").FullName;
        var all = new Dictionary<string, string?>
        {
            ["Storage:ConnectionString"] = $"Data Source={Path.Combine(folder, "console.db")}",
            ["Outgoing:AllowPrivateNetworks"] = "true",
            ["Delivery:Jitter"] = "0",
        };
        foreach (var (key, value) in settings)
        {
            all[key] = value;
        }

        var test = new DispatcherUnderTest(folder, true, new FakeTimeProvider(A.Noon), all, new LogLines());
        await test.OpenAsync();
        return test;
    }

    /// <summary>Another process on the same database, as after a restart.</summary>
    public async Task<DispatcherUnderTest> NextProcessAsync()
    {
        var next = new DispatcherUnderTest(Folder, false, Time, _settings, Log) { _messages = _messages };
        await next.OpenAsync();
        return next;
    }

    public Task StartAsync() => Dispatcher.StartAsync(Ct);

    public Task StopAsync() => Dispatcher.StopAsync(Ct);

    /// <summary>As near to a kill as one process allows: from here on nothing can be written, and nobody waits for anything.</summary>
    public async Task KillAsync()
    {
        await Writer.DisposeAsync();
        await Dispatcher.StopAsync(new CancellationToken(true));
    }

    /// <summary>Moves the clock and makes everybody look at it.</summary>
    public void Advance(TimeSpan by)
    {
        Time.Advance(by);
        Signal();
    }

    public void Signal() => _services.GetRequiredService<DeliverySignal>().Raise();

    public async Task<long> ConnectAsync(string baseUrl, Action<Connection>? change = null)
    {
        var protector = _services.GetRequiredService<SecretProtector>();
        var connection = new Connection
        {
            Name = $"shop-{Guid.NewGuid():N}",
            BaseUrl = baseUrl,
            ApiKey = "key",
            ProtectedSecret = protector.Protect(Secret),
            SecretFingerprint = "0011aabb",
            CreatedAt = Time.GetUtcNow(),
        };
        change?.Invoke(connection);
        await Writer.WriteAsync(session =>
        {
            using var context = session.Context();
            context.Connections.Add(connection);
            context.SaveChanges();
        });
        await Directory.ReloadAsync(Ct);
        return connection.Id;
    }

    public async Task ChangeConnectionAsync(long id, Action<Connection> change)
    {
        await Writer.WriteAsync(session =>
        {
            using var context = session.Context();
            var connection = context.Connections.Single(c => c.Id == id);
            change(connection);
            connection.Version++;
            context.SaveChanges();
        });
        await Directory.ReloadAsync(Ct);
    }

    /// <summary>Track calls of these users, in this order, as the expander would have left them.</summary>
    public async Task<IReadOnlyList<long>> ReceiveAsync(long connectionId, params string[] users)
    {
        List<(string User, string MessageId, string Call)> calls = [.. users.Select(user => CallOf(user))];
        return await ReceiveCallsAsync(connectionId, calls);
    }

    public Task<IReadOnlyList<long>> ReceiveCallAsync(long connectionId, string user, string messageId, string call) =>
        ReceiveCallsAsync(connectionId, [(user, messageId, call)]);

    /// <summary>A claim as a worker that died leaves it.</summary>
    public Task ClaimAsNobodyAsync(long id, DateTimeOffset until) => Writer.WriteAsync(session =>
    {
        using var context = session.Context();
        var delivery = context.Deliveries.Single(row => row.Id == id);
        (delivery.State, delivery.ClaimedUntil) = (DeliveryState.Sending, until);
        context.SaveChanges();
        session.Ledger.Moved(LedgerPlace.Of(delivery) with { State = DeliveryState.Waiting }, LedgerPlace.Of(delivery));
    });

    public async Task<Delivery> FindAsync(long id)
    {
        await using var context = _services.GetRequiredService<IDbContextFactory<ConsoleDbContext>>().CreateDbContext();
        return await context.Deliveries.SingleAsync(delivery => delivery.Id == id, Ct);
    }

    public async Task<T> ReadAsync<T>(Func<ConsoleDbContext, Task<T>> read)
    {
        await using var context = _services.GetRequiredService<IDbContextFactory<ConsoleDbContext>>().CreateDbContext();
        return await read(context);
    }

    public Task<List<Attempt>> AttemptsAsync(long id) =>
        ReadAsync(context => context.Attempts.Where(attempt => attempt.DeliveryId == id).OrderBy(attempt => attempt.Number).ToListAsync(Ct));

    /// <summary>The delivery once it is as wished; looks again whenever outcomes were recorded.</summary>
    public async Task<Delivery> UntilAsync(long id, Func<Delivery, bool> wished)
    {
        var pulse = _services.GetRequiredService<DeliveryPulse>();
        while (true)
        {
            var next = pulse.Next;
            var delivery = await FindAsync(id);
            if (wished(delivery))
            {
                return delivery;
            }

            await next.WaitAsync(Ct);
        }
    }

    public async Task<IReadOnlyList<Delivery>> UntilAllAsync(IEnumerable<long> ids, Func<Delivery, bool> wished)
    {
        List<Delivery> deliveries = [];
        foreach (var id in ids)
        {
            deliveries.Add(await UntilAsync(id, wished));
        }

        return deliveries;
    }

    public Task UntilHeldAsync(long connectionId, string cause) => UntilConnectionAsync(connectionId, row => row.HoldCause == cause);

    public async Task UntilConnectionAsync(long connectionId, Func<Connection, bool> wished)
    {
        var pulse = _services.GetRequiredService<DeliveryPulse>();
        while (true)
        {
            var next = pulse.Next;
            if (wished(Directory.Find(connectionId)!))
            {
                return;
            }

            await next.WaitAsync(Ct);
        }
    }

    /// <summary>Paces bulk retries, tick by tick, until this one is as wished.</summary>
    public async Task<RetryView> UntilRetryAsync(long batch, Func<RetryView, bool> wished)
    {
        var pulse = _services.GetRequiredService<DeliveryPulse>();
        while (true)
        {
            var next = pulse.Next;
            await Pacer.StepAsync(Ct);
            if (await Retries.FindAsync(Actor.System, batch, Ct) is { } view && wished(view))
            {
                return view;
            }

            await Task.WhenAny(next, Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, Ct));
            Ct.ThrowIfCancellationRequested();
            Advance(RetryPacer.Tick);
        }
    }

    /// <summary>Moves the clock step by step until it has happened: how many steps it takes is not what the test is about.</summary>
    public async Task AdvanceUntilAsync(Task happened, TimeSpan step)
    {
        while (!happened.IsCompleted)
        {
            Advance(step);
            await Task.WhenAny(happened, Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, Ct));
            Ct.ThrowIfCancellationRequested();
        }

        await happened;
    }

    /// <summary>Ledger and rollups say exactly what the rows say (promise 2).</summary>
    public async Task LedgerAddsUpAsync()
    {
        await using var context = _services.GetRequiredService<IDbContextFactory<ConsoleDbContext>>().CreateDbContext();
        var rows = await context.Deliveries.ToListAsync(Ct);
        var counts = await context.Ledger.Where(line => line.Count != 0).ToListAsync(Ct);

        Assert.Equal(
            rows.GroupBy(row => (row.ConnectionId, row.Origin, row.State)).ToDictionary(g => g.Key, g => (long)g.Count()),
            counts.Where(line => line.State != default).ToDictionary(line => (line.ConnectionId, line.Origin, line.State), line => line.Count));
        Assert.Equal(rows.Count, counts.Where(line => line.State == default).Sum(line => line.Count));
        await RollupCheck.AddsUpAsync(context, Ct);
        await RollupCheck.GroupsAddUpAsync(context, Ct);
        foreach (var batch in await context.RetryBatches.Where(batch => batch.StartedAt != null).ToListAsync(Ct))
        {
            // Every delivery of a bulk retry stands in exactly one of its numbers.
            Assert.Equal(batch.Queued, (await context.RetryCounts.Where(count => count.BatchId == batch.Id && count.State != 0).ToListAsync(Ct)).Sum(count => count.Count));
            Assert.Equal(batch.Skipped, (await context.RetryCounts.Where(count => count.BatchId == batch.Id && count.State == 0).ToListAsync(Ct)).Sum(count => count.Count));
            Assert.Equal(batch.Left, await context.RetryItems.CountAsync(item => item.BatchId == batch.Id && item.State == RetryItemState.Planned, Ct));
        }
    }

    public async ValueTask DisposeAsync()
    {
        // A stop waits for sends by the clock, which stands still here: what a test left open is broken off.
        var stop = Dispatcher.StopAsync(CancellationToken.None);
        while (!stop.IsCompleted)
        {
            Time.Advance(TimeSpan.FromSeconds(1));
            await Task.WhenAny(stop, Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System));
        }

        await Expander.StopAsync(CancellationToken.None);
        await _services.DisposeAsync();
        if (_ownsFolder)
        {
            TemporaryFolder.Delete(Folder);
        }
    }

    private (string User, string MessageId, string Call) CallOf(string user)
    {
        var messageId = $"m-{Interlocked.Increment(ref _messages)}";
        return (user, messageId, $$"""
            {"type":"track","event":"Song Played","messageId":"{{messageId}}","userId":"{{user}}","timestamp":"2026-03-01T11:59:00.000Z","properties":{"plays":1} }
            """);
    }

    private Task<IReadOnlyList<long>> ReceiveCallsAsync(long connectionId, IReadOnlyList<(string User, string MessageId, string Call)> calls)
    {
        var now = Time.GetUtcNow();
        var search = _services.GetRequiredService<SearchKey>();
        return Writer.WriteAsync<IReadOnlyList<long>>(session =>
        {
            using var context = session.Context();
            List<Delivery> deliveries = [];
            foreach (var (user, messageId, call) in calls)
            {
                var body = Encoding.UTF8.GetBytes(call);
                var request = new ReceivedRequest
                {
                    ConnectionId = connectionId,
                    Origin = Origin.Receiver,
                    Route = ReceivedRoute.Track,
                    ReceivedAt = now,
                    Body = body,
                };
                context.Requests.Add(request);
                context.SaveChanges();
                var delivery = new Delivery
                {
                    ConnectionId = connectionId,
                    RequestId = request.Id,
                    BodyLength = body.Length,
                    Origin = Origin.Receiver,
                    State = DeliveryState.Waiting,
                    Type = SegmentCallType.Track,
                    EventName = "Song Played",
                    MessageId = messageId,
                    UserId = user,
                    UserHash = search.Of(user),
                    MessageHash = SearchHash.Of(messageId),
                    Lane = search.Of(user),
                    ReceivedAt = now,
                    OccurredAt = now,
                    DueAt = now,
                };
                context.Deliveries.Add(delivery);
                context.SaveChanges();
                deliveries.Add(delivery);
                session.Ledger.Created(LedgerPlace.Of(delivery));
            }

            return [.. deliveries.Select(delivery => delivery.Id)];
        }).ContinueWith(
            ids =>
            {
                Signal();
                return ids.Result;
            },
            TaskScheduler.Default);
    }

    private async Task OpenAsync()
    {
        MigratedDatabase.CopyTo(_services.GetRequiredService<StoragePaths>().DatabaseFile);
        await Directory.ReloadAsync(Ct);
    }

    private ServiceProvider Build()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(_settings).Build();
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(configuration);
        services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(Log));
        services.AddRichpanelCore(configuration);
        services.AddSingleton<TimeProvider>(Time);
        services.AddSingleton<IHostApplicationLifetime, Microsoft.Extensions.Hosting.Internal.ApplicationLifetime>();
        return services.BuildServiceProvider();
    }
}

/// <summary>Every log line, so that a test can search it for what must not be there.</summary>
internal sealed class LogLines : ILoggerProvider
{
    private readonly ConcurrentQueue<(int EventId, TaskCompletionSource Seen)> _awaited = new();

    public ConcurrentQueue<string> Lines { get; } = new();

    public ILogger CreateLogger(string categoryName) => new Logger(this);

    /// <summary>Ends with the next line of this event id.</summary>
    public Task Seen(int eventId)
    {
        var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _awaited.Enqueue((eventId, seen));
        return seen.Task;
    }

    public void Dispose()
    {
    }

    private sealed class Logger(LogLines log) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            log.Lines.Enqueue($"{eventId.Id} {formatter(state, exception)} {exception}");
            foreach (var (awaited, seen) in log._awaited)
            {
                if (awaited == eventId.Id)
                {
                    seen.TrySetResult();
                }
            }
        }
    }
}
