using Richpanel.Core.Deliveries.Query;

namespace Richpanel.Core.Deliveries.Log;

/// <summary>Failure groups that people have merged, in questions to the log.</summary>
internal static class LogGroups
{
    /// <summary>The same query, each group in it followed by its parts.</summary>
    public static LogQuery Whole(LogDb db, LogQuery query) =>
        query.Terms.Any(term => term.Key == LogKey.Group)
            ? new LogQuery([.. query.Terms.Select(term => term.Key == LogKey.Group ? term with { Values = [.. term.Values.SelectMany(value => WithParts(db, value)).Distinct()] } : term)])
            : query;

    private static IEnumerable<LogValue> WithParts(LogDb db, LogValue value)
    {
        yield return value;
        if (PublicId.Parse(value.Text, "grp") is { } group)
        {
            foreach (var part in db.Read(new LogSql().Add($"SELECT \"Id\" FROM \"FailureGroups\" WHERE \"MergedIntoId\" = {group}"), row => row.GetInt64(0), CancellationToken.None))
            {
                yield return new LogValue(PublicId.Group(part));
            }
        }
    }
}
