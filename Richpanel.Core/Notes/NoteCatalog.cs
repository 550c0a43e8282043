using System.Globalization;
using System.Reflection;

namespace Richpanel.Core.Notes;

/// <summary>One kind of note: its code and severity never change meaning, its text and remedy may hold <c>{0}</c>, <c>{1}</c> for keys.</summary>
public sealed record NoteKind(string Code, NoteSeverity Severity, string Text, string Remedy)
{
    /// <summary>A note of this kind about one place. <paramref name="words"/> are keys or rules, never personal values.</summary>
    public Note At(string? path, params string[] words) =>
        new(Code, Severity, path, string.Format(CultureInfo.InvariantCulture, Text, words), string.Format(CultureInfo.InvariantCulture, Remedy, words));
}

/// <summary>Every note that Reader, Mapper or Dispatcher can make, in one list. Each part stands beside its subject.</summary>
public static partial class NoteCatalog
{
    // Lazy: the fields of the other parts of this class may be set after those of this part.
    private static readonly Lazy<IReadOnlyList<NoteKind>> s_all = new(() =>
        [.. typeof(NoteCatalog).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => field.GetValue(null)).OfType<NoteKind>()]);

    public static IReadOnlyList<NoteKind> All => s_all.Value;
}
