using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Richpanel.Core.Deliveries.Query;
using Richpanel.Core.Privacy;
using Richpanel.Core.Receiving;

namespace Richpanel.Core.Deliveries.Log;

/// <summary>
/// Looks for words in the calls themselves, whatever their case, as they stand there or as JSON would spell them out. Who sees personal
/// data masked finds only words of what they would see: else one could ask for any name whether it is there.
/// </summary>
internal sealed partial class LogBodies(LogDb db, LogCondition query)
{
    /// <summary>Rows in one piece: their bodies are read together, and between pieces the clock is looked at.</summary>
    public const int Piece = 100;

    /// <summary>Bodies read together; a piece of large ones is read in several goes.</summary>
    private const int MostBodies = 25;

    /// <summary>Those of the rows whose call holds every word and none of the unwanted.</summary>
    public IEnumerable<FoundRow> Among(IReadOnlyList<FoundRow> rows, CancellationToken ct)
    {
        foreach (var chunk in rows.Chunk(MostBodies))
        {
            var bodies = Read([.. chunk.Select(row => row.RequestId).Distinct()], ct);
            foreach (var row in chunk)
            {
                ct.ThrowIfCancellationRequested();
                if (bodies.GetValueOrDefault(row.RequestId) is { } body && row.BodyOffset + row.BodyLength <= body.Length && Fits(body.AsMemory(row.BodyOffset, row.BodyLength)))
                {
                    yield return row;
                }
            }
        }
    }

    private Dictionary<long, byte[]?> Read(IReadOnlyList<long> ids, CancellationToken ct) => db.Read(
        new LogSql().Add($"SELECT \"Id\",\"Body\",\"Encoding\" FROM \"Requests\" WHERE \"Id\" IN ({LogCondition.Numbers(ids)})"),
        row => (Id: row.GetInt64(0), Body: BodyCoding.DecodeOrNull(row.GetFieldValue<byte[]>(1), (BodyEncoding)row.GetInt32(2))), ct)
        .ToDictionary(one => one.Id, one => one.Body);

    private bool Fits(ReadOnlyMemory<byte> call)
    {
        var text = Encoding.UTF8.GetString(call.Span);
        if (!Holds(text))
        {
            return false;
        }

        return query.IsClear || Holds(Encoding.UTF8.GetString(PayloadMask.Bytes(call.Span, PayloadKind.Call)));
    }

    private bool Holds(string text)
    {
        var spelledOut = text.Contains('\\', StringComparison.Ordinal) ? Escape().Replace(text, escape => Spelled(escape.Value)) : null;
        return query.Words.All(term => (Has(text, term.Values[0]) || (spelledOut is not null && Has(spelledOut, term.Values[0]))) != term.IsNot);
    }

    private static bool Has(string text, LogValue words) => text.Contains(words.Text, StringComparison.OrdinalIgnoreCase);

    private static string Spelled(string escape) => JsonSerializer.Deserialize<string>($"\"{escape}\"") ?? escape;

    [GeneratedRegex(@"(\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})|\\u(?![dD][89a-fA-F])[0-9a-fA-F]{4}|\\[""\\/bfnrt]", RegexOptions.CultureInvariant)]
    private static partial Regex Escape();
}
