using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Richpanel.Core.Access;
using Richpanel.Core.ChangeLog;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Connections;

/// <summary>
/// Applies section <c>Bootstrap</c> at start. Each entry's fingerprint is remembered: an entry that was applied once is never applied
/// again, but for a secret that the loss of the key ring made unreadable, so that what an admin changed or revoked stays so; an entry whose value changed counts as new. It is remembered in the
/// commit that applies it, so that a crash between the two can neither repeat nor lose one.
/// </summary>
public sealed class Bootstrap(
    IOptions<BootstrapOptions> options, StoreWriter writer, ConnectionStore store, SourceStore sources, ConnectionDirectory directory, SecretProtector secrets, ChangeWriting log, TimeProvider time)
{
    private const int ShortestToken = 32;

    /// <exception cref="CannotStartException">An entry cannot be right; nothing of that entry was applied.</exception>
    public async Task ApplyAsync()
    {
        for (var i = 0; i < options.Value.Connections.Count; i++)
        {
            await ApplyAsync(options.Value.Connections[i], $"Bootstrap:Connections:{i}");
        }

        for (var i = 0; i < options.Value.ApiTokens.Count; i++)
        {
            if (options.Value.ApiTokens.Take(i).Any(other => other.Name == options.Value.ApiTokens[i].Name))
            {
                throw new CannotStartException($"Bootstrap:ApiTokens:{i}:Name: another token is named '{options.Value.ApiTokens[i].Name}' already. Each token needs a name of its own.");
            }

            await ApplyAsync(options.Value.ApiTokens[i], $"Bootstrap:ApiTokens:{i}");
        }
    }

    private async Task ApplyAsync(BootstrapConnection entry, string setting)
    {
        var secret = SecretSetting.Read(entry.ApiSecret, entry.ApiSecretFile, setting + ":ApiSecret");
        var existing = Find(entry.Name);

        // An entry that only adds sources to a connection made elsewhere (the Sandbox) leaves the connection alone.
        if (existing is null || entry.ApiKey is not null)
        {
            await OnceAsync($"connection/{entry.Name}", [entry.Environment, entry.BaseUrl, entry.ApiKey, Digest(secret), entry.SignatureHash, entry.Transport], async remember =>
            {
                var draft = new ConnectionDraft
                {
                    Name = entry.Name,
                    Environment = entry.Environment,
                    BaseUrl = entry.BaseUrl,
                    ApiKey = entry.ApiKey,
                    ApiSecret = secret,
                    SignatureHash = entry.SignatureHash,
                    Transport = entry.Transport,
                };
                Demand(existing is null ? await store.CreateAsync(Actor.Bootstrap, draft, remember) : await store.UpdateAsync(Actor.Bootstrap, existing.Id, draft, remember), setting);
            });
        }

        await RestoreAsync(entry, secret, setting);
        for (var i = 0; i < entry.Sources.Count; i++)
        {
            var source = entry.Sources[i];
            var at = $"{setting}:Sources:{i}";
            await OnceAsync($"source/{entry.Name}/{source.Name}", [Digest(source.WriteKey)], async remember =>
            {
                var connection = Find(entry.Name) ?? throw new CannotStartException($"{setting}:Name: there is no connection '{entry.Name}' any more.");
                if (source.WriteKey is { } key && directory.FindSourceByWriteKey(key)?.ConnectionId == connection.Id)
                {
                    // Put back, or only named otherwise: what is there stays as an admin left it.
                    await RememberAsync(remember);
                    return;
                }

                Demand(await sources.AddSourceAsync(Actor.Bootstrap, connection.Id, new SourceDraft { Name = source.Name, WriteKey = source.WriteKey }, remember), at);
            });
        }
    }

    /// <summary>
    /// A secret whose key ring is lost, and that the configuration still has: nobody needs to enter it. Only the very one that was
    /// stored, so that one which an admin set since is never replaced by an older one.
    /// </summary>
    private async Task RestoreAsync(BootstrapConnection entry, string? secret, string setting)
    {
        if (secret is not null && Find(entry.Name) is { ProtectedSecret: { } stored, SecretFingerprint: { } fingerprint } connection
            && !secrets.CanOpen(stored) && SecretProtector.Fingerprint(secret) == fingerprint)
        {
            Demand(await store.UpdateAsync(Actor.Bootstrap, connection.Id, new ConnectionDraft { ApiSecret = secret, KeepPreviousFor = SecretWindow.None }), setting);
        }
    }

    private async Task ApplyAsync(BootstrapToken entry, string setting)
    {
        var token = SecretSetting.Read(entry.Token, entry.TokenFile, setting + ":Token");
        if (token is null || token.Length < ShortestToken)
        {
            throw new CannotStartException($"{setting}:Token has {token?.Length ?? 0} characters; a token needs at least {ShortestToken}, for example from 'openssl rand -hex 32'.");
        }

        if (Rights.Parse(entry.Role) is not { } role)
        {
            throw new CannotStartException($"{setting}:Role is '{entry.Role}'; it must be one of {string.Join(", ", Enum.GetValues<Role>().Select(Rights.Word))}.");
        }

        await OnceAsync($"token/{entry.Name}", [entry.Role, entry.Connections, entry.ExpiresAt, Digest(token)], remember => writer.WriteAsync(session =>
        {
            using var context = session.Context();
            var hash = ApiToken.HashOf(token);
            var now = time.GetUtcNow();

            if (context.ApiTokens.Any(t => t.Hash == hash && t.RevokedAt != null))
            {
                // Revoked by an admin, and that stays so whatever else of the entry changes: only another token counts as new.
                remember(context);
                context.SaveChanges();
                return;
            }

            // A token that was replaced in the configuration must stop working; one that only got another role is replaced as well. Its
            // row goes, so that one that is put back is no revoked one; the change log keeps what was.
            ApiToken? replaced = null;
            foreach (var old in context.ApiTokens.Where(t => t.RevokedAt == null && (t.Hash == hash || t.Name == entry.Name)).ToList())
            {
                if (old.Hash.AsSpan().SequenceEqual(hash))
                {
                    replaced = old;
                    context.ApiTokens.Remove(old);
                }
                else
                {
                    context.ApiTokens.Remove(old);
                    log.Append(context, Actor.Bootstrap, new Change(ChangeCatalog.TokenRevoked, null, old.Name));
                    context.SaveChanges();
                }
            }

            context.SaveChanges();
            context.ApiTokens.Add(new ApiToken
            {
                Name = entry.Name,
                Role = Rights.Word(role),
                Hash = hash,
                Connections = entry.Connections,
                CreatedAt = now,
                CreatedBy = Actor.Bootstrap.Name,
                ExpiresAt = entry.ExpiresAt,
            });
            remember(context);
            log.Append(context, Actor.Bootstrap, new Change(ChangeCatalog.TokenCreated, null, entry.Name)
            {
                Fields = FieldChange.Between(("role", replaced?.Role, Rights.Word(role)), ("connections", replaced?.Connections, entry.Connections), ("expires", replaced?.ExpiresAt, entry.ExpiresAt)),
            });
            context.SaveChanges();
        }));
    }

    /// <summary>Runs <paramref name="apply"/> unless this very entry was applied before; what it is given remembers the entry.</summary>
    private async Task OnceAsync(string key, object?[] values, Func<Action<ConsoleDbContext>, Task> apply)
    {
        var fingerprint = SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', values.Prepend(key))));
        var known = await writer.WriteAsync(session =>
        {
            using var context = session.Context();
            return context.BootstrapEntries.AsNoTracking().FirstOrDefault(entry => entry.Key == key)?.Fingerprint;
        });
        if (known is not null && known.AsSpan().SequenceEqual(fingerprint))
        {
            return;
        }

        await apply(context => Remember(context, key, fingerprint));
    }

    private Task RememberAsync(Action<ConsoleDbContext> remember) => writer.WriteAsync(session =>
    {
        using var context = session.Context();
        remember(context);
        context.SaveChanges();
    });

    private void Remember(ConsoleDbContext context, string key, byte[] fingerprint)
    {
        if (context.BootstrapEntries.Find(key) is { } entry)
        {
            entry.Fingerprint = fingerprint;
            entry.AppliedAt = time.GetUtcNow();
        }
        else
        {
            context.BootstrapEntries.Add(new BootstrapEntry { Key = key, Fingerprint = fingerprint, AppliedAt = time.GetUtcNow() });
        }
    }

    private Connection? Find(string name) =>
        directory.Connections.FirstOrDefault(connection => string.Equals(connection.Name, name, StringComparison.OrdinalIgnoreCase));

    private static void Demand<T>(SaveOutcome<T> outcome, string setting)
    {
        if (outcome is SaveOutcome<T>.Invalid invalid)
        {
            throw new CannotStartException(string.Join(' ', invalid.Faults.Select(fault => $"{setting}:{fault.Field}: {fault.Text}")));
        }
    }

    /// <summary>Tells two secrets apart in a fingerprint without making the weaker of them guessable at speed.</summary>
    private static string? Digest(string? secret) => secret is null ? null : SecretProtector.Fingerprint(secret);
}
