using System.Diagnostics.Metrics;
using Richpanel.Core;
using Richpanel.Core.Ledger;

namespace Richpanel.Console.Api;

/// <summary>The ledger as metrics: read again at most once in five seconds, however often they are asked for.</summary>
internal sealed class ApiMetrics(LedgerQueries ledger, IMeterFactory meters, TimeProvider time, ChangeFeed changes) : BackgroundService
{
    public const string MeterName = "Richpanel.Console";

    private static readonly TimeSpan s_every = TimeSpan.FromSeconds(5);

    private volatile LedgerView? _now;

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        var meter = meters.Create(MeterName);
        meter.CreateObservableCounter("richpanel_requests", Requests, description: "Requests by outcome at the door.");
        meter.CreateObservableGauge("richpanel_deliveries", Deliveries, description: "Deliveries now in each state, by connection.");
        return base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var changed = 1;
        using var subscription = changes.Subscribe(() => Interlocked.Exchange(ref changed, 1));
        using var timer = new PeriodicTimer(s_every, time);
        do
        {
            if (Interlocked.Exchange(ref changed, 0) == 1)
            {
                _now = await ledger.ReadAsync(stoppingToken);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private IEnumerable<Measurement<long>> Requests() => _now is not { } now
        ? []
        :
        [
            new Measurement<long>(now.RequestsLetIn, KeyValuePair.Create<string, object?>("outcome", "let_in")),
            new Measurement<long>(now.RequestsRejected, KeyValuePair.Create<string, object?>("outcome", "rejected")),
        ];

    private IEnumerable<Measurement<long>> Deliveries() =>
        from connection in _now?.Connections ?? []
        from state in new (string Name, long Count)[]
        {
            ("accepted", connection.Line.Accepted), ("waiting", connection.Line.Waiting), ("failed", connection.Line.Failed),
            ("skipped", connection.Line.Skipped), ("canceled", connection.Line.Canceled), ("settled", connection.Line.Settled),
        }
        select new Measurement<long>(
            state.Count, KeyValuePair.Create<string, object?>("connection", connection.Name), KeyValuePair.Create<string, object?>("state", state.Name));
}
