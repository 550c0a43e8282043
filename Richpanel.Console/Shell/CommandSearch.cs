using MudBlazor;
using Richpanel.Console.Deliveries.Log;
using Richpanel.Console.Shared;
using Richpanel.Core;
using Richpanel.Core.Access;
using Richpanel.Core.Connections;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Deliveries.Log;
using Richpanel.Core.Deliveries.Query;

namespace Richpanel.Console.Shell;

/// <summary>Where the command box can lead.</summary>
/// <param name="Title">What it is.</param>
/// <param name="Detail">Beside it, quiet; null: nothing to add.</param>
/// <param name="Address">Made when it is chosen: a personal value is kept and named by an id only then.</param>
public sealed record Suggestion(string Title, string? Detail, string Icon, Func<string> Address);

/// <summary>
/// What somebody may have pasted into the command box: an id, an e-mail, an order, an address, a name. Exact search under the
/// reader's rights: who sees data masked finds by a value they already know, and what is shown is masked all the same.
/// </summary>
public sealed class CommandSearch(LogReader log, ConnectionDirectory directory, PersonalFilters filters)
{
    public const int Most = 8;

    /// <summary>Longer than any id; a pasted payload is none.</summary>
    private const int Longest = 300;

    /// <param name="home">The console's own address, ending in a slash.</param>
    public async Task<IReadOnlyList<Suggestion>> FindAsync(Actor by, string typed, Uri home, CancellationToken ct)
    {
        var text = typed.Trim();
        if (text.Length is 0 or > Longest)
        {
            return text.Length == 0 ? Pages(by, "") : [];
        }

        if (OwnAddress(text, home) is { } address)
        {
            return [new Suggestion("Open this address", address, Icons.Material.Outlined.Link, () => address)];
        }

        List<Suggestion> found = [.. await ByIdAsync(by, text, ct), .. await ByKeyAsync(by, text, ct), .. Connections(text), .. Pages(by, text)];
        return found.Count > Most ? found[..Most] : found;
    }

    /// <summary>Path and query of an address of this console, pasted whole or from its slash on; null when it is none.</summary>
    internal static string? OwnAddress(string text, Uri home)
    {
        if (text.StartsWith('/') && !text.StartsWith("//", StringComparison.Ordinal) && !text.Contains('\\', StringComparison.Ordinal))
        {
            return text;
        }

        return Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme == home.Scheme && uri.Authority == home.Authority ? uri.PathAndQuery : null;
    }

    private async Task<IReadOnlyList<Suggestion>> ByIdAsync(Actor by, string text, CancellationToken ct)
    {
        if (PublicId.Parse(text, "rty") is { } retry)
        {
            return [new Suggestion("Bulk retry or replay", PublicId.Retry(retry), Icons.Material.Outlined.Replay, () => $"/retries/{PublicId.Retry(retry)}")];
        }

        if (PublicId.Parse(text, "dlv") is { } id)
        {
            return [.. (await log.RowsAsync(LogAsk.By(by, LogQuery.All), [id], ct)).Select(one => Of(one.Row))];
        }

        if ((PublicId.Parse(text, "con") ?? (PublicId.Parse(text, "src") is { } source ? directory.FindSource(source)?.ConnectionId : null)) is { } connection)
        {
            return directory.Find(connection) is { } one ? [Of(one)] : [];
        }

        if (PublicId.Parse(text, "grp") is { } group)
        {
            return [new Suggestion("Failure group", PublicId.Group(group), Icons.Material.Outlined.Workspaces, () => $"/groups/{PublicId.Group(group)}")];
        }

        return directory.FindSourceByPublicId(text) is { } door && directory.Find(door.ConnectionId) is { } its ? [Of(its)] : [];
    }

    /// <summary>The columns that have an index for exact search, one after another.</summary>
    private async Task<IReadOnlyList<Suggestion>> ByKeyAsync(Actor by, string text, CancellationToken ct)
    {
        (LogKey Key, string What, string Icon)[] asks =
        [
            (LogKey.Message, "with this message id", Icons.Material.Outlined.Fingerprint),
            (LogKey.Order, "of this order", Icons.Material.Outlined.ReceiptLong),
            (LogKey.User, "of this user or visitor", Icons.Material.Outlined.Person),
            (LogKey.Email, "of this e-mail", Icons.Material.Outlined.AlternateEmail),
        ];
        List<Suggestion> found = [];
        foreach (var (key, what, icon) in asks.Where(ask => ask.Key != LogKey.Email || text.Contains('@', StringComparison.Ordinal)))
        {
            var query = LogQuery.All.With(new LogTerm(key, text));
            var page = await log.PageAsync(LogAsk.By(by, query), LogPlace.Newest, 1, ct);
            if (page is { Rows: [var only], Older: null })
            {
                found.Add(Of(only.Row) with { Detail = $"the only delivery {what}" });
            }
            else if (page.Rows.Count > 0 && await log.CountAsync(LogAsk.By(by, query), ct) is { } count)
            {
                found.Add(new Suggestion($"{LogWords.Found(count)} deliveries", what, icon, () => AddressOf(by, query)));
            }
        }

        return found;
    }

    /// <summary>Nothing personal stands in it.</summary>
    private string AddressOf(Actor by, LogQuery query)
    {
        var (_, personal) = query.Apart();
        return (LogAddress.Of(query) with { Who = personal.Terms.Count == 0 ? null : filters.Keep(new PersonalFilter(personal.ToString(), PersonalFilter.KeyOf(by))) }).ToString();
    }

    private IEnumerable<Suggestion> Connections(string text) =>
        directory.Connections.Where(connection => connection.Name.Contains(text, StringComparison.OrdinalIgnoreCase)).Take(Most).Select(Of);

    private static IReadOnlyList<Suggestion> Pages(Actor by, string text) =>
    [
        .. CommandPages.All
            .Where(page => by.May(page.Needs) && (page.Name.Contains(text, StringComparison.OrdinalIgnoreCase) || page.Also.Contains(text, StringComparison.OrdinalIgnoreCase)))
            .OrderByDescending(page => page.Name.StartsWith(text, StringComparison.OrdinalIgnoreCase))
            .Select(page => new Suggestion(page.Name, "page", page.Icon, () => page.Address)).Take(Most),
    ];

    private static Suggestion Of(DeliveryRow row)
    {
        var id = PublicId.Delivery(row.Id);
        return new Suggestion($"{row.EventName ?? row.Type.ToString()} · {StateLook.Of(row.State, row.Held).Word}", id, Icons.Material.Outlined.SwapVert, () => $"/deliveries/{id}");
    }

    private static Suggestion Of(Connection connection) =>
        new(connection.Name, "connection", Icons.Material.Outlined.Hub, () => $"/connections/{PublicId.Connection(connection.Id)}");
}
