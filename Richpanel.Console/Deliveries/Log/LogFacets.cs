using Richpanel.Core.Deliveries;
using Richpanel.Core.Deliveries.Query;

namespace Richpanel.Console.Deliveries.Log;

/// <summary>What a row could be narrowed by: "only this", "not this". Pure.</summary>
public static class LogFacets
{
    /// <param name="row">As its reader may see it: what is masked for them cannot be searched by.</param>
    /// <param name="connection">Name of its connection.</param>
    /// <param name="first">Name of the column that was pointed at: its facets come first.</param>
    public static IReadOnlyList<LogTerm> Of(DeliveryRow row, string? connection, string? first = null)
    {
        var facets = new (string Column, LogKey Key, string? Value)[]
        {
            (ListColumns.State, LogKey.State, row.Held && row.State == DeliveryState.Waiting ? LogKeys.Held : Word(row.State)),
            (ListColumns.Event, LogKey.Event, row.EventName),
            (ListColumns.Event, LogKey.Type, Word(row.Type)),
            (ListColumns.Customer, LogKey.Email, row.Email),
            (ListColumns.Customer, LogKey.User, row.UserId),
            (ListColumns.Customer, LogKey.Anonymous, row.UserId is null ? row.AnonymousId : null),
            (ListColumns.Customer, LogKey.Order, row.OrderId),
            (ListColumns.Connection, LogKey.Connection, connection),
            (ListColumns.Result, LogKey.Code, row.StatusCode?.ToString(System.Globalization.CultureInfo.InvariantCulture)),
            (ListColumns.Event, LogKey.Cause, row.Cause),
            (ListColumns.Origin, LogKey.Origin, Word(row.Origin)),
        };
        return [.. facets.Where(facet => facet.Value is { Length: > 0 } value && !value.Contains('•', StringComparison.Ordinal))
            .OrderBy(facet => facet.Column == first ? 0 : 1)
            .Select(facet => new LogTerm(facet.Key, facet.Value!))];
    }

    /// <summary>Whether a row that changed on the screen may still fit: judged by its state, which is what changes.</summary>
    public static bool MayFit(LogQuery query, DeliveryRow row) => query.Active.Where(term => term.Key == LogKey.State)
        .All(term => term.IsNot != term.Values.Any(value => Is(row, value.Text)));

    /// <summary>As the log compares: waiting includes what is being sent, and what is held waits.</summary>
    private static bool Is(DeliveryRow row, string state) => state switch
    {
        "waiting" => row.State is DeliveryState.Waiting or DeliveryState.Sending,
        LogKeys.Held => row is { State: DeliveryState.Waiting, Held: true },
        _ => state == Word(row.State),
    };

    private static string Word<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();
}
