using System.Globalization;
using MimeKit;
using Richpanel.Core.Connections;
using Richpanel.Core.Storage;
using Richpanel.Core.Wire;

namespace Richpanel.Core.Alerts;

/// <summary>Collects everything that is wrong with a channel or with the settings, each fault with its field. Pure.</summary>
public static class AlertChannelValidator
{
    public const int LongestTo = 2_000;

    private const int MostRecipients = 20;
    private const int LongestSettle = 3600;
    private const int LongestRemind = 168;

    /// <param name="hasSecret">A secret is stored, or comes with the draft.</param>
    public static IReadOnlyList<FieldFault> Check(AlertChannel channel, AlertChannelDraft draft, bool hasSecret, IEnumerable<string> otherNames)
    {
        var faults = new List<FieldFault>();
        if (!Enum.IsDefined(channel.Kind))
        {
            return [new FieldFault("Kind", "Choose what kind of channel it is: webhook, slack or mail.")];
        }

        CheckName(channel.Name, otherNames, faults);
        if (channel.Kind == AlertChannelKind.Mail)
        {
            CheckMail(channel, draft, hasSecret, faults);
        }
        else
        {
            CheckUrl(channel.Kind, draft.Url, hasSecret, faults);
        }

        return faults;
    }

    public static IReadOnlyList<FieldFault> Check(AlertBook book)
    {
        var faults = new List<FieldFault>();
        if (book.SettleSeconds is < 0 or > LongestSettle)
        {
            faults.Add(new FieldFault("SettleSeconds", "A change must last between 0 seconds and an hour before it is told."));
        }

        if (book.RemindHours is < 0 or > LongestRemind)
        {
            faults.Add(new FieldFault("RemindHours", "Remind after 1 to 168 hours, or 0 for never."));
        }

        if (book.ConsoleUrl is { } url && !IsConsole(url))
        {
            faults.Add(new FieldFault("ConsoleUrl", "The address of this console is whole, such as https://console.example.com, without '?' and '#'."));
        }

        return faults;
    }

    /// <summary>Addresses as they were typed, one after another; null for none.</summary>
    internal static string? Recipients(string typed) =>
        typed.Split([',', ';', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) is { Length: > 0 } all ? string.Join(',', all.Distinct(StringComparer.OrdinalIgnoreCase)) : null;

    /// <summary>The address of a webhook; null when it is none.</summary>
    internal static Uri? AddressOf(string url) => Uri.TryCreate(url.Trim(), UriKind.Absolute, out var address) && address.Scheme is "https" or "http" && HostNames.CanBe(address) ? address : null;

    private static bool IsConsole(string url) => url.Length <= Lengths.Url && AddressOf(url) is { Query.Length: 0, Fragment.Length: 0, UserInfo.Length: 0 };

    private static void CheckName(string name, IEnumerable<string> otherNames, List<FieldFault> faults)
    {
        if (string.IsNullOrWhiteSpace(name) || name.Length > Lengths.Name)
        {
            faults.Add(new FieldFault("Name", $"Give the channel a name of at most {Lengths.Name} characters, for example 'On-call'."));
        }
        else if (otherNames.Contains(name, StringComparer.OrdinalIgnoreCase))
        {
            faults.Add(new FieldFault("Name", $"Another channel is named '{name}'. Names are unique, whatever their case."));
        }
    }

    private static void CheckUrl(AlertChannelKind kind, string? url, bool hasSecret, List<FieldFault> faults)
    {
        if (url is null)
        {
            if (!hasSecret)
            {
                faults.Add(new FieldFault("Url", "Give the address that alerts are posted to."));
            }
        }
        else if (url.Length > Lengths.Url || AddressOf(url) is not { } address)
        {
            faults.Add(new FieldFault("Url", "The address is whole, such as https://hooks.example.com/…"));
        }
        else if (address.UserInfo.Length > 0)
        {
            faults.Add(new FieldFault("Url", "No user or password stands in the address: it would not be sent."));
        }
        else if (kind == AlertChannelKind.Slack && address.Host.EndsWith("slack.com", StringComparison.OrdinalIgnoreCase) && address.Scheme != "https")
        {
            faults.Add(new FieldFault("Url", "Slack's address begins with https."));
        }
    }

    private static void CheckMail(AlertChannel channel, AlertChannelDraft draft, bool hasSecret, List<FieldFault> faults)
    {
        if (Uri.CheckHostName(channel.Host) == UriHostNameType.Unknown || channel.Host.Length > Lengths.Key)
        {
            faults.Add(new FieldFault("Host", "Give the mail server's host name, such as smtp.example.com, without port and scheme."));
        }

        if (channel.Port is null or < 1 or > 65535)
        {
            faults.Add(new FieldFault("Port", "The port is from 1 to 65535: usually 465 for TLS, 587 for STARTTLS."));
        }

        if (channel.Security is not { } security || !Enum.IsDefined(security))
        {
            faults.Add(new FieldFault("Security", "Choose how the connection is secured: tls, startTls or none."));
        }
        else if (security == MailSecurity.None && (channel.UserName is not null || hasSecret))
        {
            faults.Add(new FieldFault("Security", "A password never goes out readable: choose TLS or STARTTLS, or give neither user nor password."));
        }

        if (channel.UserName?.Length > Lengths.Key || channel.UserName?.Any(char.IsControl) == true)
        {
            faults.Add(new FieldFault("UserName", "The user name is too long, or holds line breaks."));
        }
        else if ((channel.UserName is null) == hasSecret)
        {
            faults.Add(new FieldFault(hasSecret ? "UserName" : "Password", "User name and password go together: give both, or neither."));
        }

        if (draft.Password?.Length > Lengths.Secret)
        {
            faults.Add(new FieldFault("Password", $"The password is longer than {Lengths.Secret} characters."));
        }

        if (channel.From is null || !IsAddress(channel.From))
        {
            faults.Add(new FieldFault("From", "Give the address that alerts come from, such as console@example.com."));
        }

        CheckRecipients(channel, faults);
    }

    private static void CheckRecipients(AlertChannel channel, List<FieldFault> faults)
    {
        if (channel.Recipients is not { Count: > 0 and <= MostRecipients } recipients || channel.To!.Length > LongestTo)
        {
            faults.Add(new FieldFault("To", $"Give one to {MostRecipients} addresses that alerts go to."));
        }
        else if (recipients.FirstOrDefault(one => !IsAddress(one)) is { } wrong)
        {
            faults.Add(new FieldFault("To", string.Create(CultureInfo.InvariantCulture, $"'{Lengths.Cut(wrong, 60)}' is no e-mail address.")));
        }
    }

    /// <summary>One plain address without a name, and nothing that could begin another header.</summary>
    private static bool IsAddress(string text) =>
        text.Length <= Lengths.Key && text.IndexOf('@', StringComparison.Ordinal) > 0 && !text.Any(c => char.IsWhiteSpace(c) || char.IsControl(c) || c is '<' or '>')
        && MailboxAddress.TryParse(text, out var address) && address.Domain.Length > 0;
}
