using System.Reflection;

namespace Richpanel.Core.Causes;

/// <summary>Why a request was refused, a delivery skipped or failed, or an attempt did not end as Accepted.</summary>
/// <param name="Code">Stable code, shown and stored, for example <c>dns_not_found</c>.</param>
/// <param name="Title">A few words for a list, for example "Host name not found".</param>
/// <param name="Text">What happened, in one or two plain sentences.</param>
/// <param name="Remedy">What to do, or why nothing needs doing.</param>
public sealed record Cause(string Code, string Title, string Text, string Remedy);

/// <summary>The one catalogue of causes, used by log, pages and API alike.</summary>
public static partial class CauseCatalog
{
    private static readonly Lazy<Dictionary<string, Cause>> s_byCode = new(() =>
        typeof(CauseCatalog).GetFields(BindingFlags.Public | BindingFlags.Static)
            .Select(field => field.GetValue(null)).OfType<Cause>()
            .ToDictionary(cause => cause.Code, StringComparer.Ordinal));

    public static IReadOnlyCollection<Cause> All => s_byCode.Value.Values;

    /// <summary>The cause with this code, or one that says that the code is unknown to this version.</summary>
    public static Cause Find(string code) =>
        s_byCode.Value.GetValueOrDefault(code)
        ?? new Cause(code, code, $"This version does not know the cause '{code}'.", "It was recorded by another version of the product.");
}
