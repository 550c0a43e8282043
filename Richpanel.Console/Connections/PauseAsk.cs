namespace Richpanel.Console.Connections;

/// <summary>A wish to pause.</summary>
/// <param name="Until">Null: until someone resumes it.</param>
/// <param name="Reason">For the change log.</param>
public sealed record PauseAsk(DateTimeOffset? Until, string? Reason);
