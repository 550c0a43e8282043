using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Richpanel.Console.Shared;
using Richpanel.Core.Access;
using Richpanel.Core.Connections;
using Richpanel.Core.Deliveries.Log;
using Richpanel.Core.Deliveries.Query;

namespace Richpanel.Console.Api;

/// <summary>Rows of the log as a file: for a signed-in person's browser and for programs.</summary>
internal static class LogDownload
{
    private const string OwnPagesOnly = "Another site asked for this download. Start it from the page of deliveries.";

    /// <summary>
    /// <c>/deliveries/export?format=csv|ndjson&amp;q=…&amp;who=…&amp;view=…&amp;columns=…&amp;zone=…</c> as the page's address says it; without q and who, the
    /// view's own query.
    /// </summary>
    public static void MapLogDownload(this WebApplication app) => app.MapGet("/deliveries/export", ForPageAsync)
        .ExcludeFromDescription().RequireAuthorization(nameof(Permission.Read));

    /// <summary><c>/api/v1/deliveries/export</c>.</summary>
    public static void MapLogExport(this RouteGroupBuilder deliveries)
    {
        deliveries.MapGet("/export", ([AsParameters] DeliverySearch search, string? format, string? columns, HttpContext http, LogExport export, LogReader reader, ConnectionDirectory directory, TimeProvider time) =>
            ForProgram(search, format, columns, http, export, reader, directory, time)).Produces<string>(StatusCodes.Status200OK, "text/csv", "application/x-ndjson").ProducesProblem(StatusCodes.Status400BadRequest);
        deliveries.MapPost("/export", (DeliverySearch search, string? format, string? columns, HttpContext http, LogExport export, LogReader reader, ConnectionDirectory directory, TimeProvider time) =>
            ForProgram(search, format, columns, http, export, reader, directory, time)).Produces<string>(StatusCodes.Status200OK, "text/csv", "application/x-ndjson").ProducesProblem(StatusCodes.Status400BadRequest);
    }

    private static Results<PushStreamHttpResult, ProblemHttpResult> ForProgram(
        DeliverySearch search, string? format, string? columns, HttpContext http, LogExport export, LogReader reader, ConnectionDirectory directory, TimeProvider time)
    {
        var faults = new List<string>();
        var ask = search.ToAsk(http, directory, reader, faults);
        if (search.Cursor is not null || search.Limit is not null)
        {
            faults.Add("cursor, limit: an export has all rows that fit. Leave them out, and narrow it by since and until.");
        }

        return Answer(ask, format, columns, faults, Caller.Of(http), http, export, time);
    }

    private static async Task<Results<PushStreamHttpResult, ProblemHttpResult>> ForPageAsync(
        string? format, string? q, string? who, string? view, string? columns, string? zone,
        HttpContext http, LogExport export, LogViewStore views, PersonalFilters personal, Sessions sessions, TimeProvider time, CancellationToken ct)
    {
        // It is written down, so another site must not be able to start one in a person's name.
        if (!OwnPages.Ask(http.Request))
        {
            return ApiProblems.Forbidden(OwnPagesOnly);
        }

        var by = sessions.ActorOf(http.User) ?? throw new SessionEndedException();
        var faults = new List<string>();
        var query = LogQuery.All;
        if (q is null && who is null && view is not null)
        {
            if ((await views.ListAsync(by, ct)).FirstOrDefault(one => one.Id == view) is { IsLost: false } found)
            {
                query = found.Query;
            }
            else
            {
                faults.Add("This view is gone. Open the list of deliveries and choose another.");
            }
        }
        else
        {
            var reading = LogQuery.Parse(q);
            faults.AddRange(reading.Faults.Select(fault => $"{fault.What} {fault.Remedy}"));
            query = reading.Query;
        }

        // What somebody else typed is shown to nobody who sees personal data masked; and no term is dropped unsaid, or the file would hold more than the list.
        if (who is not null)
        {
            if (personal.FindFor(by, who) is { } kept)
            {
                query = query.And(kept.ToQuery());
            }
            else
            {
                faults.Add("The customer filter of this address has expired or is somebody else's. Enter it again in the list of deliveries.");
            }
        }

        var ask = LogAsk.By(by, query) with { Zone = zone is not null && TimeZoneInfo.TryFindSystemTimeZoneById(zone, out var known) ? known : TimeZoneInfo.Utc };
        return Answer(ask, format, columns, faults, by, http, export, time);
    }

    private static Results<PushStreamHttpResult, ProblemHttpResult> Answer(
        LogAsk ask, string? format, string? columns, List<string> faults, Actor by, HttpContext http, LogExport export, TimeProvider time)
    {
        var isCsv = string.Equals(format ?? "csv", "csv", StringComparison.OrdinalIgnoreCase);
        if (!isCsv && !string.Equals(format, "ndjson", StringComparison.OrdinalIgnoreCase))
        {
            faults.Add("format: give csv or ndjson.");
        }

        var names = columns?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];
        var chosen = names.Select(name => LogExport.Columns.FirstOrDefault(column => column.Name.Equals(name, StringComparison.OrdinalIgnoreCase))).ToList();
        if (chosen.Contains(null))
        {
            faults.Add($"columns: give some of {string.Join(", ", LogExport.Columns.Select(column => column.Name))}.");
        }

        if (faults.Count > 0)
        {
            return ApiProblems.BadRequest(string.Join(' ', faults));
        }

        http.Response.Headers.CacheControl = "no-store";
        return TypedResults.Stream(
            stream => export.WriteAsync(by, ask, isCsv ? LogFormat.Csv : LogFormat.Ndjson, [.. chosen.OfType<LogColumn>().Distinct()], stream, http.RequestAborted),
            isCsv ? "text/csv; charset=utf-8" : "application/x-ndjson",
            string.Create(CultureInfo.InvariantCulture, $"deliveries-{time.GetUtcNow():yyyy-MM-dd-HHmmss}.{(isCsv ? "csv" : "ndjson")}"));
    }
}
