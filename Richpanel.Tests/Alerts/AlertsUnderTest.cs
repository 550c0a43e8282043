using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Richpanel.Core.Access;
using Richpanel.Core.Alerts;
using Richpanel.Core.Connections;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Groups;
using Richpanel.Core.Storage;
using Richpanel.Core.Support;
using Richpanel.Tests.Support;

namespace Richpanel.Tests.Alerts;

/// <summary>The real product, whose alerts are looked after by the test alone and by a clock of its own.</summary>
internal sealed class AlertsUnderTest : IAsyncDisposable
{
    private AlertWatch _watch;

    /// <param name="disk">What the disk of the database says of itself, which then nobody looks after but the test; null: the real one, which is never low.</param>
    public AlertsUnderTest(TemporaryFolder? over = null, Func<StoreSpace>? disk = null)
    {
        Console = new ConsoleUnderTest(
            new() { ["Outgoing:AllowPrivateNetworks"] = "true", ["Storage:LowBelow"] = "0", ["Storage:LowBelowShare"] = "0" },
            services =>
            {
                services.Remove(services.Single(service => service.ImplementationType == typeof(AlertWatch)));
                if (disk is not null)
                {
                    services.Remove(services.Single(service => service.ImplementationType == typeof(FaultCare)));
                    services.AddSingleton(_ => new StoreHealth(disk, Clock));
                }
            },
            over);
        _watch = Watch();
    }

    public ConsoleUnderTest Console { get; }

    public FakeTimeProvider Clock { get; } = new(TimeProvider.System.GetUtcNow());

    public AlertChannels Channels => Get<AlertChannels>();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public T Get<T>()
        where T : notnull => Console.Services.GetRequiredService<T>();

    public async Task<AlertChannel> AddAsync(AlertChannelDraft draft) => ((SaveOutcome<AlertChannel>.Saved)await Channels.CreateAsync(Actor.System, draft)).Value;

    public Task<AlertChannel> AddWebhookAsync(WebhookStub stub, string name = "On-call") => AddAsync(new AlertChannelDraft { Name = name, Kind = AlertChannelKind.Webhook, Url = stub.Url });

    public Task HoldAsync(TestSource shop) => Get<ConnectionHolds>().HoldAsync(shop.ConnectionId, "unauthorized", null);

    public Task ReleaseAsync(TestSource shop) => Get<ConnectionHolds>().ReleaseAsync(Actor.System, shop.ConnectionId);

    /// <summary>Looks and sends every 15 seconds of the clock, for so long.</summary>
    /// <param name="every">Less often, where much time passes.</param>
    public async Task PassAsync(TimeSpan time, TimeSpan? every = null)
    {
        for (var until = Clock.GetUtcNow() + time; Clock.GetUtcNow() < until; Clock.Advance(every ?? AlertWatch.Every))
        {
            await StepAsync();
        }
    }

    /// <summary>One look, and whatever is due until it has ended.</summary>
    public async Task StepAsync()
    {
        await LookAsync();
        await _watch.SentAsync();
    }

    /// <summary>One look, as the product does it: what is due goes on by itself.</summary>
    public Task LookAsync() => _watch.StepAsync(Ct);

    /// <summary>So many failures of a connection, by its clock.</summary>
    public Task FailAsync(TestSource shop, FailureStage stage, string cause, int count, TimeSpan ago = default) => Console.Writer.WriteAsync(session =>
    {
        var at = Clock.GetUtcNow() - ago;
        var group = session.Groups.IdOf(session, shop.ConnectionId, FailurePrint.Of(stage, cause, null, null), at);
        for (var i = 0; i < count; i++)
        {
            session.Ledger.Groups.Failed(group, at, joined: true);
        }
    });

    /// <summary>From here on the watch looks by itself, by the test's clock, until what is returned is disposed.</summary>
    public async Task<IAsyncDisposable> RunAsync()
    {
        await _watch.StartAsync(Ct);
        return new Running(_watch);
    }

    /// <summary>As after a restart: what was only in memory is gone.</summary>
    public void Restart() => _watch = Watch();

    public Task<IReadOnlyList<AlertView>> AlertsAsync() => Get<AlertQueries>().ListAsync(Actor.System, null, 100, Ct);

    public ValueTask DisposeAsync()
    {
        _watch.Dispose();
        return Console.DisposeAsync();
    }

    private AlertWatch Watch() => ActivatorUtilities.CreateInstance<AlertWatch>(
        Console.Services,
        Clock,
        ActivatorUtilities.CreateInstance<AlertFactReader>(Console.Services, Clock),
        ActivatorUtilities.CreateInstance<AlertOutbox>(Console.Services, Clock));

    private sealed class Running(AlertWatch watch) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync() => await watch.StopAsync(CancellationToken.None);
    }
}
