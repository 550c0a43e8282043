using System.IO.Hashing;
using System.Text;

namespace Richpanel.Core;

/// <summary>
/// 64-bit hashes of messageIds, for repeats and search. Not secret and not unique: the text is compared after the look-up. Values that
/// may be a person's are hashed with a key: <see cref="Storage.SearchKey"/>.
/// </summary>
public static class SearchHash
{
    public static long Of(string text) => unchecked((long)XxHash3.HashToUInt64(Encoding.UTF8.GetBytes(text)));
}
