using Richpanel.Core.Json;

namespace Richpanel.Console.Shared;

/// <summary>Something beside the call that a send has, on both sides.</summary>
public sealed record DiffRow(string What, string Before, string After)
{
    public bool IsChanged => Before != After;
}

/// <summary>What differs between two sends of one event, such as a try and what would be sent now.</summary>
/// <param name="Around">Address, signature, versions, answer.</param>
/// <param name="Fields">Of the call; null: one of the two is not there to compare.</param>
public sealed record CallDifference(string Before, string After, IReadOnlyList<DiffRow> Around, IReadOnlyList<JsonChange>? Fields)
{
    public const string Address = "Address";
    public const string Signed = "Signed";
    public const string Secret = "Secret";

    /// <summary>Why there are no <see cref="Fields"/>.</summary>
    public string WhyNoFields { get; init; } = "one of the two was not kept";

    /// <summary>What goes out is the same: the answer and the versions may differ nevertheless.</summary>
    public bool SendsTheSame => Fields is { Count: 0 } && Around.All(row => !IsSent(row) || !row.IsChanged);

    /// <summary>It decides about what goes out; versions and answers do not.</summary>
    public static bool IsSent(DiffRow row) => row.What is Address or Signed or Secret;
}
