using System.Text;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Connections;

/// <summary>Which of a source's webhook secrets a request is signed with.</summary>
public enum SignedWith
{
    Neither,
    Current,
    Previous,
}

/// <summary>The webhook secrets of a source, opened for one request. Not a record: it must not be printed.</summary>
public sealed class OpenWebhookSecrets
{
    private readonly byte[] _current;
    private readonly byte[]? _previous;

    internal OpenWebhookSecrets(string current, string? previous) =>
        (_current, _previous) = (Encoding.UTF8.GetBytes(current), previous is null ? null : Encoding.UTF8.GetBytes(previous));

    public ReadOnlySpan<byte> Current => _current;

    public ReadOnlySpan<byte> Previous => _previous;

    public bool HasPrevious => _previous is not null;
}

/// <summary>Opens webhook secrets at the door, and writes down when a new one was first used.</summary>
public sealed class WebhookSecrets(SecretProtector secrets, StoreWriter writer, ConnectionDirectory directory, ChangeFeed changes, TimeProvider time)
{
    private const string Accept =
        """UPDATE "Sources" SET "WebhookSecretAcceptedAt"=$at WHERE "Id"=$id AND "WebhookSecretFingerprint"=$f AND "WebhookSecretAcceptedAt" IS NULL""";

    /// <summary>Null when the one in use cannot be opened. The one before counts while it is kept.</summary>
    public OpenWebhookSecrets? Open(Source source) => secrets.Open(source.ProtectedWebhookSecret!) is { } current
        ? new OpenWebhookSecrets(current, ((IKeepsSecret)source).KeepsPrevious(time.GetUtcNow()) ? secrets.Open(source.PreviousWebhookSecret!) : null)
        : null;

    /// <summary>Once for each secret. What was signed is kept already, so a failure here is no failure of the request: the next one tells again.</summary>
    public async Task AcceptedAsync(Source source)
    {
        if (source is not { WebhookSecretFingerprint: { } fingerprint, WebhookSecretAcceptedAt: null })
        {
            return;
        }

        try
        {
            await writer.WriteAsync(session =>
            {
                var accept = session.Command(Accept, "$at", "$id", "$f");
                accept.Parameters[0].Value = time.GetUtcNow().UtcTicks;
                accept.Parameters[1].Value = source.Id;
                accept.Parameters[2].Value = fingerprint;
                accept.ExecuteNonQuery();
            });
            await directory.ReloadAsync();
            changes.Raise();
        }
        catch (Exception failure) when (failure is StoreUnavailableException or Microsoft.Data.Sqlite.SqliteException)
        {
            // The next request signed with it tells it.
        }
    }
}
