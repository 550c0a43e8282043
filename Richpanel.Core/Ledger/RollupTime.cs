namespace Richpanel.Core.Ledger;

/// <summary>
/// The spans that deliveries are counted by: slots of five minutes for a day, hours for a week, quarters of a UTC day for a month, so
/// that no range has to add up many lines. Pure.
/// </summary>
public static class RollupTime
{
    public const int SlotsPerHour = 12;

    public const int SlotsPerQuarter = 6 * SlotsPerHour;

    public static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    public static readonly TimeSpan Slot = Hour / SlotsPerHour;

    /// <summary>Six hours.</summary>
    public static readonly TimeSpan Quarter = Slot * SlotsPerQuarter;

    /// <summary>Slots since 1970-01-01T00:00Z.</summary>
    public static int SlotOf(DateTimeOffset time) => (int)Math.Floor((time - DateTimeOffset.UnixEpoch) / Slot);

    public static int HourOf(int slot) => (int)Math.Floor((double)slot / SlotsPerHour);

    public static int QuarterOf(int slot) => (int)Math.Floor((double)slot / SlotsPerQuarter);
}
