using Richpanel.Core.Storage;
using Richpanel.Core.Wire;

namespace Richpanel.Core.Connections;

/// <summary>Collects everything that is wrong with a connection, each fault with its field. Pure.</summary>
public static class ConnectionValidator
{
    /// <summary>Segment's catalog asks for at least eight characters (segment.md section 0).</summary>
    private const int ShortestKey = 8;

    public static IReadOnlyList<FieldFault> Check(Connection connection, bool hasSecret, IEnumerable<string> otherNames)
    {
        var faults = new List<FieldFault>();
        CheckName(connection.Name, otherNames, faults);
        CheckKey(connection.ApiKey, faults);
        if (!connection.IsSandbox)
        {
            CheckBaseUrl(connection.BaseUrl, faults);
        }

        if (connection.Transport == Transport.Batch && !hasSecret)
        {
            faults.Add(new FieldFault("Transport", "Batches are always signed, so the batch transport needs an API Secret."));
        }

        if (connection.Environment == ConnectionEnvironment.Sandbox && !connection.IsSandbox)
        {
            faults.Add(new FieldFault("Environment", "Only the built-in Sandbox connection is of the environment Sandbox. Choose Staging for a test account."));
        }

        CheckChoice(connection.Environment, "Environment", faults);
        CheckChoice(connection.SignatureHash, "SignatureHash", faults);
        CheckChoice(connection.Transport, "Transport", faults);
        CheckChoice(connection.OrderFields, "OrderFields", faults);
        CheckChoice(connection.CustomerId, "CustomerId", faults);
        if (connection.Concurrency is < 1 or > 256)
        {
            faults.Add(new FieldFault("Concurrency", "Concurrency is from 1 to 256 requests in flight."));
        }

        if (connection.TimeoutSeconds is < 1 or > 60)
        {
            faults.Add(new FieldFault("TimeoutSeconds", "The time-out is from 1 to 60 seconds."));
        }

        if (connection.RetryWaits is { } waits && RetryWaits.FaultOf(waits) is { } fault)
        {
            faults.Add(new FieldFault("RetryWaits", fault));
        }

        if (connection.RetryJitterPercent is < 0 or > RetryWaits.MostJitterPercent)
        {
            faults.Add(new FieldFault("RetryJitterPercent", $"Jitter is from 0 to {RetryWaits.MostJitterPercent} percent: it spreads tries, it does not bend the schedule."));
        }

        return faults;
    }

    /// <summary>Why its base address cannot be asked; null when it can.</summary>
    public static FieldFault? AddressFaultOf(Connection connection)
    {
        List<FieldFault> faults = [];
        if (!connection.IsSandbox)
        {
            CheckBaseUrl(connection.BaseUrl, faults);
        }

        return faults is [var fault, ..] ? fault : null;
    }

    /// <summary>A pasted secret that cannot be one.</summary>
    public static FieldFault? CheckSecret(string secret) =>
        secret.Length == 0 ? new FieldFault("ApiSecret", "The API Secret is empty. Leave it out to keep the stored one.")
        : secret.Length > Lengths.Secret ? new FieldFault("ApiSecret", $"The API Secret is longer than {Lengths.Secret} characters; that is no secret of Richpanel's.")
        : secret.Any(c => char.IsWhiteSpace(c) || char.IsControl(c)) ? new FieldFault("ApiSecret", "The API Secret holds blanks or line breaks. Copy it again without them.")
        : null;

    /// <summary>Configuration and JSON take any number for a choice; one without a name would be stored and mean nothing.</summary>
    private static void CheckChoice<T>(T choice, string field, List<FieldFault> faults)
        where T : struct, Enum
    {
        if (!Enum.IsDefined(choice))
        {
            faults.Add(new FieldFault(field, $"'{choice}' is no choice here. Give one of {string.Join(", ", Enum.GetNames<T>())}."));
        }
    }

    private static void CheckName(string name, IEnumerable<string> otherNames, List<FieldFault> faults)
    {
        if (string.IsNullOrWhiteSpace(name))
        {
            faults.Add(new FieldFault("Name", "Give the connection a name, for example 'Production'."));
        }
        else if (name.Length > Lengths.Name)
        {
            faults.Add(new FieldFault("Name", $"The name is longer than {Lengths.Name} characters."));
        }
        else if (name.Contains(',', StringComparison.Ordinal))
        {
            // A token keeps the names it is limited to in one list: a comma would make two of one.
            faults.Add(new FieldFault("Name", "A name has no comma: tokens list connections by name."));
        }
        else if (otherNames.Contains(name, StringComparer.OrdinalIgnoreCase))
        {
            faults.Add(new FieldFault("Name", $"Another connection is named '{name}'. Names are unique, whatever their case."));
        }
    }

    private static void CheckKey(string key, List<FieldFault> faults)
    {
        if (key.Length < ShortestKey || key.Length > Lengths.Key)
        {
            faults.Add(new FieldFault("ApiKey", $"The API Key has {ShortestKey} to {Lengths.Key} characters. It stands in Richpanel under Data Sources, Segment Connector."));
        }
        else if (key.Any(c => char.IsWhiteSpace(c) || char.IsControl(c) || c is '"' or '\''))
        {
            faults.Add(new FieldFault("ApiKey", "The API Key holds blanks or quotes. Copy it again without them."));
        }
    }

    private static void CheckBaseUrl(string baseUrl, List<FieldFault> faults)
    {
        if (!Uri.TryCreate(baseUrl, UriKind.Absolute, out var address) || address.Scheme is not ("https" or "http"))
        {
            faults.Add(new FieldFault("BaseUrl", "The base address is a whole https address such as https://api.richpanel.com/v2."));
        }
        else if (!HostNames.CanBe(address))
        {
            faults.Add(new FieldFault("BaseUrl", $"'{address.Host}' cannot be a host name. Copy the address again, for example https://api.richpanel.com/v2."));
        }
        else if (address.UserInfo.Length > 0 || address.Query.Length > 0 || address.Fragment.Length > 0 || baseUrl.Length > Lengths.Url)
        {
            faults.Add(new FieldFault("BaseUrl", "The base address is host and path only: no user, no '?', no '#'."));
        }
    }
}
