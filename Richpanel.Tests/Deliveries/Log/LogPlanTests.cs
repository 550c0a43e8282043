using Microsoft.Data.Sqlite;
using Richpanel.Core.Deliveries.Log;
using Richpanel.Core.Deliveries.Query;

namespace Richpanel.Tests.Deliveries.Log;

/// <summary>No question of the log reads a whole table, as SQLite itself says.</summary>
public sealed class LogPlanTests(RandomLog log) : IClassFixture<RandomLog>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact(Timeout = 180_000)]
    public async Task No_statement_scans_deliveries_attempts_exchanges_or_requests_as_a_whole()
    {
        var plans = new Dictionary<string, string>();
        log.Reader.Watch = command =>
        {
            if (!command.CommandText.Contains("\"Ledger\"", StringComparison.Ordinal) && !plans.ContainsKey(command.CommandText))   // the ledger has some dozens of lines
            {
                plans[command.CommandText] = Plan(command);
            }
        };
        try
        {
            foreach (var query in LogReaderTests.Queries.Select(row => row.Data).Append("word7 state:failed"))
            {
                var ask = RandomLog.Ask(query);
                var page = await log.Reader.PageAsync(ask, LogPlace.Newest, 50, Ct);
                await log.Reader.PageAsync(ask, LogPlace.Oldest, 50, Ct);
                await log.Reader.PageAsync(ask, LogPlace.At(RandomLog.Now.AddDays(-3)), 50, Ct);
                await log.Reader.RowsAsync(ask, [.. page.Rows.Select(row => row.Row.Id)], Ct);
                await log.Reader.CountAsync(ask, Ct);
                await log.Reader.NewerAsync(ask, 19_000, 50, Ct);
                await log.Reader.HistogramAsync(ask, 60, Ct);
                await log.Reader.HistogramAsync(ask, 900, Ct);
                await log.Reader.NeighboursAsync(ask, 10_000, Ct);
                foreach (var key in new[] { LogKey.State, LogKey.Event, LogKey.Code, LogKey.Email })
                {
                    await log.Reader.ValuesAsync(ask, key, Ct);
                }
            }
        }
        finally
        {
            log.Reader.Watch = null;
        }

        Assert.InRange(plans.Count, 100, int.MaxValue);

        // A scan in the order of ids that stops after so many rows is what a page is; every other one must follow an index.
        var whole = plans.Where(plan => plan.Value.Split('\n').Any(line => line.StartsWith("SCAN ", StringComparison.Ordinal)
            && !line.StartsWith("SCAN d", StringComparison.Ordinal) && !line.StartsWith("SCAN i ", StringComparison.Ordinal) && !line.StartsWith("SCAN (subquery", StringComparison.Ordinal))).ToList();
        Assert.True(whole.Count == 0, string.Join("\n\n", whole.Take(5).Select(plan => plan.Key + "\n" + plan.Value)));
        Assert.DoesNotContain(plans.Values, plan => plan.Contains("SCAN d\n", StringComparison.Ordinal) && !plan.Contains("CO-ROUTINE d", StringComparison.Ordinal) && !plan.Contains("MATERIALIZE d", StringComparison.Ordinal));
        var sorted = plans.Where(plan => plan.Value.Contains("USE TEMP B-TREE FOR ORDER BY", StringComparison.Ordinal)).ToList();
        Assert.True(sorted.Count == 0, string.Join("\n\n", sorted.Take(5).Select(plan => plan.Key + "\n" + plan.Value)));
    }

    private static string Plan(SqliteCommand asked)
    {
        using var command = asked.Connection!.CreateCommand();
        command.Transaction = asked.Transaction;
        command.CommandText = "EXPLAIN QUERY PLAN " + asked.CommandText;
        foreach (SqliteParameter parameter in asked.Parameters)
        {
            command.Parameters.AddWithValue(parameter.ParameterName, parameter.Value);
        }

        using var reader = command.ExecuteReader();
        var lines = new List<string>();
        while (reader.Read())
        {
            lines.Add(reader.GetString(3));
        }

        return string.Join('\n', lines) + "\n";
    }
}
