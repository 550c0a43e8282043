using System.ComponentModel.DataAnnotations;

namespace Richpanel.Core.Retention;

/// <summary>Section <c>Retention</c>: how long what is kept stays, until an admin decides otherwise on the page of the retention.</summary>
public sealed class RetentionOptions
{
    /// <summary>Remove what is too old; false = everything stays.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>Days that the content of accepted, skipped and settled deliveries stays after their end.</summary>
    [Range(RetentionRules.LeastDays, RetentionRules.MostDays, ErrorMessage = "give 2 to 3650 days.")]
    public int AcceptedDays { get; init; } = 30;

    /// <summary>Days that the content of failed and canceled deliveries stays after their end.</summary>
    [Range(RetentionRules.LeastDays, RetentionRules.MostDays, ErrorMessage = "give 2 to 3650 days.")]
    public int FailedDays { get; init; } = 90;

    /// <summary>Days that the row of a delivery stays after its end; never shorter than its content.</summary>
    [Range(RetentionRules.LeastDays, RetentionRules.MostDays, ErrorMessage = "give 2 to 3650 days.")]
    public int RowDays { get; init; } = 180;

    /// <summary>Days that samples of refused requests stay.</summary>
    [Range(1, RetentionRules.MostDays, ErrorMessage = "give 1 to 3650 days.")]
    public int RefusedDays { get; init; } = 30;

    /// <summary>Between two rounds.</summary>
    [Range(typeof(TimeSpan), "00:10:00", "7.00:00:00", ErrorMessage = "give 10 minutes to 7 days, for example 06:00:00.")]
    public TimeSpan Every { get; init; } = TimeSpan.FromHours(6);

    internal RetentionRules Rules => new(Enabled, AcceptedDays, FailedDays, RowDays, RefusedDays);
}
