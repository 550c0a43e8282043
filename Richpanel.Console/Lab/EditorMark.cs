namespace Richpanel.Console.Lab;

/// <summary>Something to say about a part of the text.</summary>
/// <param name="Start">In characters.</param>
/// <param name="End">Behind the last one.</param>
/// <param name="Severity">error, warning or info.</param>
/// <param name="Code">Of the note; "JSON" where the text breaks.</param>
public sealed record EditorMark(int Start, int End, string Severity, string Text, string Code);

/// <summary>Which part of the text a source path is.</summary>
public sealed record SourcePart(string Path, int Start, int End);
