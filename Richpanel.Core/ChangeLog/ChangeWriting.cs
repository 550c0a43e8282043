using System.Text;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Richpanel.Core.Access;
using Richpanel.Core.Privacy;
using Richpanel.Core.Storage;

namespace Richpanel.Core.ChangeLog;

/// <summary>
/// Appends to the change log, always inside the commit of the change itself: there is no change without its line and no line
/// without its change. The single writer keeps the chain in order.
/// </summary>
public sealed partial class ChangeWriting(StoreWriter writer, InstallationKey key, TimeProvider time, ChangeFeed changes)
{
    /// <summary>How much more than may be kept is looked at: what stands in the text as a hash is shorter than it was.</summary>
    private const int Margin = 200;


    /// <summary>Fields that hold no person's words.</summary>
    private static readonly System.Collections.Frozen.FrozenSet<string> s_settings =
        System.Collections.Frozen.FrozenSet.Create(StringComparer.Ordinal, "baseUrl", "apiKey", "allowedOrigins", "allowedAddresses", "seed", "lines",
            "host", "consoleUrl", "pausedUntil", "holdUntil", "previousSecretUntil", "expires", "dueAt", "since", "until", "bytes",
            "bytes given back", "contents removed", "rows removed", "refused samples removed");

    /// <summary>Where the line is the whole change: a look, a failed sign-in.</summary>
    public Task WriteAsync(Actor by, Change change) => writer.WriteAsync(session => Append(session, by, change));

    /// <summary>Adds the line to the transaction of <paramref name="session"/>.</summary>
    public void Append(WriteSession session, Actor by, Change change)
    {
        using var context = session.Context();
        Append(context, by, change);
        context.SaveChanges();
    }

    /// <summary>Adds the line to a context on the writer's transaction; the caller saves. One line for each call of SaveChanges.</summary>
    public void Append(ConsoleDbContext context, Actor by, Change change)
    {
        var last = context.ChangeLog.AsNoTracking().OrderByDescending(entry => entry.Id).Select(entry => new { entry.Id, entry.Hash }).FirstOrDefault();
        var entry = new ChangeEntry
        {
            Id = (last?.Id ?? 0) + 1,
            At = time.GetUtcNow(),
            ActorKind = by.Kind,
            ActorId = by.Id,
            ActorName = Lengths.Cut(by.Name, Lengths.Name)!,
            Action = change.Action.Code,
            ObjectId = Lengths.Cut(change.ObjectId, Lengths.Key),
            ObjectName = Scrubbed(change.ObjectName, Lengths.EventName),
            Fields = FieldChange.Write([.. change.Fields.Select(field => Scrubbed(field))]),
            Count = change.Count,
            Reason = string.IsNullOrWhiteSpace(change.Reason) ? null : Scrubbed(change.Reason.Trim(), Lengths.Reason),
            Address = by.Address,
        };
        entry.Hash = ChangeChain.HashOf(last?.Hash ?? ChangeChain.Beginning, entry);
        entry.Seal = key.Seal(entry.Hash);
        context.ChangeLog.Add(entry);
        writer.AfterCommit(changes.Raise);   // whoever looks before that finds nothing, and is not told again
    }

    /// <summary>
    /// Text that a person typed or a customer's system sent, every e-mail address, phone and long number in it as its keyed hash. What
    /// stands in it as a hash already stays one, and so do days.
    /// </summary>
    [return: System.Diagnostics.CodeAnalysis.NotNullIfNotNull(nameof(text))]
    public string? Scrubbed(string? text)
    {
        if (text is null)
        {
            return null;
        }

        var rest = Email().Replace(text, match => Personal(match.Value));
        var kept = new StringBuilder();
        var at = 0;
        foreach (Match stays in HashOrDay().Matches(rest))
        {
            kept.Append(TextMask.Replace(rest[at..stays.Index], Hashed)).Append(stays.ValueSpan);
            at = stays.Index + stays.Length;
        }

        return kept.Append(TextMask.Replace(rest[at..], Hashed)).ToString();
    }

    /// <summary>
    /// As above, and at most so many characters: cut before as well as after, because the single writer waits for it. The word that the
    /// first cut falls into goes with it, and digits at the new end: half an e-mail or phone would not be known as one.
    /// </summary>
    [return: System.Diagnostics.CodeAnalysis.NotNullIfNotNull(nameof(text))]
    private string? Scrubbed(string? text, int most)
    {
        if (text is null || text.Length <= most + Margin)
        {
            return Lengths.Cut(Scrubbed(text), most)!;
        }

        var cut = text[..(most + Margin)];
        var end = cut.LastIndexOfAny([' ', '\t', '\r', '\n']);
        if (end < most && !MayBeEmail(cut[(end + 1)..]))
        {
            end = most;   // no blanks, as in Japanese
        }

        var kept = end < 0 ? "" : WithoutPhoneAtEnd(Lengths.Cut(cut, end)!);
        return kept.Length == 0 ? Personal(cut) : Lengths.Cut(Scrubbed(kept), most)!;
    }

    /// <summary>Digits of any script, and what stands between them in a phone: the cut may have left half of one.</summary>
    private static string WithoutPhoneAtEnd(string text)
    {
        var end = text.Length;
        while (end > 0 && (char.IsDigit(text[end - 1]) || char.IsWhiteSpace(text[end - 1]) || char.IsPunctuation(text[end - 1]) || text[end - 1] is '+' or '＋'))
        {
            end--;
        }

        return text[..end];
    }

    private FieldChange Scrubbed(FieldChange field) => s_settings.Contains(field.Field)
        ? field with { Before = SettingOf(field.Before), After = SettingOf(field.After) }
        : field with { Before = Scrubbed(field.Before, Lengths.Url), After = Scrubbed(field.After, Lengths.Url) };

    private static bool MayBeEmail(string text) => text.IndexOfAny(['@', '＠']) >= 0 || text.Contains("%40", StringComparison.Ordinal);

    /// <summary>Network addresses, keys and times look like phones and are none; an e-mail is one wherever it stands.</summary>
    private string? SettingOf(string? value) =>
        Lengths.Cut(value, Lengths.Url) is { } kept && MayBeEmail(kept) ? Email().Replace(kept, match => Personal(match.Value)) : Lengths.Cut(value, Lengths.Url);

    /// <summary>A phone by its digits alone: people write one number in many ways.</summary>
    private string Hashed(string value) => Personal(value.Any(char.IsLetter) ? value : string.Concat(value.Where(char.IsDigit)));

    /// <summary>A customer's value as it may stand in the log: alike for the same value, unreadable without the installation's key.</summary>
    public string Personal(string value) => "#" + Convert.ToHexStringLower(key.Seal(Encoding.UTF8.GetBytes(value.Trim().ToLowerInvariant()))[..6]);

    [GeneratedRegex(@"[^\s@<>()\[\]"",;:]+@[^\s@<>()\[\]"",;:]+\.[^\s@<>()\[\]"",;:.]+", RegexOptions.None, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Email();

    [GeneratedRegex(@"#[0-9a-f]{12}(?![0-9a-f])|(?<!\d)20\d{2}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])(?:T\d{2}:\d{2}(?::\d{2})?Z?)?(?!\d)", RegexOptions.CultureInvariant)]
    private static partial Regex HashOrDay();
}
