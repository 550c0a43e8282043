using Microsoft.Data.Sqlite;
using Richpanel.Core.Retention;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Erasure;

/// <summary>A counter by event name that says 0, by its key.</summary>
internal sealed record NamedCounter(object[] Key)
{
    public string EventName => (string)Key[^2];
}

/// <summary>Counters of one table whose event name may hold a customer's. Only those that say 0 are of nobody any more.</summary>
internal sealed class NamedCounters
{
    private readonly string _find;
    private readonly string _delete;

    private NamedCounters(string table, string time)
    {
        string[] key = ["ConnectionId", time, "Origin", "State", "OnRetry", "StatusCode", "EventName", "Code"];
        _find = $"""SELECT {string.Join(',', key.Select(column => $"\"{column}\""))} FROM "{table}" WHERE "EventName"<>'' AND "Count"=0""";
        _delete = $"""DELETE FROM "{table}" WHERE {string.Join(" AND ", key.Select((column, i) => $"\"{column}\"=$v{i}"))} AND "Count"=0""";
    }

    public static IReadOnlyList<NamedCounters> All { get; } = [new("SlotRollups", "Slot"), new("HourlyRollups", "Hour"), new("QuarterRollups", "Quarter")];

    public List<NamedCounter> Find(SqliteConnection reader, CustomerNames names)
    {
        using var command = reader.CreateCommand();
        command.CommandText = _find;
        using var rows = command.ExecuteReader();
        List<NamedCounter> found = [];
        while (rows.Read())
        {
            var key = new object[rows.FieldCount];
            rows.GetValues(key);
            var counter = new NamedCounter(key);
            if (names.StandIn(counter.EventName))
            {
                found.Add(counter);
            }
        }

        return found;
    }

    /// <summary>Rows that are gone; one that counts again meanwhile stays.</summary>
    public long Delete(WriteSession session, IEnumerable<NamedCounter> counters)
    {
        var command = session.Command(_delete, [.. Enumerable.Range(0, 8).Select(i => $"$v{i}")]);
        return counters.Sum(counter => (long)DeliveryRemoval.Set(command, counter.Key).ExecuteNonQuery());
    }
}
