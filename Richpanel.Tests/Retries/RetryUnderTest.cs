using Richpanel.Core.Access;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Deliveries.Query;
using Richpanel.Core.Retries;
using Richpanel.Tests.Deliveries;

namespace Richpanel.Tests.Retries;

/// <summary>What tests of bulk retries begin with: deliveries that failed, and a plan of them.</summary>
internal static class RetryUnderTest
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>That many deliveries, all refused with 422; the stub answers 200 from then on.</summary>
    public static async Task<IReadOnlyList<long>> FailAsync(this DispatcherUnderTest test, RichpanelStub stub, long connection, int count)
    {
        stub.Always(422);
        var ids = await test.ReceiveAsync(connection, [.. Enumerable.Range(0, count).Select(number => $"u{number}")]);
        await test.UntilAllAsync(ids, row => row.State == DeliveryState.Failed);
        stub.Always(200);
        stub.Requests.Clear();
        return ids;
    }

    public static async Task<RetryBatch> PlanAsync(this DispatcherUnderTest test, string query, RetryKind kind = RetryKind.Retry, bool neverAccepted = false, Actor? by = null)
    {
        var planned = await test.Planner.PlanAsync(by ?? Actor.System, new RetryAsk(kind) { Query = LogQuery.Of(query), NeverAccepted = neverAccepted }, Ct);
        return planned.Batch ?? throw new InvalidOperationException(planned.Fault);
    }

    /// <summary>Planned and started; without a canary unless it is asked for.</summary>
    public static async Task<RetryBatch> SendAsync(
        this DispatcherUnderTest test, string query, RetryKind kind = RetryKind.Retry, RetryStart? how = null, bool neverAccepted = false)
    {
        var batch = await test.PlanAsync(query, kind, neverAccepted);
        Assert.Equal(new RetryOutcome(how is { Canary: > 0 } ? RetryState.Canary : RetryState.Running), await test.Batches.StartAsync(Actor.System, batch.Id, how ?? new RetryStart(PerSecond: 200, Canary: 0)));
        return batch;
    }

    public static RetryPlan PlanOf(this RetryBatch batch) => RetryPlan.Read(batch.Plan);
}
