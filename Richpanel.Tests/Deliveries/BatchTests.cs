using Microsoft.EntityFrameworkCore;
using Richpanel.Core.Connections;
using Richpanel.Core.Deliveries;

namespace Richpanel.Tests.Deliveries;

public sealed class BatchTests
{
    private const int Patience = 30_000;

    [Fact(Timeout = Patience)]
    public async Task Twenty_five_calls_share_one_request_and_one_exchange_and_each_is_reported_by_itself()
    {
        await using var stub = await RichpanelStub.StartAsync();
        await using var test = await DispatcherUnderTest.CreateAsync();
        var connection = await test.ConnectAsync(stub.BaseUrl, row => row.Transport = Transport.Batch);
        var ids = await test.ReceiveAsync(connection, [.. Enumerable.Range(0, 25).Select(n => $"u{n % 10}")]);
        await test.StartAsync();

        var rows = await test.UntilAllAsync(ids, row => row.State == DeliveryState.Accepted);

        var request = Assert.Single(stub.Requests);
        Assert.EndsWith("/bt", request.Path, StringComparison.Ordinal);
        foreach (var lane in rows.GroupBy(row => row.Lane))
        {
            var ofLane = lane.Select(row => row.MessageId).ToHashSet();
            Assert.Equal(lane.Select(row => row.MessageId), request.EventIds.Where(ofLane.Contains));
        }

        var exchanges = await test.ReadAsync(context => context.Attempts
            .Select(attempt => attempt.ExchangeId).Distinct().ToListAsync(TestContext.Current.CancellationToken));
        Assert.Single(exchanges);
        await test.LedgerAddsUpAsync();
    }

    [Fact(Timeout = Patience)]
    public async Task A_batch_that_is_not_full_lingers_and_then_goes()
    {
        await using var stub = await RichpanelStub.StartAsync();
        await using var test = await DispatcherUnderTest.CreateAsync();
        var connection = await test.ConnectAsync(stub.BaseUrl, row => row.Transport = Transport.Batch);
        var ids = await test.ReceiveAsync(connection, "u1", "u2");
        await test.StartAsync();
        await test.UntilAllAsync(ids, row => row.State == DeliveryState.Sending);
        Assert.Empty(stub.Requests);

        var accepted = test.UntilAllAsync(ids, row => row.State == DeliveryState.Accepted);
        await test.AdvanceUntilAsync(accepted, TimeSpan.FromMilliseconds(200));

        Assert.Equal(2, Assert.Single(stub.Requests).EventIds.Count);
    }

    [Fact(Timeout = Patience)]
    public async Task A_batch_refused_as_a_whole_is_tried_one_by_one_and_only_the_bad_call_fails()
    {
        await using var stub = await RichpanelStub.StartAsync();
        stub.Answer = request => Task.FromResult(new StubAnswer(request.EventIds.Contains("m-3") ? 400 : 200));
        await using var test = await DispatcherUnderTest.CreateAsync(("Delivery:BatchSize", "5"));
        var connection = await test.ConnectAsync(stub.BaseUrl, row => row.Transport = Transport.Batch);
        var ids = await test.ReceiveAsync(connection, "u1", "u2", "u3", "u4", "u5");
        await test.StartAsync();

        var rows = await test.UntilAllAsync(ids, row => row.EndedAt is not null);

        Assert.Equal([5, 1, 1, 1, 1, 1], stub.Requests.Select(request => request.EventIds.Count));
        Assert.Equal(DeliveryState.Failed, rows[2].State);
        Assert.All(rows.Where(row => row.Id != ids[2]), row => Assert.Equal(DeliveryState.Accepted, row.State));
        Assert.Equal(["failed", "accepted"], (await test.AttemptsAsync(ids[0])).Select(attempt => attempt.Outcome));
        await test.LedgerAddsUpAsync();
    }

    [Fact(Timeout = Patience)]
    public async Task What_a_split_batch_gives_back_unsent_is_not_overtaken_by_later_calls_of_its_customer()
    {
        await using var stub = await RichpanelStub.StartAsync();
        stub.Answer = request => Task.FromResult(new StubAnswer(
            !request.EventIds.Contains("m-1") ? 200 : request.EventIds.Count > 1 ? 400 : 404));
        await using var test = await DispatcherUnderTest.CreateAsync(
            ("Delivery:BatchSize", "3"), ("Delivery:Concurrency", "2"), ("Delivery:Linger", "00:00:00"));
        var connection = await test.ConnectAsync(stub.BaseUrl, row => row.Transport = Transport.Batch);
        var ids = await test.ReceiveAsync(connection, "u1", "u2", "u2", "u2", "u2");
        await test.StartAsync();

        await test.UntilAllAsync(ids.Skip(1), row => row.State == DeliveryState.Accepted);

        var accepted = stub.EventIds.Skip(3).Where(id => id != "m-1");
        Assert.Equal(["m-2", "m-3", "m-4", "m-5"], accepted);
        await test.LedgerAddsUpAsync();
    }

    [Fact(Timeout = Patience)]
    public async Task A_batch_connection_without_a_secret_goes_on_hold_and_sends_nothing()
    {
        await using var stub = await RichpanelStub.StartAsync();
        await using var test = await DispatcherUnderTest.CreateAsync(("Delivery:BatchSize", "1"));
        var connection = await test.ConnectAsync(
            stub.BaseUrl,
            row =>
            {
                row.Transport = Transport.Batch;
                row.ProtectedSecret = null;
            });
        await test.StartAsync();
        var id = (await test.ReceiveAsync(connection, "u1"))[0];

        await test.UntilHeldAsync(connection, "no_secret_for_batch");
        Assert.Equal(0, (await test.UntilAsync(id, row => row.State == DeliveryState.Waiting)).AttemptCount);
        Assert.Empty(stub.Requests);
    }
}
