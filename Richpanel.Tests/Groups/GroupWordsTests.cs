using Richpanel.Console.Groups;
using Richpanel.Core.Groups;

namespace Richpanel.Tests.Groups;

public sealed class GroupWordsTests
{
    [Theory]
    [InlineData(null, false, 0, "Nobody any more: it resolved by itself, and none fails this way now.")]
    [InlineData(null, false, 2, "Nobody any more: it resolved by itself.")]
    [InlineData(null, true, 2, "Nobody any more: its connection was deleted.")]
    [InlineData("Sam", true, 2, "Nobody any more: Sam resolved it")]
    public void Why_a_group_is_over_is_said_as_far_as_it_is_known(string? by, bool isGone, long stillFailed, string words)
    {
        var group = new FailureGroup { Cause = "unprocessable", State = GroupState.Resolved, StateBy = by, StillFailed = stillFailed, LastRetriedAt = DateTimeOffset.UnixEpoch };

        Assert.Equal(words, GroupWords.Care(new GroupLine(group, group.State, [], 0, new GroupCustomers(0, null), null, []), isGone));
    }

    [Theory]
    [InlineData("product.started", GroupChangeKind.Start)]
    [InlineData("backup.restored", GroupChangeKind.Restore)]
    [InlineData("connection.changed", GroupChangeKind.Setting)]
    [InlineData("connection.resumed", GroupChangeKind.Flow)]
    [InlineData("secret.rolled-back", GroupChangeKind.Secret)]
    [InlineData("webhook-secret.replaced", GroupChangeKind.Secret)]
    [InlineData("source.key-rotated", GroupChangeKind.Secret)]
    [InlineData("source.changed", GroupChangeKind.Setting)]
    [InlineData("sandbox.scenario-set", GroupChangeKind.Scenario)]
    public void What_sort_of_thing_was_changed_is_told_by_its_code(string action, GroupChangeKind kind) => Assert.Equal(kind, GroupChange.KindOf(action));
}
