using System.Globalization;
using MailKit.Net.Smtp;
using MimeKit;

namespace Richpanel.Core.Wire;

/// <summary>Of several recipients one that is refused keeps no other from the letter: it is not sent only when none is left.</summary>
internal sealed class LetterClient : SmtpClient
{
    private readonly List<SmtpCommandException> _refused = [];

    /// <summary>Of the last letter: how many were refused and with which answers. Null: none was.</summary>
    public string? Refused(int recipients) => _refused.Count == 0 ? null : string.Create(
        CultureInfo.InvariantCulture,
        $"{_refused.Count} of {recipients} recipients {(_refused.Count == 1 ? "was" : "were")} refused ({string.Join(", ", _refused.Select(one => (int)one.StatusCode).Distinct().Order())})");

    protected override void OnRecipientNotAccepted(MimeMessage message, MailboxAddress mailbox, SmtpResponse response) =>
        _refused.Add(new SmtpCommandException(SmtpErrorCode.RecipientNotAccepted, response.StatusCode, mailbox, response.Response));

    /// <summary>With one that may be taken later (4xx) all of it is tried again.</summary>
    protected override void OnNoRecipientsAccepted(MimeMessage message) => throw _refused.Find(one => (int)one.StatusCode is >= 400 and < 500) ?? _refused[0];
}
