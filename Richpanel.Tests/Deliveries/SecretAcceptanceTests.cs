using Microsoft.EntityFrameworkCore;
using Richpanel.Core.Access;
using Richpanel.Core.Deliveries;

namespace Richpanel.Tests.Deliveries;

public sealed class SecretAcceptanceTests
{
    private const int Patience = 60_000;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact(Timeout = Patience)]
    public async Task The_first_acceptance_is_recorded_exactly_once_however_many_sends_run_at_once()
    {
        await using var stub = await RichpanelStub.StartAsync();
        await using var test = await DispatcherUnderTest.CreateAsync(("Delivery:Concurrency", "8"));
        var connection = await test.ConnectAsync(stub.BaseUrl);
        await CountAsync(test);
        await test.StartAsync();
        var first = await test.ReceiveAsync(connection, [.. Enumerable.Range(0, 40).Select(user => $"u{user}")]);
        await test.UntilAllAsync(first, row => row.State == DeliveryState.Accepted);
        test.Advance(TimeSpan.FromMinutes(1));
        var later = await test.ReceiveAsync(connection, [.. Enumerable.Range(0, 40).Select(user => $"v{user}")]);
        await test.UntilAllAsync(later, row => row.State == DeliveryState.Accepted);

        Assert.Equal(1, await test.ReadAsync(context => context.Database.SqlQueryRaw<long>("SELECT COUNT(*) AS \"Value\" FROM \"Seen\"").SingleAsync(Ct)));
        Assert.Equal(A.Noon, await test.ReadAsync(context => context.Connections.Where(row => row.Id == connection).Select(row => row.SecretAcceptedAt).SingleAsync(Ct)));
        Assert.Equal(A.Noon, test.Directory.Find(connection)!.SecretAcceptedAt);
        Assert.Equal(1, await test.ReadAsync(context => context.ChangeLog.CountAsync(line => line.Action == "secret.accepted" && line.ActorKind == ActorKind.System, Ct)));
    }

    [Theory(Timeout = Patience)]
    [InlineData(401)]
    [InlineData(422)]
    public async Task What_is_refused_accepts_no_secret(int status)
    {
        await using var stub = await RichpanelStub.StartAsync();
        stub.Always(status);
        await using var test = await DispatcherUnderTest.CreateAsync();
        var connection = await test.ConnectAsync(stub.BaseUrl);
        await test.StartAsync();
        var id = (await test.ReceiveAsync(connection, "u1"))[0];

        await test.UntilAsync(id, row => row.AttemptCount == 1);

        Assert.Null(await test.ReadAsync(context => context.Connections.Where(row => row.Id == connection).Select(row => row.SecretAcceptedAt).SingleAsync(Ct)));
    }

    [Fact(Timeout = Patience)]
    public async Task An_answer_to_the_secret_before_says_nothing_of_the_new_one_and_its_attempt_names_the_one_it_was_signed_with()
    {
        await using var stub = await RichpanelStub.StartAsync();
        var answer = new TaskCompletionSource<StubAnswer>(TaskCreationOptions.RunContinuationsAsynchronously);
        var arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        stub.Answer = request =>
        {
            arrived.TrySetResult();
            return request.EventIds[0] == "m-1" ? answer.Task : Task.FromResult(new StubAnswer(200));
        };
        await using var test = await DispatcherUnderTest.CreateAsync();
        var connection = await test.ConnectAsync(stub.BaseUrl);
        await test.StartAsync();
        var old = (await test.ReceiveAsync(connection, "u1"))[0];
        await arrived.Task.WaitAsync(Ct);

        await test.ChangeConnectionAsync(connection, row => row.SecretFingerprint = "ccddeeff");
        answer.SetResult(new StubAnswer(200));
        await test.UntilAsync(old, row => row.State == DeliveryState.Accepted);

        Assert.Null(await AcceptedAsync());
        Assert.Equal("0011aabb", (await test.AttemptsAsync(old))[0].SecretFingerprint);
        var next = (await test.ReceiveAsync(connection, "u2"))[0];
        await test.UntilAsync(next, row => row.State == DeliveryState.Accepted);
        Assert.NotNull(await AcceptedAsync());
        Assert.Equal("ccddeeff", (await test.AttemptsAsync(next))[0].SecretFingerprint);

        Task<DateTimeOffset?> AcceptedAsync() => test.ReadAsync(context => context.Connections.Where(row => row.Id == connection).Select(row => row.SecretAcceptedAt).SingleAsync(Ct));
    }

    [Theory(Timeout = Patience)]
    [InlineData(1, "secret_unreadable")]
    [InlineData(2, null)]
    public async Task A_secret_entered_while_a_send_met_the_lost_one_is_not_put_on_hold_for_it(int version, string? held)
    {
        await using var test = await DispatcherUnderTest.CreateAsync();
        var connection = await test.ConnectAsync("http://127.0.0.1:9/v2", row => row.Version = version);
        var turn = new DispatchTurn(
            connection, A.Noon, [], [], new ConnectionStop("secret_unreadable", null, OfVersion: 1), new ClaimWish(0, 1, A.Noon, new Dictionary<long, int>()), null, null);

        await new DispatchStore(test.Writer, test.Changes).TakeTurnAsync(turn);

        Assert.Equal(held, await test.ReadAsync(context => context.Connections.Where(row => row.Id == connection).Select(row => row.HoldCause).SingleAsync(Ct)));
    }

    /// <summary>The database itself counts how often the column is written.</summary>
    private static Task CountAsync(DispatcherUnderTest test) => test.Writer.WriteAsync(session =>
    {
        using var context = session.Context();
        context.Database.ExecuteSqlRaw("CREATE TABLE \"Seen\" (\"At\" INTEGER); CREATE TRIGGER \"See\" AFTER UPDATE OF \"SecretAcceptedAt\" ON \"Connections\" BEGIN INSERT INTO \"Seen\" VALUES (1); END;");
    });
}
