namespace Richpanel.Core;

/// <summary>Ids as people see them, derived from the database key: <c>dlv_</c> and the key in lower-case Crockford base 32.</summary>
public static class PublicId
{
    private const string Digits = "0123456789abcdefghjkmnpqrstvwxyz";

    public static string Delivery(long id) => "dlv_" + Write(id);

    public static string Connection(long id) => "con_" + Write(id);

    public static string Person(long id) => "per_" + Write(id);

    public static string Source(long id) => "src_" + Write(id);

    public static string View(long id) => "viw_" + Write(id);

    public static string Token(long id) => "tok_" + Write(id);

    public static string Retry(long id) => "rty_" + Write(id);

    public static string Alert(long id) => "alt_" + Write(id);

    public static string AlertChannel(long id) => "chn_" + Write(id);

    public static string Trial(long id) => "trl_" + Write(id);

    public static string Group(long id) => "grp_" + Write(id);

    public static string Erasure(long id) => "ers_" + Write(id);

    public static string PrivacyTask(long id) => "ptk_" + Write(id);

    public static string Sample(long id) => "smp_" + Write(id);

    /// <summary>The key behind a public id of this kind (prefix such as <c>dlv</c>); null when it is none.</summary>
    public static long? Parse(string? text, string prefix)
    {
        if (text is null || !text.StartsWith(prefix + "_", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        var digits = text.AsSpan(prefix.Length + 1);
        if (digits.Length is 0 or > 13)
        {
            return null;
        }

        ulong value = 0;
        foreach (var c in digits)
        {
            var digit = Digits.IndexOf(char.ToLowerInvariant(c), StringComparison.Ordinal);
            if (digit < 0 || value > (ulong)long.MaxValue >> 5)
            {
                return null;
            }

            value = (value << 5) | (uint)digit;
        }

        return (long)value;
    }

    private static string Write(long id)
    {
        Span<char> text = stackalloc char[13];
        var at = text.Length;
        do
        {
            text[--at] = Digits[(int)(id & 31)];
            id >>>= 5;
        }
        while (id != 0);

        return text[at..].ToString();
    }
}
