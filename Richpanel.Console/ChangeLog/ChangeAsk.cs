using Microsoft.AspNetCore.Mvc;
using Richpanel.Core.ChangeLog;
using Richpanel.Core.Json;
using Richpanel.Core.Segment;

namespace Richpanel.Console.ChangeLog;

/// <summary>How a part of the change log is asked for in an address, by a page's link or over the API.</summary>
public sealed record ChangeAsk
{
    /// <summary>person, token, system, bootstrap, localAdmin; one of them such as <c>person:3</c>; or a part of the name.</summary>
    [FromQuery]
    public string? Who { get; init; }

    /// <summary>A code such as <c>connection.changed</c>, or its first word.</summary>
    [FromQuery]
    public string? Action { get; init; }

    /// <summary>Public id of what it was done to, such as <c>con_1</c>.</summary>
    [FromQuery]
    public string? Object { get; init; }

    /// <summary>Stand in the reason or in the object's name.</summary>
    [FromQuery]
    public string? Words { get; init; }

    [FromQuery]
    public string? Since { get; init; }

    [FromQuery]
    public string? Until { get; init; }

    /// <param name="faults">What cannot be read, each as a sentence.</param>
    public ChangeFilter ToFilter(ChangeWriting log, List<string> faults) => new()
    {
        Who = Clean(Who),
        Action = Clean(Action),
        ObjectId = Clean(Object),
        Words = log.Scrubbed(Clean(Words)),   // e-mail addresses stand in the log as keyed hashes
        Since = Time(Since, "since", faults),
        Until = Time(Until, "until", faults),
    };

    /// <summary>What a person typed, without blanks around it; null when nothing is left.</summary>
    public static string? Clean(string? typed) => string.IsNullOrWhiteSpace(typed) ? null : typed.Trim();

    private static DateTimeOffset? Time(string? text, string field, List<string> faults)
    {
        if (Clean(text) is not { } given)
        {
            return null;
        }

        var time = SegmentTimestamp.Read(new JsonTree.Text(given)).Time;
        if (time is null)
        {
            faults.Add($"{field}: give a time such as 2026-11-24T10:00:00Z.");
        }

        return time;
    }
}
