using System.Globalization;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http.HttpResults;
using Richpanel.Core.Access;
using Richpanel.Core.Connections;
using Richpanel.Core.Storage;

namespace Richpanel.Console.Api;

/// <summary>Problem details (RFC 9457) for everything that is not a success.</summary>
internal static class ApiProblems
{
    public static Task WriteAsync(HttpContext context, int status, string title, string detail) =>
        Results.Problem(detail, statusCode: status, title: title).ExecuteAsync(context);

    public static ProblemHttpResult NotFound(string what) => TypedResults.Problem(what, statusCode: StatusCodes.Status404NotFound, title: "Not found");

    public static ProblemHttpResult BadRequest(string detail) =>
        TypedResults.Problem(detail, statusCode: StatusCodes.Status400BadRequest, title: "The request cannot be used");

    /// <summary>Null for a reason that the change log can keep.</summary>
    public static ProblemHttpResult? LongReason(string? reason) => reason?.Length > Lengths.LongestReason
        ? BadRequest(string.Create(CultureInfo.InvariantCulture, $"reason: give one of at most {Lengths.LongestReason:N0} characters; the change log keeps the first {Lengths.Reason}."))
        : null;

    public static ProblemHttpResult Forbidden(string detail) => TypedResults.Problem(detail, statusCode: StatusCodes.Status403Forbidden, title: "Not allowed");

    /// <param name="code">Tells apart why, where there is more than one reason.</param>
    public static ProblemHttpResult Conflict(string state, string detail, string? code = null) => TypedResults.Problem(
        detail, statusCode: StatusCodes.Status409Conflict, title: "The state no longer allows it",
        extensions: code is null ? new Dictionary<string, object?> { ["state"] = state } : new Dictionary<string, object?> { ["state"] = state, ["code"] = code });

    public static ValidationProblem Invalid(IReadOnlyList<FieldFault> faults) => TypedResults.ValidationProblem(
        faults.GroupBy(fault => char.ToLowerInvariant(fault.Field[0]) + fault.Field[1..]).ToDictionary(field => field.Key, field => field.Select(fault => fault.Text).ToArray()));
}

/// <summary>What a handler throws, put as a problem: a body that is not the JSON asked for, a store that cannot write now.</summary>
internal sealed class ApiFaults(StoreIntegrity integrity) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (!httpContext.Request.Path.StartsWithSegments("/api"))
        {
            return false;   // a person's page: it has an error page of its own
        }

        switch (exception)
        {
            case BadHttpRequestException bad:
                await ApiProblems.WriteAsync(
                    httpContext, bad.StatusCode, "The request cannot be used", bad.InnerException is System.Text.Json.JsonException json ? WhereItBreaks(json) : bad.Message);
                return true;
            case ForbiddenException forbidden:
                await ApiProblems.WriteAsync(httpContext, StatusCodes.Status403Forbidden, "Not allowed", forbidden.Message);
                return true;
            case StoreUnavailableException { Fault: StoreFault.Stopping or StoreFault.Overloaded }:
                await ComeAgainAsync(httpContext, "The database cannot be written now", "Nothing was changed. Try again in a few seconds; /readyz says when.");
                return true;
            default:
                // A read may meet what a write does: another process that holds the file, a disk that fails.
                if (StoreUnavailableException.FaultOf(exception) is not { } fault)
                {
                    return false;
                }

                await StoreAsync(httpContext, exception, fault);
                return true;
        }
    }

    private Task StoreAsync(HttpContext context, Exception failure, StoreFault fault)
    {
        var (title, undone) = failure is StoreUnavailableException ? ("The database cannot be written now", "Nothing was changed. ") : ("The database does not answer now", "");
        if (!DatabaseFault.IsDamage(failure))
        {
            return ComeAgainAsync(context, title, $"{DatabaseFault.WhileRunning(fault)} {undone}{DatabaseFault.Remedy(fault)} Try again in a few seconds; /readyz says when.");
        }

        integrity.Met(failure);   // so that the list of faults, which is pointed to, has it
        return ApiProblems.WriteAsync(
            context, StatusCodes.Status503ServiceUnavailable, "The database is damaged",
            $"The file of the database cannot be read as it should be. {undone}{DatabaseFault.Outlook(isDamaged: true)} GET /api/v1/faults says more.");
    }

    private static Task ComeAgainAsync(HttpContext context, string title, string detail)
    {
        context.Response.Headers.RetryAfter = "5";
        return ApiProblems.WriteAsync(context, StatusCodes.Status503ServiceUnavailable, title, detail);
    }

    private static string WhereItBreaks(System.Text.Json.JsonException json) => string.Create(
        CultureInfo.InvariantCulture,
        $"The body is not the JSON this route takes: it breaks at {json.Path ?? "$"}, line {(json.LineNumber ?? 0) + 1}, byte {(json.BytePositionInLine ?? 0) + 1}. See /openapi/v1.json.");
}
