using Microsoft.EntityFrameworkCore;
using Richpanel.Core.Access;
using Richpanel.Core.ChangeLog;
using Richpanel.Core.Connections;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Alerts;

/// <summary>
/// Where alerts go and how they are told: each change is one commit with its line of the change log. Kept in memory as well, so that
/// somebody is still told when the database cannot be read.
/// </summary>
public sealed class AlertChannels(
    StoreWriter writer, IDbContextFactory<ConsoleDbContext> contexts, SecretProtector secrets, ChangeWriting log, ChangeFeed changes, TimeProvider time) : IDisposable
{
    public const int Most = 20;

    private readonly SemaphoreSlim _reloading = new(1);
    private volatile Known? _known;

    /// <summary>As of the last read; null before it.</summary>
    internal Known? Now => _known;

    /// <summary>By name.</summary>
    /// <exception cref="ForbiddenException">The role has not the right.</exception>
    public async Task<IReadOnlyList<AlertChannel>> ListAsync(Actor by, CancellationToken ct)
    {
        by.DemandForAll(Permission.SeeAlerts);
        await using var context = await contexts.CreateDbContextAsync(ct);
        return [.. (await context.AlertChannels.AsNoTracking().ToListAsync(ct)).OrderBy(channel => channel.Name, StringComparer.OrdinalIgnoreCase)];
    }

    /// <exception cref="ForbiddenException">The role has not the right.</exception>
    public async Task<AlertSettings> SettingsAsync(Actor by, CancellationToken ct)
    {
        by.DemandForAll(Permission.SeeAlerts);
        await using var context = await contexts.CreateDbContextAsync(ct);
        return AlertSettings.Of(await context.AlertBook.AsNoTracking().SingleOrDefaultAsync(ct) ?? new AlertBook());
    }

    /// <exception cref="ForbiddenException">The role has not the right.</exception>
    public Task<SaveOutcome<AlertChannel>> CreateAsync(Actor by, AlertChannelDraft draft) => SaveAsync(by, null, draft);

    /// <exception cref="ForbiddenException">The role has not the right.</exception>
    public Task<SaveOutcome<AlertChannel>> ChangeAsync(Actor by, long id, AlertChannelDraft draft) => SaveAsync(by, id, draft);

    /// <summary>What is still on its way to it is dropped; what was sent stays in the list. False: there is none.</summary>
    /// <exception cref="ForbiddenException">The role has not the right.</exception>
    public async Task<bool> DeleteAsync(Actor by, long id)
    {
        by.DemandForAll(Permission.KeepAlerts);
        var found = await writer.WriteAsync(session =>
        {
            using var context = session.Context();
            if (context.AlertChannels.Find(id) is not { } channel)
            {
                return false;
            }

            context.AlertChannels.Remove(channel);
            log.Append(context, by, new Change(ChangeCatalog.AlertChannelDeleted, PublicId.AlertChannel(channel.Id), channel.Name));
            context.SaveChanges();
            return true;
        });
        await TellAsync();
        return found;
    }

    /// <exception cref="ForbiddenException">The role has not the right.</exception>
    public async Task<SaveOutcome<AlertSettings>> SetAsync(Actor by, AlertSettingsDraft draft)
    {
        by.DemandForAll(Permission.KeepAlerts);
        var outcome = await writer.WriteAsync<SaveOutcome<AlertSettings>>(session =>
        {
            using var context = session.Context();
            var book = BookOf(context);
            var before = AlertSettings.Of(book);
            book.SettleSeconds = draft.SettleSeconds ?? book.SettleSeconds;
            book.RemindHours = draft.RemindHours ?? book.RemindHours;
            book.ConsoleUrl = draft.ConsoleUrl is { } url ? (url.Trim().TrimEnd('/') is { Length: > 0 } kept ? kept : null) : book.ConsoleUrl;
            if (AlertChannelValidator.Check(book) is { Count: > 0 } faults)
            {
                return new SaveOutcome<AlertSettings>.Invalid(faults);
            }

            var after = AlertSettings.Of(book);
            var fields = FieldChange.Between(
                ("settleSeconds", before.SettleSeconds, after.SettleSeconds), ("remindHours", before.RemindHours, after.RemindHours), ("consoleUrl", before.ConsoleUrl, after.ConsoleUrl));
            if (fields.Count > 0)
            {
                log.Append(context, by, new Change(ChangeCatalog.AlertSettingsChanged) { Fields = fields });
            }

            context.SaveChanges();
            return new SaveOutcome<AlertSettings>.Saved(after);
        });
        await TellAsync();
        return outcome;
    }

    /// <summary>False when it has a secret that cannot be opened any more: it must be entered again.</summary>
    public bool CanOpen(AlertChannel channel) => channel.ProtectedSecret is null || secrets.CanOpen(channel.ProtectedSecret);

    internal async Task ReloadAsync(CancellationToken ct = default)
    {
        await _reloading.WaitAsync(ct);
        try
        {
            await using var context = await contexts.CreateDbContextAsync(ct);
            _known = new Known(
                await context.AlertChannels.AsNoTracking().OrderBy(channel => channel.Id).ToListAsync(ct),
                AlertSettings.Of(await context.AlertBook.AsNoTracking().SingleOrDefaultAsync(ct) ?? new AlertBook()));
        }
        finally
        {
            _reloading.Release();
        }
    }

    /// <summary>The one row; a new one where there is none yet.</summary>
    internal static AlertBook BookOf(ConsoleDbContext context)
    {
        if (context.AlertBook.Find(AlertBook.TheOne) is { } book)
        {
            return book;
        }

        book = new AlertBook();
        context.AlertBook.Add(book);
        return book;
    }

    public void Dispose() => _reloading.Dispose();

    private async Task<SaveOutcome<AlertChannel>> SaveAsync(Actor by, long? id, AlertChannelDraft draft)
    {
        by.DemandForAll(Permission.KeepAlerts);

        // Before the writer's turn: the derivation is slow.
        var (url, password) = (Seal(draft.Url?.Trim()), Seal(draft.Password));
        var outcome = await writer.WriteAsync<SaveOutcome<AlertChannel>>(session =>
        {
            using var context = session.Context();
            var channel = id is { } known ? context.AlertChannels.Find(known) : new AlertChannel { Name = "", Host = "", Kind = draft.Kind ?? 0, CreatedAt = time.GetUtcNow() };
            return channel is null ? new SaveOutcome<AlertChannel>.Missing() : Save(context, by, channel, draft, channel.Kind == AlertChannelKind.Mail ? password : url);
        });
        await TellAsync();
        return outcome;
    }

    private SealedSecret? Seal(string? typed) => string.IsNullOrEmpty(typed) ? null : new SealedSecret(secrets.Protect(typed), SecretProtector.Fingerprint(typed));

    private SaveOutcome<AlertChannel> Save(ConsoleDbContext context, Actor by, AlertChannel channel, AlertChannelDraft draft, SealedSecret? secret)
    {
        var isNew = channel.Id == 0;
        var before = isNew ? null : AlertChannelFields.Of(channel);
        var server = ServerOf(channel);
        var others = context.AlertChannels.AsNoTracking().Where(other => other.Id != channel.Id).Select(other => other.Name).ToList();
        Apply(channel, draft);
        var clears = channel.Kind == AlertChannelKind.Mail && draft.Password is { Length: 0 };
        List<FieldFault> faults = [.. AlertChannelValidator.Check(channel, draft, secret is not null || (channel.ProtectedSecret is not null && !clears), others)];
        if (secret is null && !clears && channel is { Kind: AlertChannelKind.Mail, ProtectedSecret: not null } && ServerOf(channel) != server)
        {
            faults.Add(new FieldFault("Password", "Enter the password again: it belongs to another server."));
        }

        if (!isNew && draft.Kind is { } kind && kind != channel.Kind)
        {
            faults.Add(new FieldFault("Kind", "The kind of a channel is chosen once. Make another channel."));
        }

        if (isNew && others.Count >= Most)
        {
            faults.Add(new FieldFault("Name", $"There are {Most} channels already. Delete one first."));
        }

        if (draft.Connections is { Count: > 0 } wished && context.Connections.Count(connection => wished.Contains(connection.Id) && connection.DeletedAt == null) != wished.Distinct().Count())
        {
            faults.Add(new FieldFault("Connections", "One of the connections is not there any more. Choose again."));
        }

        if (faults.Count > 0)
        {
            return new SaveOutcome<AlertChannel>.Invalid(faults);
        }

        var secretChange = ChangeSecret(channel, secret, clears);
        var fields = AlertChannelFields.Between(before, AlertChannelFields.Of(channel));
        if (isNew)
        {
            context.AlertChannels.Add(channel);
            context.SaveChanges();   // its line needs its id
        }

        if (isNew || fields.Count > 0 || secretChange is not null)
        {
            channel.UpdatedAt = time.GetUtcNow();
            log.Append(context, by, new Change(isNew ? ChangeCatalog.AlertChannelCreated : ChangeCatalog.AlertChannelChanged, PublicId.AlertChannel(channel.Id), channel.Name)
            {
                Fields = [.. fields, .. secretChange is null ? (FieldChange[])[] : [secretChange]],
            });
        }

        context.SaveChanges();
        return new SaveOutcome<AlertChannel>.Saved(channel);
    }

    /// <summary>Whom a password is told to, and who may read it on the way.</summary>
    private static (string Host, int? Port, MailSecurity? Security) ServerOf(AlertChannel channel) => (channel.Host.ToLowerInvariant(), channel.Port, channel.Security);

    private static void Apply(AlertChannel channel, AlertChannelDraft draft)
    {
        channel.Name = draft.Name?.Trim() ?? channel.Name;
        channel.TellsInstallation = draft.TellsInstallation ?? channel.TellsInstallation;
        channel.Disabled = draft.Disabled ?? channel.Disabled;
        channel.ConnectionIds = draft.Connections is { } ids ? (ids.Count == 0 ? null : string.Join(',', ids.Distinct().Order())) : channel.ConnectionIds;
        if (channel.Kind != AlertChannelKind.Mail)
        {
            channel.Host = draft.Url is { } url && AlertChannelValidator.AddressOf(url) is { } address ? Lengths.Cut(address.Host, Lengths.Key)! : channel.Host;
            return;
        }

        channel.Host = draft.Host?.Trim() ?? channel.Host;
        channel.Port = draft.Port ?? channel.Port;
        channel.Security = draft.Security ?? channel.Security;
        channel.UserName = Kept(draft.UserName, channel.UserName);
        channel.From = Kept(draft.From, channel.From);
        channel.To = draft.To is { } to ? AlertChannelValidator.Recipients(to) : channel.To;
    }

    private static string? Kept(string? wish, string? stored) => wish is null ? stored : wish.Trim() is { Length: > 0 } kept ? kept : null;

    /// <summary>What of it stands in the change log; null = nothing.</summary>
    private FieldChange? ChangeSecret(AlertChannel channel, SealedSecret? secret, bool clears)
    {
        var field = channel.Kind == AlertChannelKind.Mail ? "password" : "url";
        if (secret is not null)
        {
            (channel.ProtectedSecret, channel.SecretFingerprint, channel.SecretSetAt) = (secret.Content, secret.Fingerprint, time.GetUtcNow());
            return FieldChange.Changed(field);
        }

        if (!clears || channel.ProtectedSecret is null)
        {
            return null;
        }

        (channel.ProtectedSecret, channel.SecretFingerprint, channel.SecretSetAt) = (null, null, null);
        return FieldChange.Changed(field);
    }

    private async Task TellAsync()
    {
        await ReloadAsync();
        changes.Raise();
    }

    /// <summary>Where and how alerts go.</summary>
    internal sealed record Known(IReadOnlyList<AlertChannel> Channels, AlertSettings Settings);
}
