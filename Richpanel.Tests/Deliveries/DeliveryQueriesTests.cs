using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Richpanel.Core.Access;
using Richpanel.Core;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Privacy;
using Richpanel.Core.Receiving;
using Richpanel.Core.Segment;
using Richpanel.Core.Storage;
using Richpanel.Tests.Support;

namespace Richpanel.Tests.Deliveries;

/// <summary>A log of 25,000 rows of three connections, written once; each row's values follow from its number.</summary>
public sealed class LogOfManyDeliveries : IAsyncLifetime
{
    public const int Rows = 25_000;
    public static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    /// <summary>Without the dispatcher, which would move the rows.</summary>
    public ConsoleUnderTest Console { get; } = new(services: services =>
        services.Remove(services.Single(service => service.ImplementationType == typeof(DeliveryDispatcher))));

    public DeliveryQueries Queries => Console.Services.GetRequiredService<DeliveryQueries>();

    public IReadOnlyList<long> Connections { get; private set; } = [];

    public IReadOnlyList<Delivery> All { get; private set; } = [];

    public async ValueTask InitializeAsync()
    {
        List<long> ids = [];
        foreach (var name in new[] { "Busy", "Calm", "Held" })
        {
            ids.Add((await Console.AddSourceAsync(name, connection => connection.HoldCause = name == "Held" ? "unauthorized" : null)).ConnectionId);
        }

        Connections = ids;
        All = [.. Enumerable.Range(1, Rows).Select(Row)];
        await Console.Writer.WriteAsync(session =>
        {
            using var context = session.Context();
            context.Deliveries.AddRange(All);
            context.SaveChanges();
        });
    }

    public ValueTask DisposeAsync() => Console.DisposeAsync();

    /// <summary>Hundreds of rows share one time of receipt; state, type and code change with the number.</summary>
    private Delivery Row(int n)
    {
        var key = Console.Services.GetRequiredService<SearchKey>();
        var user = $"u{n % 700}";
        var row = new Delivery
        {
            Id = n,
            ConnectionId = Connections[n % 10 == 0 ? 1 : n % 10 == 1 ? 2 : 0],
            RequestId = n,
            Origin = n % 50 == 0 ? Origin.Lab : Origin.Receiver,
            State = (n % 7) switch { 0 => DeliveryState.Failed, 1 => DeliveryState.Waiting, 2 => DeliveryState.Sending, 3 => DeliveryState.Skipped, _ => DeliveryState.Accepted },
            Type = n % 3 == 0 ? SegmentCallType.Page : SegmentCallType.Track,
            EventName = n == 40 ? "Rare" : "Common",
            MessageId = $"m{n % 9000}",
            MessageHash = SearchHash.Of($"m{n % 9000}"),
            UserId = n % 2 == 0 ? user : null,
            AnonymousId = $"a{n % 700}",
            UserHash = key.Of(n % 2 == 0 ? user : $"a{n % 700}"),
            AnonymousHash = n % 2 == 0 ? key.Of($"a{n % 700}") : null,
            Email = $"U{n % 300}@Example.test",
            EmailHash = key.OfEmail($"U{n % 300}@Example.test"),
            OrderId = n % 5 == 0 ? $"o{n % 400}" : null,
            OrderHash = n % 5 == 0 ? key.Of($"o{n % 400}") : null,
            ReceivedAt = Noon.AddSeconds(n / 300),
            OccurredAt = Noon,
            StatusCode = n % 7 == 0 ? (n % 14 == 0 ? 503 : 400) : null,
            Cause = n % 7 == 0 ? "some_cause" : null,
        };
        row.DueAt = row.State is DeliveryState.Waiting ? DateTimeOffset.MaxValue : null;
        row.ClaimedUntil = row.State is DeliveryState.Sending ? DateTimeOffset.MaxValue : null;
        return row;
    }
}

public sealed class DeliveryQueriesTests(LogOfManyDeliveries log) : IClassFixture<LogOfManyDeliveries>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>Each filter with what it means, said of a row.</summary>
    private Dictionary<string, (DeliveryFilter Filter, Func<Delivery, bool> Fits)> Filters
    {
        get
        {
            var (busy, calm, held) = (log.Connections[0], log.Connections[1], log.Connections[2]);
            var from = LogOfManyDeliveries.Noon.AddSeconds(20);
            var to = LogOfManyDeliveries.Noon.AddSeconds(40);
            return new()
            {
                ["none"] = (new(), _ => true),
                ["state"] = (new() { State = DeliveryState.Failed }, d => d.State == DeliveryState.Failed),
                ["waiting"] = (new() { State = DeliveryState.Waiting }, d => d.State is DeliveryState.Waiting or DeliveryState.Sending),
                ["held"] = (new() { State = DeliveryState.Waiting, Held = true }, d => d.State == DeliveryState.Waiting && d.ConnectionId == held),
                ["not held"] = (new() { State = DeliveryState.Waiting, Held = false }, d => d.State == DeliveryState.Sending || (d.State == DeliveryState.Waiting && d.ConnectionId != held)),
                ["connection"] = (new() { ConnectionId = calm }, d => d.ConnectionId == calm),
                ["connection and state"] = (new() { ConnectionId = calm, State = DeliveryState.Accepted }, d => d.ConnectionId == calm && d.State == DeliveryState.Accepted),
                ["some connections"] = (new() { Among = [calm, held] }, d => d.ConnectionId == calm || d.ConnectionId == held),
                ["a connection that may not be seen"] = (new() { Among = [calm], ConnectionId = busy }, _ => false),
                ["type"] = (new() { Type = SegmentCallType.Page }, d => d.Type == SegmentCallType.Page),
                ["event"] = (new() { Event = "rare" }, d => d.EventName == "Rare"),
                ["origin"] = (new() { Origin = Origin.Lab }, d => d.Origin == Origin.Lab),
                ["code"] = (new() { Code = "some_cause" }, d => d.Cause == "some_cause"),
                ["status"] = (new() { Code = "503" }, d => d.StatusCode == 503),
                ["family"] = (new() { Code = "4XX" }, d => d.StatusCode is >= 400 and < 500),
                ["span"] = (new() { Since = from, Until = to }, d => d.ReceivedAt >= from && d.ReceivedAt < to),
                ["since"] = (new() { Since = to, ConnectionId = calm }, d => d.ReceivedAt >= to && d.ConnectionId == calm),
                ["until"] = (new() { Until = from }, d => d.ReceivedAt < from),
                ["user"] = (new() { User = "u42" }, d => d.UserId == "u42"),
                ["anonymous beside a user, and alone"] = (new() { User = "a43" }, d => d.AnonymousId == "a43"),
                ["anonymous beside a user"] = (new() { User = "a42" }, d => d.AnonymousId == "a42"),
                ["email"] = (new() { Email = " u7@example.TEST " }, d => d.Email == "U7@Example.test"),
                ["order"] = (new() { Order = "o25" }, d => d.OrderId == "o25"),
                ["message"] = (new() { MessageId = "m77" }, d => d.MessageId == "m77"),
                ["order and email"] = (new() { Order = "o25", Email = "u25@example.test" }, d => d.OrderId == "o25" && d.Email == "U25@Example.test"),
                ["user and state"] = (new() { User = "u42", State = DeliveryState.Failed }, d => d.UserId == "u42" && d.State == DeliveryState.Failed),
                ["nothing"] = (new() { User = "nobody" }, _ => false),
            };
        }
    }

    public static TheoryData<string> Names =>
    [
        "none", "state", "waiting", "held", "not held", "connection", "connection and state", "some connections", "a connection that may not be seen", "type", "event",
        "origin", "code", "status", "family", "span", "since", "until", "user", "anonymous beside a user, and alone", "anonymous beside a user", "email", "order", "message",
        "order and email", "user and state", "nothing",
    ];

    [Theory(Timeout = 120_000)]
    [MemberData(nameof(Names))]
    public async Task Pages_together_are_exactly_what_fits_newest_first(string name)
    {
        var (filter, fits) = Filters[name];
        var expected = log.All.Where(fits).Select(row => row.Id).OrderDescending().ToList();
        List<long> got = [];
        string? cursor = null;
        do
        {
            var page = await log.Queries.PageAsync(Sight.Of(Actor.System), filter, cursor, 200, Ct);
            got.AddRange(page.Items.Select(row => row.Id));
            Assert.True(page.Items.Count == 200 || page.SearchedBackTo is not null || page.NextCursor is null, "A short page must say why.");
            Assert.NotEqual(cursor ?? "", page.NextCursor);
            cursor = page.NextCursor;
        }
        while (cursor is not null);

        Assert.Equal(expected, got);
        var count = await log.Queries.CountAsync(filter, Ct);
        Assert.True(count.AndMore ? count.Found <= expected.Count : count.Found == expected.Count, $"{count} of {expected.Count}");
    }

    [Theory(Timeout = 120_000)]
    [MemberData(nameof(Names))]
    public async Task No_page_reads_the_whole_log_or_sorts_it(string name)
    {
        await using var context = log.Console.Read();
        var held = log.Connections.Skip(2).ToList();
        var filter = Filters[name].Filter;

        foreach (var strand in DeliveryStrands.Of(context, filter, filter.Among ?? log.Connections, held, log.Console.Services.GetRequiredService<SearchKey>(), oldBelow: 0).Rows)
        {
            await using var command = strand.Where(d => d.Id < 20_000 && d.Id >= 1).OrderByDescending(d => d.Id).Take(51).CreateDbCommand();
            command.CommandText = "EXPLAIN QUERY PLAN " + command.CommandText;
            await context.Database.OpenConnectionAsync(Ct);
            await using var plan = await command.ExecuteReaderAsync(Ct);
            List<string> steps = [];
            while (await plan.ReadAsync(Ct))
            {
                steps.Add(plan.GetString(3));
            }

            Assert.StartsWith("SEARCH", Assert.Single(steps), StringComparison.Ordinal);
        }
    }

    [Fact(Timeout = 120_000)]
    public async Task What_fits_rarely_is_searched_in_bounded_steps_that_say_how_far_they_went()
    {
        var first = await log.Queries.PageAsync(Sight.Of(Actor.System), new DeliveryFilter { Event = "Rare" }, null, 50, Ct);

        Assert.Empty(first.Items);
        Assert.Equal(log.All.Single(row => row.Id == LogOfManyDeliveries.Rows - 19_999).ReceivedAt, first.SearchedBackTo);
        var second = await log.Queries.PageAsync(Sight.Of(Actor.System), new DeliveryFilter { Event = "Rare" }, first.NextCursor, 50, Ct);
        Assert.Equal((40, null, null), (Assert.Single(second.Items).Id, second.NextCursor, second.SearchedBackTo));
    }

    [Fact(Timeout = 120_000)]
    public async Task A_waiting_row_of_a_held_connection_is_shown_as_held()
    {
        var page = await log.Queries.PageAsync(Sight.Of(Actor.System), new DeliveryFilter { State = DeliveryState.Waiting, Held = true }, null, 10, Ct);

        Assert.All(page.Items, row => Assert.True(row.Held));
        Assert.Equal(10, page.Items.Count);
    }
}
