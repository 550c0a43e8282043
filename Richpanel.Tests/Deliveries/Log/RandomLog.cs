using System.Globalization;
using System.Text;
using Richpanel.Core;
using Richpanel.Core.Access;
using Richpanel.Core.Connections;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Deliveries.Log;
using Richpanel.Core.Deliveries.Query;
using Richpanel.Core.Ledger;
using Richpanel.Core.Receiving;
using Richpanel.Core.Segment;
using Richpanel.Core.Storage;
using Richpanel.Tests.Connections;
using Richpanel.Tests.Support;

namespace Richpanel.Tests.Deliveries.Log;

/// <summary>
/// 20,000 random deliveries of three connections over twelve days, with requests, attempts, ledger and rollups, written once; kept in
/// memory as well, to be asked in the plainest way.
/// </summary>
public sealed class RandomLog : IAsyncLifetime
{
    public const int Rows = 20_000;
    public static readonly DateTimeOffset Now = new(2026, 11, 24, 12, 34, 56, TimeSpan.Zero);

    private static readonly string[] s_events = ["Order Created", "Order Updated", "Product Viewed", "order created", "Signed Up", "Größe gewählt", "100% off_", "Mail jane@example.test"];
    private static readonly string[] s_causes = ["server_error", "invalid_request", "rate_limited", "dns_not_found"];

    private readonly TemporaryFolder _folder = new();
    private readonly Random _random = new(4_711);

    internal CoreUnderTest Core { get; private set; } = null!;

    public LogReader Reader => Core.Get<LogReader>();

    public IReadOnlyList<Delivery> All { get; private set; } = [];

    /// <summary>The call of each delivery, by its id.</summary>
    public Dictionary<long, string> Calls { get; } = [];

    public IReadOnlyList<Connection> Connections { get; private set; } = [];

    /// <summary>Total milliseconds of the last try, by delivery.</summary>
    public Dictionary<long, int> Milliseconds { get; } = [];

    public static Actor Qa { get; } = new(ActorKind.Person, 1, "Quinn", Role.Qa);

    public static Actor Support { get; } = new(ActorKind.Person, 2, "Sam", Role.Support);

    public static LogAsk Ask(string query) => LogAsk.By(Qa, LogQuery.Of(query));

    public async ValueTask InitializeAsync()
    {
        var clock = new Microsoft.Extensions.Time.Testing.FakeTimeProvider(Now);
        Core = await CoreUnderTest.StartAsync(_folder, clock);
        await Core.Writer.WriteAsync(session =>
        {
            using var context = session.Context();
            foreach (var name in new[] { "Shop", "Shop two", "Stopped" })
            {
                var connection = new Connection { Name = name, BaseUrl = "http://127.0.0.1:9/v2", ApiKey = "k", HoldCause = name == "Stopped" ? "unauthorized" : null };
                context.Add(connection);
                context.SaveChanges();
                context.Add(new Source { Name = "Web of " + name, ConnectionId = connection.Id, PublicId = name, WriteKeyHash = SecretProtector.HashKey(name), ProtectedWriteKey = [1] });
                context.SaveChanges();
            }
        });
        await Core.Directory.ReloadAsync(TestContext.Current.CancellationToken);
        Connections = Core.Directory.Connections;
        var rows = Enumerable.Range(1, Rows).Select(Row).ToList();
        All = rows;
        foreach (var piece in rows.Chunk(5_000))
        {
            await Core.Writer.WriteAsync(session => Write(session, piece));
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Core.DisposeAsync();
        _folder.Dispose();
    }

    private Delivery Row(int n)
    {
        var key = Core.Get<SearchKey>();
        var connection = Connections[_random.Next(10) switch { < 7 => 0, < 9 => 1, _ => 2 }].Id;
        var state = _random.Next(100) switch { < 80 => DeliveryState.Accepted, < 88 => DeliveryState.Failed, < 93 => DeliveryState.Waiting, 93 => DeliveryState.Sending, < 97 => DeliveryState.Skipped, _ => DeliveryState.Canceled };
        var type = _random.Next(10) switch { < 7 => SegmentCallType.Track, < 9 => SegmentCallType.Page, _ => SegmentCallType.Identify };
        var isRare = n is 137 or 138;
        var user = _random.Next(3) == 0 ? null : _random.Next(20) == 0 ? $"jane{_random.Next(30)}@example.test" : $"u{_random.Next(400)}";
        var cause = state is DeliveryState.Failed || (state == DeliveryState.Waiting && _random.Next(2) == 0) ? s_causes[_random.Next(s_causes.Length)] : state == DeliveryState.Skipped ? "duplicate" : null;
        var tries = state switch { DeliveryState.Accepted => _random.Next(10) == 0 ? 2 : 1, DeliveryState.Failed => _random.Next(1, 9), _ => cause is null or "duplicate" ? 0 : _random.Next(1, 5) };
        var email = _random.Next(2) == 0 ? $"{(_random.Next(2) == 0 ? "Jane" : "jane")}{_random.Next(300)}@Example.test" : null;
        var row = new Delivery
        {
            Id = n,
            ConnectionId = connection,
            SourceId = Core.Directory.Sources.Single(source => source.ConnectionId == connection).Id,
            RequestId = (n + 9) / 10,
            Origin = _random.Next(30) == 0 ? Origin.Lab : Origin.Receiver,
            State = state,
            Stage = state == DeliveryState.Failed ? FailureStage.Sending : FailureStage.None,
            Type = type,
            EventName = isRare ? "Rare" : type == SegmentCallType.Identify ? null : s_events[_random.Next(s_events.Length)],
            MessageId = $"m{_random.Next(12_000)}",
            UserId = user,
            AnonymousId = _random.Next(4) == 0 ? null : $"a{_random.Next(700)}",
            Email = email,
            OrderId = _random.Next(4) == 0 ? $"o{_random.Next(800)}" : null,
            ReceivedAt = Now.AddDays(-12) + (TimeSpan.FromDays(12) * n / (Rows + 1)) + TimeSpan.FromMilliseconds(_random.Next(2_000)),
            OccurredAt = Now,
            AttemptCount = tries,
            Cause = cause,
            StatusCode = tries == 0 ? null : state == DeliveryState.Accepted ? 200 : cause == "dns_not_found" ? null : _random.Next(3) switch { 0 => 422, 1 => 503, _ => 500 },
            DueAt = state == DeliveryState.Waiting ? DateTimeOffset.MaxValue : null,
            LastAttemptAt = tries == 0 ? null : Now,
        };
        row.MessageHash = SearchHash.Of(row.MessageId);
        SearchColumns.Fill(row, key);
        return row;
    }

    private void Write(WriteSession session, IReadOnlyList<Delivery> rows)
    {
        using var context = session.Context();
        foreach (var request in rows.GroupBy(row => row.RequestId))
        {
            var body = new StringBuilder("[");
            foreach (var row in request)
            {
                var call = $$"""{"n":"word{{row.Id % 50}} of {{row.Id}}","event":"{{row.EventName}}","properties":{"note":"Z\u00f6e \"{{row.Id % 7}}\"","who":"{{row.Email}}" } }""";
                (row.BodyOffset, row.BodyLength) = (Encoding.UTF8.GetByteCount(body.ToString()), Encoding.UTF8.GetByteCount(call));
                body.Append(call).Append(',');
                Calls[row.Id] = call;
            }

            var (bytes, encoding) = (Encoding.UTF8.GetBytes(body.ToString().TrimEnd(',') + "]"), BodyEncoding.Raw);
            context.Add(new ReceivedRequest { Id = request.Key, Body = bytes, Encoding = encoding, ReceivedAt = request.First().ReceivedAt, ConnectionId = request.First().ConnectionId, Origin = Origin.Receiver, Route = ReceivedRoute.Batch });
        }

        foreach (var row in rows)
        {
            context.Add(row);
            session.Ledger.Created(LedgerPlace.Of(row));
            for (var number = 1; number <= row.AttemptCount; number++)
            {
                var exchange = (row.Id * 10) + number;
                var total = _random.Next(1, 900);
                Milliseconds[row.Id] = total;
                context.Add(new Exchange
                {
                    Id = exchange,
                    StartedAt = Now,
                    Url = "http://127.0.0.1:9/v2/t",
                    Size = 1,
                    StatusCode = row.StatusCode,
                    ResponseBody = row.State == DeliveryState.Accepted ? "{}"u8.ToArray() : Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $$"""{"message":"email jane{{row.Id}}@example.test is invalid"}""")),
                    TotalMs = total,
                });
                context.Add(new Attempt { DeliveryId = row.Id, Number = number, Trigger = AttemptTrigger.First, ExchangeId = exchange, Outcome = "failed", StartedAt = Now });
            }
        }

        context.SaveChanges();
    }
}
