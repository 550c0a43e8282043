using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Richpanel.Core.Access;
using Richpanel.Core.Causes;
using Richpanel.Core.ChangeLog;
using Richpanel.Core.Connections;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Storage;
using Richpanel.Core.Wire;

namespace Richpanel.Core.Preview;

/// <summary>What a trial needs to send: the wire, the secret for the time of a send, and the options' time-out.</summary>
public sealed class TrialWire(RichpanelClient client, SecretProtector secrets, IOptions<DeliveryOptions> options)
{
    /// <summary>Null: the stored secret cannot be read.</summary>
    internal async Task<SendResult?> SendAsync(Connection connection, TrialWay way, RichpanelCall call, CancellationToken ct)
    {
        var secret = way.Hash is null ? null : secrets.Open(connection.ProtectedSecret!);
        if (way.Hash is not null && secret is null)
        {
            return null;
        }

        var timeout = connection.TimeoutSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : options.Value.Timeout;
        var target = new RichpanelTarget(connection.BaseUrl, connection.ApiKey, secret, way.Hash ?? connection.SignatureHash, timeout, connection.IsSandbox);
        return way.Transport == Transport.Batch ? await client.SendBatchAsync(target, [call], ct) : await client.SendAsync(target, call, ct);
    }
}

/// <summary>
/// The trial of richpanel.md section 2: one marked test visitor for each way of sending, and what a person saw of it in Richpanel,
/// kept with name and time. Never on production, where nothing can be deleted.
/// </summary>
public sealed class ConnectionTrials(
    TrialWire wire, StoreWriter writer, IDbContextFactory<ConsoleDbContext> contexts, ConnectionDirectory directory, ChangeWriting log, TimeProvider time)
{
    /// <summary>Shown by pages and API, newest first.</summary>
    public const int Most = 50;

    /// <summary>Without letters and digits that people confuse.</summary>
    private const string Letters = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

    /// <summary>Why a connection can have no trial this way; null when it can.</summary>
    public static FieldFault? FaultOf(Connection connection, TrialWay way) => connection switch
    {
        { DeletedAt: not null } => new FieldFault("Connection", "The connection was deleted."),
        { Environment: ConnectionEnvironment.Production } => new FieldFault(
            "Connection", "Nothing can be deleted at Richpanel, so no test visitor is sent to production. Make a second connection of environment Staging, with the keys of a test account."),
        _ when !TrialWay.All.Contains(way) => new FieldFault("Ways", "Batches are always signed: choose SHA-256 or MD5 for /bt."),
        { ProtectedSecret: null } when way.Hash is not null => new FieldFault("Ways", $"{way.Words} needs the API Secret, and none is stored."),
        _ => null,
    };

    /// <summary>Newest first.</summary>
    public async Task<IReadOnlyList<Trial>> ListAsync(long connectionId, CancellationToken ct)
    {
        await using var context = await contexts.CreateDbContextAsync(ct);
        return await context.Trials.AsNoTracking().Where(trial => trial.ConnectionId == connectionId).OrderByDescending(trial => trial.Id).Take(Most).ToListAsync(ct);
    }

    /// <summary>Sends one visitor and keeps what was answered, whatever it was.</summary>
    public async Task<SaveOutcome<Trial>> SendAsync(Actor by, long connectionId, TrialWay way, CancellationToken ct)
    {
        by.Demand(Permission.UseSandbox);
        if (directory.Find(connectionId) is not { } connection)
        {
            return new SaveOutcome<Trial>.Missing();
        }

        by.Demand(ConnectionRights.ToSend(connection), connection);
        if (FaultOf(connection, way) is { } fault)
        {
            return new SaveOutcome<Trial>.Invalid([fault]);
        }

        var mark = RandomNumberGenerator.GetString(Letters, 6);
        var trial = new Trial
        {
            ConnectionId = connectionId,
            Transport = way.Transport,
            Hash = way.Hash,
            VisitorName = $"Console trial {mark}",
            SentAt = time.GetUtcNow(),
            SentBy = Lengths.Cut(by.Name, Lengths.Name)!,
        };
        var preview = CallPreview.Of(Call(mark, trial), connection, CallPreview.TypedNow(trial.SentAt), trial.SentAt);
        if (await wire.SendAsync(connection, way, preview.Call!, ct) is not { } result)
        {
            return new SaveOutcome<Trial>.Invalid([new FieldFault("Ways", CauseCatalog.SecretUnreadable.Text + " " + CauseCatalog.SecretUnreadable.Remedy)]);
        }

        (trial.StatusCode, trial.Milliseconds, trial.Cause) = (result.StatusCode, result.Phases.Total, result.Verdict.Cause);
        return await writer.WriteAsync(session =>
        {
            using var context = session.Context();
            context.Trials.Add(trial);
            context.SaveChanges();
            log.Append(context, by, new Change(ChangeCatalog.TrialSent, PublicId.Connection(connectionId), connection.Name)
            {
                Fields = [new FieldChange("visitor", null, trial.VisitorName), new FieldChange("way", null, way.Words), new FieldChange("answer", null, trial.StatusCode?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? trial.Cause)],
            });
            context.SaveChanges();
            return new SaveOutcome<Trial>.Saved(trial);
        });
    }

    /// <summary>Keeps what the person saw; a later answer takes the place of an earlier one, and both stand in the change log.</summary>
    public async Task<SaveOutcome<Trial>> AnswerAsync(Actor by, long trialId, TrialAnswer answer)
    {
        by.Demand(Permission.UseSandbox);
        return await writer.WriteAsync<SaveOutcome<Trial>>(session =>
        {
            using var context = session.Context();
            if (context.Trials.Find(trialId) is not { } trial || context.Connections.Find(trial.ConnectionId) is not { } connection)
            {
                return new SaveOutcome<Trial>.Missing();
            }

            by.Demand(ConnectionRights.ToSend(connection), connection);
            if (!Enum.IsDefined(answer))
            {
                return new SaveOutcome<Trial>.Invalid([new FieldFault("Answer", "Say seen or notSeen.")]);
            }

            var before = trial.Answer;
            (trial.Answer, trial.AnsweredAt, trial.AnsweredBy) = (answer, time.GetUtcNow(), Lengths.Cut(by.Name, Lengths.Name));
            if (before != answer)
            {
                log.Append(context, by, new Change(ChangeCatalog.TrialAnswered, PublicId.Connection(connection.Id), connection.Name)
                {
                    Fields = [new FieldChange("visitor", null, trial.VisitorName), new FieldChange("way", null, trial.Way.Words), .. FieldChange.Between(("seen", before, answer))],
                });
            }

            context.SaveChanges();
            return new SaveOutcome<Trial>.Saved(trial);
        });
    }

    /// <summary>
    /// A customer that names itself, so that it can be found and told from real ones: identified, because Richpanel shows no visitor
    /// without an id among the customers. The e-mail's domain is nobody's (RFC 2606).
    /// </summary>
    private static byte[] Call(string mark, Trial trial)
    {
        var id = "console-trial-" + mark.ToLowerInvariant();
        return JsonSerializer.SerializeToUtf8Bytes(new
        {
            type = "identify",
            messageId = id,
            userId = id,
            anonymousId = id,
            timestamp = trial.SentAt.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", System.Globalization.CultureInfo.InvariantCulture),
            traits = new { email = id + "@example.com", name = trial.VisitorName, firstName = "Console trial", lastName = mark, sent_as = trial.Way.Words },
        });
    }
}
