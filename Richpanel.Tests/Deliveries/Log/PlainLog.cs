using Richpanel.Core;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Deliveries.Query;

namespace Richpanel.Tests.Deliveries.Log;

/// <summary>What each term means, said again in the plainest way: what the database answers is held against it.</summary>
internal static class PlainLog
{
    public static IEnumerable<Delivery> Fitting(RandomLog log, string query)
    {
        var asked = LogQuery.Of(query);
        var span = asked.At(RandomLog.Now, TimeZoneInfo.Utc);
        return log.All.Where(row => (span.Since is not { } since || row.ReceivedAt >= since) && (span.Until is not { } until || row.ReceivedAt < until)
            && asked.Active.All(term => term.Key is LogKey.Since or LogKey.Until || term.Values.Any(value => Fits(log, row, term.Key, value)) != term.IsNot));
    }

    private static bool Fits(RandomLog log, Delivery row, LogKey key, LogValue value)
    {
        bool Is(string? text) => text is not null && (value.IsPrefix ? text.StartsWith(value.Text, StringComparison.Ordinal) : text == value.Text);
        bool IsAny(string? text) => text is not null && (value.IsPrefix ? Lower(text).StartsWith(Lower(value.Text), StringComparison.Ordinal) : Lower(text) == Lower(value.Text));
        var connection = log.Connections.Single(one => one.Id == row.ConnectionId);
        return key switch
        {
            LogKey.State => value.Text switch
            {
                "waiting" => row.State is DeliveryState.Waiting or DeliveryState.Sending,
                "held" => row.State == DeliveryState.Waiting && connection.Name == "Stopped",
                var word => row.State.ToString().Equals(word, StringComparison.OrdinalIgnoreCase),
            },
            LogKey.Type => row.Type.ToString().Equals(value.Text, StringComparison.OrdinalIgnoreCase),
            LogKey.Origin => row.Origin.ToString().Equals(value.Text, StringComparison.OrdinalIgnoreCase),
            LogKey.Event => value is { Text: "none", IsPrefix: false } ? string.IsNullOrEmpty(row.EventName) : IsAny(row.EventName),
            LogKey.User => Is(row.UserId) || Is(row.AnonymousId),
            LogKey.Anonymous => Is(row.AnonymousId),
            LogKey.Email => row.Email is { } email && Lower(email) == Lower(value.Text),
            LogKey.Order => Is(row.OrderId),
            LogKey.Message => Is(row.MessageId),
            LogKey.Id => PublicId.Delivery(row.Id) == value.Text,
            LogKey.Code => value.Text == "none" ? row.StatusCode is null : value.Text.EndsWith("xx", StringComparison.Ordinal) ? row.StatusCode / 100 == value.Text[0] - '0' : row.StatusCode?.ToString(System.Globalization.CultureInfo.InvariantCulture) == value.Text,
            LogKey.Cause => Is(row.Cause),
            LogKey.Connection => IsAny(connection.Name) || value.Text == PublicId.Connection(connection.Id),
            LogKey.Source => IsAny("Web of " + connection.Name),
            LogKey.Tries => Compare(row.AttemptCount, value.Text),
            LogKey.Text => log.Calls[row.Id].Contains(value.Text, StringComparison.OrdinalIgnoreCase),
            _ => throw new InvalidOperationException($"{key} has no plain meaning here."),
        };
    }

    /// <summary>Only ASCII letters: as SQLite's NOCASE.</summary>
    private static string Lower(string text) => string.Concat(text.Select(c => char.IsAsciiLetterUpper(c) ? char.ToLowerInvariant(c) : c));

    private static bool Compare(int tries, string text)
    {
        var number = int.Parse(text.TrimStart('<', '>', '='), System.Globalization.CultureInfo.InvariantCulture);
        return text.StartsWith(">=", StringComparison.Ordinal) ? tries >= number
            : text.StartsWith("<=", StringComparison.Ordinal) ? tries <= number
            : text[0] == '>' ? tries > number : text[0] == '<' ? tries < number : tries == number;
    }
}
