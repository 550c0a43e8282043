using System.Globalization;
using Richpanel.Core.Deliveries.Query;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Deliveries.Log;

/// <summary>
/// The parts of the log that a query can be in, each read along one index in the order of ids, and merged. SQLite has no statistics
/// that would tell it that one customer is rarer than one state, so the index is named.
/// </summary>
/// <param name="Parts">Each a source with its condition, after FROM; no row is in two.</param>
/// <param name="AreKeys">They follow a value that few rows have: no need to hop over hours.</param>
internal sealed record LogStrands(IReadOnlyList<LogStrands.Part> Parts, bool AreKeys)
{
    /// <summary>With more than these the log itself is read.</summary>
    private const int Most = 64;

    /// <summary>Groups that were merged bring their parts.</summary>
    private const int MostGroups = 256;

    private static readonly DeliveryState[] s_states = Enum.GetValues<DeliveryState>();

    private static readonly DeliveryState[] s_endedOtherwise = [DeliveryState.Failed, DeliveryState.Skipped, DeliveryState.Canceled];

    /// <param name="Add">Writes index and condition.</param>
    internal sealed record Part(Action<LogSql> Add);

    public static LogStrands Of(LogDb db, LogCondition query, SearchKey key, long oldBelow) =>
        ByIds(query) ?? ByRetry(query) ?? ByMessage(query) ?? ByKey(query, key, oldBelow) ?? ByGroup(query) ?? ByEndedEvent(query) ?? ByStatus(db, query) ?? ByState(query);

    private static LogStrands? ByIds(LogCondition query) => query.Exactly(LogKey.Id) is { } ids
        ? new LogStrands([new Part(sql => sql.Add($" WHERE \"Id\" IN ({LogCondition.Numbers(ids.Select(id => PublicId.Parse(id, "dlv") ?? 0))})"))], true)
        : null;

    private static LogStrands? ByRetry(LogCondition query) => query.Exactly(LogKey.Retry) is { } retries
        ? new LogStrands([new Part(sql => sql.Add($" WHERE \"Id\" IN ({string.Join(" UNION ", retries.Select(retry => LogCondition.RetriedBy(new LogValue(retry))))})"))], true)
        : null;

    private static LogStrands? ByMessage(LogCondition query) => query.Exactly(LogKey.Message) is { } messages && messages.Count * query.Connections.Count is > 0 and <= Most
        ? new LogStrands(
            [.. from id in query.Connections
                from hash in messages.Select(message => SearchHash.Of(message)).Distinct()
                select new Part(sql => sql.Add($" INDEXED BY \"IX_Deliveries_Message\" WHERE \"ConnectionId\" = {id} AND \"MessageHash\" = {sql.Value(hash)}"))], true)
        : null;

    private static LogStrands? ByKey(LogCondition query, SearchKey key, long oldBelow)
    {
        List<Part>? parts =
            query.Exactly(LogKey.Order) is { Count: <= Most / 2 } orders ? [.. Hashes(orders, key).Select(hash => Along("Order", hash))]
            : query.Exactly(LogKey.Email) is { Count: <= Most / 2 } emails ? [.. emails.Select(email => key.OfEmail(email)!.Value).Distinct().Select(hash => Along("Email", hash))]
            : (query.Exactly(LogKey.User) ?? query.Exactly(LogKey.Anonymous)) is { Count: <= Most / 2 } users ? ByUser([.. Hashes(users, key)])
            : null;
        return parts is null ? null
            : oldBelow == 0 ? new LogStrands(parts, true)
            : new LogStrands(
                [.. parts.Select(part => new Part(sql =>
                {
                    part.Add(sql);
                    sql.Add($" AND \"Id\" >= {sql.Value(oldBelow)}");
                })), new Part(sql => sql.Add($" WHERE \"Id\" < {sql.Value(oldBelow)}"))], true);
    }

    private static IEnumerable<long> Hashes(IReadOnlyList<string> values, SearchKey key) => values.Select(value => key.Of(Lengths.Cut(value, Lengths.Key))).Distinct();

    private static Part Along(string name, long hash) =>
        new(sql => sql.Add($" INDEXED BY \"IX_Deliveries_{name}\" WHERE \"{name}Hash\" = {sql.Value(hash)}"));

    /// <summary>The userId, or the anonymousId where there is no userId; and the anonymousId beside a userId that is not asked for itself.</summary>
    private static List<Part> ByUser(IReadOnlyList<long> hashes) =>
    [
        .. hashes.Select(hash => Along("User", hash)),
        .. hashes.Select(hash => new Part(sql => sql.Add(
            $" INDEXED BY \"IX_Deliveries_Anonymous\" WHERE \"AnonymousHash\" = {sql.Value(hash)} AND \"UserHash\" NOT IN ({LogCondition.Numbers(hashes)})"))),
    ];

    private static LogStrands? ByGroup(LogCondition query) => query.Exactly(LogKey.Group) is { Count: <= MostGroups } groups
        ? new LogStrands(
            [.. from id in groups.Select(one => PublicId.Parse(one, "grp") ?? 0).Distinct()
                select new Part(sql => sql.Add($" INDEXED BY \"IX_Deliveries_Group\" WHERE \"GroupId\" = {id}"))], true)
        : null;

    /// <summary>What ended otherwise than accepted, of an event, however rare: a delivery accepted at first never enters this index.</summary>
    private static LogStrands? ByEndedEvent(LogCondition query)
    {
        if (query.Exactly(LogKey.Event) is not { } events || events.Any(name => LogKeys.IsNone(new LogValue(name))))
        {
            return null;
        }

        var states = s_states.Where(state => query.Terms.All(term => MayBe(term, state))).ToList();
        var names = events.Select(name => Lengths.Cut(name, Lengths.EventName)!).DistinctBy(Folded).ToList();
        return states.Except(s_endedOtherwise).Any() || query.Connections.Count * states.Count * names.Count > Most ? null : new LogStrands(
            [.. from id in query.Connections
                from name in names
                from state in states
                select new Part(sql => sql.Add(
                    $" INDEXED BY \"{DeliveryConfiguration.EndedEventIndex}\" WHERE {DeliveryConfiguration.EndedOtherwise} AND \"ConnectionId\" = {id} AND \"EventName\" = {sql.Value(name)} COLLATE NOCASE AND \"State\" = {(int)state}"))], false);
    }

    /// <summary>As SQLite compares without case: of ASCII letters only.</summary>
    private static string Folded(string name) => string.Concat(name.Select(c => char.IsAsciiLetterUpper(c) ? char.ToLowerInvariant(c) : c));

    /// <summary>Refusals by their status: each is a strand of its own, of a family those that there are.</summary>
    private static LogStrands? ByStatus(LogDb db, LogCondition query)
    {
        if (query.Exactly(LogKey.Code) is not { } codes || codes.Any(code => code == LogKeys.None || code[0] < '4'))
        {
            return null;
        }

        var statuses = codes.SelectMany(code => code.EndsWith("xx", StringComparison.Ordinal) ? Family(db, (code[0] - '0') * 100) : [int.Parse(code, CultureInfo.InvariantCulture)]).Distinct().ToList();
        return statuses.Count > Most ? null : new LogStrands(
            [.. statuses.Select(status => new Part(sql => sql.Add($" INDEXED BY \"IX_Deliveries_Refused\" WHERE \"StatusCode\" >= 400 AND \"StatusCode\" = {status}")))], false);
    }

    private static IEnumerable<int> Family(LogDb db, int from)
    {
        for (var next = from; db.Number(new LogSql().Add($"SELECT MIN(\"StatusCode\") FROM \"Deliveries\" INDEXED BY \"IX_Deliveries_Refused\" WHERE \"StatusCode\" >= 400 AND \"StatusCode\" >= {next}")) is { } status && status < from + 100;)
        {
            yield return (int)status;
            next = (int)status + 1;
        }
    }

    private static LogStrands ByState(LogCondition query)
    {
        var states = s_states.Where(state => query.Terms.All(term => MayBe(term, state))).ToList();
        if ((query.IsEverywhere && states.Count == s_states.Length) || query.Connections.Count * states.Count > Most)
        {
            return new LogStrands([new Part(sql => sql.Add(" WHERE 1"))], false);
        }

        return new LogStrands(
            [.. from id in query.Connections
                from state in states
                select new Part(sql => sql.Add($" INDEXED BY \"IX_Deliveries_ConnectionState\" WHERE \"ConnectionId\" = {id} AND \"State\" = {(int)state}"))], false);
    }

    /// <summary>False when no row of this state can fit: a status of a refusal, or a cause, is no accepted delivery's.</summary>
    private static bool MayBe(LogTerm term, DeliveryState state) => term.IsNot || term.Key switch
    {
        LogKey.State => term.Values.Any(value => value.Text switch
        {
            LogKeys.Held => state == DeliveryState.Waiting,
            "waiting" => state is DeliveryState.Waiting or DeliveryState.Sending,
            var word => Enum.Parse<DeliveryState>(word, ignoreCase: true) == state,
        }),
        LogKey.Code => state != DeliveryState.Accepted || term.Values.Any(value => value.Text == LogKeys.None || value.Text[0] < '4'),
        _ => true,
    };
}
