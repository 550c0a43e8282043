using Richpanel.Core.Notes;

namespace Richpanel.Core.Mapping;

/// <summary>
/// What an order is worth: <c>total</c>; else subtotal + shipping + tax; else revenue + shipping + tax; else <c>value</c>
/// (richpanel.md section 6). Parts of a sum stay custom properties, since their own values would be lost in it. A zero is an amount.
/// </summary>
internal static class OrderAmount
{
    private const string Amount = "amount";

    /// <param name="isNew">Only a new order must have an amount; a status update may do without.</param>
    public static void Read(PropertyBag from, Shape to, bool isNew)
    {
        // An amount that the shop itself calls so is better than any sum of ours.
        if (from.TakeWhere(PropertyBag.IsFilled, "total", Amount) is { } given)
        {
            to.Number(Amount, given);
            return;
        }

        if (Sum(from, to, "subtotal") || Sum(from, to, "revenue"))
        {
            return;
        }

        if (from.TakeWhere(PropertyBag.IsFilled, "value") is { } value)
        {
            to.Number(Amount, value);
        }
        else if (isNew)
        {
            to.Trail.Note(NoteCatalog.AmountMissing, from.Path);
        }
    }

    private static bool Sum(PropertyBag from, Shape to, string first)
    {
        if (Filled(from.Peek(first)) is not { } start)
        {
            return false;
        }

        Found[] parts = [start, .. Present(Filled(from.Peek("shipping", "shipping_amount"))), .. Present(Filled(from.Peek("tax", "tax_amount")))];
        if (!TryAdd(parts, out var sum))
        {
            to.Trail.Note(NoteCatalog.AmountNotDerived, start.Path, first);
            return false;
        }

        to.Put(Amount, Numbers.Of(sum));
        var rule = $"{string.Join(" + ", parts.Select(part => part.Key))} → {Amount}";
        foreach (var part in parts)
        {
            to.Trail.Moved(to.PathOf(Amount), part.Path, rule);
        }

        to.Trail.Note(NoteCatalog.AmountDerived, start.Path, rule);
        if (first == "revenue" && from.Peek("discount", "discount_amount") is { } discount && Numbers.ReadDecimal(discount.Value) != 0)
        {
            to.Trail.Note(NoteCatalog.AmountAmbiguous, discount.Path, start.Key);
        }

        return true;
    }

    /// <summary>False when a part is no number or the sum is beyond what can be added exactly.</summary>
    private static bool TryAdd(IEnumerable<Found> parts, out decimal sum)
    {
        sum = 0;
        foreach (var part in parts)
        {
            if (Numbers.ReadDecimal(part.Value) is not { } number || Math.Abs(number) > MaxPart)
            {
                return false;
            }

            sum += number;
        }

        return true;
    }

    /// <summary>No order is worth more, and three of these can still be added with all their decimals.</summary>
    private const decimal MaxPart = 1_000_000_000_000_000m;

    /// <summary>A part that a template left empty is no part.</summary>
    private static Found? Filled(Found? found) => found is { } value && PropertyBag.IsFilled(value.Value) ? value : null;

    private static Found[] Present(Found? found) => found is { } value ? [value] : [];
}
