using System.IO.Hashing;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Richpanel.Core.Access;
using Richpanel.Core.Connections;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Deliveries.Log;
using Richpanel.Core.Deliveries.Query;
using Richpanel.Core.Receiving;
using Richpanel.Core.Segment;
using Richpanel.Core.Storage;
using Richpanel.Tests.Connections;
using Richpanel.Tests.Support;

namespace Richpanel.Tests.Deliveries;

/// <summary>Rows with the hashes of an earlier version, or of a key that is gone.</summary>
public sealed class SearchUpkeepTests : IDisposable
{
    private const int Rows = 450;   // more than two pieces

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact(Timeout = 60_000)]
    public async Task A_new_installation_has_nothing_to_do()
    {
        await using var core = await CoreUnderTest.StartAsync(_folder);
        await core.Get<SearchUpkeep>().StartAsync();

        Assert.Equal(0, core.Get<SearchUpkeep>().OldBelow);
        Assert.False(await core.Get<SearchUpkeep>().StepAsync());
    }

    [Fact(Timeout = 60_000)]
    public async Task Rows_hashed_without_a_key_are_found_before_while_and_after_they_are_hashed_anew()
    {
        await using var core = await CoreUnderTest.StartAsync(_folder);
        await OldRowsAsync(core);
        await core.Get<SearchUpkeep>().StartAsync();
        Assert.Equal(Rows + 1, core.Get<SearchUpkeep>().OldBelow);

        do
        {
            foreach (var n in (int[])[1, 200, Rows])
            {
                Assert.Equal([n], await FoundAsync(core, LogKey.Email, $"User{n}@example.test"));
                Assert.Equal([n], await FoundAsync(core, LogKey.User, $"u{n}"));
                Assert.Equal([n], await FoundAsync(core, LogKey.User, $"a{n}"));
                Assert.Equal([n], await FoundAsync(core, LogKey.Order, $"o{n}"));
            }
        }
        while (await core.Get<SearchUpkeep>().StepAsync());

        Assert.Equal([Rows], await FoundAsync(core, LogKey.Email, $"user{Rows}@example.test"));
        await NoHashIsOfAnotherKeyAsync(core);
    }

    [Fact(Timeout = 60_000)]
    public async Task What_is_still_to_be_sent_has_its_lane_by_the_key_before_anything_is_received()
    {
        await using var core = await CoreUnderTest.StartAsync(_folder);
        await OldRowsAsync(core);

        await core.Get<SearchUpkeep>().StartAsync();

        await using var context = core.Read();
        var unsent = await context.Deliveries.Where(d => d.State == DeliveryState.Waiting || d.State == DeliveryState.Sending).ToListAsync(Ct);
        Assert.NotEmpty(unsent);
        Assert.All(unsent, row => Assert.Equal(core.Get<SearchKey>().Of(row.UserId), row.Lane));
        Assert.All(await context.Deliveries.Where(d => d.State == DeliveryState.Accepted).ToListAsync(Ct), row => Assert.Equal(Unkeyed(row.UserId!), row.Lane));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_stop_in_between_goes_on_from_there()
    {
        await using (var first = await CoreUnderTest.StartAsync(_folder))
        {
            await OldRowsAsync(first);
            await first.Get<SearchUpkeep>().StartAsync();
            await first.Get<SearchUpkeep>().StepAsync();
        }

        await using var core = await CoreUnderTest.StartAsync(_folder);
        await core.Get<SearchUpkeep>().StartAsync();
        Assert.InRange(core.Get<SearchUpkeep>().OldBelow, 1, Rows);

        await ToTheEndAsync(core);

        await NoHashIsOfAnotherKeyAsync(core);
    }

    [Fact(Timeout = 60_000)]
    public async Task With_the_installations_key_lost_all_are_hashed_with_the_new_one_and_found_meanwhile()
    {
        await using (var first = await CoreUnderTest.StartAsync(_folder))
        {
            await OldRowsAsync(first);
            await first.Get<SearchUpkeep>().StartAsync();
            await ToTheEndAsync(first);
        }

        Directory.Delete(Path.Combine(_folder.Path, "keys"), recursive: true);
        await using var core = await CoreUnderTest.StartAsync(_folder);
        await core.Get<SearchUpkeep>().StartAsync();
        Assert.Equal([7], await FoundAsync(core, LogKey.Email, "user7@example.test"));

        await ToTheEndAsync(core);

        Assert.Equal([7], await FoundAsync(core, LogKey.Email, "user7@example.test"));
        await NoHashIsOfAnotherKeyAsync(core);
    }

    [Fact(Timeout = 60_000)]
    public async Task What_comes_in_is_hashed_with_the_key()
    {
        await using var console = new ConsoleUnderTest();
        var source = await console.AddSourceAsync(connection: c => c.HoldCause = "unauthorized");
        using var client = console.CreateClient();
        await client.PostCallAsync("/v1/track", """{"type":"track","event":"One","userId":"u","anonymousId":"a","context":{"traits":{"email":"A@b.test"}},"properties":{"order_id":"7"}}""", source.WriteKey).AcceptedAsync();
        await console.ExpandedAsync();

        var key = (SearchKey)console.Services.GetService(typeof(SearchKey))!;
        await using var context = console.Read();
        var row = await context.Deliveries.SingleAsync(Ct);
        Assert.Equal(
            (key.Of("u"), key.Of("a"), key.Of("a@b.test"), key.Of("7"), key.Of("u")),
            (row.UserHash, row.AnonymousHash, row.EmailHash, row.OrderHash, row.Lane));
    }

    private static async Task ToTheEndAsync(CoreUnderTest core)
    {
        while (await core.Get<SearchUpkeep>().StepAsync())
        {
            // One more piece.
        }
    }

    private static async Task<IReadOnlyList<int>> FoundAsync(CoreUnderTest core, LogKey key, string value) =>
        [.. (await core.Get<LogReader>().PageAsync(LogAsk.By(Actor.System, LogQuery.All.With(new LogTerm(key, value))), LogPlace.Newest, 50, Ct)).Rows.Select(line => (int)line.Row.Id)];

    private static async Task NoHashIsOfAnotherKeyAsync(CoreUnderTest core)
    {
        var key = core.Get<SearchKey>();
        await using var context = core.Read();
        Assert.All(await context.Deliveries.ToListAsync(Ct), row => Assert.Equal(
            (key.OfOrNull(row.UserId), key.OfOrNull(row.AnonymousId), key.OfEmail(row.Email), key.OfOrNull(row.OrderId), key.OfOrNull(row.UserId)),
            (row.UserHash, row.AnonymousHash, row.EmailHash, row.OrderHash, row.Lane)));
    }

    /// <summary>As an earlier version left them; every tenth is still to be sent.</summary>
    private static async Task OldRowsAsync(CoreUnderTest core)
    {
        await core.Store.CreateAsync(Actor.System, new ConnectionDraft { Name = "Shop", BaseUrl = "https://api.example.test/v2", ApiKey = "api-key-of-shop", ApiSecret = "secret-of-the-shop" });
        var id = core.Directory.Connections[0].Id;
        await core.Writer.WriteAsync(session =>
        {
            using var context = session.Context();
            context.Deliveries.AddRange(Enumerable.Range(1, Rows).Select(n => new Delivery
            {
                Id = n,
                ConnectionId = id,
                Origin = Origin.Receiver,
                State = (n % 10) switch { 0 => DeliveryState.Waiting, 1 => DeliveryState.Sending, _ => DeliveryState.Accepted },
                Type = SegmentCallType.Track,
                MessageId = $"m{n}",
                UserId = $"u{n}",
                UserHash = Unkeyed($"u{n}"),
                AnonymousId = $"a{n}",
                AnonymousHash = Unkeyed($"a{n}"),
                Email = $"User{n}@example.test",
                EmailHash = Unkeyed($"user{n}@example.test"),
                OrderId = $"o{n}",
                OrderHash = Unkeyed($"o{n}"),
                Lane = Unkeyed($"u{n}"),
                DueAt = n % 10 == 0 ? DateTimeOffset.MaxValue : null,
                ClaimedUntil = n % 10 == 1 ? DateTimeOffset.MaxValue : null,
            }));
            context.SaveChanges();
        });
    }

    private static long Unkeyed(string text) => unchecked((long)XxHash3.HashToUInt64(Encoding.UTF8.GetBytes(text)));
}
