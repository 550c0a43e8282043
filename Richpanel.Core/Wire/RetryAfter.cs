using System.Globalization;

namespace Richpanel.Core.Wire;

/// <summary>Reads a Retry-After header: whole seconds or an HTTP date. What is neither is ignored.</summary>
public static class RetryAfter
{
    /// <summary>A longer wish is taken as this; it is a hold that a person can end anyway.</summary>
    private const long MostSeconds = 365L * 24 * 3600;

    /// <summary>The three forms of a date that HTTP allows.</summary>
    private static readonly string[] s_dates = ["r", "dddd, dd-MMM-yy HH:mm:ss 'GMT'", "ddd MMM d HH:mm:ss yyyy"];

    public static TimeSpan? Read(string? header, DateTimeOffset now)
    {
        var text = header?.Trim();
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }

        if (text.All(char.IsAsciiDigit))
        {
            return TimeSpan.FromSeconds(long.TryParse(text, CultureInfo.InvariantCulture, out var seconds) ? Math.Min(seconds, MostSeconds) : MostSeconds);
        }

        if (!DateTimeOffset.TryParseExact(
            text, s_dates, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AllowInnerWhite, out var date))
        {
            return null;
        }

        var wait = date - now;
        return wait <= TimeSpan.Zero ? TimeSpan.Zero : wait > TimeSpan.FromSeconds(MostSeconds) ? TimeSpan.FromSeconds(MostSeconds) : wait;
    }
}
