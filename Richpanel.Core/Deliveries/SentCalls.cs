using System.Text;
using Richpanel.Core.Json;
using Richpanel.Core.Privacy;

namespace Richpanel.Core.Deliveries;

/// <summary>
/// The mapped calls of one delivery, and what today's mapping makes of it, side by side. They are compared in clear, and what differs
/// is told as its reader may see it.
/// </summary>
public sealed class SentCalls
{
    private readonly Dictionary<long, JsonTree> _sent;
    private readonly JsonTree.Map? _now;
    private readonly bool _isMasked;

    internal SentCalls(IEnumerable<MappedCall> sent, JsonTree.Map? now, bool isMasked)
    {
        _sent = sent.ToDictionary(call => call.Id, call => JsonTreeReader.Read(Encoding.UTF8.GetBytes(call.Content)).Tree);
        (_now, _isMasked) = (now, isMasked);
    }

    private SentCalls(SentCalls clear) => (_sent, _now, _isMasked) = (clear._sent, clear._now, true);

    /// <summary>None was ever sent and none can be made.</summary>
    public static SentCalls None { get; } = new([], null, true);

    /// <summary>
    /// What differs from the kept call <paramref name="from"/> to <paramref name="to"/>; empty: they are the same. Null: one of them is
    /// not there, because it is gone or today's mapping makes none.
    /// </summary>
    /// <param name="from">Id of a <see cref="MappedCall"/> of the delivery.</param>
    /// <param name="to">Another, or null for what would be sent now.</param>
    public IReadOnlyList<JsonChange>? Between(long? from, long? to) =>
        from is { } first && _sent.GetValueOrDefault(first) is { } before && (to is { } second ? _sent.GetValueOrDefault(second) : _now) is { } after
            ? JsonDiff.Of(before, after, Shown(before), Shown(after))
            : null;

    internal SentCalls Masked() => new(this);

    private JsonTree Shown(JsonTree call) => _isMasked ? PayloadMask.Tree(call, PayloadKind.Call) : call;
}
