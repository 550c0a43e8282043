using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Richpanel.Core.Causes;
using Richpanel.Core.Privacy;

namespace Richpanel.Core.Deliveries.Log;

/// <summary>The line beneath a row: why, and what the other side said of it.</summary>
internal static partial class LogReasons
{
    /// <summary>Of an answer that is no JSON with a message.</summary>
    private const int MostSaid = 160;

    /// <summary>Bytes of an answer that are read for it.</summary>
    internal const int MostRead = 2_048;

    /// <summary>Time and answer of the last try of each of these rows.</summary>
    public static Dictionary<long, (int Milliseconds, byte[]? Answer)> LastTries(LogDb db, IEnumerable<DeliveryRow> rows, CancellationToken ct)
    {
        var sql = new LogSql();
        var ids = sql.Value(JsonSerializer.Serialize(rows.Where(row => row.AttemptCount > 0).Select(row => row.Id)));
        sql.Add($"""
            SELECT i."value", e."TotalMs", CASE WHEN e."StatusCode" BETWEEN 200 AND 299 THEN NULL ELSE substr(e."ResponseBody",1,{MostRead}) END
            FROM json_each({ids}) i
            CROSS JOIN "Attempts" a ON a."Id" = (SELECT "Id" FROM "Attempts" WHERE "DeliveryId" = i."value" ORDER BY "Number" DESC LIMIT 1)
            CROSS JOIN "Exchanges" e ON e."Id" = a."ExchangeId"
            """);
        return db.Read(sql, row => (Id: row.GetInt64(0), Milliseconds: row.GetInt32(1), Answer: row.IsDBNull(2) ? null : row.GetFieldValue<byte[]>(2)), ct)
            .ToDictionary(one => one.Id, one => (one.Milliseconds, one.Answer));
    }

    /// <summary>Null for a row about which there is nothing to say: accepted, or waiting for its first try.</summary>
    public static string? Of(DeliveryRow row, byte[]? answer, bool isClear)
    {
        if (row.Cause is null || row.State is not (DeliveryState.Failed or DeliveryState.Skipped or DeliveryState.Waiting or DeliveryState.Sending or DeliveryState.Canceled))
        {
            return null;
        }

        var title = CauseCatalog.Find(row.Cause).Title;
        return Said(answer, isClear) is { Length: > 0 } said ? $"{title} · {said}" : title;
    }

    /// <summary>What the other side said, one line; null when nothing.</summary>
    public static string? Said(byte[]? answer, bool isClear)
    {
        if (Message(answer) is not { } message)
        {
            return null;
        }

        var said = Blanks().Replace(message, " ").Trim();
        said = said.Length > MostSaid ? Storage.Lengths.Cut(said, MostSaid)! + "…" : said;
        return isClear ? said : TextMask.Foreign(said);
    }

    /// <summary>The message of an answer as it stands there; null when there is none.</summary>
    internal static string? Message(byte[]? answer)
    {
        if (answer is not { Length: > 0 })
        {
            return null;
        }

        var text = Encoding.UTF8.GetString(answer.AsSpan(0, Math.Min(answer.Length, MostRead)));
        var found = MessageMember().Match(text);
        return found.Success ? Unescaped(found.Groups["text"].Value)
            : text.TrimStart().StartsWith('<') ? "an HTML page"
            : JsonErrors.Of(answer.AsSpan(0, Math.Min(answer.Length, MostRead))) ?? text;
    }

    private static string Unescaped(string json)
    {
        try
        {
            return JsonSerializer.Deserialize<string>($"\"{json}\"") ?? json;
        }
        catch (JsonException)
        {
            return json;
        }
    }

    [GeneratedRegex("\"(message|error|error_message|detail|reason|title)\"\\s*:\\s*\"(?<text>(?:[^\"\\\\]|\\\\.)*)\"", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex MessageMember();

    [GeneratedRegex(@"[\s\p{Cc}]+", RegexOptions.CultureInvariant)]
    private static partial Regex Blanks();
}
