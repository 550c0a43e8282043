using System.Security.Claims;
using Microsoft.Extensions.Time.Testing;
using Richpanel.Console.Shared;

namespace Richpanel.Tests.SignIn;

public sealed class EndedSessionsTests
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));

    [Fact]
    public void A_session_ends_by_its_age_however_often_it_is_used()
    {
        var ended = new EndedSessions(_time);
        var session = Begun();

        _time.Advance(EndedSessions.Longest - TimeSpan.FromSeconds(1));
        Assert.False(ended.Has(session));

        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(ended.Has(session));
    }

    [Fact]
    public void One_that_does_not_say_since_when_it_is_has_ended() =>
        Assert.True(new EndedSessions(_time).Has(new ClaimsPrincipal(new ClaimsIdentity("cookie"))));

    [Fact]
    public void A_session_that_is_signed_out_ends_and_others_go_on()
    {
        var ended = new EndedSessions(_time);
        var (one, other) = (Begun(), Begun());

        ended.End(one);

        Assert.Equal((true, false), (ended.Has(one), ended.Has(other)));
    }

    private ClaimsPrincipal Begun()
    {
        var session = new ClaimsPrincipal(new ClaimsIdentity("cookie"));
        EndedSessions.Name(session, _time.GetUtcNow());
        return session;
    }
}
