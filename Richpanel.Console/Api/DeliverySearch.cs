using Richpanel.Core;
using Richpanel.Core.Connections;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Deliveries.Log;
using Richpanel.Core.Deliveries.Query;
using Richpanel.Core.Privacy;
using Richpanel.Core.Receiving;
using Richpanel.Core.Segment;

namespace Richpanel.Console.Api;

/// <summary>
/// How a list is asked for, in the address or (so that personal values stand in no address) in the body. <c>q</c> is the query language of
/// the log's page; the others are single terms of it, compared whole.
/// </summary>
public sealed record DeliverySearch
{
    public string? Q { get; init; }

    public string? State { get; init; }

    public string? Type { get; init; }

    public string? Event { get; init; }

    public string? User { get; init; }

    public string? Email { get; init; }

    public string? Order { get; init; }

    public string? MessageId { get; init; }

    public string? Connection { get; init; }

    public string? Origin { get; init; }

    public string? Code { get; init; }

    public string? Since { get; init; }

    public string? Until { get; init; }

    public int? Limit { get; init; }

    public string? Cursor { get; init; }

    /// <summary>The question it is, for whoever asks.</summary>
    /// <param name="faults">Told what cannot be read, a sentence each.</param>
    internal LogAsk ToAsk(HttpContext http, ConnectionDirectory directory, LogReader reader, List<string> faults)
    {
        var by = Caller.Of(http);
        var reading = LogQuery.Parse(Q);
        faults.AddRange(reading.Faults.Select(fault => $"q, at character {fault.Start + 1}: {fault.What} {fault.Remedy}"));
        var terms = new List<LogTerm>(reading.Query.Terms);
        void Add(LogKey key, string? value)
        {
            if (value is not null)
            {
                terms.Add(new LogTerm(key, value));
            }
        }

        Add(LogKey.State, Word<DeliveryState>(State, "state", faults, LogKeys.Held));
        Add(LogKey.Type, Word<SegmentCallType>(Type, "type", faults));
        Add(LogKey.Event, Event);
        Add(LogKey.User, User);
        Add(LogKey.Email, Email?.Trim());
        Add(LogKey.Order, Order);
        Add(LogKey.Message, MessageId);
        Add(LogKey.Origin, Word<Origin>(Origin, "origin", faults));
        Add(LogKey.Since, Time(Since, "since", faults));
        Add(LogKey.Until, Time(Until, "until", faults));
        if (Code is not null)
        {
            terms.Add(LogQuery.Parse("code:" + Code) is { IsGood: true, Query.Terms: [{ Key: LogKey.Code } status] } ? status : new LogTerm(LogKey.Cause, Code));
        }

        if (Connection is not null)
        {
            if (ApiAccess.Find(http, directory, Connection) is { } connection)
            {
                Add(LogKey.Connection, PublicId.Connection(connection.Id));
            }
            else
            {
                faults.Add($"connection: {ApiAccess.NoConnection(Connection)}");
            }
        }

        var ask = new LogAsk(new LogQuery(terms), Sight.Of(by)) { Among = by.Connections is null ? null : [.. ApiAccess.VisibleWithDeleted(http, directory).Select(c => c.Id)] };
        faults.AddRange(reader.Check(ask).Select(fault => $"q: {fault.What} {fault.Remedy}"));
        return ask;
    }

    /// <summary>One name of the enumeration, in lower case; numbers and lists, which the framework would read as well, are refused.</summary>
    private static string? Word<T>(string? text, string field, List<string> faults, params ReadOnlySpan<string> also)
        where T : struct, Enum
    {
        if (text is null)
        {
            return null;
        }

        var words = (string[])[.. Enum.GetNames<T>().Select(name => name.ToLowerInvariant()), .. also];
        if (words.Contains(text, StringComparer.OrdinalIgnoreCase))
        {
            return text.ToLowerInvariant();
        }

        faults.Add($"{field}: give one of {string.Join(", ", words)}.");
        return null;
    }

    private static string? Time(string? text, string field, List<string> faults)
    {
        if (text is null)
        {
            return null;
        }

        if (SegmentTimestamp.Read(new Core.Json.JsonTree.Text(text)).Time is { } time)
        {
            return time.Year is >= 1970 and < 9000 ? LogTime.Write(time) : LogTime.Write(time.Year < 1970 ? DateTimeOffset.UnixEpoch : DateTimeOffset.UnixEpoch.AddYears(7_000));
        }

        faults.Add($"{field}: give a time such as 2026-11-24T10:00:00Z.");
        return null;
    }
}
