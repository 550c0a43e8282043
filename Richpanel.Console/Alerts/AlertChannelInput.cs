using System.Globalization;
using Richpanel.Core.Alerts;

namespace Richpanel.Console.Alerts;

/// <summary>What is typed into the form of a channel.</summary>
public sealed class AlertChannelInput
{
    public const int TlsPort = 465;
    public const int StartTlsPort = 587;

    private MailSecurity _security = MailSecurity.StartTls;

    /// <summary>Null: a new one.</summary>
    public long? Id { get; private init; }

    public string Name { get; set; } = "";

    public AlertChannelKind Kind { get; set; } = AlertChannelKind.Webhook;

    /// <summary>What is stored has one.</summary>
    public bool HasSecret { get; private init; }

    /// <summary>Address or password as it was typed; null = as it is.</summary>
    public string? NewSecret { get; set; }

    public string Host { get; set; } = "";

    public string Port { get; set; } = StartTlsPort.ToString(CultureInfo.InvariantCulture);

    public string UserName { get; set; } = "";

    public string From { get; set; } = "";

    public string To { get; set; } = "";

    public bool OnlySome { get; set; }

    public HashSet<long> Chosen { get; init; } = [];

    public bool TellsInstallation { get; set; } = true;

    public bool Disabled { get; set; }

    /// <summary>Takes the usual port along, unless another was typed.</summary>
    public MailSecurity Security
    {
        get => _security;
        set
        {
            if (Port == Usual(_security))
            {
                Port = Usual(value);
            }

            _security = value;
        }
    }

    public static AlertChannelInput New() => new();

    public static AlertChannelInput Of(AlertChannel channel) => new()
    {
        Id = channel.Id,
        Name = channel.Name,
        Kind = channel.Kind,
        HasSecret = channel.ProtectedSecret is not null,
        Host = channel.Host,
        UserName = channel.UserName ?? "",
        From = channel.From ?? "",
        To = string.Join(", ", channel.Recipients),
        Security = channel.Security ?? MailSecurity.StartTls,
        Port = (channel.Port ?? StartTlsPort).ToString(CultureInfo.InvariantCulture),
        OnlySome = channel.Connections is not null,
        Chosen = [.. channel.Connections ?? []],
        TellsInstallation = channel.TellsInstallation,
        Disabled = channel.Disabled,
    };

    public AlertChannelDraft Draft()
    {
        var draft = new AlertChannelDraft
        {
            Name = Name,
            Kind = Id is null ? Kind : null,
            Connections = OnlySome ? [.. Chosen] : [],
            TellsInstallation = TellsInstallation,
            Disabled = Disabled,
        };
        return Kind != AlertChannelKind.Mail
            ? draft with { Url = NewSecret }
            : draft with
            {
                Host = Host,
                Port = int.TryParse(Port, NumberStyles.None, CultureInfo.InvariantCulture, out var port) ? port : 0,
                Security = Security,
                UserName = UserName,
                Password = string.IsNullOrWhiteSpace(UserName) ? "" : NewSecret,   // without a user the stored password goes, too
                From = From,
                To = To,
            };
    }

    private static string Usual(MailSecurity security) => security switch
    {
        MailSecurity.Tls => TlsPort.ToString(CultureInfo.InvariantCulture),
        MailSecurity.StartTls => StartTlsPort.ToString(CultureInfo.InvariantCulture),
        _ => "25",
    };
}
