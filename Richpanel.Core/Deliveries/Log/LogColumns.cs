namespace Richpanel.Core.Deliveries.Log;

/// <summary>A column of the list and of an export.</summary>
/// <param name="Name">Stable, in addresses and in the first line of a CSV.</param>
/// <param name="Title">As people read it.</param>
/// <param name="IsPersonal">Masked for roles that may not see personal data.</param>
public sealed record LogColumn(string Name, string Title, bool IsPersonal = false)
{
    internal Func<LogRow, string, object?> Read { get; init; } = (_, _) => null;
}

public enum LogFormat
{
    Csv,
    Ndjson,
}
