using Microsoft.Extensions.Hosting;
using Richpanel.Core.Deliveries;

namespace Richpanel.Tests.Deliveries;

public sealed class ClockCareTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact(Timeout = 60_000)]
    public async Task What_came_in_while_the_clock_ran_ahead_goes_out_and_a_wait_between_tries_stands()
    {
        await using var stub = await RichpanelStub.StartAsync();
        await using var test = await DispatcherUnderTest.CreateAsync();
        var connection = await test.ConnectAsync(stub.BaseUrl);
        var ids = await test.ReceiveAsync(connection, "u1", "u2");
        var ahead = test.Time.GetUtcNow() + TimeSpan.FromHours(2);
        await test.Writer.WriteAsync(session =>
        {
            using var context = session.Context();
            foreach (var row in context.Deliveries)
            {
                (row.ReceivedAt, row.DueAt, row.AttemptCount) = (ahead, ahead, row.Id == ids[0] ? 0 : 1);
            }

            context.SaveChanges();
        });

        await test.StartAsync();
        await test.Get<IEnumerable<IHostedService>>().OfType<ClockCare>().Single().StartAsync(Ct);

        await test.UntilAsync(ids[0], row => row.State == DeliveryState.Accepted);
        Assert.Equal((DeliveryState.Waiting, ahead), ((await test.FindAsync(ids[1])) is var waits ? (waits.State, waits.DueAt!.Value) : default));
    }
}
