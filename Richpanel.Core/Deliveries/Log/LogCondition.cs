using System.Globalization;
using Richpanel.Core.Connections;
using Richpanel.Core.Deliveries.Query;
using Richpanel.Core.Receiving;
using Richpanel.Core.Segment;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Deliveries.Log;

/// <summary>Which table a condition is about: columns have other names in rollups, and some are not there.</summary>
internal enum LogTable
{
    Deliveries,
    Rollups,
}

/// <summary>A query with its names found and its times fixed: what each term means, as a condition on one row.</summary>
internal sealed class LogCondition
{
    private readonly LogAsk _ask;
    private readonly ConnectionDirectory _directory;

    public LogCondition(LogAsk ask, ConnectionDirectory directory, DateTimeOffset now)
    {
        (_ask, _directory) = (ask, directory);
        Span = ask.Query.At(ask.Now ?? now, ask.Zone);
        Held = directory.HeldConnections(now);
        Terms = [.. ask.Query.Active.Where(term => term.Key is not (LogKey.Since or LogKey.Until or LogKey.Text))];
        Words = [.. ask.Query.Active.Where(term => term.Key == LogKey.Text)];
        Visible = [.. directory.AllConnections.Select(c => c.Id).Where(id => ask.Among is null || ask.Among.Contains(id))];
        Connections = [.. Terms.Where(term => term is { Key: LogKey.Connection, IsNot: false }).Aggregate(Visible.AsEnumerable(), (left, term) => left.Intersect(ConnectionsOf(term)))];
    }

    /// <summary>Every counting term but times and free words.</summary>
    public IReadOnlyList<LogTerm> Terms { get; }

    /// <summary>Free words: what the bodies must hold, or not.</summary>
    public IReadOnlyList<LogTerm> Words { get; }

    public LogSpan Span { get; private set; }

    public IReadOnlyList<long> Held { get; }

    /// <summary>Connections the asker may see.</summary>
    public IReadOnlyList<long> Visible { get; }

    /// <summary>Those of them that the query leaves.</summary>
    public IReadOnlyList<long> Connections { get; }

    /// <summary>Any connection fits.</summary>
    public bool IsEverywhere => _ask.Among is null && !Terms.Any(term => term is { Key: LogKey.Connection, IsNot: false });

    public bool IsClear => _ask.Sight.IsClear;

    /// <summary>The same without the terms of one key.</summary>
    public LogCondition Without(LogKey key, DateTimeOffset now) => new(_ask with { Query = _ask.Query.WithoutKey(key) }, _directory, now);

    /// <summary>The same in another span of receipt.</summary>
    public LogCondition During(LogSpan span)
    {
        var copy = (LogCondition)MemberwiseClone();
        copy.Span = span;
        return copy;
    }

    /// <summary>Rollups know every term, the span of receipt aside.</summary>
    public bool IsInRollups => Terms.All(LogRollups.Knows);

    /// <summary>Alternatives of the positive terms of a key; null when there is none without prefixes.</summary>
    public IReadOnlyList<string>? Exactly(LogKey key) =>
        Terms.FirstOrDefault(term => term.Key == key && !term.IsNot && term.Values.All(value => !value.IsPrefix)) is { } term ? [.. term.Values.Select(value => value.Text)] : null;

    /// <summary>Appends <c> AND …</c> for every term that the table knows.</summary>
    public void AddTo(LogSql sql, LogTable table)
    {
        if (_ask.Among is not null)
        {
            sql.Add($" AND d.\"ConnectionId\" IN ({Numbers(Visible)})");
        }

        foreach (var term in Terms.Where(term => table == LogTable.Deliveries || LogRollups.Knows(term)))
        {
            var any = string.Join(" OR ", term.Values.Select(value => One(sql, term.Key, value, table)));
            sql.Add(term.IsNot ? $" AND ({any}) IS NOT TRUE" : $" AND ({any})");
        }

        if (table == LogTable.Deliveries)
        {
            Times(sql);
        }
    }

    /// <summary>Names in it that nothing has.</summary>
    public IEnumerable<(LogTerm Term, LogValue Value)> Unknown() =>
        from term in Terms
        where term.Key is LogKey.Connection or LogKey.Source
        from value in term.Values
        where (term.Key == LogKey.Connection ? ConnectionsNamed(value) : SourcesNamed(value)).Count == 0
        select (term, value);

    internal static string Numbers(IEnumerable<long> ids) => string.Join(',', ids.Select(id => id.ToString(CultureInfo.InvariantCulture)));

    private void Times(LogSql sql)
    {
        if (Span.Since is { } since)
        {
            sql.Add($" AND d.\"ReceivedAt\" >= {sql.Value(since.UtcTicks)}");
        }

        if (Span.Until is { } until)
        {
            sql.Add($" AND d.\"ReceivedAt\" < {sql.Value(until.UtcTicks)}");
        }
    }

    private string One(LogSql sql, LogKey key, LogValue value, LogTable table) => key switch
    {
        LogKey.State => State(value.Text),
        LogKey.Type => $"d.\"Type\" = {(int)Enum.Parse<SegmentCallType>(value.Text, ignoreCase: true)}",
        LogKey.Origin => $"d.\"Origin\" = {(int)Enum.Parse<Origin>(value.Text, ignoreCase: true)}",
        LogKey.Code => Code(value.Text),
        LogKey.Tries => Tries(value.Text),
        LogKey.Connection => $"d.\"ConnectionId\" IN ({Numbers(ConnectionsNamed(value))})",
        LogKey.Source => $"d.\"SourceId\" IN ({Numbers(SourcesNamed(value))})",
        LogKey.Id => $"d.\"Id\" = {sql.Value(PublicId.Parse(value.Text, "dlv") ?? 0)}",
        LogKey.Retry => $"d.\"Id\" IN ({RetriedBy(value)})",
        LogKey.Group => $"d.\"GroupId\" = {sql.Value(PublicId.Parse(value.Text, "grp") ?? 0)}",
        LogKey.Event => Name(sql, "EventName", value),
        LogKey.Cause when LogKeys.IsNone(value) => $"COALESCE(d.\"{LogRollups.CauseColumn(table)}\",'') = ''",   // as of names: rollups keep it empty, rows keep none
        LogKey.Cause => value.IsPrefix ? Begins(sql, $"d.\"{LogRollups.CauseColumn(table)}\"", value.Text) : $"d.\"{LogRollups.CauseColumn(table)}\" = {sql.Value(value.Text)}",
        LogKey.Email => $"trim(d.\"Email\") = {sql.Value(value.Text)} COLLATE NOCASE",
        LogKey.User => $"{Text(sql, "UserId", value, Lengths.Key)} OR {Text(sql, "AnonymousId", value, Lengths.Key)}",
        LogKey.Anonymous => Text(sql, "AnonymousId", value, Lengths.Key),
        LogKey.Order => Text(sql, "OrderId", value, Lengths.Key),
        LogKey.Message => Text(sql, "MessageId", value, Lengths.MessageId),
        _ => "1",
    };

    /// <summary>Ids of what a bulk retry or replay sent.</summary>
    internal static string RetriedBy(LogValue value) =>
        string.Create(CultureInfo.InvariantCulture, $"SELECT COALESCE(\"SentId\",\"DeliveryId\") FROM \"RetryItems\" WHERE \"BatchId\" = {PublicId.Parse(value.Text, "rty") ?? 0} AND \"State\" = 2");

    /// <summary>Waiting includes Sending and Held, as the ledger does.</summary>
    private string State(string word) => word switch
    {
        LogKeys.Held => $"(d.\"State\" = {(int)DeliveryState.Waiting} AND d.\"ConnectionId\" IN ({Numbers(Held)}))",
        "waiting" => $"d.\"State\" IN ({(int)DeliveryState.Waiting},{(int)DeliveryState.Sending})",
        _ => $"d.\"State\" = {(int)Enum.Parse<DeliveryState>(word, ignoreCase: true)}",
    };

    private static string Code(string text) =>
        text == LogKeys.None ? "d.\"StatusCode\" IS NULL"
        : text.EndsWith("xx", StringComparison.Ordinal) ? $"(d.\"StatusCode\" >= {text[0]}00 AND d.\"StatusCode\" < {text[0]}00 + 100)"
        : $"d.\"StatusCode\" = {int.Parse(text, CultureInfo.InvariantCulture)}";

    private static string Tries(string text) => LogValues.Comparison(text) is var (sign, number) ? $"d.\"AttemptCount\" {sign} {number.ToString(CultureInfo.InvariantCulture)}" : "1";

    private string Name(LogSql sql, string column, LogValue value)
    {
        if (LogKeys.IsNone(value))
        {
            return $"COALESCE(d.\"{column}\",'') = ''";   // rollups keep it empty, rows keep none
        }

        if (!value.IsPrefix)
        {
            return $"d.\"{column}\" = {sql.Value(Lengths.Cut(value.Text, Lengths.EventName)!)} COLLATE NOCASE";
        }

        var begin = sql.Value(value.Text);
        var begins = $"substr(d.\"{column}\",1,length({begin})) = {begin} COLLATE NOCASE";
        return IsClear ? begins : $"({begins} AND substr(shown_name(d.\"{column}\"),1,length({begin})) = {begin} COLLATE NOCASE)";
    }

    /// <summary>
    /// Whole values are compared as they are stored, so that whoever sees them masked finds a known one. The beginning of one is
    /// compared with what the asker sees: else one could spell out what is hidden, letter by letter.
    /// </summary>
    private string Text(LogSql sql, string column, LogValue value, int most)
    {
        if (!value.IsPrefix)
        {
            return $"d.\"{column}\" = {sql.Value(Lengths.Cut(value.Text, most)!)}";
        }

        var begins = Begins(sql, $"d.\"{column}\"", value.Text);
        return IsClear ? begins : $"({begins} AND {Begins(sql, $"shown_id(d.\"{column}\")", value.Text)})";
    }

    private static string Begins(LogSql sql, string column, string text)
    {
        var begin = sql.Value(text);
        return $"substr({column},1,length({begin})) = {begin}";
    }

    private IEnumerable<long> ConnectionsOf(LogTerm term) => term.Values.SelectMany(ConnectionsNamed);

    private IReadOnlyList<long> ConnectionsNamed(LogValue value) =>
        [.. _directory.AllConnections.Where(c => Visible.Contains(c.Id) && (Fits(c.Name, value) || PublicId.Parse(value.Text, "con") == c.Id)).Select(c => c.Id)];

    private IReadOnlyList<long> SourcesNamed(LogValue value) =>
        [.. _directory.AllSources.Where(s => Visible.Contains(s.ConnectionId) && (Fits(s.Name, value) || PublicId.Parse(value.Text, "src") == s.Id)).Select(s => s.Id)];

    private static bool Fits(string name, LogValue value) =>
        value.IsPrefix ? name.StartsWith(value.Text, StringComparison.OrdinalIgnoreCase) : name.Equals(value.Text, StringComparison.OrdinalIgnoreCase);
}
