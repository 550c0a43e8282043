using System.Globalization;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Receiving;

namespace Richpanel.Core.Ledger;

/// <summary>What was compared with what.</summary>
public enum LedgerPart
{
    /// <summary>Deliveries that were created, and the sum of their states.</summary>
    Created,

    /// <summary>The ledger, and the sum of the counts by span that charts are drawn from.</summary>
    Rollups,

    /// <summary>The ledger's count of what is being sent, and its rows.</summary>
    Sending,

    /// <summary>Rows, and the ledger.</summary>
    Rows,

    /// <summary>Rows of an hour, and its counts by five minutes.</summary>
    Slots,

    /// <summary>Rows of an hour, and its counts by the hour.</summary>
    Hours,

    /// <summary>Counts by the hour, and by quarters of a day.</summary>
    Quarters,

    /// <summary>Rows of an hour, and its histogram of latencies.</summary>
    Latencies,

    /// <summary>Requests let in, and their counts by five minutes.</summary>
    Requests,

    /// <summary>Failed rows of a failure group, and its count of what is still failed.</summary>
    Groups,
}

/// <summary>A place where the numbers do not add up. Null = not by that.</summary>
/// <param name="State">Waiting includes Sending where counts by span are concerned.</param>
/// <param name="Hour">Start of the hour (of the quarter of a day for <see cref="LedgerPart.Quarters"/>) of receipt.</param>
/// <param name="Expected">By what is the nearer to the rows.</param>
/// <param name="Found">By the counter.</param>
/// <param name="GroupId">The failure group, for <see cref="LedgerPart.Groups"/>.</param>
public sealed record LedgerFault(
    LedgerPart Part, long ConnectionId, Origin? Origin, DeliveryState? State, DateTimeOffset? Hour, long Expected, long Found, long? GroupId = null)
{
    /// <summary>The same place, whatever the numbers are by now.</summary>
    public string Place => string.Create(
        CultureInfo.InvariantCulture, $"{Part}/{ConnectionId}/{Origin?.ToString() ?? "-"}/{State?.ToString() ?? "-"}/{Hour?.ToUnixTimeSeconds()}{(GroupId is { } id ? "/" + PublicId.Group(id) : "")}").ToLowerInvariant();

    /// <summary>With ids and no names; <c>con_3, receiver, failed: 12 by the rows, 11 by the ledger</c>.</summary>
    public string Sentence
    {
        get
        {
            var (expected, found) = Part switch
            {
                LedgerPart.Created => ("created", "in all states together"),
                LedgerPart.Rollups => ("by the ledger", "by the counts for charts"),
                LedgerPart.Sending => ("by the rows being sent", "by the ledger"),
                LedgerPart.Rows => ("by the rows", "by the ledger"),
                LedgerPart.Slots => ("by the rows", "by the counts of five minutes"),
                LedgerPart.Hours => ("by the rows", "by the counts of the hour"),
                LedgerPart.Quarters => ("by the counts of the hours", "by the counts of the quarter of a day"),
                LedgerPart.Latencies => ("accepted by the rows", "in the histogram of latencies"),
                LedgerPart.Groups => ("failed by the rows", "by the failure group"),
                _ => ("requests let in by the counter", "by its counts of five minutes"),
            };
            string?[] where = [PublicId.Connection(ConnectionId), GroupId is { } id ? PublicId.Group(id) : null, Origin?.ToString().ToLowerInvariant(), State?.ToString().ToLowerInvariant(), Hour?.ToString("yyyy-MM-dd HH:mm'Z'", CultureInfo.InvariantCulture)];
            return string.Create(CultureInfo.InvariantCulture, $"{string.Join(", ", where.Where(part => part is not null))}: {Expected:N0} {expected}, {Found:N0} {found}");
        }
    }
}
