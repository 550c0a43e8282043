using Richpanel.Core.Connections;
using Richpanel.Core.Mapping;

namespace Richpanel.Console.Connections;

/// <summary>What the form holds. The stored secret is not among it.</summary>
public sealed class ConnectionInput
{
    public bool IsNew { get; init; }

    public bool IsSandbox { get; init; }

    public string Name { get; set; } = "";

    public ConnectionEnvironment Environment { get; set; } = ConnectionEnvironment.Production;

    public string BaseUrl { get; set; } = "https://api.richpanel.com/v2";

    public string ApiKey { get; set; } = "";

    /// <summary>Typed now; null keeps the stored one. Lives until the save.</summary>
    public string? NewSecret { get; set; }

    public string? SecretFingerprint { get; init; }

    /// <summary>How long the one that <see cref="NewSecret"/> replaces is kept.</summary>
    public SecretWindow KeepPreviousFor { get; set; } = SecretWindow.Day;

    /// <summary>A new one empties the secret's input.</summary>
    public Guid SecretField { get; } = Guid.NewGuid();

    public SignatureHash SignatureHash { get; set; } = SignatureHash.Sha256;

    public Transport Transport { get; set; } = Transport.Single;

    public CustomerIdRule CustomerId { get; set; } = CustomerIdRule.UserId;

    public OrderFieldStyle OrderFields { get; set; } = OrderFieldStyle.PluginPlus;

    public bool TranslateEvents { get; set; } = true;

    /// <summary>Null: the option <c>Delivery:Concurrency</c>.</summary>
    public int? Concurrency { get; set; }

    /// <summary>Null: the option <c>Delivery:Timeout</c>.</summary>
    public int? TimeoutSeconds { get; set; }

    /// <summary>Waits between tries as typed; empty: the option <c>Delivery:Schedule</c>.</summary>
    public string RetryWaits { get; set; } = "";

    /// <summary>Null: the option <c>Delivery:Jitter</c>.</summary>
    public int? RetryJitterPercent { get; set; }

    /// <summary>QA may send by hand to this account, though it is production.</summary>
    public bool AllowsLabSends { get; set; }

    public static ConnectionInput Of(Connection connection) => new()
    {
        IsSandbox = connection.IsSandbox,
        Name = connection.Name,
        Environment = connection.Environment,
        BaseUrl = connection.BaseUrl,
        ApiKey = connection.ApiKey,
        SecretFingerprint = connection.SecretFingerprint,
        SignatureHash = connection.SignatureHash,
        Transport = connection.Transport,
        CustomerId = connection.CustomerId,
        OrderFields = connection.OrderFields,
        TranslateEvents = connection.TranslateEvents,
        Concurrency = connection.Concurrency,
        TimeoutSeconds = connection.TimeoutSeconds,
        RetryWaits = connection.RetryWaits ?? "",
        RetryJitterPercent = connection.RetryJitterPercent,
        AllowsLabSends = connection.AllowsLabSends,
    };

    /// <summary>What a person had typed before, in place of what stands here; which connection it is, and its secret, stay.</summary>
    public void Take(ConnectionInput typed)
    {
        if (!IsSandbox)
        {
            (Name, Environment, BaseUrl, ApiKey, AllowsLabSends) = (typed.Name, typed.Environment, typed.BaseUrl, typed.ApiKey, typed.AllowsLabSends);
        }

        (SignatureHash, Transport, Concurrency, TimeoutSeconds) = (typed.SignatureHash, typed.Transport, typed.Concurrency, typed.TimeoutSeconds);
        (RetryWaits, RetryJitterPercent) = (typed.RetryWaits, typed.RetryJitterPercent);
        (CustomerId, OrderFields, TranslateEvents) = (typed.CustomerId, typed.OrderFields, typed.TranslateEvents);
    }

    public ConnectionDraft ToDraft() => new()
    {
        Name = IsSandbox ? null : Name,
        Environment = IsSandbox ? null : Environment,
        BaseUrl = IsSandbox ? null : BaseUrl,
        ApiKey = IsSandbox ? null : ApiKey,
        ApiSecret = IsSandbox ? null : NewSecret,
        KeepPreviousFor = KeepPreviousFor,
        SignatureHash = SignatureHash,
        Transport = Transport,
        CustomerId = CustomerId,
        OrderFields = OrderFields,
        TranslateEvents = TranslateEvents,
        Concurrency = Concurrency,
        ClearConcurrency = Concurrency is null,
        TimeoutSeconds = TimeoutSeconds,
        ClearTimeoutSeconds = TimeoutSeconds is null,
        RetryWaits = RetryWaits,
        RetryJitterPercent = RetryJitterPercent,
        ClearRetryJitter = RetryJitterPercent is null,
        AllowsLabSends = IsSandbox ? null : AllowsLabSends,
    };
}
