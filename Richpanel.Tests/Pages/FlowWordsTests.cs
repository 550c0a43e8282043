using Richpanel.Console.Api;
using Richpanel.Console.Connections;
using Richpanel.Core.Connections;
using Richpanel.Core.Health;
using Richpanel.Core.Ledger;
using Richpanel.Tests.Deliveries;

namespace Richpanel.Tests.Pages;

/// <summary>What is said of a connection without answers, and of one that catches up.</summary>
public sealed class FlowWordsTests
{
    private static readonly LedgerLine s_twelve = new(Created: 12, Skipped: 0, Accepted: 0, Waiting: 12, WaitingHeld: 0, Failed: 0, Canceled: 0, Settled: 0, Purged: 0);

    [Fact]
    public void An_open_breaker_says_why_since_when_what_waits_and_when_the_next_probe_goes_out()
    {
        var shop = Shop(c => (c.BreakerCause, c.BreakerSince, c.BreakerUntil, c.BreakerProbes) = ("service_unavailable", A.Noon, A.Noon.AddMinutes(2), 2));
        var health = HealthSentence.Of(shop, s_twelve, hasSource: true, A.Noon.AddMinutes(1));

        Assert.Equal(("waiting", A.Noon, A.Noon.AddMinutes(2), HealthAction.Probe), (health.Look, health.Since!.Value, health.Until!.Value, health.Action));
        Assert.StartsWith("gets no answers: ", health.Text, StringComparison.Ordinal);
        Assert.Contains("12 deliveries wait and spend no try. 2 probes got no answer.", health.Detail, StringComparison.Ordinal);
        Assert.Equal("No answers", ConnectionState.Of(shop, A.Noon).Word);
        Assert.Equal(("breaker", 2, A.Noon.AddMinutes(2)), (ConnectionShape.Of(shop, A.Noon).State, ConnectionShape.Of(shop, A.Noon).Breaker!.Probes, ConnectionShape.Of(shop, A.Noon).Breaker!.NextProbeAt));
    }

    [Fact]
    public void While_a_probe_is_on_its_way_there_is_nothing_to_press()
    {
        var shop = Shop(c => (c.BreakerCause, c.BreakerSince, c.BreakerUntil) = ("service_unavailable", A.Noon, A.Noon.AddMinutes(2)));

        Assert.Equal(HealthAction.None, HealthSentence.Of(shop, s_twelve, hasSource: true, A.Noon.AddMinutes(2)).Action);
    }

    [Fact]
    public void Catching_up_says_how_fast_and_how_many_go_first()
    {
        var shop = Shop(c => (c.RecoveryBefore, c.RecoveryRate, c.RecoveryProbes) = (A.Noon, 50, 3));
        var health = HealthSentence.Of(shop, s_twelve, hasSource: true, A.Noon);

        Assert.Equal(("accepted", "is catching up with what has waited"), (health.Look, health.Text));
        Assert.Equal("12 deliveries wait, at most 50 a second; what comes in goes first. 3 more go one by one first.", health.Detail);
        Assert.Equal("Catching up", ConnectionState.Of(shop, A.Noon).Word);
        Assert.Equal((50, 3), (ConnectionShape.Of(shop, A.Noon).Recovery!.Rate, ConnectionShape.Of(shop, A.Noon).Recovery!.CanaryLeft));
    }

    [Fact]
    public void A_hold_is_said_before_a_breaker()
    {
        var shop = Shop(c => (c.HoldCause, c.HoldSince, c.BreakerCause, c.BreakerSince, c.BreakerUntil) = ("unauthorized", A.Noon, "service_unavailable", A.Noon, A.Noon.AddMinutes(2)));

        Assert.StartsWith("is on hold", HealthSentence.Of(shop, s_twelve, hasSource: true, A.Noon).Text, StringComparison.Ordinal);
        Assert.Equal("held", ConnectionShape.Of(shop, A.Noon).State);
    }

    private static Connection Shop(Action<Connection> change)
    {
        var shop = new Connection { Id = 7, Name = "Shop", BaseUrl = "https://api.richpanel.com/v2", ApiKey = "key", ProtectedSecret = [1] };
        change(shop);
        return shop;
    }
}
