using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using Richpanel.Core.Access;
using Richpanel.Core.ChangeLog;
using Richpanel.Core.Deliveries.Query;
using Richpanel.Core.Privacy;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Deliveries.Log;

/// <summary>
/// Saved views of the delivery log: a person's own, and those shared with everybody. Queries are kept encrypted. Sharing, and changing
/// what is shared, needs <see cref="Permission.ShareViews"/> and is a line of the change log. A shared one holds no personal value, because
/// everybody would read it.
/// </summary>
public sealed class LogViewStore(
    StoreWriter writer, IDbContextFactory<ConsoleDbContext> contexts, IDataProtectionProvider protection, ChangeWriting log, ChangeFeed changes)
{
    internal const string SealPurpose = "Richpanel.LogViews.v1";

    /// <summary>Own ones of one person, and shared ones of all.</summary>
    public const int Most = 50;

    private static readonly LogView[] s_builtIn =
    [
        BuiltIn("failed", "Failed", "state:failed"),
        BuiltIn("waiting", "Waiting", "state:waiting -state:held"),
        BuiltIn("held", "Held", "state:held"),
        BuiltIn("today", "Today", "since:today"),
        BuiltIn("lab", "Lab", "origin:lab"),
    ];

    private readonly IDataProtector _protector = protection.CreateProtector(SealPurpose);

    /// <summary>Built-in ones first (Failed, Waiting, Held, Today, Lab), then shared, then own, each in its order.</summary>
    /// <exception cref="ForbiddenException">The actor may not read the log.</exception>
    public async Task<IReadOnlyList<LogView>> ListAsync(Actor by, CancellationToken ct)
    {
        by.Demand(Permission.Read);
        var owner = OwnerOf(by);
        await using var context = await contexts.CreateDbContextAsync(ct);
        var rows = await context.SavedViews.Where(view => view.IsShared || view.Owner == owner).ToListAsync(ct);
        return [.. s_builtIn, .. rows.OrderByDescending(view => view.IsShared).ThenBy(view => view.Position).ThenBy(view => view.Id).Select(view => Open(view, by))];
    }

    /// <exception cref="ForbiddenException">The actor may not read the log, or not share.</exception>
    public async Task<LogViewOutcome> CreateAsync(Actor by, LogViewDraft draft)
    {
        Demand(by, draft.IsShared);
        var outcome = await writer.WriteAsync(session =>
        {
            using var context = session.Context();
            var owner = OwnerOf(by);
            if (Faults(context, owner, null, draft) is { Count: > 0 } faults)
            {
                return new LogViewOutcome(null, faults);
            }

            var view = new SavedView { Owner = owner, Name = draft.Name.Trim(), SealedQuery = Seal(draft.Query), IsShared = draft.IsShared, Columns = Columns(draft) };
            context.SavedViews.Add(view);
            Place(context, view, draft.Position ?? int.MaxValue);
            context.SaveChanges();
            if (view.IsShared)
            {
                log.Append(context, by, new Change(ChangeCatalog.ViewShared, PublicId.View(view.Id), view.Name)
                {
                    Fields = FieldChange.Between(("query", null, draft.Query.ToString()), ("columns", null, view.Columns)),
                });
                context.SaveChanges();
            }

            return new LogViewOutcome(Open(view, by), []);
        });
        changes.Raise();
        return outcome;
    }

    /// <summary>Null: there is no such view for this actor.</summary>
    /// <exception cref="ForbiddenException">It is shared, or shall be, and the actor may not share.</exception>
    public async Task<LogViewOutcome?> ChangeAsync(Actor by, string id, LogViewDraft draft)
    {
        Demand(by, draft.IsShared);
        var outcome = await writer.WriteAsync(session =>
        {
            using var context = session.Context();
            if (Find(context, by, id) is not { } view)
            {
                return null;
            }

            Demand(by, view.IsShared);
            if (Faults(context, view.Owner, view, draft) is { Count: > 0 } faults)
            {
                return new LogViewOutcome(null, faults);
            }

            var before = (view.Name, Query: Unseal(view)?.ToString(), view.Columns, view.IsShared);
            (view.Name, view.SealedQuery, view.Columns, view.IsShared) = (draft.Name.Trim(), Seal(draft.Query), Columns(draft), draft.IsShared);
            Place(context, view, draft.Position ?? (before.IsShared == view.IsShared ? view.Position : int.MaxValue));
            if (before.IsShared || view.IsShared)
            {
                log.Append(context, by, new Change(!view.IsShared ? ChangeCatalog.ViewUnshared : before.IsShared ? ChangeCatalog.ViewChanged : ChangeCatalog.ViewShared, PublicId.View(view.Id), view.Name)
                {
                    Fields = !view.IsShared ? [] : FieldChange.Between(
                        ("name", before.Name, view.Name), ("query", before.IsShared ? before.Query : null, draft.Query.ToString()), ("columns", before.Columns, view.Columns)),
                });
            }

            context.SaveChanges();
            return new LogViewOutcome(Open(view, by), []);
        });
        changes.Raise();
        return outcome;
    }

    /// <summary>False: there is no such view for this actor.</summary>
    /// <exception cref="ForbiddenException">It is shared, and the actor may not share.</exception>
    public async Task<bool> DeleteAsync(Actor by, string id)
    {
        by.Demand(Permission.Read);
        var found = await writer.WriteAsync(session =>
        {
            using var context = session.Context();
            if (Find(context, by, id) is not { } view)
            {
                return false;
            }

            Demand(by, view.IsShared);
            context.SavedViews.Remove(view);
            if (view.IsShared)
            {
                log.Append(context, by, new Change(ChangeCatalog.ViewDeleted, PublicId.View(view.Id), view.Name));
            }

            context.SaveChanges();
            return true;
        });
        changes.Raise();
        return found;
    }

    private static LogView BuiltIn(string id, string name, string query) => new(id, name, LogQuery.Of(query), null, true, true, false);

    private static string OwnerOf(Actor by) => FormattableString.Invariant($"{by.Kind}:{by.Id}");

    private static void Demand(Actor by, bool isShared)
    {
        if (isShared)
        {
            by.DemandForAll(Permission.ShareViews);
        }
        else
        {
            by.Demand(Permission.Read);
        }
    }

    private static SavedView? Find(ConsoleDbContext context, Actor by, string id)
    {
        var owner = OwnerOf(by);
        return PublicId.Parse(id, "viw") is { } key ? context.SavedViews.FirstOrDefault(view => view.Id == key && (view.IsShared || view.Owner == owner)) : null;
    }

    private static List<(string Field, string Text)> Faults(ConsoleDbContext context, string owner, SavedView? now, LogViewDraft draft)
    {
        var faults = new List<(string, string)>();
        var name = draft.Name.Trim();
        var others = context.SavedViews.AsNoTracking().Where(view => (draft.IsShared ? view.IsShared : !view.IsShared && view.Owner == owner) && (now == null || view.Id != now.Id)).Select(view => view.Name).ToList();
        if (name.Length is 0 or > Lengths.Name)
        {
            faults.Add(("Name", $"Give the view a name of at most {Lengths.Name} characters, for example 'Refused orders'."));
        }
        else if (s_builtIn.Any(view => view.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) || others.Contains(name, StringComparer.OrdinalIgnoreCase))
        {
            faults.Add(("Name", $"There is a view '{name}' already. Choose another name."));
        }
        else if (draft.IsShared && TextMask.Name(name) != name)
        {
            faults.Add(("Name", "Everybody reads this name, and it looks like it holds an e-mail or a number of a person. Choose another name."));
        }

        if (draft.IsShared && draft.Query.Terms.FirstOrDefault(term => term.IsPersonal) is { } personal)
        {
            faults.Add(("Query", personal.Key == LogKey.Text
                ? "A view that everybody has may not search for words in bodies, because they may be a person's. Take them out, or keep the view for yourself."
                : $"A view that everybody has may not hold a person's data, and {LogKeys.Of(personal.Key).Word}: does. Take it out, or keep the view for yourself."));
        }

        if (now is null && others.Count >= Most)
        {
            faults.Add(("Name", $"There are {Most} views already. Delete one first."));
        }

        if (Columns(draft) is { Length: > 1_000 } || draft.Columns?.Any(column => column.Contains(',', StringComparison.Ordinal)) == true)
        {
            faults.Add(("Columns", "Choose columns of the list."));
        }

        return faults;
    }

    private static string? Columns(LogViewDraft draft) => draft.Columns is { Count: > 0 } columns ? string.Join(',', columns) : null;

    /// <summary>Gives it its place and the others of its row theirs.</summary>
    private static void Place(ConsoleDbContext context, SavedView view, int position)
    {
        var row = context.SavedViews.Where(other => other.Id != view.Id && (view.IsShared ? other.IsShared : !other.IsShared && other.Owner == view.Owner))
            .OrderBy(other => other.Position).ThenBy(other => other.Id).ToList();
        row.Insert(Math.Clamp(position, 0, row.Count), view);
        for (var i = 0; i < row.Count; i++)
        {
            row[i].Position = i;
        }
    }

    private LogView Open(SavedView view, Actor by)
    {
        var query = Unseal(view);
        var mayChange = view.IsShared ? by.May(Permission.ShareViews) && by.Connections is null : view.Owner == OwnerOf(by);
        return new LogView(PublicId.View(view.Id), view.Name, query ?? LogQuery.All, view.Columns?.Split(','), false, view.IsShared, mayChange)
        {
            IsLost = query is null,
        };
    }

    private byte[] Seal(LogQuery query) => _protector.Protect(Encoding.UTF8.GetBytes(query.ToString()));

    /// <summary>Null when the key ring that sealed it is gone. What a later version may have written and this one cannot read is left out.</summary>
    private LogQuery? Unseal(SavedView view)
    {
        try
        {
            return LogQuery.Parse(Encoding.UTF8.GetString(_protector.Unprotect(view.SealedQuery))).Query;
        }
        catch (CryptographicException failure)
        {
            return KeyRingUnreadableException.Behind(failure) is { } unreadable ? throw unreadable : null;
        }
    }
}
