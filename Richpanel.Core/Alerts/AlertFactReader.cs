using Microsoft.Extensions.Logging;
using Richpanel.Core.Alerts.Rules;
using Richpanel.Core.Causes;
using Richpanel.Core.Connections;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Health;
using Richpanel.Core.Ledger;
using Richpanel.Core.Support;

namespace Richpanel.Core.Alerts;

/// <param name="AreAll">False when the database could not be read: then only the installation's own facts are there.</param>
internal sealed record AlertFactList(IReadOnlyList<AlertFact> Facts, bool AreAll);

/// <summary>Reads how everything is: connections as Overview says it, the installation as its list of faults does, channels by what came of their last alert.</summary>
internal sealed partial class AlertFactReader(
    ConnectionDirectory directory, DeliveryQueries deliveries, LedgerQueries ledger, FailureHours hours, AlertQueries alerts, FaultBoard board, TimeProvider time, ILogger<AlertFactReader> logger)
{
    private const int MostCauses = 3;

    private static readonly LedgerLine s_nothing = new(0, 0, 0, 0, 0, 0, 0, 0, 0);

    private bool _wasReadable = true;

    /// <param name="asked">Of the sandbox's connections only those that a channel names.</param>
    /// <param name="told">Subjects that something was told of.</param>
    public async Task<AlertFactList> ReadAsync(IReadOnlyCollection<long> asked, IEnumerable<string> told, CancellationToken ct)
    {
        var installation = AlertFacts.OfInstallation(board.Faults, told);
        try
        {
            var connections = await ConnectionsAsync(asked, ct);
            var channels = (await alerts.EndsAsync(ct)).Select(end => AlertFacts.OfChannel(end.ChannelId, end.Name, end.IsDead, end.Outcome));
            _wasReadable = true;
            return new AlertFactList([.. connections, .. channels, .. installation], true);
        }
        catch (Exception failure) when (failure is not (OutOfMemoryException or OperationCanceledException))
        {
            if (_wasReadable)
            {
                NotRead(failure);   // once, not at every look; what is wrong with the database is a fact of the installation
            }

            _wasReadable = false;
            return new AlertFactList(installation, false);
        }
    }

    /// <summary>With what failed lately and why, for a connection. What cannot be read is left out: the alert goes out all the same.</summary>
    public async Task<AlertItem> ItemAsync(AlertNotice notice, CancellationToken ct)
    {
        var item = AlertItem.Of(notice);
        if (notice.Fact.ConnectionId is not { } id)
        {
            return item;
        }

        try
        {
            var failed = await hours.ReadAsync(id, time.GetUtcNow(), ct);
            List<LateCause> causes = [.. failed.Causes.Take(MostCauses)];
            var samples = await hours.SamplesAsync(causes.ConvertAll(cause => cause.GroupId), ct);
            return item with
            {
                Failed = failed.Count,
                FailedSince = failed.Since,
                Causes = [.. causes.Select(one => new AlertCause(
                    one.Cause, CauseCatalog.Find(one.Cause).Title, one.Count, PublicId.Group(one.GroupId), samples.TryGetValue(one.GroupId, out var sample) ? PublicId.Delivery(sample) : null))],
            };
        }
        catch (Exception failure) when (failure is not (OutOfMemoryException or OperationCanceledException))
        {
            NoFigures(failure);
            return item;
        }
    }

    private async Task<IReadOnlyList<AlertFact>> ConnectionsAsync(IReadOnlyCollection<long> asked, CancellationToken ct)
    {
        List<Connection> connections = [.. directory.Connections.Where(connection => !connection.IsSandbox || asked.Contains(connection.Id))];
        if (connections.Count == 0)
        {
            return [];
        }

        var now = time.GetUtcNow();
        var tries = await deliveries.NewestTriesAsync([.. connections.Select(connection => connection.Id)], ct);
        var early = await hours.UnsentAsync([.. connections.Select(connection => connection.Id)], now, ct);
        var lines = (await ledger.ReadAsync(ct)).Connections.ToDictionary(line => line.ConnectionId, line => line.Line);
        return [.. connections.Select(connection =>
        {
            var line = lines.GetValueOrDefault(connection.Id) ?? s_nothing;
            var failing = FailingTries.Of(tries[connection.Id], now, connection.RecoveryBefore);
            return AlertFacts.Of(connection, HealthSentence.Of(connection, line, hasSource: true, now, failing, early.GetValueOrDefault(connection.Id)), line);
        })];
    }

    [LoggerMessage(EventId = 1601, Level = LogLevel.Warning, Message = "How the connections are could not be read for the alerts; the installation is still looked at")]
    private partial void NotRead(Exception failure);

    [LoggerMessage(EventId = 1602, Level = LogLevel.Warning, Message = "The figures of an alert could not be read; it goes out without them")]
    private partial void NoFigures(Exception failure);
}
