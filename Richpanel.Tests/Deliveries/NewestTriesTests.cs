using Richpanel.Core;
using Richpanel.Core.Connections;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Health;
using Richpanel.Core.Receiving;
using Richpanel.Core.Segment;
using Richpanel.Tests.Connections;
using Richpanel.Tests.Support;

namespace Richpanel.Tests.Deliveries;

public sealed class NewestTriesTests : IDisposable
{
    private static readonly DateTimeOffset s_now = new(2026, 11, 20, 14, 0, 0, TimeSpan.Zero);

    private readonly TemporaryFolder _folder = new();
    private long _request;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_quiet_connection_beside_a_very_busy_one_is_judged_by_its_own_tries()
    {
        await using var core = await CoreUnderTest.StartAsync(_folder, new Microsoft.Extensions.Time.Testing.FakeTimeProvider(s_now));
        var (quiet, busy) = (0L, 0L);
        await core.Writer.WriteAsync(session =>
        {
            using var context = session.Context();
            Connection Added(string name)
            {
                var connection = new Connection { Name = name, BaseUrl = "http://127.0.0.1:9/v2", ApiKey = "k" };
                context.Add(connection);
                context.SaveChanges();
                context.Add(new Source { Name = name, ConnectionId = connection.Id, PublicId = name, WriteKeyHash = SecretProtector.HashKey(name), ProtectedWriteKey = [1] });
                context.SaveChanges();
                return connection;
            }

            void Tried(long connection, DeliveryState state, int tries, DateTimeOffset at, Origin origin = Origin.Receiver)
            {
                context.Add(new ReceivedRequest { Id = ++_request, Body = [1], Encoding = BodyEncoding.Raw, ReceivedAt = at, ConnectionId = connection, Origin = origin, Route = ReceivedRoute.Batch });
                var delivery = new Delivery
                {
                    ConnectionId = connection,
                    SourceId = context.Sources.Single(source => source.ConnectionId == connection).Id,
                    RequestId = _request,
                    Origin = origin,
                    State = state,
                    Type = SegmentCallType.Track,
                    MessageId = $"m-{_request}",
                    MessageHash = SearchHash.Of($"m-{_request}"),
                    ReceivedAt = at,
                    OccurredAt = at,
                    AttemptCount = tries,
                    LastAttemptAt = tries == 0 ? null : at,
                    DueAt = state == DeliveryState.Waiting ? DateTimeOffset.MaxValue : null,
                };
                context.Add(delivery);
                context.SaveChanges();
                var good = state == DeliveryState.Accepted;
                for (var number = 1; number <= tries; number++)
                {
                    context.Add(new Attempt { DeliveryId = delivery.Id, Number = number, Outcome = good ? "accepted" : "try_later", Cause = good ? null : "server_error", StartedAt = at });
                }

                context.SaveChanges();
            }

            quiet = Added("Quiet").Id;
            busy = Added("Busy").Id;
            Tried(quiet, DeliveryState.Accepted, 1, s_now.AddHours(-9));
            Tried(quiet, DeliveryState.Waiting, 12, s_now.AddHours(-2));
            Tried(quiet, DeliveryState.Failed, 9, s_now.AddHours(-1));
            Tried(quiet, DeliveryState.Accepted, 1, s_now.AddHours(-1), Origin.Lab);   // no sign of health
            for (var i = 0; i < 150; i++)
            {
                Tried(quiet, DeliveryState.Waiting, 0, s_now.AddMinutes(-30));   // never tried: they hide nothing
            }

            Tried(busy, DeliveryState.Accepted, 600, s_now);
        });

        var tries = await core.Get<DeliveryQueries>().NewestTriesAsync([quiet, busy], Ct);

        var failing = FailingTries.Of(tries[quiet])!;
        Assert.Equal("server_error", failing.Cause.Code);
        Assert.Equal(s_now.AddHours(-2), failing.Since);
        Assert.Equal(22, tries[quiet].Count());
        Assert.True(tries[quiet].Last().Accepted);
        Assert.Null(FailingTries.Of(tries[busy]));
    }

    public void Dispose() => _folder.Dispose();
}
