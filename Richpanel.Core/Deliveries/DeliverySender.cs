using Microsoft.Extensions.Options;
using Richpanel.Core.Causes;
using Richpanel.Core.Connections;
using Richpanel.Core.Wire;

namespace Richpanel.Core.Deliveries;

/// <summary>
/// One request, or one batch with what it is split into. The only place of the dispatcher where a secret is readable, for as
/// long as the send lasts.
/// </summary>
internal sealed class DeliverySender(RichpanelClient client, SecretProtector protector, IOptions<DeliveryOptions> options)
{
    public async Task<SendEnd> SendAsync(Connection connection, IReadOnlyList<PreparedDelivery> deliveries, CancellationToken ct)
    {
        if (Open(connection) is not { } target)
        {
            return new SendEnd.NotSent(CauseCatalog.SecretUnreadable.Code, connection.Version);
        }

        try
        {
            if (connection.Transport == Transport.Batch)
            {
                return target.ApiSecret is null
                    ? new SendEnd.NotSent(CauseCatalog.NoSecretForBatch.Code, connection.Version)
                    : await SendBatchAsync(connection, target, deliveries, ct);
            }

            List<SentDelivery> sent = [];
            foreach (var delivery in deliveries)
            {
                sent.Add(Sent(connection, delivery, [new SentExchange(await client.SendAsync(target, delivery.Call, ct), 1)]));
            }

            return new SendEnd.Sent(sent);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            return new SendEnd.BrokenOff();
        }
    }

    /// <summary>Null when the connection has a secret that cannot be read: nothing must go out unsigned because of that.</summary>
    private RichpanelTarget? Open(Connection connection)
    {
        var secret = connection.ProtectedSecret is { } stored ? protector.Open(stored) : null;
        return secret is null && connection.ProtectedSecret is not null
            ? null
            : new RichpanelTarget(
                connection.BaseUrl,
                connection.ApiKey,
                secret,
                connection.SignatureHash,
                connection.TimeoutSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : options.Value.Timeout,
                connection.IsSandbox);
    }

    private async Task<SendEnd> SendBatchAsync(
        Connection connection, RichpanelTarget target, IReadOnlyList<PreparedDelivery> deliveries, CancellationToken ct)
    {
        var whole = new SentExchange(
            await client.SendBatchAsync(target, [.. deliveries.Select(delivery => delivery.Call)], ct), deliveries.Count);
        if (deliveries.Count == 1 || !MayBeOneOfThem(whole.Result.Verdict))
        {
            return new SendEnd.Sent([.. deliveries.Select(delivery => Sent(connection, delivery, [whole]))]);
        }

        return new SendEnd.Sent(await SendOneByOneAsync(connection, target, deliveries, whole, ct));
    }

    /// <summary>
    /// By the same endpoint, a batch of one each: a call that is refused alone is the one that spoiled the batch. Once an answer
    /// speaks for the whole connection, the rest is not tried any more and goes back to waiting.
    /// </summary>
    private async Task<IReadOnlyList<SentDelivery>> SendOneByOneAsync(
        Connection connection, RichpanelTarget target, IReadOnlyList<PreparedDelivery> deliveries, SentExchange whole, CancellationToken ct)
    {
        List<SentDelivery> sent = [];
        var stopped = false;
        foreach (var delivery in deliveries)
        {
            if (stopped)
            {
                sent.Add(Sent(connection, delivery, []));
                continue;
            }

            var alone = new SentExchange(await client.SendBatchAsync(target, [delivery.Call], ct), 1);
            sent.Add(Sent(connection, delivery, [whole, alone]));
            stopped = SpeaksForAll(alone.Result);
        }

        return sent;
    }

    /// <summary>Refused for good, or by a filter: one event of the batch may be the reason.</summary>
    private static bool MayBeOneOfThem(Verdict verdict) =>
        verdict.Class == AnswerClass.Failed || verdict is { Class: AnswerClass.Hold, Hold: HoldRule.ForbiddenStreak };

    private static bool SpeaksForAll(SendResult result) =>
        result.Verdict is { Class: AnswerClass.Hold, Hold: HoldRule.AtOnce or HoldRule.AddressStreak }
        || (result.Verdict.Class == AnswerClass.TryLater && (result.RetryAfter is not null || result.StatusCode is null));

    private static SentDelivery Sent(Connection connection, PreparedDelivery delivery, IReadOnlyList<SentExchange> exchanges) =>
        new(delivery, exchanges, connection.Version, connection.SecretFingerprint);
}
