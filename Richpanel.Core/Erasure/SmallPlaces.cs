using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using Richpanel.Core.Deliveries.Log;
using Richpanel.Core.Deliveries.Query;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Erasure;

/// <summary>Rows found in places that are small enough to be read as a whole.</summary>
internal sealed record SmallFinds(IReadOnlyList<long> RefusedIds, IReadOnlyList<long> SampleIds, IReadOnlyList<long> ViewIds)
{
    public long Refused => RefusedIds.Count;

    public long Samples => SampleIds.Count;

    public long Views => ViewIds.Count;
}

/// <summary>Samples of refused requests, saved samples of the lab, saved views: whatever names the customer goes as a whole.</summary>
public sealed class SmallPlaces(IDbContextFactory<ConsoleDbContext> contexts, IDataProtectionProvider protection)
{
    /// <summary>Ids here are looked for from this length on: these rows are whole calls, and losing one more of them harms nobody.</summary>
    private const int LeastId = 4;

    private readonly IDataProtector _views = protection.CreateProtector(LogViewStore.SealPurpose);

    internal async Task<SmallFinds> CountAsync(IReadOnlyList<CustomerKey> keys, CancellationToken ct)
    {
        var names = new CustomerNames(keys, LeastId);
        await using var context = await contexts.CreateDbContextAsync(ct);
        List<long> refused = [], samples = [], views = [];
        await foreach (var row in context.RejectedRequests.Select(row => new { row.Id, row.Sample, row.Message, row.Path }).AsAsyncEnumerable().WithCancellation(ct))
        {
            if ((row.Sample is not null && names.StandIn(row.Sample)) || names.StandIn(row.Message) || names.StandIn(row.Path))
            {
                refused.Add(row.Id);
            }
        }

        await foreach (var row in context.Samples.Select(row => new { row.Id, row.Name, row.Call }).AsAsyncEnumerable().WithCancellation(ct))
        {
            if (names.StandIn(row.Call) || names.StandIn(row.Name))
            {
                samples.Add(row.Id);
            }
        }

        await foreach (var row in context.SavedViews.Select(row => new { row.Id, row.Name, row.SealedQuery }).AsAsyncEnumerable().WithCancellation(ct))
        {
            if (names.StandIn(row.Name) || (Open(row.SealedQuery) is { } query && SearchesFor(keys, names, query)))
            {
                views.Add(row.Id);
            }
        }

        return new SmallFinds(refused, samples, views);
    }

    /// <summary>In one commit: they are few.</summary>
    internal static void Delete(ConsoleDbContext context, SmallFinds found)
    {
        foreach (var ids in found.RefusedIds.Chunk(500))
        {
            context.RejectedRequests.Where(row => ids.Contains(row.Id)).ExecuteDelete();
        }

        context.Samples.Where(row => found.SampleIds.Contains(row.Id)).ExecuteDelete();
        context.SavedViews.Where(row => found.ViewIds.Contains(row.Id)).ExecuteDelete();
    }

    /// <summary>Does a query of the log look for the customer?</summary>
    internal static bool SearchesFor(IReadOnlyList<CustomerKey> keys, string query) => SearchesFor(keys, new CustomerNames(keys, LeastId), query);

    /// <summary>By a term of its own, whatever the length of the id; or in the words it looks for.</summary>
    private static bool SearchesFor(IReadOnlyList<CustomerKey> keys, CustomerNames names, string query) =>
        names.StandIn(query) || LogQuery.Parse(query).Query.Terms.Any(term => term.Key is LogKey.User or LogKey.Anonymous or LogKey.Email && term.Values.Any(value => keys.Any(key => Fits(key, value))));

    /// <summary>Null: nobody can read it any more, us included.</summary>
    private string? Open(byte[] sealedQuery)
    {
        try
        {
            return Encoding.UTF8.GetString(_views.Unprotect(sealedQuery));
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    private static bool Fits(CustomerKey key, LogValue value) => value.IsPrefix && value.Text.Length > 0
        ? key.Value.StartsWith(value.Text, StringComparison.OrdinalIgnoreCase) && value.Text.Length == key.Value.Length
        : string.Equals(key.Value, value.Text, key.Kind == CustomerKeyKind.Email ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal);
}
