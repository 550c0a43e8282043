using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Richpanel.Core.Access;
using Richpanel.Core.ChangeLog;
using Richpanel.Core.Connections;
using Richpanel.Core.Preview;
using Richpanel.Core.Privacy;
using Richpanel.Core.Sandbox;
using Richpanel.Tests.Support;

namespace Richpanel.Tests.Preview;

public sealed class ConnectionTrialsTests : IAsyncLifetime
{
    private static readonly Actor s_anna = Actor.System with { Name = "Anna" };

    private readonly ConsoleUnderTest _console = new(new() { ["Sandbox:Port"] = "0" });

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private ConnectionTrials Trials => _console.Services.GetRequiredService<ConnectionTrials>();

    private Connection Sandbox => _console.Directory.Connections.Single(connection => connection.IsSandbox);

    public ValueTask InitializeAsync()
    {
        _ = _console.CreateClient();
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => _console.DisposeAsync();

    [Theory(Timeout = 60_000)]
    [InlineData(0)]
    [InlineData(3)]
    public async Task A_marked_visitor_arrives_in_the_way_asked_for_whatever_the_connection_is_set_to(int way)
    {
        var sent = Saved(await Trials.SendAsync(s_anna, Sandbox.Id, TrialWay.All[way], Ct));

        Assert.Equal((TrialWay.All[way], "Anna", (TrialAnswer?)null), (sent.Way, sent.SentBy, sent.Answer));
        var request = (await _console.Services.GetRequiredService<SandboxQueries>().RequestsAsync(Sight.Of(s_anna), null, 1, Ct))[0];
        Assert.EndsWith(sent.Transport == Transport.Batch ? "/bt" : "/t", request.Path, StringComparison.Ordinal);
        var customers = await _console.Services.GetRequiredService<SandboxQueries>().CustomersAsync(Sight.Of(s_anna), null, 10, Ct);
        Assert.Equal((null, 200), (sent.Cause, sent.StatusCode));
        Assert.Contains(customers, customer => customer.Name == sent.VisitorName);
        Assert.Equal(0, await CountAsync(context => context.Deliveries.CountAsync(Ct)));   // it is no delivery, and the ledger knows nothing of it
    }

    [Fact(Timeout = 60_000)]
    public async Task What_was_answered_is_kept_even_when_nothing_answered()
    {
        var gone = await _console.AddSourceAsync("Staging", connection => connection.Environment = ConnectionEnvironment.Staging);

        var sent = Saved(await Trials.SendAsync(s_anna, gone.ConnectionId, TrialWay.All[0], Ct));

        Assert.Equal(("address_not_allowed", (int?)null), (sent.Cause, sent.StatusCode));
        Assert.Equal(sent.Id, Assert.Single(await Trials.ListAsync(gone.ConnectionId, Ct)).Id);
        Assert.Equal("trial.sent", await LastActionAsync());
    }

    [Fact(Timeout = 60_000)]
    public async Task No_test_visitor_goes_to_production_or_unsigned_by_batch_or_signed_without_a_secret()
    {
        var shop = await _console.AddSourceAsync("Shop");
        var bare = await _console.AddSourceAsync("Bare", connection => connection.Environment = ConnectionEnvironment.Staging, apiSecret: null);

        Assert.Equal("Connection", Fault(await Trials.SendAsync(s_anna, shop.ConnectionId, TrialWay.All[0], Ct)));
        Assert.Equal("Ways", Fault(await Trials.SendAsync(s_anna, Sandbox.Id, new TrialWay(Transport.Batch, null), Ct)));
        Assert.Equal("Ways", Fault(await Trials.SendAsync(s_anna, bare.ConnectionId, TrialWay.All[0], Ct)));
        Assert.Equal(0, await CountAsync(context => context.Trials.CountAsync(Ct)));
        Assert.Equal(0, await CountAsync(context => context.ChangeLog.CountAsync(line => line.Action == "trial.sent", Ct)));
    }

    [Fact(Timeout = 60_000)]
    public async Task What_a_person_saw_is_kept_with_name_and_time_and_can_be_corrected()
    {
        var sent = Saved(await Trials.SendAsync(s_anna, Sandbox.Id, TrialWay.All[0], Ct));

        var seen = Saved(await Trials.AnswerAsync(s_anna, sent.Id, TrialAnswer.Seen));
        Assert.Equal((TrialAnswer.Seen, "Anna"), (seen.Answer, seen.AnsweredBy));
        Assert.NotNull(seen.AnsweredAt);
        Saved(await Trials.AnswerAsync(s_anna with { Name = "Ben" }, sent.Id, TrialAnswer.NotSeen));

        var kept = Assert.Single(await Trials.ListAsync(Sandbox.Id, Ct));
        Assert.Equal((TrialAnswer.NotSeen, "Ben"), (kept.Answer, kept.AnsweredBy));
        await using var context = _console.Read();
        var line = await context.ChangeLog.OrderBy(line => line.Id).LastAsync(Ct);
        Assert.Equal(("trial.answered", "Ben"), (line.Action, line.ActorName));
        Assert.Contains(FieldChange.Read(line.Fields), field => field is { Field: "seen", Before: "Seen", After: "NotSeen" });
    }

    private static Trial Saved(SaveOutcome<Trial> outcome) => Assert.IsType<SaveOutcome<Trial>.Saved>(outcome).Value;

    private static string Fault(SaveOutcome<Trial> outcome) => Assert.Single(Assert.IsType<SaveOutcome<Trial>.Invalid>(outcome).Faults).Field;

    private async Task<int> CountAsync(Func<Richpanel.Core.Storage.ConsoleDbContext, Task<int>> count)
    {
        await using var context = _console.Read();
        return await count(context);
    }

    private async Task<string> LastActionAsync()
    {
        await using var context = _console.Read();
        return (await context.ChangeLog.OrderBy(line => line.Id).LastAsync(Ct)).Action;
    }
}
