using System.Diagnostics;
using Richpanel.Core.Storage;

namespace Richpanel.Tests.Storage;

public sealed class DoorLoadTests
{
    private static readonly TimeSpan s_window = TimeSpan.FromMilliseconds(100);

    private readonly DoorLoad _door;
    private long _now;

    public DoorLoadTests() => _door = new DoorLoad(() => _now);

    [Fact]
    public void Many_commits_with_few_senders_each_are_no_rush()
    {
        Commits(1000, senders: 12);

        Assert.False(_door.IsRush);
    }

    [Fact]
    public void Senders_who_crowd_at_each_commit_are_a_rush()
    {
        Commits(20, senders: DoorLoad.Crowd);

        Assert.True(_door.IsRush);
    }

    [Fact]
    public void A_rush_lasts_while_the_queue_is_only_a_little_shorter()
    {
        Commits(20, senders: DoorLoad.Crowd);
        Commits(20, senders: DoorLoad.Calm);
        Assert.True(_door.IsRush);

        Commits(20, senders: DoorLoad.Calm - 1);
        Assert.False(_door.IsRush);
    }

    [Fact]
    public void Few_senders_with_much_to_bring_are_a_rush()
    {
        for (var i = 0; i < 100; i++)
        {
            _door.Came(DoorLoad.BytesCrowd / 90);
            Commits(1, senders: 1);
        }

        Assert.True(_door.IsRush);
    }

    [Fact]
    public void Few_senders_with_less_to_bring_are_none()
    {
        for (var i = 0; i < 100; i++)
        {
            _door.Came(DoorLoad.BytesCrowd / 200);
            Commits(1, senders: 1);
        }

        Assert.False(_door.IsRush);
    }

    [Fact]
    public void A_rush_ends_when_nobody_comes_any_more()
    {
        Commits(20, senders: 64);
        _now += Ticks(s_window * 3);

        Assert.False(_door.IsRush);
    }

    [Fact]
    public void Commits_without_a_sender_say_nothing_about_the_door()
    {
        Commits(20, senders: DoorLoad.Crowd);
        Commits(1, senders: 0);

        Assert.True(_door.IsRush);
    }

    private void Commits(int count, int senders)
    {
        for (var i = 0; i < count; i++)
        {
            _now += Ticks(s_window / 10);
            _door.Committing(senders);
        }
    }

    private static long Ticks(TimeSpan time) => (long)(time.TotalSeconds * Stopwatch.Frequency);
}
