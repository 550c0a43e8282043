using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Richpanel.Core.Access;
using Richpanel.Core.Connections;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Erasure;
using Richpanel.Core.Receiving;
using Richpanel.Core.Retries;
using Richpanel.Core.Storage;
using Richpanel.Tests.Deliveries;
using Richpanel.Tests.Retries;

namespace Richpanel.Tests.Erasure;

/// <summary>What goes on beside an erasure, and what holds one up.</summary>
public sealed class ErasureTroubleTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact(Timeout = 60_000)]
    public async Task A_replay_that_is_made_meanwhile_goes_with_the_customer()
    {
        await using var stub = await RichpanelStub.StartAsync();
        await using var test = await DispatcherUnderTest.CreateAsync();
        test.Get<ExpansionProgress>().Reached(long.MaxValue);
        var shop = await test.ConnectAsync(stub.BaseUrl);
        await test.StartAsync();
        stub.Always(422);
        var failed = await test.ReceiveAsync(shop, "jane", "bert");
        await test.UntilAllAsync(failed, row => row.State == DeliveryState.Failed);
        var batch = await test.SendAsync("user:jane", RetryKind.Replay);
        await test.Holds.PauseAsync(Actor.System, shop, null);

        // Of the same request as one that is just being sent: both are waited for.
        var sending = await test.ReceiveAsync(shop, "jane");
        await test.Writer.WriteAsync(session =>
        {
            using var context = session.Context();
            context.Deliveries.Single(row => row.Id == sending[0]).RequestId = context.Deliveries.Single(row => row.Id == failed[0]).RequestId;
            context.SaveChanges();
        });
        await test.ClaimAsNobodyAsync(sending[0], test.Time.GetUtcNow().AddMinutes(2));
        var asked = await AskAsync(test, "jane");
        var running = test.Get<Eraser>().RunAsync(asked, Ct);
        await Support.Eventually.IsAsync(() => FindAsync(test, asked), row => row.Step == "Removing the customer's deliveries", Ct);
        Assert.Single((await test.Get<RetryQueue>().QueueAsync(batch.Id, shop, 1)).Sent);
        await test.AdvanceUntilAsync(running, TimeSpan.FromSeconds(1));

        Assert.Equal([failed[1]], await test.ReadAsync(db => db.Deliveries.Select(row => row.Id).ToListAsync(Ct)));
        var receipt = await FindAsync(test, asked);
        Assert.Equal((3L, 0L), (receipt.CountsByPlace["deliveries"], receipt.CountsByPlace.GetValueOrDefault(ErasurePlaces.ArrivedSince)));
        Assert.Equal(2, stub.Requests.Count);
    }

    [Fact(Timeout = 60_000)]
    public async Task One_that_can_never_go_on_is_given_up_and_one_that_cannot_now_holds_up_nobody()
    {
        await using var test = await DispatcherUnderTest.CreateAsync();
        test.Get<ExpansionProgress>().Reached(long.MaxValue);
        var (lost, broken, good) = (await AskAsync(test, "anna"), await AskAsync(test, "bert"), await AskAsync(test, "carl"));
        await ChangeAsync(test, lost, row => row.SealedKeys = [1, 2, 3]);
        await ChangeAsync(test, broken, row => row.Counts = "no JSON");
        var care = CareOf(test);

        Assert.Null(await care.RunNextAsync(Ct));
        var given = await FindAsync(test, lost);
        Assert.Equal((ErasureState.GivenUp, null, null), (given.State, given.SealedKeys, given.Step));
        Assert.Contains("Ask for it again", given.Fault, StringComparison.Ordinal);
        Assert.NotNull(given.EndedAt);
        Assert.Null(await care.RunNextAsync(Ct));
        Assert.Contains("tried again each minute", (await FindAsync(test, broken)).Fault, StringComparison.Ordinal);
        Assert.Null(await care.RunNextAsync(Ct));
        Assert.Equal(ErasureState.Done, (await FindAsync(test, good)).State);
        Assert.Equal(TimeSpan.FromMinutes(1), await care.RunNextAsync(Ct));

        await ChangeAsync(test, broken, row => row.Counts = "{}");
        Assert.Null(await care.RunNextAsync(Ct));
        Assert.Equal((ErasureState.Done, null), ((await FindAsync(test, broken)).State, (await FindAsync(test, broken)).Fault));
        Assert.Equal(Timeout.InfiniteTimeSpan, await care.RunNextAsync(Ct));
        Assert.Equal(ErasureState.GivenUp, (await FindAsync(test, lost)).State);   // for good
        Assert.Equal(1, await test.ReadAsync(db => db.ChangeLog.CountAsync(line => line.Action == "erasure.given-up", Ct)));
    }

    [Fact(Timeout = 60_000)]
    public async Task Bytes_that_somebody_was_reading_at_the_end_are_tried_again_until_they_are_gone()
    {
        await using var test = await DispatcherUnderTest.CreateAsync();
        test.Get<ExpansionProgress>().Reached(long.MaxValue);
        var asked = await AskAsync(test, "jane");
        var care = CareOf(test);
        using (var reader = test.Get<SqliteStore>().OpenReader())
        {
            using var snapshot = reader.BeginTransaction(deferred: true);
            using var look = reader.CreateCommand();
            look.CommandText = """SELECT COUNT(*) FROM "Erasures" """;
            Assert.Equal(1L, look.ExecuteScalar());
            await UntilAsync(care.RunNextAsync(Ct));
            Assert.Equal((ErasureState.Done, false), await StateAsync());
            Assert.Equal(TimeSpan.FromMinutes(1), await UntilAsync(care.RunNextAsync(Ct)));
            Assert.Equal((ErasureState.Done, false), await StateAsync());
        }

        Assert.Equal(Timeout.InfiniteTimeSpan, await UntilAsync(care.RunNextAsync(Ct)));
        Assert.Equal((ErasureState.Done, true), await StateAsync());

        async Task<TimeSpan?> UntilAsync(Task<TimeSpan?> run)
        {
            await test.AdvanceUntilAsync(run, TimeSpan.FromSeconds(1));
            return await run;
        }

        async Task<(ErasureState, bool)> StateAsync()
        {
            var row = await FindAsync(test, asked);
            return (row.State, row.BytesGone);
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task Files_that_stay_are_named_databases_put_aside_and_a_backup_in_the_making_included()
    {
        await using var test = await DispatcherUnderTest.CreateAsync();
        var paths = test.Get<StoragePaths>();
        Directory.CreateDirectory(Path.Combine(paths.Backups, ".richpanel-console-2026-03-01T11-59-59Z-0011aabb"));
        foreach (var file in new[] { paths.DatabaseFile + ".before-upgrade-2026-02-01T10-00-00Z", paths.DatabaseFile + ".replaced-2026-02-02T10-00-00Z", paths.DatabaseFile + ".replaced-2026-02-02T10-00-00Z-wal", Path.Combine(paths.Backups, "a.rpbackup") })
        {
            await File.WriteAllTextAsync(file, "of before", Ct);
        }

        Assert.Equal(
            [
                "a.rpbackup", "console.db.before-upgrade-2026-02-01T10-00-00Z", "console.db.replaced-2026-02-02T10-00-00Z", "console.db.replaced-2026-02-02T10-00-00Z-wal",
                "richpanel-console-2026-03-01T11-59-59Z.rpbackup (being made)",
            ],
            test.Get<ErasureStore>().Files());
    }

    [Fact]
    public void Work_is_cut_by_number_and_by_bytes()
    {
        long[] sizes = [10, Portions.MostBytes - 10, 1, Portions.MostBytes + 5, 1, 1, 1, 1];

        Assert.Equal([[10, Portions.MostBytes - 10], [1], [Portions.MostBytes + 5], [1, 1, 1], [1]], Portions.Of(sizes, 3, size => size).Select(piece => piece.ToArray()));
    }

    [Fact(Timeout = 60_000)]
    public async Task Texts_are_read_so_many_bytes_at_once()
    {
        await using var test = await DispatcherUnderTest.CreateAsync();
        var shop = await test.ConnectAsync("http://127.0.0.1:9/v2");
        await test.ReceiveAsync(shop, [.. Enumerable.Repeat("jane", 10)]);
        await test.Writer.WriteAsync(session => session.Execute("""UPDATE "Requests" SET "Body"=randomblob(1000000) """));
        using var reader = test.Get<SqliteStore>().OpenReader();
        var place = MentionPlace.All.Single(one => one.IsRequests);
        var names = new CustomerNames([new CustomerKey(CustomerKeyKind.Email, "jane@example.test")]);

        List<long> stops = [];
        for (long after = 0, looked; (looked = place.Find(reader, names, after, 500).LastId) > 0; after = looked)
        {
            stops.Add(looked - after);
        }

        Assert.Equal([5, 5], stops);
    }

    [Fact(Timeout = 60_000)]
    public async Task While_search_keys_are_made_anew_nobody_is_erased_and_the_preview_says_that_it_is_partial()
    {
        await using var test = await DispatcherUnderTest.CreateAsync();
        test.Get<ExpansionProgress>().Reached(long.MaxValue);
        var shop = await test.ConnectAsync("http://127.0.0.1:9/v2", connection => connection.PausedAt = test.Time.GetUtcNow());
        await test.ReceiveAsync(shop, "jane");
        var asked = await AskAsync(test, "jane");
        await test.Get<SearchUpkeep>().StartAsync();   // of a database that knows no key yet
        CustomerKey[] jane = [new(CustomerKeyKind.User, "jane")];
        Assert.True((await test.Get<ErasureStore>().PreviewAsync(Actor.System, jane, Ct)).IsPartial);

        var refused = await Assert.ThrowsAsync<ErasureException>(() => test.Get<Eraser>().RunAsync(asked, Ct));

        Assert.Equal(ErasureStore.KeysInTheMaking, refused.Message);
        while (await test.Get<SearchUpkeep>().StepAsync())
        {
            // Until all have theirs.
        }

        Assert.False((await test.Get<ErasureStore>().PreviewAsync(Actor.System, jane, Ct)).IsPartial);
        await test.Get<Eraser>().RunAsync(asked, Ct);
        Assert.Equal(0, await test.ReadAsync(db => db.Deliveries.CountAsync(Ct)));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_body_that_was_changed_while_it_was_read_is_not_remembered()
    {
        await using var test = await DispatcherUnderTest.CreateAsync();
        var shop = await test.ConnectAsync("http://127.0.0.1:9/v2");
        await test.ReceiveAsync(shop, "jane");
        var id = await test.ReadAsync(db => db.Requests.Select(request => request.Id).SingleAsync(Ct));
        RequestBodies? bodies = null;
        bodies = new RequestBodies(new Meanwhile(test.Contexts, () => bodies!.Forget(id)));

        Assert.NotNull(await bodies.FindAsync(id, Ct));
        await test.Writer.WriteAsync(session => session.Execute("""UPDATE "Requests" SET "Body"=CAST('blanked' AS BLOB),"Encoding"=0"""));

        Assert.Equal("blanked"u8.ToArray(), (await bodies.FindAsync(id, Ct))!.Body);
    }

    private static ErasureCare CareOf(DispatcherUnderTest test) => test.Get<IEnumerable<IHostedService>>().OfType<ErasureCare>().Single();

    private static async Task<CustomerErasure> AskAsync(DispatcherUnderTest test, string user) => Assert.IsType<SaveOutcome<CustomerErasure>.Saved>(
        await test.Get<ErasureStore>().AskAsync(Actor.System, new ErasureAsk([new CustomerKey(CustomerKeyKind.User, user)], "Her own wish", user))).Value;

    private static async Task<CustomerErasure> FindAsync(DispatcherUnderTest test, CustomerErasure asked) => (await test.Get<ErasureStore>().FindAsync(Actor.System, asked.Id, Ct))!;

    private static Task ChangeAsync(DispatcherUnderTest test, CustomerErasure asked, Action<CustomerErasure> change) => test.Writer.WriteAsync(session =>
    {
        using var context = session.Context();
        change(context.Erasures.Single(row => row.Id == asked.Id));
        context.SaveChanges();
    });

    /// <summary>Something happens between the question and the answer.</summary>
    private sealed class Meanwhile(IDbContextFactory<ConsoleDbContext> contexts, Action act) : IDbContextFactory<ConsoleDbContext>
    {
        public ConsoleDbContext CreateDbContext()
        {
            act();
            return contexts.CreateDbContext();
        }
    }
}
