using System.Globalization;
using Richpanel.Core.Alerts.Rules;
using Richpanel.Core.Connections;
using Richpanel.Core.Privacy;
using Richpanel.Core.Storage;
using Richpanel.Core.Wire;

namespace Richpanel.Core.Alerts;

/// <summary>Sends one alert by one channel. The secret is open only inside one send.</summary>
public sealed class AlertSender(WebhookClient webhooks, MailClient mails, SecretProtector secrets)
{
    /// <summary>Whatever happens is an outcome; only <paramref name="ct"/> itself ends it.</summary>
    public async Task<PostOutcome> SendAsync(AlertChannel channel, AlertMessage message, CancellationToken ct)
    {
        string? secret;
        try
        {
            secret = channel.ProtectedSecret is { } kept ? secrets.Open(kept) : null;
        }
        catch (KeyRingUnreadableException)
        {
            return new PostOutcome(PostClass.TryLater, "The key ring cannot be read now, and so the channel's secret cannot be opened. Nothing was sent.");
        }

        if (secret is null && channel.ProtectedSecret is not null)
        {
            return new PostOutcome(PostClass.Refused, $"The {(channel.Kind == AlertChannelKind.Mail ? "password" : "address")} can no longer be decrypted: enter it again. Nothing was sent.");
        }

        var outcome = channel.Kind switch
        {
            AlertChannelKind.Mail => await mails.SendAsync(ServerOf(channel, secret), LetterOf(channel, message), ct),
            _ when secret is null || !Uri.TryCreate(secret, UriKind.Absolute, out _) => new PostOutcome(PostClass.Refused, "There is no address to post to: enter it again. Nothing was sent."),
            AlertChannelKind.Slack => await webhooks.PostAsync(new Uri(secret), AlertWords.Slack(message), ct),
            _ => await webhooks.PostAsync(new Uri(secret), AlertWords.Json(message), ct),
        };
        return outcome with { Words = Lengths.Cut(WordsOf(outcome, secret), Lengths.Reason)! };
    }

    /// <summary>With what the other side said, as far as that is words of errors; never the secret, should it be repeated there.</summary>
    private static string WordsOf(PostOutcome outcome, string? secret)
    {
        if (outcome.Said is not { Length: > 0 } said || (secret is { Length: > 0 } && said.Contains(secret, StringComparison.Ordinal)))
        {
            return outcome.Words;
        }

        return TextMask.Foreign(said.ReplaceLineEndings(" ").Replace('_', ' ').Trim()) is { Length: > 0 } kept && kept.Any(char.IsLetter) ? $"{outcome.Words} It said: {kept}" : outcome.Words;
    }

    private static MailServer ServerOf(AlertChannel channel, string? password) =>
        new(channel.Host, channel.Port ?? 0, channel.Security == MailSecurity.Tls, channel.Security == MailSecurity.StartTls, channel.UserName, password);

    private static MailLetter LetterOf(AlertChannel channel, AlertMessage message) => new(
        channel.From ?? "", channel.Recipients, AlertWords.Subject(message), AlertWords.Letter(message),
        string.Create(CultureInfo.InvariantCulture, $"{message.Id}.{channel.Id}.{message.At.UtcTicks}"),
        AlertWords.ThreadsOf(message));
}
