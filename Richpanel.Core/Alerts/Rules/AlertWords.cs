using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Richpanel.Core.Health;

namespace Richpanel.Core.Alerts.Rules;

/// <summary>An alert as a channel sends it.</summary>
/// <param name="Id">Public id, for whoever joins it with others.</param>
/// <param name="Console">Address of this console without trailing slash; null when nobody told it: then there are no links.</param>
public sealed record AlertMessage(string Id, DateTimeOffset At, IReadOnlyList<AlertItem> Items, string? Console, bool IsTest = false)
{
    public string? LinkOf(AlertItem item) => Console is null ? null : Console + item.Link;

    /// <summary>All of a cause as one thing: its failure group.</summary>
    public string? GroupOf(AlertCause? cause) => Console is null || cause?.Group is not { } group ? null : $"{Console}/groups/{group}";

    /// <summary>One delivery that failed so.</summary>
    public string? SampleOf(AlertCause? cause) => Console is null || cause?.Sample is not { } sample ? null : $"{Console}/deliveries/{sample}";
}

/// <summary>An alert in words: as a subject, as a letter, as JSON for programs, as what Slack and its like take. Pure.</summary>
public static class AlertWords
{
    /// <summary>Discord refuses the whole of what is longer than 2,000 characters; room is left for what counts the rest.</summary>
    private const int LongestChat = 1_800;

    /// <summary>What leads to the newest delivery of the commonest cause.</summary>
    public const string OneOfThem = "One of the commonest cause";

    /// <summary>What leads to the failure group of the commonest cause.</summary>
    public const string AllOfThem = "Failure group of the commonest cause";

    private static readonly JsonSerializerOptions s_json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>One line for all of it.</summary>
    public static string Summary(IReadOnlyList<AlertItem> items) => items switch
    {
        [] => "Nothing",
        [var one] => TitleOf(one),
        [var first, ..] => string.Create(CultureInfo.InvariantCulture, $"{TitleOf(first)}, and {items.Count - 1:N0} more"),
    };

    public static string TitleOf(AlertItem item) => item.Kind switch
    {
        AlertNoticeKind.Recovered => $"Recovered: {item.Title}",
        AlertNoticeKind.Reminder => $"Still: {item.Title}",
        _ => item.Title,
    };

    public static string Subject(AlertMessage message) => $"[Richpanel Console{HostOf(message.Console)}] {Summary(message.Items)}";

    /// <summary>
    /// Of each thing one that is the same for all that is told of it from its beginning to its recovery, so that mail programs show it as one
    /// thread; the first thing's stands last, where they look. None for a test.
    /// </summary>
    public static IReadOnlyList<string> ThreadsOf(AlertMessage message) => message.IsTest ? []
        : [.. message.Items.Select(item => string.Create(CultureInfo.InvariantCulture, $"thread.{item.Subject.Replace(':', '-')}.{(item.Began ?? item.Since)?.ToUnixTimeSeconds() ?? 0}")).Distinct().Reverse()];

    /// <summary>Lines below its title: what happened, since when, how many, and what to do.</summary>
    /// <param name="clock">How a time is said; null = in UTC, as for readers of whom nothing is known.</param>
    public static IReadOnlyList<string> LinesOf(AlertItem item, Func<DateTimeOffset, string>? clock = null)
    {
        clock ??= Time;
        List<string> lines = [item.Text];
        if (item.Since is { } since)
        {
            lines.Add(item.Kind == AlertNoticeKind.Recovered ? $"It was {WordOf(item.Before)} from {clock(since)}." : $"Since {clock(since)}.");
        }

        if (item.Relapses > 0)
        {
            lines.Add(item.Relapses == 1
                ? "It has come again within an hour of going."
                : string.Create(CultureInfo.InvariantCulture, $"It has come again {item.Relapses} times, each within an hour of going."));
        }

        if (CountsOf(item, clock) is { } counts)
        {
            lines.Add(counts);
        }

        if (item.Causes.Count > 0)
        {
            lines.Add($"Why they failed: {string.Join(", ", item.Causes.Select(cause => string.Create(CultureInfo.InvariantCulture, $"{cause.Title}: {cause.Count:N0}")))}.");
        }

        lines.Add($"What to do: {item.Remedy}");
        return [.. lines.Where(line => line.Length > 0)];
    }

    /// <summary>Null where there is nothing to count.</summary>
    private static string? CountsOf(AlertItem item, Func<DateTimeOffset, string> clock)
    {
        List<string> counts = [];
        if (item.Waiting is { } waiting)
        {
            counts.Add(string.Create(CultureInfo.InvariantCulture, $"{waiting:N0} waiting{(item.Held > 0 ? string.Create(CultureInfo.InvariantCulture, $", {item.Held:N0} of them held") : "")}"));
        }

        if (item is { Failed: { } failed, FailedSince: { } since })
        {
            counts.Add(string.Create(CultureInfo.InvariantCulture, $"{failed:N0} failed since {clock(since)}"));
        }

        return counts.Count == 0 ? null : $"Deliveries: {string.Join("; ", counts)}.";
    }

    /// <summary>The plain text of a letter.</summary>
    public static string Letter(AlertMessage message)
    {
        var text = new StringBuilder();
        foreach (var item in message.Items)
        {
            text.AppendLine(TitleOf(item));
            foreach (var line in LinesOf(item))
            {
                text.Append("  ").AppendLine(line);
            }

            foreach (var (words, address) in LinksOf(message, item))
            {
                text.Append(CultureInfo.InvariantCulture, $"  {words}: ").AppendLine(address);
            }

            text.AppendLine();
        }

        return text.Append(CultureInfo.InvariantCulture, $"-- \nRichpanel Console, {Time(message.At)}, {message.Id}\n").ToString();
    }

    /// <summary>
    /// For programs: <c>{id, at, test, summary, alerts:[{kind, subject, connection, environment, state, before, since, cause, title, text,
    /// whatToDo, counts:{waiting, held, failed, failedSince}, causes:[{code, title, count, group, sample}], link}]}</c>. Times are ISO 8601 in UTC.
    /// </summary>
    public static byte[] Json(AlertMessage message) => JsonSerializer.SerializeToUtf8Bytes(
        new
        {
            id = message.Id,
            at = Iso(message.At),
            test = message.IsTest,
            summary = Summary(message.Items),
            alerts = message.Items.Select(item => new
            {
                kind = item.Kind.ToString().ToLowerInvariant(),
                subject = item.ConnectionId is { } id ? AlertFact.OfConnection + PublicId.Connection(id) : item.Subject,
                connection = item.Connection,
                environment = item.Environment?.ToLowerInvariant(),
                state = WordOf(item.State),
                before = WordOf(item.Before),
                since = item.Since is { } since ? Iso(since) : null,
                cause = item.Cause,
                title = TitleOf(item),
                text = item.Text,
                whatToDo = item.Remedy,
                counts = item.Waiting is null ? null : new { waiting = item.Waiting, held = item.Held, failed = item.Failed, failedSince = item.FailedSince is { } from ? Iso(from) : null },
                causes = item.Causes.Select(cause => new { code = cause.Code, title = cause.Title, count = cause.Count, group = message.GroupOf(cause), sample = message.SampleOf(cause) }),
                link = message.LinkOf(item),
            }),
        },
        s_json);

    /// <summary>
    /// Slack's incoming webhook: <c>{text}</c> in its mrkdwn, which Mattermost, Rocket.Chat and Discord's <c>/slack</c> take as well. What
    /// does not fit is counted; the first always stands there whole.
    /// </summary>
    public static byte[] Slack(AlertMessage message)
    {
        var text = new StringBuilder();
        var told = 0;
        foreach (var part in message.Items.Select(item => SlackOf(message, item)))
        {
            if (told > 0 && text.Length + part.Length > LongestChat)
            {
                break;
            }

            text.Append(told++ > 0 ? "\n\n" : "").Append(part);
        }

        if (message.Items.Count - told is > 0 and var left)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n\nAnd {left:N0} more{(message.Console is { } console ? $": <{SlackLink($"{console}/alerts")}|See all of it>" : ", on the page Alerts.")}");
        }

        return JsonSerializer.SerializeToUtf8Bytes(new { text = text.ToString() }, s_json);
    }

    /// <summary>As people and programs read it: <c>healthy</c>, <c>degraded</c>, <c>failing</c>, <c>held</c>.</summary>
    public static string WordOf(HealthState state) => state.ToString().ToLowerInvariant();

    private static string SlackOf(AlertMessage message, AlertItem item)
    {
        var text = new StringBuilder().Append(SignOf(item)).Append(" *").Append(Escaped(TitleOf(item)).Replace('*', '∗')).Append('*');
        foreach (var line in LinesOf(item))
        {
            text.Append('\n').Append(Escaped(line));
        }

        var links = LinksOf(message, item).Select(link => $"<{SlackLink(link.Address)}|{link.Words}>").ToList();
        return links.Count == 0 ? text.ToString() : text.Append('\n').AppendJoin(" · ", links).ToString();
    }

    /// <summary>None while nobody told the address of the console.</summary>
    private static IEnumerable<(string Words, string Address)> LinksOf(AlertMessage message, AlertItem item)
    {
        var top = item.Causes is [var first, ..] ? first : null;
        (string Words, string? Address)[] all = [("Open it in the console", message.LinkOf(item)), (OneOfThem, message.SampleOf(top)), (AllOfThem, message.GroupOf(top))];
        return all.Where(link => link.Address is not null).Select(link => (link.Words, link.Address!));
    }

    private static string SlackLink(string link) => Escaped(link).Replace("|", "%7C", StringComparison.Ordinal);

    private static string SignOf(AlertItem item) => item switch
    {
        { Kind: AlertNoticeKind.Recovered } or { State: HealthState.Healthy } => ":white_check_mark:",
        { State: HealthState.Degraded } => ":warning:",
        _ => ":red_circle:",
    };

    private static string HostOf(string? console) => Uri.TryCreate(console, UriKind.Absolute, out var address) ? $" {address.Host}" : "";

    /// <summary>The three characters that Slack asks to be escaped: nothing in a name becomes a link or a mention.</summary>
    private static string Escaped(string text) =>
        text.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal);

    private static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("d MMM yyyy HH:mm 'UTC'", CultureInfo.InvariantCulture);

    private static string Iso(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
