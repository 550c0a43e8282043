using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Richpanel.Core;
using Richpanel.Core.Access;
using Richpanel.Core.ChangeLog;
using Richpanel.Core.Connections;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Edits;
using Richpanel.Core.Groups;
using Richpanel.Core.Privacy;
using Richpanel.Core.Receiving;
using Richpanel.Core.Retries;
using Richpanel.Core.Storage;
using Richpanel.Tests.Deliveries;
using Richpanel.Tests.Retries;

namespace Richpanel.Tests.Edits;

/// <summary>The edited one takes the place of the original: one of them is sent, never both, and never neither.</summary>
public sealed class DeliveryEditsTests
{
    private const int Patience = 30_000;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact(Timeout = Patience)]
    public async Task The_copy_goes_out_with_the_same_event_id_and_the_original_is_settled_linked_both_ways()
    {
        await using var stub = await RichpanelStub.StartAsync();
        await using var test = await EditUnderTest.StartedAsync();
        var id = await test.PostFailedAsync(stub, await test.ConnectAsync(stub.BaseUrl));
        var offer = Assert.IsType<EditOpening.Offered>(await test.Edits.OpenAsync(Sight.Of(Actor.System), id, Ct)).Offer;

        var copy = await test.EditAsync(id, offer.Call.Text.Replace("\"plays\": 1", "\"plays\": 2", StringComparison.Ordinal), new EditWish(offer.AttemptsSeen, offer.SettingsVersion)).KeptAsync();
        copy = await test.UntilAsync(copy.Id, row => row.State == DeliveryState.Accepted);

        Assert.Null(offer.Guard);
        var sent = Assert.Single(stub.Requests);
        Assert.Equal(("m-1", 2), (sent.EventIds.Single(), sent.Calls[0].GetProperty("properties").GetProperty("plays").GetInt32()));
        Assert.Equal((Origin.Edit, id, DeliveryMarks.None), (copy.Origin, copy.CopyOf!.Value, copy.Marks));
        Assert.False((await test.AttemptsAsync(copy.Id)).Single().MayRepeat);
        var original = (await test.Queries.FindAsync(Sight.Of(Actor.System), id, Ct))!;
        Assert.Equal((DeliveryState.Settled, null, copy.Id), (original.Source.State, original.Source.DueAt, original.ReplacedBy!.Value));
        Assert.Equal((WishKind.Edit, Actor.System.Name), (original.Wishes.Single().Kind, original.Wishes.Single().By));
        var line = await test.ReadAsync(context => context.ChangeLog.SingleAsync(one => one.Action == ChangeCatalog.DeliveryEdited.Code, Ct));
        Assert.Equal((PublicId.Delivery(id), "state"), (line.ObjectId, FieldChange.Read(line.Fields).Single().Field));
        Assert.DoesNotContain("plays", line.Fields!, StringComparison.Ordinal);
        await test.LedgerAddsUpAsync();
    }

    [Theory(Timeout = Patience)]
    [InlineData(DeliveryState.Failed, null, true)]
    [InlineData(DeliveryState.Canceled, null, true)]
    [InlineData(DeliveryState.Waiting, null, true)]
    [InlineData(DeliveryState.Skipped, "connection_disabled", true)]
    [InlineData(DeliveryState.Skipped, "unsupported_event_type", true)]
    [InlineData(DeliveryState.Skipped, "privacy_delete", false)]
    [InlineData(DeliveryState.Skipped, "duplicate", false)]
    [InlineData(DeliveryState.Accepted, null, false)]
    [InlineData(DeliveryState.Sending, null, false)]
    [InlineData(DeliveryState.Settled, null, false)]
    [InlineData(DeliveryState.Purged, null, false)]
    public async Task What_may_be_edited_is_settled_and_of_the_rest_nothing_changes_and_it_is_said_why(DeliveryState state, string? cause, bool may)
    {
        await using var test = await EditUnderTest.StartedAsync();
        var shop = await test.ConnectAsync("http://127.0.0.1:9/v2", connection => connection.PausedAt = A.Noon);
        var id = await test.PostAsync(shop);
        await test.PutAsync(id, row => (row.State, row.Cause, row.DuplicateOf) = (state, cause, cause == "duplicate" ? 1 : null));
        var before = await test.StoreAsync();

        var opening = await test.Edits.OpenAsync(Sight.Of(Actor.System), id, Ct);
        var outcome = await test.EditAsync(id);

        if (may)
        {
            Assert.IsType<EditOpening.Offered>(opening);
            Assert.Equal(DeliveryState.Waiting, Assert.IsType<EditOutcome.Kept>(outcome).Copy.State);
            Assert.Equal((DeliveryState.Settled, null), ((await test.FindAsync(id)).State, (await test.FindAsync(id)).DueAt));
        }
        else
        {
            var refused = Assert.IsType<EditOutcome.Refused>(outcome);
            Assert.Equal((state, Assert.IsType<EditOpening.NotPossible>(opening).Why), (refused.State, refused.Why));
            Assert.Equal(before, await test.StoreAsync());
        }

        await test.LedgerAddsUpAsync();
    }

    [Fact(Timeout = Patience)]
    public async Task A_call_that_could_not_even_be_read_is_mended()
    {
        await using var stub = await RichpanelStub.StartAsync();
        await using var test = await EditUnderTest.StartedAsync();
        var id = await test.PostAsync(await test.ConnectAsync(stub.BaseUrl), """{"event":"Song Played","messageId":"m-1"}""");
        Assert.Equal((DeliveryState.Failed, FailureStage.Reading), ((await test.FindAsync(id)).State, (await test.FindAsync(id)).Stage));

        var still = Assert.IsType<EditOutcome.WouldNotBeSent>(await test.EditAsync(id, """{"type":"track","event":"Song Played","messageId":"m-1"}"""));
        Assert.Equal(DeliveryState.Failed, (await test.FindAsync(id)).State);
        var copy = await test.EditAsync(id).KeptAsync();

        Assert.Equal("no_user_anon_id", still.Cause);
        await test.UntilAsync(copy.Id, row => row.State == DeliveryState.Accepted);
        await test.LedgerAddsUpAsync();
    }

    [Fact(Timeout = Patience)]
    public async Task What_may_have_been_received_goes_out_only_for_who_knows_it_and_says_that_it_may_repeat()
    {
        await using var stub = await RichpanelStub.StartAsync();
        await using var test = await EditUnderTest.StartedAsync();
        var id = await test.PostFailedAsync(stub, await test.ConnectAsync(stub.BaseUrl));
        await test.PutAsync(id, row => row.Marks |= DeliveryMarks.MayHaveGoneOut);
        var before = await test.StoreAsync();

        var refused = Assert.IsType<EditOutcome.MayHaveBeenReceived>(await test.EditAsync(id));
        Assert.Equal(before, await test.StoreAsync());
        Assert.Equal(refused.Why, Assert.IsType<EditOpening.Offered>(await test.Edits.OpenAsync(Sight.Of(Actor.System), id, Ct)).Offer.Guard);
        var copy = await test.EditAsync(id, wish: new EditWish(EvenIfReceived: true)).KeptAsync();
        await test.UntilAsync(copy.Id, row => row.State == DeliveryState.Accepted);

        Assert.StartsWith("It may have reached the other side", refused.Why, StringComparison.Ordinal);
        Assert.True((await test.AttemptsAsync(copy.Id)).Single().MayRepeat);
        await test.LedgerAddsUpAsync();
    }

    [Theory(Timeout = Patience)]
    [InlineData(200, "was accepted")]
    [InlineData(0, "is on its way")]
    public async Task Another_delivery_of_the_event_counts_and_so_does_the_one_whose_message_id_it_is_given(int status, string words)
    {
        await using var stub = await RichpanelStub.StartAsync();
        await using var test = await EditUnderTest.StartedAsync();
        var shop = await test.ConnectAsync(stub.BaseUrl);
        var failed = await test.PostFailedAsync(stub, shop);
        var other = await test.PostFailedAsync(stub, shop, EditUnderTest.Call.Replace("m-1", "m-2", StringComparison.Ordinal));
        if (status == 0)
        {
            await test.ChangeConnectionAsync(shop, connection => connection.PausedAt = A.Noon);
        }

        var twin = await test.PostAsync(shop);   // the first failed, so it is a delivery of its own
        await test.UntilAsync(twin, row => row.State == (status == 0 ? DeliveryState.Waiting : DeliveryState.Accepted));

        var ofEvent = Assert.IsType<EditOutcome.MayHaveBeenReceived>(await test.EditAsync(failed));
        var ofNewId = Assert.IsType<EditOutcome.MayHaveBeenReceived>(await test.EditAsync(other));   // is given m-1
        var copy = await test.EditAsync(other, wish: new EditWish(EvenIfReceived: true)).KeptAsync();

        Assert.Contains($"Another delivery with its message id {words}.", ofEvent.Why, StringComparison.Ordinal);
        Assert.Contains($"The message id of the edited call is that of another delivery, which {words}.", ofNewId.Why, StringComparison.Ordinal);
        Assert.True(copy.Marks.HasFlag(DeliveryMarks.MayHaveGoneOut));
        Assert.Equal(status == 0, (await test.FindAsync(twin)).Marks.HasFlag(DeliveryMarks.MayHaveGoneOut));   // of one that has ended it would tell nothing
        Assert.False((await test.FindAsync(other)).Marks.HasFlag(DeliveryMarks.MayHaveGoneOut));
    }

    [Fact(Timeout = Patience)]
    public async Task What_is_not_as_it_was_seen_or_no_call_to_send_is_refused_and_nothing_is_kept()
    {
        await using var stub = await RichpanelStub.StartAsync();
        await using var test = await EditUnderTest.StartedAsync();
        var shop = await test.ConnectAsync(stub.BaseUrl);
        var id = await test.PostFailedAsync(stub, shop);
        var before = await test.StoreAsync();

        Assert.Contains("tried again", Assert.IsType<EditOutcome.Refused>(await test.EditAsync(id, wish: new EditWish(AttemptsSeen: 0))).Why, StringComparison.Ordinal);
        Assert.Contains("settings", Assert.IsType<EditOutcome.Refused>(await test.EditAsync(id, wish: new EditWish(SettingsSeen: 99))).Why, StringComparison.Ordinal);
        Assert.StartsWith("The body is not JSON", Assert.IsType<EditOutcome.Unreadable>(await test.EditAsync(id, "{")).Why, StringComparison.Ordinal);
        Assert.Contains("hidden values", Assert.IsType<EditOutcome.Unreadable>(await test.EditAsync(id, EditUnderTest.Edited.Replace("u1", "••• text of 2 characters", StringComparison.Ordinal))).Why, StringComparison.Ordinal);
        Assert.Contains("hidden values", Assert.IsType<EditOutcome.Unreadable>(await test.EditAsync(id, EditUnderTest.Edited.Replace("u1", @"\u2022\u2022\u2022", StringComparison.Ordinal))).Why, StringComparison.Ordinal);
        Assert.Contains("32,768 are the most", Assert.IsType<EditOutcome.Unreadable>(await test.EditAsync(id, EditUnderTest.Edited.Replace("u1", new string('u', 33_000), StringComparison.Ordinal))).Why, StringComparison.Ordinal);
        Assert.Equal("unsupported_event_type", Assert.IsType<EditOutcome.WouldNotBeSent>(await test.EditAsync(id, """{"type":"screen","userId":"u"}""")).Cause);
        Assert.IsType<EditOutcome.Missing>(await test.EditAsync(999_999));
        await Assert.ThrowsAsync<ForbiddenException>(() => test.Edits.SendAsync(
            new Actor(ActorKind.Token, 1, "Other", Role.Admin, ["another"]), id, Encoding.UTF8.GetBytes(EditUnderTest.Edited), new EditWish(), TimeSpan.Zero, Ct));
        Assert.Equal(before, await test.StoreAsync());

        await test.ChangeConnectionAsync(shop, connection => (connection.DeletedAt, connection.Disabled) = (A.Noon, true));
        Assert.Contains("was deleted", Assert.IsType<EditOutcome.Refused>(await test.EditAsync(id)).Why, StringComparison.Ordinal);
        Assert.Equal(before, await test.StoreAsync());
    }

    [Fact(Timeout = Patience)]
    public async Task Of_two_who_edit_the_same_at_once_one_is_refused()
    {
        await using var stub = await RichpanelStub.StartAsync();
        await using var test = await EditUnderTest.StartedAsync();
        var id = await test.PostFailedAsync(stub, await test.ConnectAsync(stub.BaseUrl));

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => test.EditAsync(id)));

        var copy = Assert.Single(outcomes.OfType<EditOutcome.Kept>()).Copy;
        Assert.Equal(3, outcomes.OfType<EditOutcome.Refused>().Count());
        await test.UntilAsync(copy.Id, row => row.State == DeliveryState.Accepted);
        Assert.Single(stub.Requests);
        await test.LedgerAddsUpAsync();
    }

    [Fact(Timeout = Patience)]
    public async Task While_the_original_is_about_to_go_out_either_it_goes_or_the_edited_one_and_never_both()
    {
        await using var stub = await RichpanelStub.StartAsync();
        await using var test = await EditUnderTest.StartedAsync();
        var shop = await test.ConnectAsync(stub.BaseUrl);

        List<(long Id, EditOutcome Outcome)> edits = [];
        for (var i = 0; i < 25; i++)
        {
            var call = EditUnderTest.Call.Replace("m-1", $"race-{i}", StringComparison.Ordinal);
            var id = await test.PostAsync(shop, call);   // due at once
            edits.Add((id, await test.EditAsync(id, EditUnderTest.Edited.Replace("m-1", $"race-{i}", StringComparison.Ordinal))));
        }

        foreach (var (id, outcome) in edits)
        {
            var copy = (outcome as EditOutcome.Kept)?.Copy.Id;
            await test.UntilAsync(copy ?? id, row => row.State == DeliveryState.Accepted);
            Assert.Equal(copy is null ? DeliveryState.Accepted : DeliveryState.Settled, (await test.FindAsync(id)).State);
        }

        Assert.Equal(Enumerable.Range(0, 25).Select(i => $"race-{i}").Order(StringComparer.Ordinal), stub.EventIds.Order(StringComparer.Ordinal));
        await test.LedgerAddsUpAsync();
    }

    [Fact(Timeout = Patience)]
    public async Task A_stop_between_the_commit_and_the_copy_loses_nothing_and_the_copy_is_linked()
    {
        await using var stub = await RichpanelStub.StartAsync();
        await using var test = await EditUnderTest.StartedAsync();
        var id = await test.PostFailedAsync(stub, await test.ConnectAsync(stub.BaseUrl));
        await test.PutAsync(id, row => row.Marks |= DeliveryMarks.MayHaveGoneOut);
        await test.Expander.StopAsync(Ct);

        var editing = test.EditAsync(id, wish: new EditWish(EvenIfReceived: true));
        await test.UntilAsync(id, row => row.State == DeliveryState.Settled);
        Assert.False(editing.IsCompleted);
        Assert.Empty(await test.ReadAsync(context => context.Deliveries.Where(row => row.CopyOf == id).ToListAsync(Ct)));
        await test.LedgerAddsUpAsync();
        await test.KillAsync();

        await using var next = await test.NextProcessAsync();
        await next.Expander.StartAsync(Ct);
        await next.StartAsync();
        var request = await next.ReadAsync(context => context.Requests.SingleAsync(one => one.EditOf == id, Ct));
        var copy = (await next.Door.ExpandedAsync(request.Id, Ct)).Single();
        var row = await next.UntilAsync(copy, row => row.State == DeliveryState.Accepted);

        Assert.Equal((Origin.Edit, id, true), (row.Origin, row.CopyOf!.Value, row.Marks.HasFlag(DeliveryMarks.MayHaveGoneOut)));
        Assert.Equal("m-1", Assert.Single(stub.EventIds));
        await next.LedgerAddsUpAsync();
        await next.Expander.StopAsync(Ct);
    }

    [Fact(Timeout = Patience)]
    public async Task Nobody_waits_without_end_for_the_copy_and_it_is_kept_all_the_same()
    {
        await using var stub = await RichpanelStub.StartAsync();
        await using var test = await EditUnderTest.StartedAsync();
        var id = await test.PostFailedAsync(stub, await test.ConnectAsync(stub.BaseUrl));
        await test.Expander.StopAsync(Ct);

        var editing = test.EditAsync(id);
        await test.UntilAsync(id, row => row.State == DeliveryState.Settled);
        while (!editing.IsCompleted)
        {
            test.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, Ct);
        }

        Assert.IsType<EditOutcome.NotExpanded>(await editing);
        await test.Expander.StartAsync(Ct);
        var request = await test.ReadAsync(context => context.Requests.MaxAsync(row => row.Id, Ct));
        await test.UntilAsync((await test.Door.ExpandedAsync(request, Ct)).Single(), row => row.State == DeliveryState.Accepted);
    }

    [Fact(Timeout = Patience)]
    public async Task Support_edits_only_what_they_were_shown_and_only_as_the_same_event_of_the_same_customer()
    {
        var (sam, sue) = (new Actor(ActorKind.Person, 7, "Sam", Role.Support), new Actor(ActorKind.Person, 8, "Sue", Role.Support));
        await using var stub = await RichpanelStub.StartAsync();
        await using var test = await EditUnderTest.StartedAsync();
        var shop = await test.ConnectAsync(stub.BaseUrl, connection => connection.Environment = ConnectionEnvironment.Production);
        var (id, other) = (await test.PostFailedAsync(stub, shop), await test.PostFailedAsync(stub, shop, EditUnderTest.Call.Replace("m-1", "m-2", StringComparison.Ordinal)));
        var shown = test.Get<DeliveryUnmasking>();
        await shown.UnmaskAsync(sue, id, "Ticket 4711", Ct);
        await shown.UnmaskAsync(sam, other, "Ticket 4712", Ct);
        var before = await test.StoreAsync();

        Assert.Equal(Permission.SeePersonalData, (await Assert.ThrowsAsync<ForbiddenException>(() => EditAsync(sam, EditUnderTest.Edited))).Permission);
        Assert.Equal(before, await test.StoreAsync());
        await shown.UnmaskAsync(sam, id, "Ticket 4711", Ct);
        before = await test.StoreAsync();
        foreach (var (from, to) in new[] { ("\"u1\"", "\"u2\""), ("\"m-1\"", "\"m-9\""), ("\"userId\":\"u1\"", "\"userId\":\"u1\",\"anonymousId\":\"a1\"") })
        {
            Assert.Equal(Permission.SendToProduction, (await Assert.ThrowsAsync<ForbiddenException>(() => EditAsync(sam, EditUnderTest.Edited.Replace(from, to, StringComparison.Ordinal)))).Permission);
        }

        Assert.Equal(before, await test.StoreAsync());
        var copy = await EditAsync(sam, EditUnderTest.Edited).KeptAsync();
        await test.UntilAsync(copy.Id, row => row.State == DeliveryState.Accepted);
        Assert.IsType<EditOutcome.Kept>(await test.Edits.SendAsync(
            new Actor(ActorKind.Person, 9, "Olga", Role.Operator), other, Encoding.UTF8.GetBytes(EditUnderTest.Edited.Replace("m-1", "m-9", StringComparison.Ordinal)), new EditWish(), TimeSpan.Zero, Ct));

        Task<EditOutcome> EditAsync(Actor by, string call) => test.Edits.SendAsync(by, id, Encoding.UTF8.GetBytes(call), new EditWish(), TimeSpan.Zero, Ct);
    }

    [Fact(Timeout = Patience)]
    public async Task A_group_whose_failures_were_edited_resolves_once_the_copies_came_through()
    {
        await using var stub = await RichpanelStub.StartAsync();
        await using var test = await EditUnderTest.StartedAsync();
        var shop = await test.ConnectAsync(stub.BaseUrl);
        var id = await test.PostFailedAsync(stub, shop);
        var group = (await test.FindAsync(id)).GroupId!.Value;
        await test.ChangeConnectionAsync(shop, connection => connection.PausedAt = A.Noon);

        var copy = await test.EditAsync(id).KeptAsync();
        await CareAsync();
        Assert.Equal((GroupState.Open, true), await StateAsync());   // it is on its way
        await test.ChangeConnectionAsync(shop, connection => connection.PausedAt = null);
        test.Signal();
        await test.UntilAsync(copy.Id, row => row.State == DeliveryState.Accepted);
        await CareAsync();

        Assert.Equal((GroupState.Resolved, true), await StateAsync());
        await test.LedgerAddsUpAsync();

        async Task<(GroupState, bool)> StateAsync() =>
            (await test.ReadAsync(context => context.FailureGroups.SingleAsync(one => one.Id == group, Ct))) is var now ? (now.State, now.LastRetriedAt is not null) : default;

        Task CareAsync() => new GroupCare(test.Writer, test.Get<IDbContextFactory<ConsoleDbContext>>(), test.Get<ChangeFeed>(), test.Time, NullLogger<GroupCare>.Instance).CareAsync(Ct);
    }

    [Fact(Timeout = Patience)]
    public async Task A_senders_own_retry_of_the_original_is_a_repeat_unless_its_copy_failed()
    {
        await using var stub = await RichpanelStub.StartAsync();
        await using var test = await EditUnderTest.StartedAsync();
        var shop = await test.ConnectAsync(stub.BaseUrl);
        var same = await test.PostFailedAsync(stub, shop);
        var renamed = await test.PostFailedAsync(stub, shop, EditUnderTest.Call.Replace("m-1", "m-2", StringComparison.Ordinal));
        stub.Always(422);
        var sameCopy = await test.EditAsync(same).KeptAsync();
        var renamedCopy = await test.EditAsync(renamed, EditUnderTest.Edited.Replace("m-1", "m-3", StringComparison.Ordinal)).KeptAsync();
        await test.UntilAllAsync([sameCopy.Id, renamedCopy.Id], row => row.State == DeliveryState.Failed);

        // The copy failed, so that nothing stands: what the sender repeats is sent, as it would be without the edit.
        var let = await test.PostAsync(shop);
        Assert.Null((await test.UntilAsync(let, row => row.State == DeliveryState.Failed)).DuplicateOf);
        stub.Always(200);
        foreach (var one in new[] { sameCopy.Id, renamedCopy.Id })
        {
            await test.Actions.RetryAsync(Actor.System, one, false, Ct);
            await test.UntilAsync(one, row => row.State == DeliveryState.Accepted);
        }

        List<(long Again, long? Of, bool Reused)> again =
        [
            await RepeatAsync(EditUnderTest.Call),
            await RepeatAsync(EditUnderTest.Call.Replace("m-1", "m-2", StringComparison.Ordinal)),
        ];
        Assert.Equal([(same, false), (renamed, false)], again.Select(one => (one.Of!.Value, one.Reused)));
        Assert.Equal(renamedCopy.Id, (await RepeatAsync(EditUnderTest.Edited.Replace("m-1", "m-3", StringComparison.Ordinal))).Of);
        await test.LedgerAddsUpAsync();

        async Task<(long Again, long? Of, bool Reused)> RepeatAsync(string call)
        {
            var row = await test.FindAsync(await test.PostAsync(shop, call));
            Assert.Equal((DeliveryState.Skipped, "duplicate"), (row.State, row.Cause));
            return (row.Id, row.DuplicateOf, row.Marks.HasFlag(DeliveryMarks.MessageIdReused));
        }
    }

    [Fact(Timeout = Patience)]
    public async Task Bulk_retries_leave_alone_what_was_edited_and_a_replay_of_the_copy_is_linked_with_the_copy()
    {
        await using var stub = await RichpanelStub.StartAsync();
        await using var test = await EditUnderTest.StartedAsync();
        var shop = await test.ConnectAsync(stub.BaseUrl);
        var id = await test.PostFailedAsync(stub, shop);
        var other = await test.PostFailedAsync(stub, shop, EditUnderTest.Call.Replace("m-1", "m-2", StringComparison.Ordinal));
        var batch = await test.PlanAsync("state:failed");

        var copy = await test.EditAsync(id).KeptAsync();
        await test.UntilAsync(copy.Id, row => row.State == DeliveryState.Accepted);
        await test.Batches.StartAsync(Actor.System, batch.Id, new RetryStart(PerSecond: 200, Canary: 0));
        var done = await test.UntilRetryAsync(batch.Id, view => view.Batch.State == RetryState.Finished);

        Assert.Equal((2, 1, 1), (done.Batch.Planned, done.Batch.Queued, done.Batch.Skipped));
        Assert.Equal([(id, RetryReasons.Changed.Code)], (await test.Retries.SkipsAsync(Actor.System, batch.Id, Ct))!.Select(skip => (skip.DeliveryId, skip.Reason)));
        Assert.Equal(DeliveryState.Accepted, (await test.FindAsync(other)).State);
        Assert.Equal(["m-1", "m-2"], stub.EventIds.Order(StringComparer.Ordinal));

        var again = await test.SendAsync("origin:edit", RetryKind.Replay);
        await test.UntilRetryAsync(again.Id, view => view.Batch.State == RetryState.Finished);
        Assert.Equal(copy.Id, (await test.ReadAsync(context => context.Deliveries.SingleAsync(row => row.Origin == Origin.Replay, Ct))).CopyOf);
        Assert.Equal(0, (await test.PlanAsync("state:settled", RetryKind.Replay)).PlanOf().Total);
        await test.LedgerAddsUpAsync();
    }

    [Theory(Timeout = Patience)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task At_a_stopped_connection_the_copy_is_held_like_the_others_and_goes_out_with_them(bool disabled)
    {
        await using var stub = await RichpanelStub.StartAsync();
        await using var test = await EditUnderTest.StartedAsync();
        var shop = await test.ConnectAsync(stub.BaseUrl);
        var id = await test.PostFailedAsync(stub, shop);
        await test.ChangeConnectionAsync(shop, connection => (connection.Disabled, connection.PausedAt) = (disabled, disabled ? null : A.Noon));

        var copy = await test.EditAsync(id).KeptAsync();
        Assert.Equal((DeliveryState.Waiting, true), (copy.State, (await test.Queries.FindAsync(Sight.Of(Actor.System), copy.Id, Ct))!.Row.Held));
        Assert.Empty(stub.Requests);

        await test.ChangeConnectionAsync(shop, connection => (connection.Disabled, connection.PausedAt) = (false, null));
        test.Signal();
        await test.UntilAsync(copy.Id, row => row.State == DeliveryState.Accepted);
        Assert.Single(stub.Requests);
    }

    [Fact(Timeout = Patience)]
    public async Task A_copy_that_failed_is_edited_once_more_and_whoever_sees_masked_data_is_offered_nothing()
    {
        await using var stub = await RichpanelStub.StartAsync();
        await using var test = await EditUnderTest.StartedAsync();
        var first = await test.PostFailedAsync(stub, await test.ConnectAsync(stub.BaseUrl));
        stub.Always(422);
        var second = await test.EditAsync(first).KeptAsync();
        await test.UntilAsync(second.Id, row => row.State == DeliveryState.Failed);
        stub.Always(200);

        Assert.IsType<EditOpening.Masked>(await test.Edits.OpenAsync(Sight.Masked, second.Id, Ct));
        Assert.IsType<EditOpening.Missing>(await test.Edits.OpenAsync(Sight.Masked, 999_999, Ct));
        var third = await test.EditAsync(second.Id).KeptAsync();
        await test.UntilAsync(third.Id, row => row.State == DeliveryState.Accepted);

        Assert.Equal([DeliveryState.Settled, DeliveryState.Settled], [(await test.FindAsync(first)).State, (await test.FindAsync(second.Id)).State]);
        Assert.Equal((first, second.Id), ((await test.FindAsync(second.Id)).CopyOf!.Value, (await test.FindAsync(third.Id)).CopyOf!.Value));
        Assert.Equal(DeliveryMarks.None, third.Marks);   // what was refused was not received
        Assert.Equal(third.Id, (await test.Queries.FindAsync(Sight.Masked, second.Id, Ct))!.ReplacedBy);
        await test.LedgerAddsUpAsync();
    }
}
