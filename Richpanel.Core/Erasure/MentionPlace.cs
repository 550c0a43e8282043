using Microsoft.Data.Sqlite;
using Richpanel.Core.Receiving;
using Richpanel.Core.Retention;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Erasure;

/// <summary>A row with texts that named the customer, as they are to stand from now on.</summary>
internal sealed record BlankedText(long Id, object?[] Values)
{
    public long Bytes => Values.Sum(MentionPlace.BytesOf);
}

/// <summary>A table whose texts may name a customer beside whom they belong to. Read in the order of its key, an id.</summary>
internal sealed class MentionPlace
{
    /// <summary>Texts read at once: each is copied while it is looked through.</summary>
    private const long MostBytes = 4 * 1024 * 1024;

    private readonly string _table;
    private readonly string _key;
    private readonly string[] _columns;
    private readonly string _update;

    private MentionPlace(string words, string table, params string[] columns)
        : this("Id", words, table, columns)
    {
    }

    private MentionPlace(string key, string words, string table, string[] columns)
    {
        (Words, _table, _key, _columns) = (words, table, key, columns);
        _update = $"""UPDATE "{table}" SET {string.Join(',', columns.Select((column, i) => $"\"{column}\"=$v{i}"))} WHERE "{key}"=$id""";
    }

    public static IReadOnlyList<MentionPlace> All { get; } =
    [
        new("what was received", "Requests", "Body", "Encoding", "Envelope"),
        new("what was sent", "MappedCalls", "Content", "Notes"),
        new("what was answered", "Exchanges", "Url", "ResponseHeaders", "ResponseBody"),
        new("plans of bulk retries", "RetryBatches", "Scope", "Plan"),
        new("earlier erasures and reasons", "Erasures", "Reason"),
        new("notes of privacy tasks", "PrivacyTasks", "Note"),
        new("messages of failure groups", "FailureGroups", "Pattern"),
        new("notes of failure groups", "FailureGroupNotes", "Text"),
        new("notes of deliveries", "DeliveryNotes", "Text"),
        new("DeliveryId", "reasons of pins", "Pins", ["Reason"]),
    ];

    public string Words { get; }

    /// <summary>Their bodies may be compressed, and are remembered by who reads them.</summary>
    public bool IsRequests => _table == "Requests";

    /// <summary>Those of the next rows that name the customer, and the last id that was looked at; 0: there is none after. Fewer than <paramref name="most"/> are read where they are large.</summary>
    public (List<BlankedText> Found, long LastId) Find(SqliteConnection reader, CustomerNames names, long after, int most)
    {
        using var command = reader.CreateCommand();
        command.CommandText = $"""SELECT "{_key}",{string.Join(',', _columns.Select(column => $"\"{column}\""))} FROM "{_table}" WHERE "{_key}">$a ORDER BY "{_key}" LIMIT $n""";
        command.Parameters.AddWithValue("$a", after);
        command.Parameters.AddWithValue("$n", most);
        List<BlankedText> found = [];
        var last = 0L;
        using var rows = command.ExecuteReader();
        for (var bytes = 0L; bytes < MostBytes && rows.Read();)
        {
            last = rows.GetInt64(0);
            var values = Enumerable.Range(1, _columns.Length).Select(i => rows.IsDBNull(i) ? null : rows.GetValue(i)).ToArray();
            bytes += values.Sum(BytesOf);
            if (IsRequests ? BlankRequest(names, values) : BlankTexts(names, values))
            {
                found.Add(new BlankedText(last, values));
            }
        }

        return (found, last);
    }

    /// <summary>False: the row is gone meanwhile.</summary>
    public bool Write(WriteSession session, BlankedText text)
    {
        var command = session.Command(_update, [.. _columns.Select((_, i) => $"$v{i}"), "$id"]);
        return DeliveryRemoval.Set(command, [.. text.Values, text.Id]).ExecuteNonQuery() == 1;
    }

    internal static long BytesOf(object? value) => value switch { byte[] bytes => bytes.Length, string text => text.Length, _ => 0 };

    private static bool BlankTexts(CustomerNames names, object?[] values)
    {
        var found = false;
        for (var i = 0; i < values.Length; i++)
        {
            switch (values[i])
            {
                case string text when names.Blanked(text) is { } blanked:
                    (values[i], found) = (blanked, true);
                    break;
                case byte[] bytes when names.Blank(bytes):
                    found = true;
                    break;
                default:
                    break;
            }
        }

        return found;
    }

    private static bool BlankRequest(CustomerNames names, object?[] values)
    {
        var found = false;
        if (BodyCoding.DecodeOrNull((byte[])values[0]!, (BodyEncoding)(long)values[1]!) is { } body && names.Blank(body))
        {
            var (encoded, encoding) = BodyCoding.Encode(body);
            (values[0], values[1], found) = (encoded, (long)encoding, true);
        }

        if (names.Blanked(values[2] as string) is { } envelope)
        {
            (values[2], found) = (envelope, true);
        }

        return found;
    }
}
