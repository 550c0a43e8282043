using Microsoft.Extensions.Logging;
using Richpanel.Core.Access;
using Richpanel.Core.Causes;
using Richpanel.Core.ChangeLog;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Connections;

/// <summary>
/// Looks at start for secrets that the key ring cannot open: keys lost, or another certificate. Such a connection goes on hold
/// before its first send, so that no attempt is spent and the page says what to do; the Sandbox, which only the product itself
/// talks to, gets a new secret. Write keys are looked up by their hash, so sources go on being served.
/// </summary>
public sealed partial class LostSecrets(
    StoreWriter writer, ConnectionDirectory directory, SecretProtector secrets, ChangeWriting log, TimeProvider time, ILogger<LostSecrets> logger)
{
    private const string Reason = "The key ring that sealed it is gone.";

    /// <summary>After the directory was loaded. A connection whose secret can be read again goes on by itself.</summary>
    public async Task LookAsync()
    {
        var concerned = directory.Connections
            .Where(c => IsLost(c.ProtectedSecret) || IsLost(c.PreviousSecret) || c.HoldCause == CauseCatalog.SecretUnreadable.Code).Select(c => c.Id).ToList();
        if (concerned.Count > 0)
        {
            await writer.WriteAsync(session =>
            {
                using var context = session.Context();
                foreach (var id in concerned)
                {
                    Look(context, context.Connections.Find(id)!);
                }
            });
            await directory.ReloadAsync();
        }

        if (directory.Sources.Where(source => IsLost(source.PreviousWebhookSecret)).Select(source => source.Id).ToList() is { Count: > 0 } forgetful)
        {
            await writer.WriteAsync(session =>
            {
                using var context = session.Context();
                foreach (var id in forgetful)
                {
                    Forget(context, context.Sources.Find(id)!);
                }
            });
            await directory.ReloadAsync();
        }

        foreach (var source in directory.Sources)
        {
            if (IsLost(source.ProtectedWebhookSecret))
            {
                WebhookSecretLost(source.Id);
            }

            if (IsLost(source.ProtectedWriteKey))
            {
                WriteKeyLost(source.Id);
            }
        }
    }

    private void Look(ConsoleDbContext context, Connection connection)
    {
        if (IsLost(connection.PreviousSecret))
        {
            SecretRotation.Forget(connection);
            Log(context, connection, ChangeCatalog.SecretForgotten);
        }

        if (!IsLost(connection.ProtectedSecret))
        {
            if (SecretRotation.EndHold(connection))
            {
                LogHold(context, connection, ChangeCatalog.ConnectionReleased, CauseCatalog.SecretUnreadable.Code, null, "Its secret can be read again.");
            }
        }
        else if (connection.IsSandbox)
        {
            var secret = SandboxSeed.RandomKey();
            SecretRotation.EndHold(connection);
            SecretRotation.Replace(connection, new SealedSecret(secrets.Protect(secret), SecretProtector.Fingerprint(secret)), SecretWindow.None, canOpen: false, time.GetUtcNow());
            connection.Version++;
            Log(context, connection, ChangeCatalog.SecretReplaced);
        }
        else
        {
            ApiSecretLost(connection.Id);
            if (connection.HoldCause is null)
            {
                (connection.HoldSince, connection.HoldCause) = (time.GetUtcNow(), CauseCatalog.SecretUnreadable.Code);
                LogHold(context, connection, ChangeCatalog.ConnectionHeld, null, connection.HoldCause, Reason);
            }
        }

        context.SaveChanges();
    }

    private void Forget(ConsoleDbContext context, Source source)
    {
        SecretRotation.Forget(source);
        log.Append(context, Actor.System, new Change(ChangeCatalog.WebhookSecretForgotten, PublicId.Source(source.Id), source.Name) { Reason = Reason });
        context.SaveChanges();
    }

    private void Log(ConsoleDbContext context, Connection connection, ChangeAction action)
    {
        log.Append(context, Actor.System, new Change(action, PublicId.Connection(connection.Id), connection.Name) { Reason = Reason });
        context.SaveChanges();
    }

    private void LogHold(ConsoleDbContext context, Connection connection, ChangeAction action, string? before, string? after, string reason)
    {
        log.Append(context, Actor.System, new Change(action, PublicId.Connection(connection.Id), connection.Name) { Fields = [new FieldChange("hold", before, after)], Reason = reason });
        context.SaveChanges();
    }

    private bool IsLost(byte[]? sealedSecret) => sealedSecret is not null && !secrets.CanOpen(sealedSecret);

    [LoggerMessage(EventId = 1111, Level = LogLevel.Warning, Message = "Connection {ConnectionId}: the key ring that sealed its API Secret is gone, so it is on hold; events are kept. Enter the secret again")]
    private partial void ApiSecretLost(long connectionId);

    [LoggerMessage(EventId = 1112, Level = LogLevel.Warning, Message = "Source {SourceId}: the key ring that sealed its webhook secret is gone, so signed webhooks are answered 503. Enter the secret again")]
    private partial void WebhookSecretLost(long sourceId);

    [LoggerMessage(EventId = 1113, Level = LogLevel.Information, Message = "Source {SourceId}: the key ring that sealed its write key is gone; the key works, but can no longer be shown")]
    private partial void WriteKeyLost(long sourceId);
}
