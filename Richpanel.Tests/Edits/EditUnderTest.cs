using System.Text;
using Microsoft.EntityFrameworkCore;
using Richpanel.Core.Access;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Edits;
using Richpanel.Core.Ledger;
using Richpanel.Core.Receiving;
using Richpanel.Tests.Deliveries;

namespace Richpanel.Tests.Edits;

/// <summary>What tests of edits begin with: calls that come in by the real door, and deliveries in a state of choice.</summary>
internal static class EditUnderTest
{
    public const string Call = """{"userId":"u1","event":"Song Played","messageId":"m-1","timestamp":"2026-03-01T11:59:00.000Z","properties":{"plays":1}}""";

    public const string Edited = """{"type":"track","userId":"u1","event":"Song Played","messageId":"m-1","timestamp":"2026-03-01T11:59:00.000Z","properties":{"plays":2}}""";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>Door, expander and dispatcher run; the stub answers as it is told.</summary>
    public static async Task<DispatcherUnderTest> StartedAsync()
    {
        var test = await DispatcherUnderTest.CreateAsync();
        await test.Expander.StartAsync(Ct);
        await test.StartAsync();
        return test;
    }

    /// <summary>As a sender posts it; the delivery that came of it.</summary>
    public static async Task<long> PostAsync(this DispatcherUnderTest test, long connection, string call = Call, ReceivedRoute route = ReceivedRoute.Track)
    {
        var request = await test.Door.KeepAsync(AdmittedRequest.ByHand(Origin.Receiver, connection, 0, Encoding.UTF8.GetBytes(call)) with { Route = route });
        return (await test.Door.ExpandedAsync(request, Ct)).Single();
    }

    /// <summary>Refused with 422, so that nothing of it was received.</summary>
    public static async Task<long> PostFailedAsync(this DispatcherUnderTest test, RichpanelStub stub, long connection, string call = Call)
    {
        stub.Always(422);
        var id = await test.PostAsync(connection, call);
        await test.UntilAsync(id, row => row.State == DeliveryState.Failed);
        stub.Always(200);
        stub.Requests.Clear();
        return id;
    }

    /// <summary>Changes a row as whatever brings it there would, ledger included.</summary>
    public static Task PutAsync(this DispatcherUnderTest test, long id, Action<Delivery> change) => test.Writer.WriteAsync(session =>
    {
        using var context = session.Context();
        var row = context.Deliveries.Single(row => row.Id == id);
        var before = LedgerPlace.Of(row);
        change(row);
        context.SaveChanges();
        session.Ledger.Moved(before, LedgerPlace.Of(row));
    });

    /// <summary>Sends without waiting for the first try.</summary>
    public static Task<EditOutcome> EditAsync(this DispatcherUnderTest test, long id, string call = Edited, EditWish? wish = null) =>
        test.Edits.SendAsync(Actor.System, id, Encoding.UTF8.GetBytes(call), wish ?? new EditWish(), TimeSpan.Zero, Ct);

    public static async Task<Delivery> KeptAsync(this Task<EditOutcome> editing) => Assert.IsType<EditOutcome.Kept>(await editing).Copy;

    /// <summary>Everything that an edit writes: requests, deliveries by state, lines of the change log.</summary>
    public static Task<(int Requests, string States, int Lines)> StoreAsync(this DispatcherUnderTest test) => test.ReadAsync(async context => (
        await context.Requests.CountAsync(Ct),
        string.Join(' ', (await context.Deliveries.OrderBy(row => row.Id).ToListAsync(Ct)).Select(row => $"{row.State}/{row.Marks}/{row.CopyOf}")),
        await context.ChangeLog.CountAsync(Ct)));
}
