using System.Diagnostics;
using System.Net;
using System.Text.Json;
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
    private const string Sample = """{"name":"Kept","call":{"type":"track","event":"One","userId":"u"}}""";

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
    public async Task A_file_that_another_process_holds_is_told_as_that_by_door_and_api_which_still_reads()
    {
        var api = new ApiUnderTest();
        await api.InitializeAsync();
        await using var console = api.Console;
        var source = await console.AddSourceAsync("Other");
        await api.Http.PostCallAsync("/v1/track", Call, source.WriteKey).AcceptedAsync();
        await console.ExpandedAsync();

        using (var other = DatabaseCopy.Open(console.DatabaseFile, SqliteOpenMode.ReadWrite))
        {
            using var held = other.BeginTransaction(deferred: false);
            await RefusesAsync(api, source);
            var problem = await ProblemAsync(api, HttpMethod.Post, "samples", Sample, comesAgain: true);
            Assert.Equal(
                ("The database cannot be written now", "Another process holds the database, so nothing can be written. Nothing was changed. End whatever holds it: a copy tool or an SQLite shell on the same file. Try again in a few seconds; /readyz says when."),
                problem);
            await ReadsWhatWasAcknowledgedAsync(api);
            Assert.Equal("store_failing", (await api.JsonAsync(HttpMethod.Get, "faults"))[0].GetProperty("code").GetString());
        }

        await GoesOnAsync(api, source);
    }

    [Fact(Timeout = 120_000)]
    public async Task A_file_that_has_become_read_only_is_told_as_that_by_door_api_and_readyz()
    {
        var api = new ApiUnderTest();
        await api.InitializeAsync();
        await using var console = api.Console;
        var source = await console.AddSourceAsync("Other");
        await api.Http.PostCallAsync("/v1/track", Call, source.WriteKey).AcceptedAsync();
        await console.ExpandedAsync();
        var writable = await ReadOnlyStore.BeAsync(console.Writer);

        await RefusesAsync(api, source);
        var problem = await ProblemAsync(api, HttpMethod.Post, "samples", Sample, comesAgain: true);
        Assert.Equal(
            ("The database cannot be written now", "The database cannot be written: it is read-only. Nothing was changed. Give the product the right to write the file and its folder, and check that the disk is not mounted read-only. Try again in a few seconds; /readyz says when."),
            problem);
        await ReadsWhatWasAcknowledgedAsync(api);
        using (var ready = await api.Http.GetAsync(new Uri("/readyz", UriKind.Relative), Ct))
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
            Assert.Contains("it is read-only", await ready.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
        }

        writable();
        await GoesOnAsync(api, source);
    }

    [Fact(Timeout = 120_000)]
    public async Task A_damaged_file_is_told_as_that_by_door_and_api_where_they_meet_it_and_nothing_is_acknowledged_into_it()
    {
        const string Damaged = "The database is damaged";
        var api = new ApiUnderTest();
        await api.InitializeAsync();
        await using var console = api.Console;
        var source = await console.AddSourceAsync("Other");
        await api.Http.PostCallAsync("/v1/track", Call, source.WriteKey).AcceptedAsync();
        await console.ExpandedAsync();
        var board = console.Services.GetRequiredService<FaultBoard>();
        await api.JsonAsync(HttpMethod.Post, "samples", Sample, HttpStatusCode.Created);

        Corruption.Spoil(console.DatabaseFile, "Samples");
        var read = await ProblemAsync(api, HttpMethod.Get, "samples", null, comesAgain: false);
        Assert.Equal(
            (Damaged, "The file of the database cannot be read as it should be. Some of what is in it may be lost. Stop the product, keep a copy of the file, and restore the last backup. GET /api/v1/faults says more."),
            read);
        Assert.Equal("database_damaged", Assert.Single(board.Faults).Code);   // as the answer says
        Assert.Equal("database_damaged", (await api.JsonAsync(HttpMethod.Get, "faults"))[0].GetProperty("code").GetString());
        var written = await ProblemAsync(api, HttpMethod.Post, "samples", Sample.Replace("Kept", "Another", StringComparison.Ordinal), comesAgain: false);
        Assert.Equal((Damaged, read.Detail.Replace("should be. ", "should be. Nothing was changed. ", StringComparison.Ordinal)), written);
        using var goesOn = await Eventually.IsAsync(() => api.Http.PostCallAsync("/v1/track", Call, source.WriteKey), answer => answer.StatusCode == HttpStatusCode.OK, Ct);   // into what is whole
        await ReadsWhatWasAcknowledgedAsync(api);

        Corruption.Spoil(console.DatabaseFile, "Requests");
        await RefusesAsync(api, source);
        await ReadsWhatWasAcknowledgedAsync(api);
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

    /// <summary>A sender is asked to come again by each answer, and told why.</summary>
    private static async Task RefusesAsync(ApiUnderTest api, TestSource source)
    {
        using var refused = await api.Http.PostCallAsync("/v1/track", Call.Replace("\"m\"", "\"refused\"", StringComparison.Ordinal), source.WriteKey);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.True(refused.Headers.RetryAfter?.Delta > TimeSpan.Zero);
        var told = JsonElement.Parse(await refused.Content.ReadAsStringAsync(Ct));
        Assert.Equal((false, "store_unavailable"), (told.GetProperty("success").GetBoolean(), told.GetProperty("code").GetString()));
        Assert.StartsWith("The database cannot be written now.", told.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    private static async Task<(string Title, string Detail)> ProblemAsync(ApiUnderTest api, HttpMethod method, string path, string? json, bool comesAgain)
    {
        using var answer = await api.CallAsync(method, path, json);

        Assert.Equal((HttpStatusCode.ServiceUnavailable, "application/problem+json"), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        Assert.Equal(comesAgain, answer.Headers.RetryAfter is not null);
        var problem = JsonElement.Parse(await answer.Content.ReadAsStringAsync(Ct));
        return (problem.GetProperty("title").GetString()!, problem.GetProperty("detail").GetString()!);
    }

    /// <summary>And not what was refused.</summary>
    private static async Task ReadsWhatWasAcknowledgedAsync(ApiUnderTest api)
    {
        var rows = (await api.JsonAsync(HttpMethod.Get, "deliveries?q=connection:Other")).GetProperty("items").EnumerateArray();
        Assert.Equal(["m"], rows.Select(row => row.GetProperty("messageId").GetString()).Distinct());
    }

    /// <summary>By itself, with all that was acknowledged and the next one, and without what was refused.</summary>
    private static async Task GoesOnAsync(ApiUnderTest api, TestSource source)
    {
        await Eventually.IsAsync(() => api.Console.Services.GetRequiredService<FaultBoard>().Faults.Count == 0, Ct);
        await api.Http.PostCallAsync("/v1/track", Call.Replace("\"m\"", "\"m-2\"", StringComparison.Ordinal), source.WriteKey).AcceptedAsync();
        await api.Console.ExpandedAsync();
        await using var context = api.Console.Read();
        Assert.Equal(["m", "m-2"], await context.Deliveries.Where(row => row.ConnectionId == source.ConnectionId).OrderBy(row => row.Id).Select(row => row.MessageId).ToListAsync(Ct));
        Assert.Equal(0, await context.Samples.CountAsync(Ct));
        await api.Console.LedgerAddsUpAsync();
    }
}
