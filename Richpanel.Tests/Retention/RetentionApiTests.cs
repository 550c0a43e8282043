using System.Net;
using Richpanel.Core.Access;
using Richpanel.Tests.Api;
using Richpanel.Tests.Support;

namespace Richpanel.Tests.Retention;

/// <summary>Retention and pins by token.</summary>
public sealed class RetentionApiTests(ApiUnderTest api) : IClassFixture<ApiUnderTest>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact(Timeout = 60_000)]
    public async Task Rules_are_read_tried_changed_and_refused_where_they_cannot_be_kept()
    {
        var before = await api.JsonAsync(HttpMethod.Get, "retention");
        Assert.Equal(30, before.GetProperty("rules").GetProperty("acceptedDays").GetInt32());
        Assert.True(before.GetProperty("database").GetProperty("canShrink").GetBoolean());

        var refused = await api.JsonAsync(HttpMethod.Put, "retention", """{"rowDays":20}""", HttpStatusCode.BadRequest);
        Assert.Contains("90 days or more", refused.GetProperty("errors").GetProperty("rowDays")[0].GetString(), StringComparison.Ordinal);
        var plan = await api.JsonAsync(HttpMethod.Post, "retention/plan", """{"acceptedDays":2,"failedDays":2,"rowDays":2}""");
        Assert.Equal(0, plan.GetProperty("rows").GetInt64());
        Assert.Equal(2, plan.GetProperty("rules").GetProperty("rowDays").GetInt32());
        Assert.Equal(180, (await api.JsonAsync(HttpMethod.Get, "retention")).GetProperty("rules").GetProperty("rowDays").GetInt32());   // trying changes nothing

        var changed = await api.JsonAsync(HttpMethod.Put, "retention", """{"rowDays":365}""");
        Assert.Equal((365, 180), (changed.GetProperty("rules").GetProperty("rowDays").GetInt32(), changed.GetProperty("configured").GetProperty("rowDays").GetInt32()));
        using (var run = await api.CallAsync(HttpMethod.Post, "retention/run"))
        {
            Assert.Equal(HttpStatusCode.Accepted, run.StatusCode);
        }

        var rounds = await Eventually.IsAsync(() => api.JsonAsync(HttpMethod.Get, "retention"), now => now.GetProperty("rounds").GetArrayLength() > 0, Ct);
        Assert.Equal("Admin", rounds.GetProperty("rounds")[0].GetProperty("by").GetString());
        using var operates = await api.CallAsync(HttpMethod.Get, "retention", role: Role.Operator);
        Assert.Equal(HttpStatusCode.Forbidden, operates.StatusCode);
    }

    [Fact(Timeout = 60_000)]
    public async Task Support_pins_a_delivery_with_a_reason_and_everybody_reads_until_when_it_stays()
    {
        var sent = await api.JsonAsync(HttpMethod.Post, "send", """{"connection":"Sandbox","call":{"type":"track","userId":"jane","event":"One"}}""");
        var id = sent.GetProperty("delivery").GetProperty("id").GetString();

        var kept = await api.JsonAsync(HttpMethod.Get, $"deliveries/{id}/retention", role: Role.Viewer);
        Assert.Equal("none", kept.GetProperty("keptBy").GetString());
        Assert.True(kept.GetProperty("rowUntil").GetDateTimeOffset() > kept.GetProperty("contentUntil").GetDateTimeOffset());
        await api.JsonAsync(HttpMethod.Post, $"deliveries/{id}/pin", "{}", HttpStatusCode.BadRequest, Role.Support);
        var pinned = await api.JsonAsync(HttpMethod.Post, $"deliveries/{id}/pin", """{"reason":"Ticket 4711 is open"}""", role: Role.Support);
        Assert.Equal(("pin", "Ticket 4711 is open"), (pinned.GetProperty("keptBy").GetString(), pinned.GetProperty("pin").GetProperty("reason").GetString()));
        await api.JsonAsync(HttpMethod.Post, $"deliveries/{id}/pin", """{"reason":"Ticket 4711 is open"}""", HttpStatusCode.Forbidden, Role.Viewer);
        Assert.Equal("none", (await api.JsonAsync(HttpMethod.Delete, $"deliveries/{id}/pin", role: Role.Support)).GetProperty("keptBy").GetString());
        await api.JsonAsync(HttpMethod.Post, "deliveries/dlv_zzz/pin", """{"reason":"Ticket 4711 is open"}""", HttpStatusCode.NotFound, Role.Support);
    }
}
