using System.IO.Compression;
using System.Text;
using Microsoft.Data.Sqlite;

namespace Richpanel.Tests.Erasure;

/// <summary>One customer's values, planted wherever the product keeps something, and how they are looked for in files.</summary>
internal static class PlantedCustomer
{
    public const string Email = "jane.planted@example.com";
    public const string User = "planted-user-4711";
    public const string Device = "planted-device-0815";

    /// <summary>Of her alone, and named by no key: what stands beside the names.</summary>
    public const string Street = "Plantedstreet 42";

    public static readonly string[] All = [Email, User, Device, Street];

    /// <summary>Which of them stand anywhere in the bytes of these files; compressed texts are not seen.</summary>
    public static IReadOnlyList<string> InBytes(params IEnumerable<string> files) =>
        [.. files.Where(File.Exists).SelectMany(file => Found(Encoding.Latin1.GetString(Shared(file))).Select(value => $"{Path.GetFileName(file)}: {value}")).Distinct()];

    /// <summary>Which of them stand in any column of any table, compressed and Base64 texts unpacked.</summary>
    public static IReadOnlyList<string> InTables(string file)
    {
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ToString());
        connection.Open();
        var found = new List<string>();
        foreach (var table in Rows(connection, """SELECT "name" FROM "sqlite_schema" WHERE "type"='table'""").Select(row => (string)row[0]).ToList())
        {
            foreach (var row in Rows(connection, $"SELECT * FROM \"{table}\""))
            {
                found.AddRange(row.SelectMany(Texts).SelectMany(Found).Select(value => $"{table}: {value}"));
            }
        }

        return [.. found.Distinct()];
    }

    private static IEnumerable<string> Found(string text) => All.Where(value => text.Contains(value, StringComparison.OrdinalIgnoreCase));

    private static byte[] Shared(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    private static IEnumerable<string> Texts(object value)
    {
        switch (value)
        {
            case string text:
                yield return text;
                break;
            case byte[] bytes:
                var plain = Encoding.UTF8.GetString(bytes);
                yield return plain;
                if (Unpacked(bytes) is { } unpacked)
                {
                    yield return unpacked;
                }

                foreach (var part in plain.Split('"').Where(part => part.Length > 40))
                {
                    var room = new byte[part.Length];
                    if (Convert.TryFromBase64String(part, room, out var written))
                    {
                        yield return Encoding.UTF8.GetString(room, 0, written);
                    }
                }

                break;
            default:
                break;
        }
    }

    private static string? Unpacked(byte[] bytes)
    {
        try
        {
            using var inflate = new BrotliStream(new MemoryStream(bytes), CompressionMode.Decompress);
            using var body = new MemoryStream();
            inflate.CopyTo(body);
            return Encoding.UTF8.GetString(body.ToArray());
        }
        catch (Exception none) when (none is InvalidOperationException or InvalidDataException)
        {
            return null;
        }
    }

    private static IEnumerable<object[]> Rows(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var rows = command.ExecuteReader();
        while (rows.Read())
        {
            var values = new object[rows.FieldCount];
            rows.GetValues(values);
            yield return values;
        }
    }
}
