using Richpanel.Core.Sandbox;

namespace Richpanel.Tests.Sandbox;

public sealed class SandboxScenarioTests
{
    [Fact]
    public void Steps_answer_in_order_as_often_as_they_say_and_then_richpanel_does() =>
        Assert.Equal([429, 503, 503, 200, 200], Play(new SandboxScenario([new(429), new(503, Repeat: 2)]), 5));

    [Fact]
    public void A_step_for_ever_never_ends() => Assert.All(Play(new SandboxScenario([new(500, Repeat: 0)]), 50), status => Assert.Equal(500, status));

    [Fact]
    public void A_share_hits_about_so_many_and_the_same_ones_for_the_same_seed()
    {
        var scenario = new SandboxScenario([new(500, Repeat: 0, Share: 0.3)], Seed: 7);
        var answers = Play(scenario, 1000);

        Assert.InRange(answers.Count(status => status == 500), 250, 350);
        Assert.Equal(answers, Play(scenario, 1000));
        Assert.NotEqual(answers, Play(scenario with { Seed = 8 }, 1000));
    }

    [Theory]
    [InlineData(99, 0, 1, 1)]
    [InlineData(199, 0, 1, 1)]
    [InlineData(600, 0, 1, 1)]
    [InlineData(200, 60_001, 1, 1)]
    [InlineData(200, 0, -1, 1)]
    [InlineData(200, 0, 1, 1.5)]
    public void A_step_that_cannot_be_played_is_told(int status, int delay, int repeat, double share) =>
        Assert.Single(new SandboxScenario([new(status, delay, null, repeat, share)]).Faults());

    private static List<int> Play(SandboxScenario scenario, int times)
    {
        var position = ScenarioPosition.Start(scenario);
        var answers = new List<int>();
        for (var i = 0; i < times; i++)
        {
            (var step, position) = position.Play(scenario);
            answers.Add(step.Status);
        }

        return answers;
    }
}
