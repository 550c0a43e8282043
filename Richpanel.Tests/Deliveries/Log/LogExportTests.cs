using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Richpanel.Core.Access;
using Richpanel.Core.ChangeLog;
using Richpanel.Core.Deliveries.Log;

namespace Richpanel.Tests.Deliveries.Log;

public sealed class LogExportTests(RandomLog log) : IClassFixture<RandomLog>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private LogExport Export => log.Core.Get<LogExport>();

    [Fact(Timeout = 60_000)]
    public async Task A_csv_has_each_row_that_fits_and_a_line_of_the_change_log_says_so()
    {
        var expected = PlainLog.Fitting(log, "state:failed email:jane7@example.test,jane8@example.test").ToList();

        var text = await WriteAsync(RandomLog.Qa, "state:failed email:jane7@example.test,jane8@example.test", LogFormat.Csv, "id", "email", "tries");

        var lines = text.TrimEnd().Split("\r\n");
        Assert.Equal("\uFEFFid,email,tries", lines[0]);
        Assert.Equal(expected.OrderByDescending(row => row.Id).Select(row => $"{Core.PublicId.Delivery(row.Id)},{row.Email},{row.AttemptCount}"), lines.Skip(1));
        var line = await LastLineAsync();
        Assert.Equal(("log.exported", (long?)expected.Count, "Quinn"), (line.Action, line.Count, line.ActorName));
        Assert.Contains("id, email, tries", line.Fields, StringComparison.Ordinal);
        Assert.Contains("state:failed", line.Fields, StringComparison.Ordinal);
        Assert.DoesNotContain("jane", line.Fields, StringComparison.OrdinalIgnoreCase);
    }

    [Fact(Timeout = 60_000)]
    public async Task Ndjson_is_an_object_a_line_of_many_rows()
    {
        var lines = (await WriteAsync(RandomLog.Qa, "state:accepted", LogFormat.Ndjson)).TrimEnd().Split('\n');

        Assert.Equal(PlainLog.Fitting(log, "state:accepted").Count(), lines.Length);
        var first = JsonElement.Parse(lines[0]);
        Assert.Equal(LogExport.Columns.Select(column => column.Name), first.EnumerateObject().Select(member => member.Name));
        Assert.Equal("accepted", first.GetProperty("state").GetString());
        Assert.Equal(JsonValueKind.Number, first.GetProperty("tries").ValueKind);
    }

    [Theory(Timeout = 60_000)]
    [InlineData(LogFormat.Csv)]
    [InlineData(LogFormat.Ndjson)]
    public async Task Masked_roles_get_no_personal_value_even_when_the_question_was_asked_with_another_sight(LogFormat format)
    {
        var text = await WriteAsync(RandomLog.Support, "state:failed", format);

        Assert.DoesNotContain("jane", text, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("•••", format == LogFormat.Csv ? text : System.Text.RegularExpressions.Regex.Unescape(text), StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task No_cell_is_a_formula_and_a_comma_stays_in_its_cell()
    {
        var text = await WriteAsync(RandomLog.Qa, "event:\"100% off_\" state:failed", LogFormat.Csv, "event", "reason");

        Assert.All(text.TrimEnd().Split("\r\n").Skip(1), line => Assert.DoesNotMatch("^[=+@-]|,[=+@-]", line));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_broken_off_export_is_a_line_as_well()
    {
        using var stop = new CancellationTokenSource();
        await using var to = new BreakingStream(stop);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Export.WriteAsync(RandomLog.Qa, RandomLog.Ask(""), LogFormat.Csv, [], to, stop.Token));

        Assert.Contains("broken off", (await LastLineAsync()).Fields, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_may_not_read_gets_nothing() =>
        await Assert.ThrowsAsync<ForbiddenException>(() => Export.WriteAsync(Actor.Nobody(null), RandomLog.Ask(""), LogFormat.Csv, [], Stream.Null, Ct));

    private async Task<string> WriteAsync(Actor by, string query, LogFormat format, params string[] columns)
    {
        using var to = new MemoryStream();
        await Export.WriteAsync(by, RandomLog.Ask(query), format, [.. columns.Select(name => LogExport.Columns.Single(column => column.Name == name))], to, Ct);
        return Encoding.UTF8.GetString(to.ToArray());
    }

    private async Task<ChangeEntry> LastLineAsync()
    {
        await using var context = log.Core.Read();
        return await context.ChangeLog.OrderByDescending(line => line.Id).FirstAsync(Ct);
    }

    private sealed class BreakingStream(CancellationTokenSource stop) : MemoryStream
    {
        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            stop.Cancel();
            cancellationToken.ThrowIfCancellationRequested();
            return ValueTask.CompletedTask;
        }
    }
}
