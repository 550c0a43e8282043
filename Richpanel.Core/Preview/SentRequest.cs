using System.Text;
using Richpanel.Core.Connections;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Json;
using Richpanel.Core.Wire;

namespace Richpanel.Core.Preview;

/// <summary>The request of an attempt, made again from what was kept of it: placeholders stand where key material stood.</summary>
public static class SentRequest
{
    /// <summary>Stands where an API Key stood that is not known any more, because the connection was changed since.</summary>
    public const string KeyPlaceholder = "{{API_KEY}}";

    /// <summary>
    /// Null: nothing was kept, or nothing went out. Of a batch only this delivery's part. Its address is the one it really went to,
    /// whatever the connection's is today.
    /// </summary>
    /// <param name="attempt">As its reader may see it: what is masked in it is masked in the request.</param>
    /// <param name="connection">As it is today; null = gone.</param>
    public static PreviewRequest? Of(AttemptDetail attempt, Connection? connection)
    {
        if (attempt is not { Sent: { } sent, Exchange: { } exchange } || JsonTreeReader.Read(Encoding.UTF8.GetBytes(sent.Content)).Tree is not JsonTree.Map content)
        {
            return null;
        }

        var key = IsOfToday(attempt, connection) ? connection!.ApiKey : KeyPlaceholder;
        var call = new RichpanelCall(content);
        var envelope = exchange.Url.EndsWith("/bt", StringComparison.Ordinal)
            ? RichpanelEnvelope.PreviewBatch([call], key, exchange.StartedAt)
            : RichpanelEnvelope.PreviewSingle(call, key, IsSigned(attempt), exchange.StartedAt);
        return new PreviewRequest("POST", exchange.Url, CallPreview.Headers, Encoding.ASCII.GetString(envelope.Body));
    }

    public static bool IsSigned(AttemptDetail attempt) => attempt.Attempt.SecretFingerprint is not null;

    /// <summary>The connection's settings are the ones it was sent with.</summary>
    public static bool IsOfToday(AttemptDetail attempt, Connection? connection) => connection is not null && connection.Version == attempt.Attempt.ConnectionVersion;
}
