using System.Buffers.Text;
using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Richpanel.Core.ChangeLog;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Access;

/// <summary>What a new token shall be.</summary>
/// <param name="Connections">Names it is limited to; empty = all.</param>
/// <param name="ExpiresAt">Null = never.</param>
public sealed record ApiTokenDraft(string Name, Role Role, IReadOnlyList<string> Connections, DateTimeOffset? ExpiresAt);

/// <summary>A new token, or sentences that say why there is none.</summary>
/// <param name="Bearer">In clear: shown once, kept nowhere.</param>
public sealed record ApiTokenOutcome(ApiToken? Token, string? Bearer, IReadOnlyList<(string Field, string Text)> Faults)
{
    /// <summary>Never the token.</summary>
    public override string ToString() => $"ApiTokenOutcome {Token?.Name}";
}

/// <summary>Makes and revokes API tokens: one method, one commit with its line of the change log.</summary>
public sealed class ApiTokenStore(StoreWriter writer, IDbContextFactory<ConsoleDbContext> contexts, ChangeWriting log, ChangeFeed changes, TimeProvider time)
{
    /// <summary>Lets scanners of repositories and logs know one when they see it.</summary>
    private const string Prefix = "rpc_";

    /// <summary>Newest first; revoked ones stay, so that the change log's names lead somewhere.</summary>
    public async Task<IReadOnlyList<ApiToken>> ListAsync(Actor by, CancellationToken ct)
    {
        by.DemandForAll(Permission.ManagePeople);   // each token reaches as far as it says, not as far as who makes it
        await using var context = await contexts.CreateDbContextAsync(ct);
        return await context.ApiTokens.OrderByDescending(token => token.Id).ToListAsync(ct);
    }

    public async Task<ApiTokenOutcome> CreateAsync(Actor by, ApiTokenDraft draft)
    {
        by.DemandForAll(Permission.ManagePeople);   // each token reaches as far as it says, not as far as who makes it
        var name = draft.Name.Trim();
        var bearer = Prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        var outcome = await writer.WriteAsync(session =>
        {
            using var context = session.Context();
            var faults = Faults(context, by, name, draft);
            if (faults.Count > 0)
            {
                return new ApiTokenOutcome(null, null, faults);
            }

            var token = new ApiToken
            {
                Name = name,
                Role = Rights.Word(draft.Role),
                Hash = ApiToken.HashOf(bearer),
                Connections = draft.Connections.Count == 0 ? null : string.Join(',', draft.Connections),
                CreatedAt = time.GetUtcNow(),
                CreatedBy = by.Name,
                ExpiresAt = draft.ExpiresAt,
            };
            context.ApiTokens.Add(token);
            context.SaveChanges();
            log.Append(context, by, new Change(ChangeCatalog.TokenCreated, PublicId.Token(token.Id), token.Name)
            {
                Fields = FieldChange.Between(("role", null, token.Role), ("connections", null, token.Connections), ("expires", null, token.ExpiresAt)),
            });
            context.SaveChanges();
            return new ApiTokenOutcome(token, bearer, []);
        });
        changes.Raise();
        return outcome;
    }

    /// <summary>It opens nothing from the next call on. False: there is no such token. Revoking twice is harmless.</summary>
    public async Task<bool> RevokeAsync(Actor by, long id)
    {
        by.DemandForAll(Permission.ManagePeople);   // each token reaches as far as it says, not as far as who makes it
        var found = await writer.WriteAsync(session =>
        {
            using var context = session.Context();
            if (context.ApiTokens.Find(id) is not { } token)
            {
                return false;
            }

            if (token.RevokedAt is null)
            {
                token.RevokedAt = time.GetUtcNow();
                log.Append(context, by, new Change(ChangeCatalog.TokenRevoked, PublicId.Token(token.Id), token.Name));
                context.SaveChanges();
            }

            return true;
        });
        changes.Raise();
        return found;
    }

    private List<(string Field, string Text)> Faults(ConsoleDbContext context, Actor by, string name, ApiTokenDraft draft)
    {
        var faults = new List<(string, string)>();
        if (name.Length is 0 or > Lengths.Name)
        {
            faults.Add(("Name", $"Give the token a name of at most {Lengths.Name} characters, for example 'ci'."));
        }
        else if (context.ApiTokens.AsNoTracking().Any(token => token.RevokedAt == null && token.Name == name))
        {
            faults.Add(("Name", $"There is a token '{name}' already. Revoke it first, or choose another name."));
        }

        if (!Enum.IsDefined(draft.Role))
        {
            faults.Add(("Role", $"Give one of {string.Join(", ", Enum.GetValues<Role>().Select(Rights.Word))}."));
        }

        if (draft.ExpiresAt <= time.GetUtcNow())
        {
            faults.Add(("ExpiresAt", "Give a time that is still to come, or none."));
        }

        if (by.Kind == ActorKind.Token && context.ApiTokens.AsNoTracking().Where(token => token.Id == by.Id).Select(token => token.ExpiresAt).FirstOrDefault() is { } end
            && !(draft.ExpiresAt <= end))
        {
            faults.Add(("ExpiresAt", $"A token makes none that outlives it: give a time up to {end:yyyy-MM-dd'T'HH:mm:ss'Z'}."));
        }

        var known = context.Connections.Select(connection => connection.Name).ToList();
        var unknown = draft.Connections.Where(one => !known.Contains(one, StringComparer.OrdinalIgnoreCase)).ToList();
        if (unknown.Count > 0)
        {
            faults.Add(("Connections", $"There is no connection '{unknown[0]}'."));
        }
        else if (draft.Connections.Any(one => one.Contains(',', StringComparison.Ordinal)))
        {
            faults.Add(("Connections", "A token cannot be limited to a connection whose name holds a comma. Rename the connection."));
        }

        return faults;
    }
}
