using Richpanel.Console.Shared;
using Richpanel.Core.ChangeLog;

namespace Richpanel.Console.Overview;

/// <summary>Something that was changed while the chart's deliveries came in.</summary>
/// <param name="Text">Who did what.</param>
/// <param name="Address">Of its day in the change log.</param>
public sealed record ChartMark(DateTimeOffset At, string Text, string Address)
{
    /// <summary>Families of changes that can make deliveries go another way; what people did to themselves is none.</summary>
    private static readonly string[] s_families = ["product.started", "connection.", "secret.", "source.", "webhook-secret.", "sandbox.scenario-set"];

    private static readonly ChangeAction[] s_without = [ChangeCatalog.WriteKeyShown, ChangeCatalog.SecretForgotten, ChangeCatalog.WebhookSecretForgotten];

    /// <summary>Oldest first.</summary>
    public static IReadOnlyList<ChartMark> Of(IEnumerable<ChangeEntry> lines, TimeZoneInfo zone) => [.. lines
        .Where(line => s_families.Any(family => line.Action.StartsWith(family, StringComparison.Ordinal)) && !s_without.Any(action => action.Code == line.Action))
        .OrderBy(line => line.Id)
        .Select(line => new ChartMark(line.At, $"{line.ActorName} {ChangeWords.Did(line)} {line.ObjectName}".TrimEnd(), AddressOf(line.At, zone)))];

    private static string AddressOf(DateTimeOffset at, TimeZoneInfo zone)
    {
        var day = TimeZoneInfo.ConvertTime(at, zone).ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);
        return new ChangeLogView { Since = day, Until = day }.ToAddress();
    }
}
