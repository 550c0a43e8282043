using Richpanel.Core.Access;
using Richpanel.Core.Ledger;

namespace Richpanel.Core.Support;

/// <summary>What this installation is and how big it has become: nothing personal, no secret, no name that somebody gave.</summary>
/// <param name="Version">Of the product, three numbers.</param>
/// <param name="Commit">Of its source; null when it was built without one.</param>
/// <param name="DatabaseBytes">The file and what its write-ahead log holds.</param>
/// <param name="FreeBytes">On the disk of the database.</param>
/// <param name="People">How many accounts of each role, lower case; disabled ones are not counted.</param>
public sealed record InstallationFacts(
    string Version,
    string? Commit,
    string Runtime,
    string System,
    DateTimeOffset StartedAt,
    DateTimeOffset ReadAt,
    long DatabaseBytes,
    long FreeBytes,
    string Sqlite,
    string? Migration,
    LedgerLine Deliveries,
    long RequestsLetIn,
    long RequestsRejected,
    IReadOnlyDictionary<string, int> People,
    IReadOnlyList<ConnectionFacts> Connections)
{
    public TimeSpan Uptime => ReadAt > StartedAt ? ReadAt - StartedAt : TimeSpan.Zero;

    public int Sources => Connections.Sum(connection => connection.Sources);
}

/// <summary>A connection without its name, address and keys.</summary>
/// <param name="Id">Public id.</param>
/// <param name="State"><c>enabled</c>, <c>disabled</c>, <c>paused</c>, or <c>held: cause</c>.</param>
public sealed record ConnectionFacts(
    string Id, string Environment, string Transport, string SignatureHash, string State, bool HasSecret, int Sources, int? Concurrency, int? TimeoutSeconds, LedgerLine Deliveries);

/// <summary>The file that a person sends along with a question.</summary>
/// <param name="Format">Grows when a member changes its meaning.</param>
public sealed record SupportBundle(int Format, InstallationFacts Installation, IReadOnlyList<string> DeliverySchedule, int DeliveryConcurrency, Role TakenBy);
