using System.Net;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Connections;

/// <summary>Judges a source; every fault at once, each as a sentence that says what to do. Pure.</summary>
public static class SourceValidator
{
    public static IReadOnlyList<FieldFault> CheckNew(SourceDraft draft)
    {
        var faults = new List<FieldFault>();
        CheckName(draft.Name, faults);
        if (draft.WriteKey is { } key && (key.Length is < 16 or > Lengths.Key || key.Any(c => c is <= ' ' or > '~' or ':')))
        {
            faults.Add(new FieldFault("WriteKey", $"A write key has 16 to {Lengths.Key} printable ASCII characters, without blanks and ':'."));
        }

        CheckDoor(draft.AllowedAddresses, draft.RequiresSignature == true, !string.IsNullOrEmpty(draft.WebhookSecret), faults);
        return faults;
    }

    public static IReadOnlyList<FieldFault> Check(Source source)
    {
        var faults = new List<FieldFault>();
        CheckName(source.Name, faults);
        CheckDoor(source.AllowedAddresses, source.RequiresSignature, source.ProtectedWebhookSecret is not null, faults);
        return faults;
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
        foreach (var one in (addresses ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!IPAddress.TryParse(one, out _) && !IPNetwork.TryParse(one, out _))
            {
                faults.Add(new FieldFault("AllowedAddresses", $"'{one}' is neither an address such as 203.0.113.9 nor a network such as 203.0.113.0/24."));
            }
        }

        if (requiresSignature && !hasSecret)
        {
            faults.Add(new FieldFault("RequiresSignature", "Give the webhook secret first: without it no signature could be checked and every call would be refused."));
        }
    }
}
