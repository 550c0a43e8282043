using Richpanel.Core.Deliveries;

namespace Richpanel.Tests.Deliveries;

public sealed class LaneQueueTests
{
    private readonly LaneQueue _queue = new();

    [Fact]
    public void A_lane_gives_nothing_while_one_of_its_deliveries_is_on_its_way()
    {
        Add((1, 7), (2, 7));

        Assert.Equal([1], Taken());
        _queue.Free(7);
        Assert.Equal([2], Taken());
    }

    [Fact]
    public void Lanes_do_not_wait_for_each_other()
    {
        Add((1, 7), (2, 7), (3, 8), (4, 9));

        Assert.Equal([1, 3, 4], Taken());
    }

    [Fact]
    public void A_retry_with_a_smaller_id_goes_before_what_is_queued_in_its_lane()
    {
        Add((1, 7), (5, 7), (3, 7));
        Assert.Equal([1], Taken());
        _queue.Free(7);

        Assert.Equal([3], Taken());
    }

    [Fact]
    public void A_batch_takes_calls_of_one_lane_side_by_side_and_in_order()
    {
        Add((1, 7), (2, 8), (3, 7), (4, 8));

        Assert.Equal([1, 3, 2, 4], _queue.TakeBatch(25, 1000).Select(delivery => delivery.Row.Id));
        Assert.Equal(0, _queue.Count);
    }

    [Fact]
    public void A_batch_that_is_full_leaves_the_rest_of_the_lane_waiting_for_its_end()
    {
        Add((1, 7), (2, 7), (3, 7));

        Assert.Equal([1, 2], _queue.TakeBatch(2, 1000).Select(delivery => delivery.Row.Id));
        Assert.Empty(_queue.TakeBatch(2, 1000));
        _queue.Free(7);
        Assert.Equal([3], _queue.TakeBatch(2, 1000).Select(delivery => delivery.Row.Id));
    }

    [Fact]
    public void A_batch_stops_at_its_size_but_always_takes_one()
    {
        Add((1, 7), (2, 8), (3, 9));
        var size = A.Prepared(1, 7).Kept.Content.Length;

        Assert.Equal([1, 2], _queue.TakeBatch(25, size * 2).Select(delivery => delivery.Row.Id));
        Assert.Equal([3], _queue.TakeBatch(25, 1).Select(delivery => delivery.Row.Id));
    }

    [Fact]
    public void Counts_tell_what_could_start_now()
    {
        Add((1, 7), (2, 7), (3, 8));
        Assert.Equal((3, 3), (_queue.Count, _queue.ReadyCount));

        _queue.TryTake(out _);
        Assert.Equal((2, 1), (_queue.Count, _queue.ReadyCount));

        _queue.Free(7);
        Assert.Equal((2, 2), (_queue.Count, _queue.ReadyCount));
    }

    [Fact]
    public void Draining_gives_everything_back_and_keeps_busy_lanes_busy()
    {
        Add((1, 7), (2, 7), (3, 8));
        _queue.TryTake(out _);

        Assert.Equal([2, 3], _queue.Drain().Select(delivery => delivery.Row.Id).Order());
        Assert.Equal((0, 0), (_queue.Count, _queue.ReadyCount));
        Add((2, 7));
        Assert.Empty(Taken());
        _queue.Free(7);
        Assert.Equal([2], Taken());
    }

    private void Add(params (long Id, long Lane)[] deliveries)
    {
        foreach (var (id, lane) in deliveries)
        {
            _queue.Add(A.Prepared(id, lane));
        }
    }

    private List<long> Taken()
    {
        List<long> taken = [];
        while (_queue.TryTake(out var delivery))
        {
            taken.Add(delivery.Row.Id);
        }

        return taken;
    }
}
