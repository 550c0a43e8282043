using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Richpanel.Core;
using Richpanel.Core.Access;
using Richpanel.Core.Connections;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Deliveries.Log;
using Richpanel.Core.Deliveries.Query;
using Richpanel.Core.Erasure;
using Richpanel.Core.Ledger;
using Richpanel.Core.Preview;
using Richpanel.Core.Privacy;
using Richpanel.Core.Receiving;
using Richpanel.Core.Retention;
using Richpanel.Core.Storage;
using Richpanel.Tests.Deliveries;
using Richpanel.Tests.Retention;
using Richpanel.Tests.Support;

namespace Richpanel.Tests.Erasure;

/// <summary>A customer who is erased is found nowhere afterwards, not even in the bytes of the files; everybody else's is as it was.</summary>
public sealed class ErasureTests
{
    private static readonly CustomerKey[] s_keys =
    [
        new(CustomerKeyKind.Email, PlantedCustomer.Email.ToUpperInvariant()), new(CustomerKeyKind.User, PlantedCustomer.User), new(CustomerKeyKind.Anonymous, PlantedCustomer.Device),
    ];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact(Timeout = 120_000)]
    public async Task A_customer_planted_everywhere_is_found_nowhere_and_the_receipt_and_the_ledger_say_how_much_went()
    {
        await using var console = new ConsoleUnderTest();
        using var client = console.CreateClient();
        var (ids, others) = await PlantAsync(console, client);
        string[] files = [console.DatabaseFile, console.DatabaseFile + "-wal", Path.Combine(console.Folder, "sandbox.db"), Path.Combine(console.Folder, "sandbox.db-wal")];
        Assert.NotEmpty(PlantedCustomer.InBytes(files));
        var planted = PlantedCustomer.InTables(console.DatabaseFile);
        foreach (var table in new[] { "Deliveries", "MappedCalls", "Requests", "RejectedRequests", "Samples", "QuarterRollups", "Pins", "DeliveryNotes" })
        {
            Assert.Contains(planted, found => found.StartsWith(table + ": ", StringComparison.Ordinal));
        }

        Assert.NotEmpty(PlantedCustomer.InTables(Path.Combine(console.Folder, "sandbox.db")));
        var created = await CreatedAsync(console);
        var store = console.Services.GetRequiredService<ErasureStore>();

        var preview = await store.PreviewAsync(Actor.System, s_keys, Ct);
        Assert.Equal(ids.Count - 1, preview.All);   // where the e-mail is only a part of an id is found while it goes on
        Assert.Equal((1, 1, 1, 1), (preview.Waiting, preview.Pinned, preview.Samples, preview.Views));
        Assert.Equal(1, preview.Refused);
        Assert.InRange(preview.SharedRequests, 1, preview.Requests - 1);
        Assert.InRange(preview.Sandbox, 4, 100);
        Assert.Contains("old.rpbackup", preview.Files);
        var asked = Assert.IsType<SaveOutcome<CustomerErasure>.Saved>(await store.AskAsync(Actor.System, new ErasureAsk(s_keys, $"Letter of {PlantedCustomer.User}, 12 August", PlantedCustomer.Email))).Value;
        var receipt = await Eventually.IsAsync(() => store.FindAsync(Actor.System, asked.Id, Ct), one => one is { State: ErasureState.Done, BytesGone: true } or { Fault: not null }, Ct);

        Assert.Null(receipt!.Fault);
        Assert.Null(receipt.SealedKeys);
        var counts = receipt.CountsByPlace;
        Assert.Equal((ids.Count, 1L, 1L, 1L, 1L), (counts["deliveries"], counts["samples"], counts["views"], counts["refused"], counts["sharedRequests"]));
        Assert.Equal(preview.Sandbox, counts["sandbox"]);
        Assert.InRange(counts["mentions"], 2, 20);   // what came and what was sent for somebody else
        Assert.Equal(1, receipt.NeverSent);
        Assert.Contains("old.rpbackup", receipt.FileNames);
        Assert.Empty(PlantedCustomer.InTables(console.DatabaseFile));
        Assert.Empty(PlantedCustomer.InTables(Path.Combine(console.Folder, "sandbox.db")));
        Assert.Empty(PlantedCustomer.InBytes(files));
        Assert.DoesNotContain(PlantedCustomer.All, value => console.Logs.Text.Contains(value, StringComparison.OrdinalIgnoreCase));

        await using (var context = console.Read())
        {
            Assert.Equal(ids.Count, await AddsUp.AsyncOf(console.Services.GetRequiredService<LedgerRecount>(), console.Services.GetRequiredService<SqliteStore>(), context, Ct));
            Assert.Equal(created, await CreatedAsync(console));
            Assert.StartsWith("A present for ", (await context.DeliveryNotes.SingleAsync(Ct)).Text, StringComparison.Ordinal);   // what was written about the customer's own is gone
            Assert.Equal(["erased"], await context.QuarterRollups.Where(line => line.State == DeliveryState.Purged && line.Count > 0).Select(line => line.Code).Distinct().ToListAsync(Ct));
            Assert.Equal(["erasure.asked", "erasure.done"], await context.ChangeLog.Where(line => line.ObjectId == PublicId.Erasure(asked.Id)).OrderBy(line => line.Id).Select(line => line.Action).ToListAsync(Ct));
        }

        // Everybody else: the same rows, readable, the names in them blanked.
        var queries = console.Services.GetRequiredService<DeliveryQueries>();
        foreach (var (other, says) in others)
        {
            var detail = await queries.FindAsync(Sight.Of(Actor.System), other, Ct);
            Assert.Contains(says, Encoding.UTF8.GetString(detail!.Call!.Value.Span), StringComparison.Ordinal);
            Assert.NotNull(detail.Preview!.Call);
        }

        // It can be asked again, and finds nothing.
        Assert.True((await store.PreviewAsync(Actor.System, s_keys, Ct)).IsNothing);
    }

    /// <summary>Everywhere the product keeps something. Gives back her deliveries, and those of others with what must still stand in them.</summary>
    private static async Task<(List<long> Hers, Dictionary<long, string> Others)> PlantAsync(ConsoleUnderTest console, HttpClient client)
    {
        var services = console.Services;
        var sandbox = console.Directory.Connections.Single(connection => connection.IsSandbox);
        var key = services.GetRequiredService<SourceStore>().RevealWriteKey(console.Directory.Sources.Single(source => source.ConnectionId == sandbox.Id));
        var paused = await console.AddSourceAsync("Paused", connection => connection.PausedAt = DateTimeOffset.UnixEpoch);
        await client.PostCallAsync("/v1/identify", $$"""{"messageId":"h-1","userId":"{{PlantedCustomer.User}}","anonymousId":"{{PlantedCustomer.Device}}","traits":{"email":"{{PlantedCustomer.Email}}","address":{"street":"{{PlantedCustomer.Street}}"} } }""", key).AcceptedAsync();
        await client.PostCallAsync("/v1/track", $$"""{"messageId":"h-2","anonymousId":"{{PlantedCustomer.Device}}","event":"Looked","properties":{"note":"{{PlantedCustomer.Street}}"} }""", key).AcceptedAsync();
        await client.PostCallAsync("/v1/page", $$"""{"messageId":"h-3","userId":"{{PlantedCustomer.User}}","name":"Account of {{PlantedCustomer.Email}}"}""", key).AcceptedAsync();
        await client.PostCallAsync("/v1/track", $$"""{"messageId":"h-4","userId":"shop|{{PlantedCustomer.Email}}","event":"Part Of An Id"}""", key).AcceptedAsync();
        await client.PostCallAsync("/v1/track", $$"""{"messageId":"h-5","userId":"{{PlantedCustomer.User}}","event":"Waits"}""", paused.WriteKey).AcceptedAsync();
        await client.PostCallAsync("/v1/batch", $$$"""
            {"batch":[{"type":"track","messageId":"o-1","userId":"bert","event":"Stays","properties":{"colour":"blue"}},
            {"type":"track","messageId":"h-6","userId":"{{{PlantedCustomer.User}}}","event":"Goes","properties":{"street":"{{{PlantedCustomer.Street}}}","filler":"{{{new string('f', 5_000)}}}"}},
            {"type":"track","messageId":"o-2","userId":"carl","event":"Stays Too","properties":{"colour":"green"}}]}
            """, key).AcceptedAsync();
        await client.PostCallAsync("/v1/track", $$"""{"messageId":"o-3","userId":"dora","event":"Gift","properties":{"colour":"red","gift_for":"{{PlantedCustomer.Email}}","from":"{{PlantedCustomer.User}}"} }""", key).AcceptedAsync();
        using (var refused = await client.PostCallAsync("/v1/track", $$"""{"userId":"{{PlantedCustomer.User}}","email":"{{PlantedCustomer.Email}}", """, key))
        {
            Assert.Equal(System.Net.HttpStatusCode.BadRequest, refused.StatusCode);
        }

        await services.GetRequiredService<Refusals>().FlushAsync();
        await console.ExpandedAsync();
        await using var context = console.Read();
        await Eventually.IsAsync(() => context.Deliveries.CountAsync(row => row.State == DeliveryState.Accepted, Ct), accepted => accepted == 8, Ct);
        var rows = await context.Deliveries.ToDictionaryAsync(row => row.MessageId, row => row.Id, Ct);
        await services.GetRequiredService<PinStore>().PinAsync(Actor.System, rows["h-2"], "kept for the test");
        await console.Writer.WriteAsync(session =>
        {
            using var pins = session.Context();
            pins.Pins.Add(new Pin { DeliveryId = rows["o-1"], Reason = $"Bought it for {PlantedCustomer.User}", By = "Ada", At = DateTimeOffset.UnixEpoch });
            pins.DeliveryNotes.Add(new DeliveryNote { DeliveryId = rows["o-1"], At = DateTimeOffset.UnixEpoch, Author = "Ada", Text = $"A present for {PlantedCustomer.Email}" });
            pins.DeliveryNotes.Add(new DeliveryNote { DeliveryId = rows["h-2"], At = DateTimeOffset.UnixEpoch, Author = "Ada", Text = "Her own, without a name in it" });
            pins.SaveChanges();
        });
        await services.GetRequiredService<SampleStore>().SaveAsync(Actor.System, "An order", $$"""{"type":"track","userId":"{{PlantedCustomer.User}}","properties":{"street":"{{PlantedCustomer.Street}}"} }""");
        await services.GetRequiredService<SampleStore>().SaveAsync(Actor.System, "Another's", """{"type":"track","userId":"bert"}""");
        await services.GetRequiredService<LogViewStore>().CreateAsync(Actor.System, new LogViewDraft("Hers", LogQuery.All.With(new LogTerm(LogKey.User, PlantedCustomer.User))));
        await services.GetRequiredService<LogViewStore>().CreateAsync(Actor.System, new LogViewDraft("Bert's", LogQuery.All.With(new LogTerm(LogKey.User, "bert"))));
        Directory.CreateDirectory(Path.Combine(console.Folder, "backups"));
        await File.WriteAllTextAsync(Path.Combine(console.Folder, "backups", "old.rpbackup"), "of before", Ct);
        return (
            [.. rows.Where(row => row.Key.StartsWith("h-", StringComparison.Ordinal) && row.Key != "h-4").Select(row => row.Value), rows["h-4"]],
            new() { [rows["o-1"]] = "\"blue\"", [rows["o-2"]] = "\"green\"", [rows["o-3"]] = "\"red\",\"gift_for\":\"" + new string('x', PlantedCustomer.Email.Length) });
    }

    private static async Task<long> CreatedAsync(ConsoleUnderTest console)
    {
        await using var context = console.Read();
        return await context.Ledger.Where(line => line.State == 0).SumAsync(line => line.Count, Ct);
    }

    [Fact(Timeout = 60_000)]
    public async Task What_is_just_being_sent_is_waited_for_and_one_that_was_broken_off_goes_on()
    {
        await using var stub = await RichpanelStub.StartAsync();
        await using var test = await DispatcherUnderTest.CreateAsync();
        test.Get<ExpansionProgress>().Reached(long.MaxValue);
        var shop = await test.ConnectAsync(stub.BaseUrl, connection => connection.PausedAt = test.Time.GetUtcNow());
        var ids = await test.ReceiveAsync(shop, "jane", "jane", "bert");
        await test.ClaimAsNobodyAsync(ids[0], test.Time.GetUtcNow().AddMinutes(2));
        var store = test.Get<ErasureStore>();
        var asked = Assert.IsType<SaveOutcome<CustomerErasure>.Saved>(await store.AskAsync(Actor.System, new ErasureAsk([new CustomerKey(CustomerKeyKind.User, "jane")], "Her own wish", "jane"))).Value;
        using (var broken = new CancellationTokenSource())
        {
            var first = test.Get<Eraser>().RunAsync(asked, broken.Token);
            await Eventually.IsAsync(() => test.ReadAsync(db => db.Deliveries.CountAsync(Ct)), left => left == 2, Ct);
            await broken.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        }

        var half = await store.FindAsync(Actor.System, asked.Id, Ct);
        Assert.Equal((ErasureState.Running, 1L), (half!.State, half.CountsByPlace["deliveries"]));
        Assert.NotNull(half.SealedKeys);
        await test.StartAsync();
        await test.AdvanceUntilAsync(test.Get<Eraser>().RunAsync(half, Ct), TimeSpan.FromSeconds(1));

        var receipt = await store.FindAsync(Actor.System, asked.Id, Ct);
        Assert.Equal((ErasureState.Done, 2L, 2L), (receipt!.State, receipt.CountsByPlace["deliveries"], receipt.NeverSent));
        Assert.Equal([ids[2]], await test.ReadAsync(db => db.Deliveries.Select(row => row.Id).ToListAsync(Ct)));
        Assert.Empty(stub.Requests);
        Assert.Equal(2, await test.ReadAsync(db => AddsUp.AsyncOf(test.Get<LedgerRecount>(), test.Get<SqliteStore>(), db, Ct)));
    }

    [Fact(Timeout = 60_000)]
    public async Task Nobody_is_erased_without_a_reason_and_the_name_typed_again_and_linked_names_are_only_offered()
    {
        await using var test = await DispatcherUnderTest.CreateAsync();
        var shop = await test.ConnectAsync("http://127.0.0.1:9/v2", connection => connection.PausedAt = test.Time.GetUtcNow());
        await test.ReceiveCallAsync(shop, "jane", "m-1", """{"type":"track","userId":"jane","event":"One"}""");
        await test.Writer.WriteAsync(session =>
        {
            using var context = session.Context();
            context.Deliveries.Single().Email = "jane@example.test";
            context.SaveChanges();
        });
        var store = test.Get<ErasureStore>();
        CustomerKey[] jane = [new(CustomerKeyKind.User, " jane ")];

        var preview = await store.PreviewAsync(Actor.System, jane, Ct);
        Assert.Equal([new LinkedKey(new CustomerKey(CustomerKeyKind.Email, "jane@example.test"), 1)], preview.Linked);
        Assert.Equal(["Confirm"], await FaultsAsync(new ErasureAsk(jane, "Her own wish", "Jane")));
        Assert.Equal(["Reason"], await FaultsAsync(new ErasureAsk(jane, "no", "jane")));
        Assert.Equal(["Keys"], await FaultsAsync(new ErasureAsk([], "Her own wish", "")));
        Assert.Equal(["Keys"], await FaultsAsync(new ErasureAsk([new CustomerKey(CustomerKeyKind.Email, "jane")], "Her own wish", "jane")));
        Assert.Equal(0, await test.ReadAsync(db => db.Erasures.CountAsync(Ct)));

        async Task<IEnumerable<string>> FaultsAsync(ErasureAsk ask) => Assert.IsType<SaveOutcome<CustomerErasure>.Invalid>(await store.AskAsync(Actor.System, ask)).Faults.Select(fault => fault.Field);
    }
}
