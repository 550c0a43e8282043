using System.Diagnostics;
using Richpanel.Core.Notes;
using Richpanel.Core.Wire;

namespace Richpanel.Core.Mapping;

/// <summary>What became of one Segment call. A new case is a compile error wherever outcomes are read with <see cref="Match"/>.</summary>
public abstract record MappingOutcome(IReadOnlyList<Note> Notes)
{
    /// <summary>Ready to send.</summary>
    public sealed record Mapped(RichpanelCall Call, IReadOnlyList<Provenance> Provenance, IReadOnlyList<Note> Notes) : MappingOutcome(Notes);

    /// <summary>Not for us by its own words.</summary>
    /// <param name="Cause">A code of the cause catalogue, for example <c>filtered_by_integrations</c>.</param>
    public sealed record Skipped(string Cause, IReadOnlyList<Note> Notes) : MappingOutcome(Notes);

    /// <summary>Cannot be sent as it is; trying again cannot help.</summary>
    /// <param name="Cause">A code of the cause catalogue.</param>
    public sealed record Unusable(string Cause, IReadOnlyList<Note> Notes) : MappingOutcome(Notes);

    public T Match<T>(Func<Mapped, T> mapped, Func<Skipped, T> skipped, Func<Unusable, T> unusable) => this switch
    {
        Mapped outcome => mapped(outcome),
        Skipped outcome => skipped(outcome),
        Unusable outcome => unusable(outcome),
        _ => throw new UnreachableException(),
    };
}
