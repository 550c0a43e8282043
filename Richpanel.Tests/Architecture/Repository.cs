using System.Text.RegularExpressions;

namespace Richpanel.Tests.Architecture;

/// <summary>The sources this build was made from, for rules that only the text can show.</summary>
internal static partial class Repository
{
    /// <summary>The folder that holds the solution.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Every C# and Razor file below a folder of the repository, generated ones left out.</summary>
    public static IEnumerable<SourceFile> Sources(params string[] folder) =>
        Directory.EnumerateFiles(Path.Combine([Root, .. folder]), "*.*", SearchOption.AllDirectories)
            .Where(file => file.EndsWith(".cs", StringComparison.Ordinal) || file.EndsWith(".razor", StringComparison.Ordinal))
            .Select(file => Path.GetRelativePath(Root, file).Replace('\\', '/'))
            .Where(file => !file.Contains("/obj/", StringComparison.Ordinal)
                && !file.Contains("/bin/", StringComparison.Ordinal)
                && !file.Contains("/Migrations/", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(file => new SourceFile(file, File.ReadAllText(Path.Combine(Root, file))));

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Richpanel.Console.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("The tests run outside the repository; Richpanel.Console.sln is in none of the folders above.");
    }

    [GeneratedRegex(@"//[^\n]*|/\*.*?\*/", RegexOptions.Singleline)]
    private static partial Regex Comments();

    /// <param name="Path">From the repository's root, with forward slashes.</param>
    /// <param name="Text">The file as it is.</param>
    public sealed record SourceFile(string Path, string Text)
    {
        /// <summary>The text without comments. A <c>//</c> inside a string also ends its line here: good enough to look for names.</summary>
        public string Code { get; } = Comments().Replace(Text, string.Empty);
    }
}
