using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Deliveries;

/// <summary>Every condition of a filter, row by row; hashes are checked against the text here.</summary>
internal static class DeliveryNarrowing
{
    /// <param name="held">Connections on hold.</param>
    public static IQueryable<Delivery> Narrow(this IQueryable<Delivery> rows, DeliveryFilter filter, IReadOnlyList<long> held)
    {
        rows = filter.State switch
        {
            null => rows,
            DeliveryState.Waiting => rows.Where(d => d.State == DeliveryState.Waiting || d.State == DeliveryState.Sending),
            { } state => rows.Where(d => d.State == state),
        };
        rows = filter.Held switch
        {
            true => rows.Where(d => d.State == DeliveryState.Waiting && held.Contains(d.ConnectionId)),
            false => rows.Where(d => d.State != DeliveryState.Waiting || !held.Contains(d.ConnectionId)),
            null => rows,
        };
        rows = filter.ConnectionId is { } connection ? rows.Where(d => d.ConnectionId == connection) : rows;
        rows = filter.Among is { } among ? rows.Where(d => among.Contains(d.ConnectionId)) : rows;
        rows = filter.Type is { } type ? rows.Where(d => d.Type == type) : rows;
        rows = filter.Event is { } name ? rows.Where(d => EF.Functions.Collate(d.EventName!, "NOCASE") == name) : rows;
        rows = filter.Origin is { } origin ? rows.Where(d => d.Origin == origin) : rows;
        rows = filter.Since is { } since ? rows.Where(d => d.ReceivedAt >= since) : rows;
        rows = filter.Until is { } until ? rows.Where(d => d.ReceivedAt < until) : rows;
        rows = filter.Code is { } code ? WithCode(rows, code) : rows;
        return WithKeys(rows, filter);
    }

    private static IQueryable<Delivery> WithKeys(IQueryable<Delivery> rows, DeliveryFilter filter)
    {
        if (Lengths.Cut(filter.MessageId, Lengths.MessageId) is { } message)
        {
            rows = rows.Where(d => d.MessageId == message);
        }

        if (Lengths.Cut(filter.Order, Lengths.Key) is { } order)
        {
            rows = rows.Where(d => d.OrderId == order);
        }

        if (filter.Email?.Trim() is { } email)
        {
            rows = rows.Where(d => EF.Functions.Collate(d.Email!.Trim(), "NOCASE") == email);
        }

        if (Lengths.Cut(filter.User, Lengths.Key) is { } user)
        {
            rows = rows.Where(d => d.UserId == user || d.AnonymousId == user);
        }

        return rows;
    }

    private static IQueryable<Delivery> WithCode(IQueryable<Delivery> rows, string code)
    {
        if (int.TryParse(code, NumberStyles.None, CultureInfo.InvariantCulture, out var status))
        {
            return rows.Where(d => d.StatusCode == status);
        }

        if (code.Length == 3 && char.IsAsciiDigit(code[0]) && code.EndsWith("xx", StringComparison.OrdinalIgnoreCase))
        {
            var family = (code[0] - '0') * 100;
            return rows.Where(d => d.StatusCode >= family && d.StatusCode < family + 100);
        }

        return rows.Where(d => d.Cause == code);
    }
}
