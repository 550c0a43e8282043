using Richpanel.Core.ChangeLog;

namespace Richpanel.Core.Connections;

/// <summary>What the change log says of a connection's settings: names as in the API, secrets by their fingerprint alone.</summary>
internal static class ConnectionFields
{
    public const string Secret = "apiSecret";

    public static IReadOnlyList<(string Field, object? Value)> Of(Connection? c) =>
    [
        ("name", c?.Name), ("environment", c?.Environment), ("baseUrl", c?.BaseUrl), ("apiKey", c?.ApiKey), (Secret, c?.SecretFingerprint),
        ("signatureHash", c?.SignatureHash), ("transport", c?.Transport), ("orderFields", c?.OrderFields), ("customerId", c?.CustomerId),
        ("translateEvents", c?.TranslateEvents), ("concurrency", c?.Concurrency), ("timeoutSeconds", c?.TimeoutSeconds),
        ("retryWaits", c?.RetryWaits), ("retryJitterPercent", c?.RetryJitterPercent),
        ("allowsLabSends", c?.AllowsLabSends), ("disabled", c?.Disabled),
    ];

    public static IReadOnlyList<(string Field, object? Value)> Of(Source? s) =>
    [
        ("name", s?.Name), ("allowedOrigins", s?.AllowedOrigins), ("allowedAddresses", s?.AllowedAddresses), ("requiresSignature", s?.RequiresSignature),
        ("disabled", s?.Disabled),
    ];

    /// <summary>Fields that differ; a secret says only that it did.</summary>
    public static IReadOnlyList<FieldChange> Between(
        IReadOnlyList<(string Field, object? Value)> before, IReadOnlyList<(string Field, object? Value)> after) =>
    [
        .. before.Zip(after)
            .Where(pair => !Equals(pair.First.Value, pair.Second.Value))
            .SelectMany(pair => pair.First.Field == Secret
                ? [FieldChange.Changed(pair.First.Field)]
                : FieldChange.Between((pair.First.Field, pair.First.Value, pair.Second.Value))),
    ];
}
