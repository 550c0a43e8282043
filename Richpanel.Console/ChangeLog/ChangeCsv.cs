using System.Globalization;
using System.Text;
using Richpanel.Console.Shared;
using Richpanel.Core.ChangeLog;

namespace Richpanel.Console.ChangeLog;

/// <summary>The change log as CSV (RFC 4180, UTF-8 with its mark, so that spreadsheets read it right). No cell is ever a formula.</summary>
internal static class ChangeCsv
{
    private const int FlushAt = 32 * 1024;

    /// <summary>What a spreadsheet takes for the start of a formula.</summary>
    private static readonly char[] s_formula = ['=', '+', '-', '@', '\t', '\r', '\n'];

    /// <summary>Writes line by line, never holding more than a piece.</summary>
    public static async Task WriteAsync(Stream to, IAsyncEnumerable<ChangeEntry> lines, CancellationToken ct)
    {
        var text = new StringBuilder("\uFEFF").Append("line,at,who,kind,did,action,object,objectName,changes,count,reason,address,hash\r\n");
        await foreach (var line in lines.WithCancellation(ct))
        {
            Append(text, line);
            if (text.Length >= FlushAt)
            {
                await FlushAsync(to, text, ct);
            }
        }

        await FlushAsync(to, text, ct);
    }

    /// <summary>A cell that begins like a formula gets an apostrophe, which spreadsheets show as text.</summary>
    public static string Cell(string? value)
    {
        var safe = value is { Length: > 0 } && s_formula.Contains(value[0]) ? "'" + value : value ?? "";
        return safe.AsSpan().ContainsAny(",\"\r\n;") ? $"\"{safe.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : safe;
    }

    private static void Append(StringBuilder text, ChangeEntry line)
    {
        string?[] cells =
        [
            line.Id.ToString(CultureInfo.InvariantCulture), TimeWords.Iso(line.At), line.ActorName, line.ActorKind.ToString(), ChangeWords.Did(line), line.Action,
            line.ObjectId, line.ObjectName, string.Join("; ", FieldChange.Read(line.Fields).Select(ChangeWords.Of)),
            line.Count?.ToString(CultureInfo.InvariantCulture), line.Reason, line.Address, Convert.ToHexStringLower(line.Hash),
        ];
        text.AppendJoin(',', cells.Select(Cell)).Append("\r\n");
    }

    private static async Task FlushAsync(Stream to, StringBuilder text, CancellationToken ct)
    {
        await to.WriteAsync(Encoding.UTF8.GetBytes(text.ToString()), ct);
        await to.FlushAsync(ct);
        text.Clear();
    }
}
