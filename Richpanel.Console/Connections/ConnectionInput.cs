using Richpanel.Core.Connections;
using Richpanel.Core.Mapping;

namespace Richpanel.Console.Connections;

/// <summary>What the form holds. The stored secret is not among it.</summary>
public sealed class ConnectionInput
{
    private static readonly Part[] s_fields =
    [
        new("name", one => one.Name, (to, of) => to.Name = of.Name, IsFixedInSandbox: true),
        new("environment", one => one.Environment, (to, of) => to.Environment = of.Environment, IsFixedInSandbox: true),
        new("base address", one => one.BaseUrl, (to, of) => to.BaseUrl = of.BaseUrl, IsFixedInSandbox: true),
        new("API Key", one => one.ApiKey, (to, of) => to.ApiKey = of.ApiKey, IsFixedInSandbox: true),
        new("calls sent by hand", one => one.AllowsLabSends, (to, of) => to.AllowsLabSends = of.AllowsLabSends, IsFixedInSandbox: true),
        new("signature hash", one => one.SignatureHash, (to, of) => to.SignatureHash = of.SignatureHash),
        new("transport", one => one.Transport, (to, of) => to.Transport = of.Transport),
        new("requests at a time", one => one.Concurrency, (to, of) => to.Concurrency = of.Concurrency),
        new("time-out", one => one.TimeoutSeconds, (to, of) => to.TimeoutSeconds = of.TimeoutSeconds),
        new("waits between tries", one => one.RetryWaits, (to, of) => to.RetryWaits = of.RetryWaits),
        new("jitter", one => one.RetryJitterPercent, (to, of) => to.RetryJitterPercent = of.RetryJitterPercent),
        new("customer id", one => one.CustomerId, (to, of) => to.CustomerId = of.CustomerId),
        new("order fields", one => one.OrderFields, (to, of) => to.OrderFields = of.OrderFields),
        new("event names", one => one.TranslateEvents, (to, of) => to.TranslateEvents = of.TranslateEvents),
    ];

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
    public Guid SecretField { get; private init; } = Guid.NewGuid();

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

    public static ConnectionInput Of(Connection connection) => Of(connection, Guid.NewGuid());

    private static ConnectionInput Of(Connection connection, Guid secretField) => new()
    {
        SecretField = secretField,
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

    /// <summary>The same form over a connection that was changed meanwhile: what was typed stays, everything else is as it is now.</summary>
    /// <param name="from">What the typing began with.</param>
    /// <param name="contested">Fields, in words, that were typed here and changed there.</param>
    public ConnectionInput Over(Connection now, ConnectionInput from, out IReadOnlyList<string> contested)
    {
        var next = Of(now, SecretField);   // what is typed into that field stays in the browser
        (next.NewSecret, next.KeepPreviousFor) = (NewSecret, KeepPreviousFor);
        contested = next.Take(this, from);
        return next;
    }

    /// <summary>What a person had typed, in place of what stands here; which connection it is, and its secret, stay.</summary>
    /// <param name="from">What the typing began with: what still is as it was there was not typed. Null: all of it was.</param>
    /// <returns>Fields, in words, that were typed and stand here as something else than the typing began with.</returns>
    public IReadOnlyList<string> Take(ConnectionInput typed, ConnectionInput? from)
    {
        var contested = new List<string>();
        foreach (var field in s_fields.Where(field => !IsSandbox || !field.IsFixedInSandbox))
        {
            var (mine, theirs) = (field.Read(typed), field.Read(this));
            if (from is not null && Equals(mine, field.Read(from)))
            {
                continue;
            }

            if (from is not null && !Equals(theirs, field.Read(from)) && !Equals(theirs, mine))
            {
                contested.Add(field.Words);
            }

            field.Copy(this, typed);
        }

        return contested;
    }

    /// <summary>Only what differs from <paramref name="stored"/>, so that a save undoes nothing that somebody else has changed meanwhile.</summary>
    /// <param name="stored">What the form was filled with; null for a new connection: all of it.</param>
    public ConnectionDraft ToDraft(ConnectionInput? stored)
    {
        bool Differs<T>(Func<ConnectionInput, T> read) => stored is null || !EqualityComparer<T>.Default.Equals(read(this), read(stored));
        return new ConnectionDraft
        {
            Name = !IsSandbox && Differs(one => one.Name) ? Name : null,
            Environment = !IsSandbox && Differs(one => one.Environment) ? Environment : null,
            BaseUrl = !IsSandbox && Differs(one => one.BaseUrl) ? BaseUrl : null,
            ApiKey = !IsSandbox && Differs(one => one.ApiKey) ? ApiKey : null,
            ApiSecret = IsSandbox ? null : NewSecret,
            KeepPreviousFor = KeepPreviousFor,
            SignatureHash = Differs(one => one.SignatureHash) ? SignatureHash : null,
            Transport = Differs(one => one.Transport) ? Transport : null,
            CustomerId = Differs(one => one.CustomerId) ? CustomerId : null,
            OrderFields = Differs(one => one.OrderFields) ? OrderFields : null,
            TranslateEvents = Differs(one => one.TranslateEvents) ? TranslateEvents : null,
            Concurrency = Differs(one => one.Concurrency) ? Concurrency : null,
            ClearConcurrency = Concurrency is null && Differs(one => one.Concurrency),
            TimeoutSeconds = Differs(one => one.TimeoutSeconds) ? TimeoutSeconds : null,
            ClearTimeoutSeconds = TimeoutSeconds is null && Differs(one => one.TimeoutSeconds),
            RetryWaits = Differs(one => one.RetryWaits) ? RetryWaits : null,
            RetryJitterPercent = Differs(one => one.RetryJitterPercent) ? RetryJitterPercent : null,
            ClearRetryJitter = RetryJitterPercent is null && Differs(one => one.RetryJitterPercent),
            AllowsLabSends = !IsSandbox && Differs(one => one.AllowsLabSends) ? AllowsLabSends : null,
        };
    }

    /// <summary>One field of the form. The secret is none of them: it is only ever typed.</summary>
    private sealed record Part(string Words, Func<ConnectionInput, object?> Read, Action<ConnectionInput, ConnectionInput> Copy, bool IsFixedInSandbox = false);
}
