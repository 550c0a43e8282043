namespace Richpanel.Console.Shared;

/// <summary>What somebody wrote about a group or a delivery, as <c>WrittenNotes</c> shows it.</summary>
public sealed record WrittenNote(long Id, string Author, DateTimeOffset At, string Text);
