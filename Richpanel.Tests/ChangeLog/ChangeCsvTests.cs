using System.Text;
using Richpanel.Console.ChangeLog;
using Richpanel.Core.Access;
using Richpanel.Core.ChangeLog;

namespace Richpanel.Tests.ChangeLog;

public sealed class ChangeCsvTests
{
    [Theory]
    [InlineData("=HYPERLINK(\"http://evil\")", "\"'=HYPERLINK(\"\"http://evil\"\")\"")]
    [InlineData("+1", "'+1")]
    [InlineData("-1", "'-1")]
    [InlineData("@SUM(A1)", "'@SUM(A1)")]
    [InlineData("\tx", "'\tx")]
    [InlineData("\rx", "\"'\rx\"")]
    [InlineData("a,b", "\"a,b\"")]
    [InlineData("a\"b", "\"a\"\"b\"")]
    [InlineData("a\nb", "\"a\nb\"")]
    [InlineData("a=b", "a=b")]
    [InlineData("", "")]
    [InlineData(null, "")]
    public void A_cell_is_text_and_never_a_formula(string? value, string cell) => Assert.Equal(cell, ChangeCsv.Cell(value));

    [Fact]
    public async Task A_line_becomes_one_record_whatever_stands_in_it()
    {
        using var to = new MemoryStream();

        await ChangeCsv.WriteAsync(to, LinesAsync(), TestContext.Current.CancellationToken);

        var records = Encoding.UTF8.GetString(to.ToArray()).TrimStart('\uFEFF').Split("\r\n");
        Assert.Equal(3, records.Length);   // heading, the line, and what follows the last end of line: nothing
        Assert.StartsWith("7,2026-11-24T10:00:00.000Z,'=cmd,Person,paused the connection,connection.paused,con_1,Shop,paused: false → true,,", records[1], StringComparison.Ordinal);
    }

    private static async IAsyncEnumerable<ChangeEntry> LinesAsync()
    {
        await Task.CompletedTask;
        yield return new ChangeEntry
        {
            Id = 7,
            At = new DateTimeOffset(2026, 11, 24, 10, 0, 0, TimeSpan.Zero),
            ActorKind = ActorKind.Person,
            ActorName = "=cmd",
            Action = ChangeCatalog.ConnectionPaused.Code,
            ObjectId = "con_1",
            ObjectName = "Shop",
            Fields = FieldChange.Write([new FieldChange("paused", "false", "true")]),
            Reason = "one\r\ntwo".Replace("\r\n", " ", StringComparison.Ordinal),
        };
    }
}
