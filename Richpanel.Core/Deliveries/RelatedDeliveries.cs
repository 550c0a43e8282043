using Microsoft.EntityFrameworkCore;
using Richpanel.Core.Deliveries.Log;
using Richpanel.Core.Deliveries.Query;
using Richpanel.Core.Privacy;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Deliveries;

/// <summary>Deliveries that belong together with one, newest first, without itself, masked by sight.</summary>
/// <param name="SameMessage">With its messageId.</param>
/// <param name="SameCustomer">Of its customer or visitor.</param>
/// <param name="Message">Asks the log for all with its messageId; null when its reader may not see that.</param>
/// <param name="Customer">Asks the log for all of its customer; null when its reader may not see who that is, or nobody is named.</param>
public sealed record Related(IReadOnlyList<DeliveryRow> SameMessage, IReadOnlyList<DeliveryRow> SameCustomer, LogTerm? Message, LogTerm? Customer);

/// <summary>Finds what belongs together with one delivery, by the same indexes as the log's exact search.</summary>
public sealed class RelatedDeliveries(IDbContextFactory<ConsoleDbContext> contexts, LogReader log)
{
    private const int Most = 5;

    /// <summary>Null: there is no such delivery.</summary>
    public async Task<Related?> OfAsync(Sight sight, long id, CancellationToken ct)
    {
        await using var context = await contexts.CreateDbContextAsync(ct);
        if (await context.Deliveries.AsNoTracking().SingleOrDefaultAsync(delivery => delivery.Id == id, ct) is not { } delivery)
        {
            return null;
        }

        var message = new LogTerm(LogKey.Message, delivery.MessageId);
        var customer = delivery.UserId is { Length: > 0 } user ? new LogTerm(LogKey.User, user)
            : delivery.AnonymousId is { Length: > 0 } anonymous ? new LogTerm(LogKey.Anonymous, anonymous)
            : delivery.Email is { Length: > 0 } email ? new LogTerm(LogKey.Email, email) : null;
        var isClear = sight.Shows(id);
        return new Related(
            await RowsAsync(sight, message, id, ct),
            customer is null ? [] : await RowsAsync(sight, customer, id, ct),
            isClear || IsSeen(message) ? message : null,
            customer is not null && (isClear || IsSeen(customer)) ? customer : null);
    }

    private async Task<IReadOnlyList<DeliveryRow>> RowsAsync(Sight sight, LogTerm term, long but, CancellationToken ct)
    {
        var page = await log.PageAsync(new LogAsk(new LogQuery([term]), sight), LogPlace.Newest, Most + 1, ct);
        return [.. page.Rows.Select(line => line.Row).Where(row => row.Id != but).Take(Most)];
    }

    /// <summary>Whoever sees masked data sees this value nevertheless, so a query with it tells nothing.</summary>
    private static bool IsSeen(LogTerm term) => term.Key != LogKey.Email && TextMask.Id(term.Values[0].Text) == term.Values[0].Text;
}
