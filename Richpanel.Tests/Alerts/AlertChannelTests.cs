using Microsoft.EntityFrameworkCore;
using Richpanel.Core.Access;
using Richpanel.Core.Alerts;
using Richpanel.Core.ChangeLog;
using Richpanel.Core.Connections;
using Richpanel.Tests.Connections;
using Richpanel.Tests.Support;

namespace Richpanel.Tests.Alerts;

/// <summary>Channels as they are kept: sealed secrets, faults at their field, each change a line.</summary>
public sealed class AlertChannelTests : IAsyncLifetime
{
    private const string Url = "https://hooks.example.com/services/planted-hook-path";
    private const string Password = "planted-mail-password";

    private readonly TemporaryFolder _folder = new();
    private CoreUnderTest _core = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static AlertChannelDraft Mail => new()
    {
        Name = "Mail",
        Kind = AlertChannelKind.Mail,
        Host = "smtp.example.com",
        Port = 587,
        Security = MailSecurity.StartTls,
        UserName = "console",
        Password = Password,
        From = "console@example.com",
        To = "a@example.com,\nb@example.com",
    };

    private static AlertChannelDraft Hook => new() { Name = "Hook", Kind = AlertChannelKind.Webhook, Url = $"  {Url}  " };

    private AlertChannels Channels => _core.Get<AlertChannels>();

    public async ValueTask InitializeAsync() => _core = await CoreUnderTest.StartAsync(_folder);

    public async ValueTask DisposeAsync()
    {
        await _core.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Address_and_password_are_sealed_and_stand_nowhere_in_clear()
    {
        var hook = await SavedAsync(Hook);
        var mail = await SavedAsync(Mail);

        Assert.Equal((Url, "hooks.example.com", SecretProtector.Fingerprint(Url)), (_core.Secrets.Unprotect(hook.ProtectedSecret!), hook.Host, hook.SecretFingerprint));
        Assert.Equal((Password, "a@example.com,b@example.com"), (_core.Secrets.Unprotect(mail.ProtectedSecret!), mail.To));
        var rows = await RowsAsync();
        Assert.DoesNotContain("planted-", rows, StringComparison.Ordinal);
        Assert.Contains("url", rows, StringComparison.Ordinal);
        Assert.DoesNotContain("a@example.com", rows, StringComparison.Ordinal);   // recipients stand in the change log as hashes
    }

    [Fact]
    public async Task What_is_left_out_of_a_change_stays_and_a_new_secret_replaces_the_old()
    {
        var mail = await SavedAsync(Mail);

        var renamed = Saved(await Channels.ChangeAsync(Actor.System, mail.Id, new AlertChannelDraft { Name = "Letters" }));
        Assert.Equal(("Letters", mail.SecretFingerprint, 587), (renamed.Name, renamed.SecretFingerprint, renamed.Port));
        var replaced = Saved(await Channels.ChangeAsync(Actor.System, mail.Id, new AlertChannelDraft { Password = "another-planted-password" }));
        Assert.NotEqual(mail.SecretFingerprint, replaced.SecretFingerprint);
        var without = Saved(await Channels.ChangeAsync(Actor.System, mail.Id, new AlertChannelDraft { UserName = "", Password = "" }));

        Assert.Null(without.ProtectedSecret);
        var lines = await LinesAsync();
        Assert.Equal(4, lines.Count);
        Assert.Contains(FieldChange.Changed("password"), lines[0]);
        Assert.Equal([new FieldChange("name", "Mail", "Letters")], lines[1]);
        Assert.Equal([FieldChange.Changed("password")], lines[2]);
        Assert.Equal(["userName", "password"], lines[3].Select(field => field.Field));
    }

    [Theory]
    [InlineData("host")]
    [InlineData("port")]
    [InlineData("security")]
    public async Task A_stored_password_goes_to_no_other_server_than_it_was_entered_for(string what)
    {
        var mail = await SavedAsync(Mail);
        var change = what switch
        {
            "host" => new AlertChannelDraft { Host = "smtp.attacker.example" },
            "port" => new AlertChannelDraft { Port = 2525 },
            _ => new AlertChannelDraft { Security = MailSecurity.Tls },
        };

        var fault = Assert.Single(((SaveOutcome<AlertChannel>.Invalid)await Channels.ChangeAsync(Actor.System, mail.Id, change)).Faults);
        Assert.Equal(("Password", "Enter the password again: it belongs to another server."), (fault.Field, fault.Text));
        Assert.Equal(("smtp.example.com", 587), ((await Channels.ListAsync(Actor.System, Ct)).Single().Host, (await Channels.ListAsync(Actor.System, Ct)).Single().Port));

        Saved(await Channels.ChangeAsync(Actor.System, mail.Id, new AlertChannelDraft { Host = "SMTP.example.com" }));
        Saved(await Channels.ChangeAsync(Actor.System, mail.Id, change with { Password = "another-planted-password" }));
    }

    [Fact]
    public async Task The_kind_of_a_channel_stays()
    {
        var hook = await SavedAsync(Hook);

        Assert.Equal("Kind", Assert.Single(((SaveOutcome<AlertChannel>.Invalid)await Channels.ChangeAsync(Actor.System, hook.Id, new AlertChannelDraft { Kind = AlertChannelKind.Slack })).Faults).Field);
        Saved(await Channels.ChangeAsync(Actor.System, hook.Id, new AlertChannelDraft { Kind = AlertChannelKind.Webhook }));
    }

    [Fact]
    public async Task What_changes_nothing_is_no_line()
    {
        var hook = await SavedAsync(Hook);

        await Channels.ChangeAsync(Actor.System, hook.Id, new AlertChannelDraft { Name = "Hook" });
        await Channels.SetAsync(Actor.System, new AlertSettingsDraft(120, 24, ""));

        Assert.Single(await LinesAsync());
    }

    public static TheoryData<string, string> Faults => new()
    {
        { "name", "Name" }, { "taken", "Name" }, { "kind", "Kind" }, { "url", "Url" }, { "no url", "Url" }, { "user in url", "Url" }, { "ftp", "Url" }, { "host", "Host" }, { "port", "Port" }, { "readable password", "Security" },
        { "no password", "Password" }, { "no user", "UserName" }, { "from", "From" }, { "no to", "To" }, { "to", "To" }, { "header in to", "To" }, { "connection", "Connections" },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task What_cannot_be_is_told_at_its_field_and_nothing_is_kept(string what, string field)
    {
        await SavedAsync(Hook with { Name = "Taken" });

        var outcome = await Channels.CreateAsync(Actor.System, what switch
        {
            "name" => Hook with { Name = " " },
            "taken" => Hook with { Name = "TAKEN" },
            "kind" => Hook with { Kind = null },
            "url" => Hook with { Url = "hooks.example.com" },
            "no url" => Hook with { Url = null },
            "user in url" => Hook with { Url = "https://me:secret@hooks.example.com/" },
            "ftp" => Hook with { Url = "ftp://hooks.example.com/" },
            "host" => Mail with { Host = "https://smtp.example.com" },
            "port" => Mail with { Port = 70_000 },
            "readable password" => Mail with { Security = MailSecurity.None },
            "no password" => Mail with { Password = null },
            "no user" => Mail with { UserName = null },
            "from" => Mail with { From = "Console <console@example.com>" },
            "no to" => Mail with { To = " , " },
            "to" => Mail with { To = "a@example.com, nobody" },
            "header in to" => Mail with { To = "a@example.com>\tBcc:b@example.com" },
            _ => Hook with { Connections = [999_999] },
        });

        Assert.Contains(((SaveOutcome<AlertChannel>.Invalid)outcome).Faults, fault => fault.Field == field);
        Assert.Single(await Channels.ListAsync(Actor.System, Ct));
    }

    [Theory]
    [InlineData(-1, null, null, "SettleSeconds")]
    [InlineData(3601, null, null, "SettleSeconds")]
    [InlineData(null, 169, null, "RemindHours")]
    [InlineData(null, null, "console", "ConsoleUrl")]
    [InlineData(null, null, "https://console.example.com/?a=b", "ConsoleUrl")]
    public async Task How_quiet_has_bounds(int? settle, int? remind, string? console, string field)
    {
        var outcome = await Channels.SetAsync(Actor.System, new AlertSettingsDraft(settle, remind, console));

        Assert.Equal(field, Assert.Single(((SaveOutcome<AlertSettings>.Invalid)outcome).Faults).Field);
        Assert.Equal(new AlertSettings(120, 24, null), await Channels.SettingsAsync(Actor.System, Ct));
    }

    private async Task<AlertChannel> SavedAsync(AlertChannelDraft draft) => Saved(await Channels.CreateAsync(Actor.System, draft));

    private static AlertChannel Saved(SaveOutcome<AlertChannel> outcome) =>
        outcome.Match(saved => saved, faults => throw new InvalidOperationException(string.Join(' ', faults.Select(fault => fault.Text))), () => throw new InvalidOperationException("missing"));

    private async Task<List<IReadOnlyList<FieldChange>>> LinesAsync()
    {
        await using var context = _core.Read();
        return [.. (await context.ChangeLog.Where(line => line.Action.StartsWith("alert")).OrderBy(line => line.Id).ToListAsync(Ct)).Select(line => FieldChange.Read(line.Fields))];
    }

    private async Task<string> RowsAsync()
    {
        await using var context = _core.Read();
        return System.Text.Json.JsonSerializer.Serialize(await context.ChangeLog.ToListAsync(Ct))
            + string.Join('\n', (await context.AlertChannels.ToListAsync(Ct)).Select(channel => System.Text.Encoding.Latin1.GetString(channel.ProtectedSecret ?? [])));
    }
}
