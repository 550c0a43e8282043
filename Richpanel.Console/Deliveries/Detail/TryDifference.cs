using System.Globalization;
using Richpanel.Console.Shared;
using Richpanel.Core.Connections;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Mapping;
using Richpanel.Core.Preview;

namespace Richpanel.Console.Deliveries.Detail;

/// <summary>What differs between a try and another one, or between it and what would be sent now. Pure.</summary>
public static class TryDifference
{
    private const string None = "–";

    /// <summary>From an earlier try to a later one.</summary>
    public static CallDifference Between(DeliveryDetail detail, AttemptDetail before, AttemptDetail after) => new(
        Name(before), Name(after),
        [
            new(CallDifference.Address, before.Exchange?.Url ?? None, after.Exchange?.Url ?? None),
            new(CallDifference.Signed, YesNo(SentRequest.IsSigned(before)), YesNo(SentRequest.IsSigned(after))),
            new(CallDifference.Secret, "as then", before.Attempt.SecretFingerprint == after.Attempt.SecretFingerprint ? "as then" : "another one"),
            new("Settings version", Number(before.Attempt.ConnectionVersion), Number(after.Attempt.ConnectionVersion)),
            new("Mapped with settings", Number(before.Sent?.ConnectionVersion), Number(after.Sent?.ConnectionVersion)),
            new("Mapper version", Number(before.Sent?.MapperVersion), Number(after.Sent?.MapperVersion)),
            new("Answer", TryWords.Outcome(before), TryWords.Outcome(after)),
            new("Took", Took(before), Took(after)),
            .. SameBody(detail, before, after) is { } same ? new DiffRow[] { new("Answer's body", "as then", same ? "as then" : "another one") } : [],
        ],
        detail.Calls.Between(before.Sent?.Id, after.Sent?.Id ?? -1));

    /// <summary>From what a try sent to what today's mapping and connection would send. Null connection: it is gone.</summary>
    public static CallDifference ToNow(DeliveryDetail detail, AttemptDetail before, Connection? connection) => new(
        Name(before), "Now",
        [
            new(CallDifference.Address, before.Exchange?.Url ?? None, NowUrl(detail, connection) ?? None),
            new(CallDifference.Signed, YesNo(SentRequest.IsSigned(before)), YesNo(connection?.ProtectedSecret is not null)),
            new(CallDifference.Secret, "as then", before.Attempt.SecretFingerprint == connection?.SecretFingerprint ? "as then" : "another one"),
            new("Settings version", Number(before.Attempt.ConnectionVersion), Number(connection?.Version)),
            new("Mapped with settings", Number(before.Sent?.ConnectionVersion), Number(connection?.Version)),
            new("Mapper version", Number(before.Sent?.MapperVersion), Number(EventMapper.Version)),
        ],
        detail.Calls.Between(before.Sent?.Id, null))
    {
        WhyNoFields = "today it would not be sent",
    };

    /// <summary>Where a send would go today.</summary>
    public static string? NowUrl(DeliveryDetail detail, Connection? connection) =>
        detail.Preview?.Request?.Url ?? (connection is null ? null : connection.BaseUrl + (connection is { Transport: Transport.Batch, ProtectedSecret: not null } ? "/bt" : "/t"));

    /// <summary>Null: whoever looks sees them masked, and two different ones may look alike then.</summary>
    private static bool? SameBody(DeliveryDetail detail, AttemptDetail one, AttemptDetail other) => detail.IsMasked ? null
        : (one.Exchange?.ResponseBody ?? []).AsSpan().SequenceEqual(other.Exchange?.ResponseBody ?? []) && one.Exchange?.ResponseLength == other.Exchange?.ResponseLength;

    private static string Name(AttemptDetail attempt) => string.Create(CultureInfo.InvariantCulture, $"Try {attempt.Attempt.Number}");

    private static string YesNo(bool yes) => yes ? "yes" : "no";

    private static string Number(int? number) => number?.ToString(CultureInfo.InvariantCulture) ?? None;

    private static string Took(AttemptDetail attempt) => attempt.Exchange is { } exchange ? TryWords.Milliseconds(exchange.TotalMs) : None;
}
