using Richpanel.Core.Storage;

namespace Richpanel.Core.Connections;

/// <summary>Judges a source; every fault at once, each as a sentence that says what to do. Pure.</summary>
public static class SourceValidator
{
    /// <summary>Looked through at every request of the source.</summary>
    private const int LongestList = 4000;

    public static IReadOnlyList<FieldFault> CheckNew(SourceDraft draft)
    {
        var faults = new List<FieldFault>();
        CheckName(draft.Name, faults);
        if (draft.WriteKey is { } key && (key.Length is < 16 or > Lengths.Key || key.Any(c => c is <= ' ' or > '~' or ':')))
        {
            faults.Add(new FieldFault("WriteKey", $"A write key has 16 to {Lengths.Key} printable ASCII characters, without blanks and ':'."));
        }

        CheckWebhookSecret(draft.WebhookSecret, faults);
        CheckOrigins(draft.AllowedOrigins, faults);
        CheckDoor(draft.AllowedAddresses, draft.RequiresSignature == true, !string.IsNullOrEmpty(draft.WebhookSecret), faults);
        return faults;
    }

    public static IReadOnlyList<FieldFault> Check(Source source)
    {
        var faults = new List<FieldFault>();
        CheckName(source.Name, faults);
        CheckOrigins(source.AllowedOrigins, faults);
        CheckDoor(source.AllowedAddresses, source.RequiresSignature, source.ProtectedWebhookSecret is not null, faults);
        return faults;
    }

    /// <summary>Apart from the others, because a stored source holds its secret sealed.</summary>
    public static void CheckWebhookSecret(string? secret, ICollection<FieldFault> faults)
    {
        if (secret?.Length > Lengths.Secret)
        {
            faults.Add(new FieldFault("WebhookSecret", $"A webhook secret has at most {Lengths.Secret} characters."));
        }
    }

    /// <summary>An origin is what a browser sends: scheme, host and a port that is not the scheme's own; nothing behind it.</summary>
    private static bool IsOrigin(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Host.Length > 0
        && text.Equals(uri.GetLeftPart(UriPartial.Authority), StringComparison.OrdinalIgnoreCase) && uri.UserInfo.Length == 0;

    private static void CheckOrigins(string? origins, List<FieldFault> faults)
    {
        if (origins?.Length > LongestList)
        {
            faults.Add(new FieldFault("AllowedOrigins", $"The list of origins has at most {LongestList} characters."));
            return;
        }

        foreach (var one in (origins ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries).Where(one => !IsOrigin(one)))
        {
            faults.Add(new FieldFault("AllowedOrigins", $"'{one}' is not an origin. Give scheme and host as a browser sends them, such as https://shop.example.com, without a path or a slash behind."));
        }
    }

    private static void CheckName(string? name, List<FieldFault> faults)
    {
        if (string.IsNullOrWhiteSpace(name) || name.Trim().Length > Lengths.Name)
        {
            faults.Add(new FieldFault("Name", $"Give the source a name of at most {Lengths.Name} characters, for example 'Web shop'."));
        }
    }

    private static void CheckDoor(string? addresses, bool requiresSignature, bool hasSecret, List<FieldFault> faults)
    {
        if (addresses?.Length > LongestList)
        {
            faults.Add(new FieldFault("AllowedAddresses", $"The list of addresses has at most {LongestList} characters. Name networks instead of their addresses."));
        }
        else
        {
            faults.AddRange(AddressList.Faults(addresses).Select(one => new FieldFault(
                "AllowedAddresses", $"'{one}' is neither an address such as 203.0.113.9 nor a network such as 203.0.113.0/24.")));
        }

        if (requiresSignature && !hasSecret)
        {
            faults.Add(new FieldFault("RequiresSignature", "Give the webhook secret first: without it no signature could be checked and every call would be refused."));
        }
    }
}
