using System.Collections.Frozen;

namespace Richpanel.Core.Privacy;

/// <summary>What a value must look like to be shown although personal data is masked.</summary>
public enum ShownAs
{
    /// <summary>One short word: <c>track</c>, <c>EUR</c>, <c>Europe/Berlin</c>.</summary>
    Word,

    /// <summary>Name of an event or page; e-mails, phones and long numbers in it are masked.</summary>
    Name,

    /// <summary>An id without blanks; one that is an e-mail or a phone is masked as such, one of ten digits and more shortened.</summary>
    Id,

    /// <summary>A date with time, or Unix seconds or milliseconds of this age.</summary>
    Time,

    /// <summary>Name and version of a piece of software.</summary>
    Release,

    /// <summary>A sum or count of at most nine digits.</summary>
    Amount,

    /// <summary>As an amount, and written as a number: the key alone does not say that it is one.</summary>
    Number,
}

/// <summary>Where in a payload a key is on the list.</summary>
public enum ShownWhere
{
    /// <summary>In any depth.</summary>
    Anywhere,

    /// <summary>Member of the call itself.</summary>
    Top,

    /// <summary>Member of the call itself, of a page or screen: elsewhere <c>name</c> may be a person's.</summary>
    TopOfPage,

    /// <summary>Member of <c>context.library</c> or <c>context.app</c>.</summary>
    Software,

    /// <summary>Member of <c>context</c>.</summary>
    Context,

    /// <summary>Member of <c>properties</c>.</summary>
    Properties,
}

/// <param name="Keys">Letters and digits only, lower case: <c>orderid</c> is order_id, orderId and Order ID.</param>
public sealed record AllowedKeys(ShownWhere Where, ShownAs As, string Reason, params string[] Keys);

/// <summary>The one list of what stays readable in a masked payload. What is not on it is hidden, whatever it holds.</summary>
public static class AllowList
{
    public static IReadOnlyList<AllowedKeys> Table { get; } =
    [
        new(ShownWhere.Top, ShownAs.Word, "says what kind of call it is, and which rules it went by", "type", "action", "channel", "platform", "version"),
        new(ShownWhere.Top, ShownAs.Name, "is what people look for first", "event"),
        new(ShownWhere.TopOfPage, ShownAs.Name, "is to a page what event is to a track", "name"),
        new(ShownWhere.Anywhere, ShownAs.Id, "tells calls and their repeats apart", "messageid", "eventid"),
        new(ShownWhere.Anywhere, ShownAs.Id, "is a pseudonym: it leads to a person only for who has the shop's data", "userid", "anonymousid", "previousid", "groupid", "uid", "did", "sid", "sessionid", "richpanelsessionid"),
        new(ShownWhere.Anywhere, ShownAs.Id, "names a thing, and is what a customer quotes to support", "orderid", "checkoutid", "cartid", "productid", "sku", "id"),
        new(ShownWhere.Anywhere, ShownAs.Time, "explains order, age and clock faults", "timestamp", "originaltimestamp", "sentat", "receivedat", "createdat", "updatedat", "processedat", "cancelledat"),
        new(ShownWhere.Anywhere, ShownAs.Word, "decides how an order is shown, and is one of few words", "currency", "orderstatus", "financialstatus", "fulfillmentstatus"),
        new(ShownWhere.Anywhere, ShownAs.Amount, "is what totals are checked by; nobody is known by it", "total", "subtotal", "revenue", "amount", "price", "quantity", "shipping", "shippingamount", "tax", "taxamount", "discount", "discountamount"),
        new(ShownWhere.Properties, ShownAs.Number, "is what Segment calls the worth of an event; elsewhere anything is called so", "value"),
        new(ShownWhere.Software, ShownAs.Release, "says which library or app made the call", "name", "version", "build"),
        new(ShownWhere.Context, ShownAs.Word, "explains spellings of numbers and times", "locale", "timezone"),
    ];

    private static readonly FrozenDictionary<(ShownWhere Where, string Key), ShownAs> s_list = Table
        .SelectMany(row => row.Keys.Select(key => KeyValuePair.Create((row.Where, key), row.As)))
        .ToFrozenDictionary();

    /// <summary>Keys everybody uses, so that they are known to be keys although they hold blanks or stand between quotes.</summary>
    private static readonly FrozenSet<string> s_known = Table.SelectMany(row => row.Keys).Concat(
    [
        "address", "age", "avatar", "batch", "birthday", "body", "brand", "call", "calls", "campaign", "category", "categories", "city", "company", "context", "country",
        "coupon", "customer", "data", "description", "device", "email", "employees", "firstname", "fullname", "gender", "h", "hs", "h1", "imageurl", "integrations", "ip",
        "items", "lastname", "library", "lineitems", "networkip", "ordername", "ordernumber", "page", "path", "phone", "phones", "postalcode", "products", "properties",
        "query", "referrer", "s", "search", "shippingaddress", "billingaddress", "state", "street", "tags", "time", "title", "totalprice", "traits", "url", "useragent",
        "username", "userproperties", "variant", "website", "writekey", "zip", "eventtype",
    ]).ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Null: the value under this key is hidden.</summary>
    public static ShownAs? Find(ShownWhere where, string key)
    {
        var plain = Plain(key);
        return s_list.TryGetValue((where, plain), out var shown) || (where != ShownWhere.Anywhere && s_list.TryGetValue((ShownWhere.Anywhere, plain), out shown)) ? shown : null;
    }

    public static bool Knows(string key) => s_known.Contains(Plain(key));

    /// <summary>Letters and digits only, lower case; empty when it holds any that are not ASCII, so that a look-alike is no key of the list.</summary>
    private static string Plain(string key)
    {
        if (key.Length > 64 || !System.Text.Ascii.IsValid(key))
        {
            return "";
        }

        return string.Concat(key.Where(char.IsAsciiLetterOrDigit)).ToLowerInvariant();
    }
}
