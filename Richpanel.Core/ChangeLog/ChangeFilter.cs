using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Richpanel.Core.Access;
using Richpanel.Core.Storage;

namespace Richpanel.Core.ChangeLog;

/// <summary>What a list of changes is narrowed to; null = not narrowed by it.</summary>
public sealed record ChangeFilter
{
    /// <summary>Who did it: a kind (<c>person</c>), one of them (<c>person:3</c>, <c>token:2</c>), or words that stand in the name.</summary>
    public string? Who { get; init; }

    /// <summary>Code of <see cref="ChangeCatalog"/>, or its first word: <c>connection</c> stands for all that begin with <c>connection.</c></summary>
    public string? Action { get; init; }

    /// <summary>Codes, one of which it has; null = any.</summary>
    public IReadOnlyList<string>? Actions { get; init; }

    /// <summary>Public id of what it was done to.</summary>
    public string? ObjectId { get; init; }

    public DateTimeOffset? Since { get; init; }

    /// <summary>Before this time.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>Words that stand in the reason or in the name of the object, whatever their case.</summary>
    public string? Words { get; init; }

    /// <summary>Kind and id of <see cref="Who"/>; null when it is a part of a name.</summary>
    internal static (ActorKind Kind, long? Id)? ReadWho(string? who)
    {
        var parts = who?.Split(':', 2) ?? [""];
        if (!parts[0].All(char.IsAsciiLetter) || !Enum.TryParse<ActorKind>(parts[0], ignoreCase: true, out var kind))
        {
            return null;
        }

        return parts.Length == 1 ? (kind, null)
            : long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? (kind, id)
            : null;
    }
}

internal static class ChangeNarrowing
{
    /// <summary>What the database has an index for, in the order of the lines: the rest need not be looked at.</summary>
    public static IQueryable<ChangeEntry> NarrowByIndex(this IQueryable<ChangeEntry> lines, ChangeFilter filter) => filter switch
    {
        { ObjectId: { } about } => lines.Where(e => e.ObjectId == about),
        _ when ChangeFilter.ReadWho(filter.Who) is (var kind, { } id) => lines.Where(e => e.ActorKind == kind && e.ActorId == id),
        _ => lines,
    };

    /// <summary>Every condition, line by line.</summary>
    public static IQueryable<ChangeEntry> Narrow(this IQueryable<ChangeEntry> lines, ChangeFilter filter)
    {
        lines = ByWho(lines, filter.Who);
        lines = filter.ObjectId is { } about ? lines.Where(e => e.ObjectId == about) : lines;
        lines = filter.Since is { } since ? lines.Where(e => e.At >= since) : lines;
        lines = filter.Until is { } until ? lines.Where(e => e.At < until) : lines;
        if (filter.Action is { } action)
        {
            var family = Escaped(action) + ".%";
            lines = lines.Where(e => e.Action == action || EF.Functions.Like(e.Action, family, "\\"));
        }

        if (filter.Actions is { } codes)
        {
            lines = lines.Where(e => codes.Contains(e.Action));
        }

        if (filter.Words is { } words)
        {
            var part = $"%{Escaped(words)}%";
            lines = lines.Where(e => EF.Functions.Like(e.Reason!, part, "\\") || EF.Functions.Like(e.ObjectName!, part, "\\"));
        }

        return lines;
    }

    private static IQueryable<ChangeEntry> ByWho(IQueryable<ChangeEntry> lines, string? who)
    {
        if (ChangeFilter.ReadWho(who) is var (kind, id))
        {
            return id is null ? lines.Where(e => e.ActorKind == kind) : lines.Where(e => e.ActorKind == kind && e.ActorId == id);
        }

        if (who is null)
        {
            return lines;
        }

        var part = $"%{Escaped(who)}%";
        return lines.Where(e => EF.Functions.Like(e.ActorName, part, "\\"));
    }

    /// <summary>Signs that mean something to LIKE stand for themselves. At a NUL it would take the pattern to end: nobody has one in a name.</summary>
    private static string Escaped(string words) => Lengths.Cut(words, Lengths.Reason)!.Replace('\0', '\uFFFD')
        .Replace("\\", "\\\\", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal);
}
