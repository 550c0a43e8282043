namespace Richpanel.Console.Shell;

/// <summary>How somebody wants the console to look; kept in their browser, each part under its own name.</summary>
public sealed record DisplayChoice
{
    public ThemeChoice Theme { get; init; }

    /// <summary>More rows on a screen.</summary>
    public bool Compact { get; init; }

    /// <summary>AM and PM.</summary>
    public bool Twelve { get; init; }

    /// <summary>Times in UTC instead of the browser's zone.</summary>
    public bool Utc { get; init; }

    /// <summary>No shortcuts of single keys.</summary>
    public bool NoKeys { get; init; }

    /// <summary>Of what the browser kept; words it does not know are as if nothing had been kept.</summary>
    public static DisplayChoice Of(Kept? kept) => new()
    {
        Theme = Enum.TryParse<ThemeChoice>(kept?.Theme, ignoreCase: true, out var theme) && Enum.IsDefined(theme) ? theme : default,
        Compact = kept?.Density == "compact",
        Twelve = kept?.Clock == "12",
        Utc = kept?.Zone == "utc",
        NoKeys = kept?.Keys == "off",
    };

    public Kept ToKeep() => new(Theme.ToString().ToLowerInvariant(), Compact ? "compact" : null, Twelve ? "12" : null, Utc ? "utc" : null, NoKeys ? "off" : null);

    /// <summary>As it stands in the browser; null: as it is by itself.</summary>
    public sealed record Kept(string? Theme, string? Density, string? Clock, string? Zone, string? Keys);
}

public enum ThemeChoice
{
    System,
    Light,
    Dark,
}
