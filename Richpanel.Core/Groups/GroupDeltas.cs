using Richpanel.Core.Deliveries;
using Richpanel.Core.Ledger;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Groups;

/// <summary>
/// What one transaction changes about failure groups, written as few additions at its end. A part of <see cref="LedgerDeltas"/>: what
/// a piece of work says is staged until that work is known to stand.
/// </summary>
public sealed class GroupDeltas
{
    private readonly Dictionary<long, Sum> _failures = [];
    private readonly Dictionary<(long Group, int Hour), long> _hours = [];
    private readonly Dictionary<long, long> _stillFailed = [];
    private readonly Dictionary<long, DateTimeOffset> _retried = [];
    private readonly Dictionary<long, long> _left = [];

    private readonly List<(long Group, DateTimeOffset At, bool Joined, DateTimeOffset Began)> _stagedFailures = [];
    private readonly List<(long Group, DateTimeOffset At)> _stagedRetries = [];
    private readonly List<long> _stagedLeft = [];

    /// <summary>A delivery failed.</summary>
    /// <param name="at">When it was given up.</param>
    /// <param name="joined">It was not in this group before.</param>
    /// <param name="began">Its first try that went this way, which may be long before it was given up; null when there was none.</param>
    public void Failed(long group, DateTimeOffset at, bool joined, DateTimeOffset? began = null) => _stagedFailures.Add((group, at, joined, began < at ? began.Value : at));

    /// <summary>A delivery of it failed in another way that is merged with this one: it is not counted twice in the whole.</summary>
    public void Left(long group) => _stagedLeft.Add(group);

    /// <summary>A delivery of the group went out because somebody asked for it.</summary>
    public void Retried(long group, DateTimeOffset at) => _stagedRetries.Add((group, at));

    /// <summary>A delivery is failed from now on (1), or no longer (-1). Said by the ledger, for whatever moves a row.</summary>
    internal void Count(long group, long by) => _stillFailed[group] = _stillFailed.GetValueOrDefault(group) + by;

    internal void Keep()
    {
        foreach (var (group, at, joined, began) in _stagedFailures)
        {
            var failure = new Sum(joined ? 1 : 0, at, at, began);
            _failures[group] = _failures.TryGetValue(group, out var sum) ? sum.With(failure) : failure;
            var hour = (group, RollupTime.HourOf(RollupTime.SlotOf(at)));
            _hours[hour] = _hours.GetValueOrDefault(hour) + 1;
        }

        foreach (var (group, at) in _stagedRetries)
        {
            _retried[group] = _retried.TryGetValue(group, out var last) && last > at ? last : at;
        }

        foreach (var group in _stagedLeft)
        {
            _left[group] = _left.GetValueOrDefault(group) + 1;
        }

        Drop();
    }

    internal void Drop()
    {
        _stagedFailures.Clear();
        _stagedRetries.Clear();
        _stagedLeft.Clear();
    }

    internal void Clear()
    {
        Drop();
        _failures.Clear();
        _hours.Clear();
        _stillFailed.Clear();
        _retried.Clear();
        _left.Clear();
    }

    internal void Flush(WriteSession session)
    {
        foreach (var (group, (joined, first, last, began)) in _failures)
        {
            DispatchStore.Set(session.Command(GroupSql.AddFailures, "$n", "$first", "$last", "$began", "$id"), joined, first.UtcTicks, last.UtcTicks, began.UtcTicks, group).ExecuteNonQuery();
        }

        foreach (var ((group, hour), count) in _hours)
        {
            DispatchStore.Set(session.Command(GroupSql.AddToHour, "$id", "$h", "$n"), group, hour, count).ExecuteNonQuery();
        }

        foreach (var (group, by) in _stillFailed.Where(one => one.Value != 0))
        {
            DispatchStore.Set(session.Command(GroupSql.AddStillFailed, "$n", "$id"), by, group).ExecuteNonQuery();
        }

        foreach (var (group, count) in _left)
        {
            DispatchStore.Set(session.Command(GroupSql.TakeFromTotal, "$n", "$id"), count, group).ExecuteNonQuery();
        }

        foreach (var (group, at) in _retried)
        {
            DispatchStore.Set(session.Command(GroupSql.Retried, "$at", "$id"), at.UtcTicks, group).ExecuteNonQuery();
        }

        Clear();
    }

    /// <summary>Failures of one group in one commit.</summary>
    /// <param name="Began">Of the flare-up that the newest of them belongs to; rows of an earlier version may lie days apart.</param>
    private readonly record struct Sum(long Joined, DateTimeOffset First, DateTimeOffset Last, DateTimeOffset Began)
    {
        /// <param name="failure">A single one: its first is its last.</param>
        public Sum With(Sum failure) => new(
            Joined + failure.Joined,
            failure.First < First ? failure.First : First,
            failure.Last > Last ? failure.Last : Last,
            failure.Began - Last > FailureGroups.Quiet ? failure.Began
                : failure.Began < Began && Began - failure.Last <= FailureGroups.Quiet ? failure.Began
                : Began);
    }
}
