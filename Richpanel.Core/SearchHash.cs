using System.IO.Hashing;
using System.Text;

namespace Richpanel.Core;

/// <summary>64-bit hashes for exact search and duplicates. Not secret and not unique: the text is compared after the look-up.</summary>
public static class SearchHash
{
    public static long Of(string text) => unchecked((long)XxHash3.HashToUInt64(Encoding.UTF8.GetBytes(text)));

    public static long? OfOrNull(string? text) => text is null ? null : Of(text);

    /// <summary>E-mails are searched without regard to case and surrounding blanks.</summary>
    public static long? OfEmail(string? email) => email is null ? null : Of(email.Trim().ToLowerInvariant());
}
