namespace Richpanel.Core.Ledger;

/// <summary>The spans that deliveries are counted by: hours for long ranges, slots of five minutes for short ones. Pure.</summary>
public static class RollupTime
{
    public const int SlotsPerHour = 12;

    public static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    public static readonly TimeSpan Slot = Hour / SlotsPerHour;

    /// <summary>Slots since 1970-01-01T00:00Z.</summary>
    public static int SlotOf(DateTimeOffset time) => (int)Math.Floor((time - DateTimeOffset.UnixEpoch) / Slot);

    public static int HourOf(int slot) => (int)Math.Floor((double)slot / SlotsPerHour);

    public static DateTimeOffset StartOfSlot(int slot) => DateTimeOffset.UnixEpoch + (Slot * slot);
}
