using System.Diagnostics;
using System.Net;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Richpanel.Core.Storage;
using Richpanel.Core.Support;
using Richpanel.Tests.Api;
using Richpanel.Tests.Support;

namespace Richpanel.Tests.Storage;

/// <summary>A database that cannot be written while the product runs: everybody is told, nothing acknowledged is lost, and it goes on by itself.</summary>
public sealed class StoreTroubleTests
{
    private const string Call = """{"type":"track","event":"One","userId":"u","messageId":"m"}""";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact(Timeout = 120_000)]
    public async Task While_another_process_holds_the_file_senders_come_again_and_after_it_all_goes_on()
    {
        await using var console = new ConsoleUnderTest(new() { ["Sandbox:Enabled"] = "false" });
        using var client = console.CreateClient();
        var source = await console.AddSourceAsync();
        var board = console.Services.GetRequiredService<FaultBoard>();
        await client.PostCallAsync("/v1/track", Call, source.WriteKey).AcceptedAsync();
        await console.ExpandedAsync();

        using (var other = DatabaseCopy.Open(console.DatabaseFile, SqliteOpenMode.ReadWrite))
        {
            using var held = other.BeginTransaction(deferred: false);
            var begun = Stopwatch.GetTimestamp();
            using (var first = await client.PostCallAsync("/v1/track", Call, source.WriteKey))
            {
                Assert.Equal(HttpStatusCode.ServiceUnavailable, first.StatusCode);
                Assert.InRange(Stopwatch.GetElapsedTime(begun).TotalSeconds, 0, 8);   // 4 s of patience
            }

            begun = Stopwatch.GetTimestamp();
            using (var next = await client.PostCallAsync("/v1/track", Call, source.WriteKey))
            {
                Assert.Equal(HttpStatusCode.ServiceUnavailable, next.StatusCode);
                Assert.True(next.Headers.RetryAfter?.Delta > TimeSpan.Zero);
                Assert.InRange(Stopwatch.GetElapsedTime(begun).TotalSeconds, 0, 2);   // none any more
            }

            Assert.Equal("store_failing", board.Faults[0].Code);
            Assert.Contains("Another process holds the database", board.Faults[0].Text, StringComparison.Ordinal);
            using var ready = await client.GetAsync(new Uri("/readyz", UriKind.Relative), Ct);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
            Assert.StartsWith("Another process holds the database", await ready.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
            await Eventually.IsAsync(() => console.Logs.Text.Contains("Another process holds the database, so nothing can be written.", StringComparison.Ordinal), Ct);
        }

        // Nobody sends anything: it finds out alone.
        await Eventually.IsAsync(() => board.Faults.Count == 0, Ct);
        await client.PostCallAsync("/v1/track", Call.Replace("\"m\"", "\"m-2\"", StringComparison.Ordinal), source.WriteKey).AcceptedAsync();
        await console.ExpandedAsync();
        await using var context = console.Read();
        Assert.Equal(["m", "m-2"], await context.Deliveries.OrderBy(delivery => delivery.Id).Select(delivery => delivery.MessageId).ToListAsync(Ct));
        await Eventually.IsAsync(() => console.Logs.Text.Contains("The database can be written again", StringComparison.Ordinal), Ct);
        await console.LedgerAddsUpAsync();
    }

    [Fact(Timeout = 120_000)]
    public async Task A_file_that_has_become_read_only_is_told_as_that_by_door_api_and_readyz()
    {
        var api = new ApiUnderTest();
        await api.InitializeAsync();
        await using var console = api.Console;
        var source = await console.AddSourceAsync("Other");
        var writable = await ReadOnlyStore.BeAsync(console.Writer);

        using (var refused = await api.Http.PostCallAsync("/v1/track", Call, source.WriteKey))
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        }

        var problem = await api.JsonAsync(HttpMethod.Post, "connections", """{"name":"New","apiKey":"k-1","apiSecret":"s","baseUrl":"https://richpanel.invalid/v2"}""", HttpStatusCode.ServiceUnavailable);
        Assert.Contains("read-only", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        using (var ready = await api.Http.GetAsync(new Uri("/readyz", UriKind.Relative), Ct))
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
            Assert.Contains("it is read-only", await ready.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
        }

        writable();
        await Eventually.IsAsync(() => console.Services.GetRequiredService<FaultBoard>().Faults.Count == 0, Ct);
        await api.Http.PostCallAsync("/v1/track", Call, source.WriteKey).AcceptedAsync();
    }

    [Fact]
    public void Each_fault_at_start_says_what_to_do()
    {
        Assert.Contains("End it", DatabaseFault.AtStart(new SqliteException("database is locked", 5), "x.db"), StringComparison.Ordinal);
        Assert.Contains("mounted read-only", DatabaseFault.AtStart(new SqliteException("readonly", 8), "x.db"), StringComparison.Ordinal);
        Assert.Contains("Make room", DatabaseFault.AtStart(new SqliteException("full", 13), "x.db"), StringComparison.Ordinal);
        Assert.Contains("restore the last backup", DatabaseFault.AtStart(new SqliteException("malformed", 11), "x.db"), StringComparison.Ordinal);
        Assert.Contains("Storage:ConnectionString", DatabaseFault.AtStart(new SqliteException("unable to open", 14), "x.db"), StringComparison.Ordinal);
    }
}
