using Richpanel.Core.Access;

namespace Richpanel.Core.Deliveries.Log;

/// <summary>
/// Saved views of the delivery log: a person's own, and those shared with everybody. Queries are kept encrypted. Sharing, and changing
/// what is shared, needs <see cref="Permission.ShareViews"/> and is a line of the change log.
/// </summary>
public sealed class LogViewStore
{
    /// <summary>Own ones of one person, and shared ones of all.</summary>
    public const int Most = 50;

    /// <summary>Built-in ones first (Failed, Waiting, Held, Today, Lab), then shared, then own, each in its order.</summary>
    public Task<IReadOnlyList<LogView>> ListAsync(Actor by, CancellationToken ct) => throw new NotImplementedException();

    public Task<LogViewOutcome> CreateAsync(Actor by, LogViewDraft draft) => throw new NotImplementedException();

    /// <summary>Null: there is no such view for this actor.</summary>
    public Task<LogViewOutcome?> ChangeAsync(Actor by, string id, LogViewDraft draft) => throw new NotImplementedException();

    /// <summary>False: there is no such view for this actor.</summary>
    public Task<bool> DeleteAsync(Actor by, string id) => throw new NotImplementedException();
}
