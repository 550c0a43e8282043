using Richpanel.Console.Shared;
using Richpanel.Core.ChangeLog;

namespace Richpanel.Console.Overview;

/// <summary>Something that was changed while the chart's deliveries came in.</summary>
/// <param name="Text">Who did what; for whoever may not read the change log only what kind of thing.</param>
/// <param name="Address">Of its day in the change log; null for whoever may not read it.</param>
public sealed record ChartMark(DateTimeOffset At, string Text, string? Address)
{
    /// <summary>Families of changes that can make deliveries go another way; what people did to themselves is none.</summary>
    private static readonly string[] s_families = ["product.started", "connection.", "secret.", "source.", "webhook-secret.", "sandbox.scenario-set", "retention.ran", "backup.restored"];

    private static readonly ChangeAction[] s_without = [ChangeCatalog.WriteKeyShown, ChangeCatalog.SecretForgotten, ChangeCatalog.WebhookSecretForgotten];

    /// <summary>Codes of the changes that are marks.</summary>
    public static IReadOnlyList<string> Actions { get; } =
        [.. ChangeCatalog.All.Where(action => s_families.Any(family => action.Code.StartsWith(family, StringComparison.Ordinal)) && !s_without.Contains(action)).Select(action => action.Code)];

    /// <summary>Oldest first.</summary>
    /// <param name="names">Whoever looks may read the change log: who it was, and what it was done to.</param>
    public static IReadOnlyList<ChartMark> Of(IEnumerable<ChangeEntry> lines, TimeZoneInfo zone, bool names) => [.. lines
        .Where(line => Actions.Contains(line.Action))
        .OrderBy(line => line.Id)
        .Select(line => new ChartMark(line.At, names ? $"{line.ActorName} {ChangeWords.Did(line)} {line.ObjectName}".TrimEnd() : Kind(line), names ? AddressOf(line.At, zone) : null))];

    private static string Kind(ChangeEntry line) => line.Action.Split('.')[0] switch
    {
        "product" => "The product started",
        "connection" => "A connection was changed, stopped or released",
        "secret" or "webhook-secret" => "A secret was changed",
        "source" => "A source was changed",
        "retention" => "What was too old was removed",
        "backup" => "The product went on from a backup",
        _ => "The sandbox was told to answer in another way",
    };

    private static string AddressOf(DateTimeOffset at, TimeZoneInfo zone)
    {
        var day = TimeZoneInfo.ConvertTime(at, zone).ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);
        return new ChangeLogView { Since = day, Until = day }.ToAddress();
    }
}
