using System.Globalization;
using Richpanel.Core.Causes;
using Richpanel.Core.Deliveries;

namespace Richpanel.Core.Groups;

/// <summary>What failures of one connection have in common. Pure.</summary>
/// <param name="Cause">Code of the cause catalogue.</param>
/// <param name="StatusCode">HTTP status, where it tells more than the cause; else null.</param>
/// <param name="Pattern">See <see cref="MessagePattern"/>; null when the other side said nothing.</param>
public readonly record struct FailurePrint(FailureStage Stage, string Cause, int? StatusCode, string? Pattern)
{
    /// <summary>The rule, for the page.</summary>
    public const string Rule =
        "Failures are one group when they have the same connection, the same stage (reading, mapping or sending), the same cause, the same HTTP status "
        + "where a cause has several, and the same message once e-mails, addresses, ids, numbers, times and quoted values are taken out of it.";

    /// <summary>Instead of the pattern, once a cause has too many different ones.</summary>
    public const string OtherMessages = "…";

    /// <summary>Causes that stand for several statuses.</summary>
    private static readonly System.Collections.Frozen.FrozenSet<string> s_ofManyStatuses = System.Collections.Frozen.FrozenSet.Create(
        StringComparer.Ordinal, CauseCatalog.ClientError.Code, CauseCatalog.ServerErrorOther.Code, CauseCatalog.NotRichpanel.Code, CauseCatalog.Redirected.Code);

    /// <param name="cause">Null, which should not be, is a group of its own: no failure is without one.</param>
    /// <param name="status">Of the last answer; null without one.</param>
    public static FailurePrint Of(FailureStage stage, string? cause, int? status, string? pattern)
    {
        var code = string.IsNullOrEmpty(cause) ? CauseCatalog.Unclassified.Code : cause;
        return new FailurePrint(stage, code, s_ofManyStatuses.Contains(code) ? status : null, pattern);
    }

    /// <summary>64 bits that are the same for failures that belong together, whatever the case of their message.</summary>
    public long HashFor(long connectionId) => SearchHash.Of(string.Create(
        CultureInfo.InvariantCulture, $"{connectionId}\n{(int)Stage}\n{Cause}\n{StatusCode}\n{Pattern?.ToLowerInvariant()}"));
}
