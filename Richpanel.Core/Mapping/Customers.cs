using System.Text.RegularExpressions;
using Richpanel.Core.Json;
using Richpanel.Core.Notes;
using Richpanel.Core.Segment;

namespace Richpanel.Core.Mapping;

/// <summary>
/// The customer of a call (richpanel.md sections 3 and 5). An identify carries all it knows; a page or track carries at most
/// uid and e-mail, so that it can update an e-mail and never creates a customer.
/// </summary>
internal static partial class Customers
{
    /// <summary>Fills <c>userProperties</c> of an identify. True when there is a uid.</summary>
    public static bool ReadIdentify(SegmentCall call, CallParts parts, CustomerIdRule rule, Shape to)
    {
        var email = CallParts.TakeWords(parts.Traits, "email");
        if (email is null && call.UserId is { } userId && LooksLikeEmail().IsMatch(userId))
        {
            email = UserId(call);
            to.Trail.Note(NoteCatalog.EmailFromUserId, call.Sources.UserId);
        }

        var known = PutIds(call, email, rule, to);
        CustomerTraits.Read(parts.Traits, to);
        to.Rest(parts.Traits);
        return known;
    }

    /// <summary>Fills <c>userProperties</c> of a page or track. True when there is a uid.</summary>
    public static bool ReadActivity(SegmentCall call, CallParts parts, CustomerIdRule rule, Shape to) =>
        PutIds(call, CallParts.TakeWords(parts.ContextTraits, "email") ?? CallParts.PeekWords(parts.Properties, "email"), rule, to);

    private static bool PutIds(SegmentCall call, Found? email, CustomerIdRule rule, Shape to)
    {
        var uid = rule switch
        {
            CustomerIdRule.Email => email,
            CustomerIdRule.UserIdElseEmail => UserId(call) ?? email,
            _ => UserId(call),
        };
        to.Reserve("uid");   // a trait of this name must not make a customer of a visitor
        if (uid is { } found)
        {
            to.Put("uid", found.Value, found.Path, $"{found.Key} → uid (option CustomerId)");
        }

        to.Keep("email", email);
        if (UserId(call) is { } userId && !JsonTree.DeepEquals(userId.Value, uid?.Value))
        {
            to.Trail.Note(NoteCatalog.UserIdNotSent, userId.Path);
        }

        return uid is not null;
    }

    private static Found? UserId(SegmentCall call) =>
        string.IsNullOrEmpty(call.UserId) || call.Sources.UserId is not { } path ? null : new Found(path[2..], new JsonTree.Text(call.UserId), path);

    /// <summary>Facade's own test (segment.md 5.2): anywhere in the text.</summary>
    [GeneratedRegex(@".+@.+\..+", RegexOptions.CultureInvariant)]
    private static partial Regex LooksLikeEmail();
}
