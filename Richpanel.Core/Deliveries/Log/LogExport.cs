using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Richpanel.Core.Access;
using Richpanel.Core.ChangeLog;
using Richpanel.Core.Connections;
using Richpanel.Core.Privacy;

namespace Richpanel.Core.Deliveries.Log;

/// <summary>Rows as a file, streamed: memory does not grow with their number. Redacted by what the actor may see.</summary>
public sealed class LogExport(LogReader reader, ConnectionDirectory directory, ChangeWriting log, TimeProvider time)
{
    private const int FlushAt = 32 * 1024;

    /// <summary>What a spreadsheet takes for the start of a formula.</summary>
    private static readonly SearchValues<char> s_formula = SearchValues.Create("=+-@\t\r\n");

    /// <summary>Every column, in the order a file has them when none are chosen.</summary>
    public static IReadOnlyList<LogColumn> Columns => LogColumns.All;

    /// <summary>
    /// Writes all rows that fit, newest first; a line of the change log says how many, of which columns, by what query (personal values
    /// left out). Also when it is broken off, with what was written until then.
    /// </summary>
    /// <param name="columns">Of <see cref="Columns"/>; none = all.</param>
    /// <returns>Rows written.</returns>
    /// <exception cref="ForbiddenException">The actor may not read the log.</exception>
    public async Task<long> WriteAsync(Actor by, LogAsk ask, LogFormat format, IReadOnlyList<LogColumn> columns, Stream to, CancellationToken ct)
    {
        by.Demand(Permission.Read);
        var chosen = columns.Count == 0 ? Columns : columns;
        var written = 0L;
        var isWhole = false;
        try
        {
            var among = by.Connections is null ? ask.Among : [.. directory.AllConnections.Where(one => by.MayTouch(one.Name) && ask.Among?.Contains(one.Id) != false).Select(one => one.Id)];
            written = await WriteRowsAsync(ask with { Sight = Sight.Of(by), Among = among, Now = ask.Now ?? time.GetUtcNow() }, format, chosen, to, rows => written = rows, ct);
            isWhole = true;
            return written;
        }
        finally
        {
            var (open, personal) = ask.Query.Apart();
            await log.WriteAsync(by, new Change(ChangeCatalog.LogExported)
            {
                Count = written,
                Fields = FieldChange.Between(
                    ("format", null, format.ToString().ToLowerInvariant()), ("columns", null, string.Join(", ", chosen.Select(column => column.Name))),
                    ("query", null, open.Terms.Count == 0 ? null : open.ToString()),
                    ("personal terms left out", null, personal.Terms.Count == 0 ? null : string.Join(", ", personal.Terms.Select(term => Query.LogKeys.Of(term.Key).Help).Distinct())),
                    ("broken off", null, isWhole ? null : "yes")),
            });
        }
    }

    private async Task<long> WriteRowsAsync(LogAsk ask, LogFormat format, IReadOnlyList<LogColumn> columns, Stream to, Action<long> tell, CancellationToken ct)
    {
        var buffer = new ArrayBufferWriter<byte>(FlushAt * 2);
        if (format == LogFormat.Csv)
        {
            Encoding.UTF8.GetBytes("\uFEFF" + string.Join(',', columns.Select(column => column.Name)) + "\r\n", buffer);
        }

        var rows = 0L;
        for (LogPlace? place = LogPlace.Newest; place is { } here;)
        {
            var page = await reader.PageAsync(ask, here, LogReader.MostRows, ct);
            foreach (var row in page.Rows)
            {
                Write(buffer, row, format, columns);
            }

            rows += page.Rows.Count;
            place = page.Older;
            if (buffer.WrittenCount >= FlushAt || place is null)
            {
                await to.WriteAsync(buffer.WrittenMemory, ct);
                await to.FlushAsync(ct);
                buffer.ResetWrittenCount();
                tell(rows);
            }
        }

        return rows;
    }

    private void Write(ArrayBufferWriter<byte> to, LogRow row, LogFormat format, IReadOnlyList<LogColumn> columns)
    {
        if (format == LogFormat.Csv)
        {
            Encoding.UTF8.GetBytes(string.Join(',', columns.Select(column => Cell(Text(column.Read(row, directory))))) + "\r\n", to);
            return;
        }

        using (var json = new Utf8JsonWriter(to))
        {
            json.WriteStartObject();
            foreach (var column in columns)
            {
                switch (column.Read(row, directory))
                {
                    case int number:
                        json.WriteNumber(column.Name, number);
                        break;
                    case { } value:
                        json.WriteString(column.Name, Text(value));
                        break;
                    default:
                        json.WriteNull(column.Name);
                        break;
                }
            }

            json.WriteEndObject();
        }

        to.Write("\n"u8);
    }

    private static string Text(object? value) => value switch
    {
        DateTimeOffset at => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };

    /// <summary>RFC 4180; a cell that begins like a formula gets an apostrophe, which spreadsheets show as text.</summary>
    private static string Cell(string value)
    {
        var safe = value.Length > 0 && s_formula.Contains(value[0]) ? "'" + value : value;
        return safe.AsSpan().ContainsAny(",\"\r\n;") ? $"\"{safe.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : safe;
    }
}
