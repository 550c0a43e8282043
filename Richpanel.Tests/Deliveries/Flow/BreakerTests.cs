using Richpanel.Core.Deliveries.Flow;
using Richpanel.Core.Wire;

namespace Richpanel.Tests.Deliveries.Flow;

public sealed class BreakerTests
{
    private readonly Breaker _breaker = new();
    private DateTimeOffset _now = A.Noon;

    [Fact]
    public void Ten_in_a_row_open_it_and_nine_do_not()
    {
        Assert.DoesNotContain(true, Enumerable.Range(0, 9).Select(_ => Fails()));
        Assert.True(Fails());
    }

    [Fact]
    public void An_answer_between_begins_the_row_anew()
    {
        See(20, BreakerAnswer.Answered);
        Assert.DoesNotContain(true, Enumerable.Range(0, 9).Select(_ => Fails()));
        See(1, BreakerAnswer.Answered);
        Assert.DoesNotContain(true, Enumerable.Range(0, 9).Select(_ => Fails()));
    }

    [Fact]
    public void Seven_of_ten_within_five_minutes_open_it()
    {
        See(3, BreakerAnswer.Answered);
        Assert.DoesNotContain(true, Enumerable.Range(0, 6).Select(_ => Fails()));
        Assert.True(Fails());
    }

    [Fact]
    public void What_is_older_than_five_minutes_no_longer_counts()
    {
        See(3, BreakerAnswer.Answered);
        See(6, BreakerAnswer.Unanswered);
        _now += Breaker.Window;
        See(1, BreakerAnswer.Answered);

        Assert.DoesNotContain(true, Enumerable.Range(0, 8).Select(_ => Fails()));
    }

    [Fact]
    public void What_says_nothing_of_the_other_side_does_not_count() =>
        Assert.DoesNotContain(true, Enumerable.Range(0, 50).Select(_ => _breaker.Observe(BreakerAnswer.None, _now)));

    [Theory]
    [InlineData(0, 30)]
    [InlineData(1, 60)]
    [InlineData(4, 480)]
    [InlineData(5, 600)]
    [InlineData(1_000, 600)]
    public void Probes_come_after_thirty_seconds_then_twice_as_long_up_to_ten_minutes(int unanswered, int seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), Breaker.ProbeAfter(unanswered));

    [Theory]
    [InlineData(AnswerClass.Accepted, "Answered")]
    [InlineData(AnswerClass.Failed, "Answered")]
    [InlineData(AnswerClass.TryLater, "Unanswered")]
    [InlineData(AnswerClass.Hold, "None")]
    public void A_refusal_is_an_answer_and_a_fault_of_key_or_address_is_for_the_holds(AnswerClass answer, string read) =>
        Assert.Equal(read, Breaker.Read(A.Answer(answer, "x", 500)).ToString());

    [Fact]
    public void A_wish_to_wait_postpones_and_does_not_count() =>
        Assert.Equal(BreakerAnswer.None, Breaker.Read(A.Answer(AnswerClass.TryLater, "http_429", 429, retryAfter: TimeSpan.FromSeconds(7))));

    private bool Fails() => _breaker.Observe(BreakerAnswer.Unanswered, _now);

    private void See(int count, BreakerAnswer answer)
    {
        for (var i = 0; i < count; i++)
        {
            Assert.False(_breaker.Observe(answer, _now));
        }
    }
}
