using Richpanel.Core.Access;

namespace Richpanel.Core.ChangeLog;

/// <summary>What is done to the change log itself, by those who may: it is verified and exported, and both are lines of it.</summary>
public sealed class ChangeReview(ChangeVerifier verifier, ChangeQueries queries, ChangeWriting log) : IDisposable
{
    private readonly SemaphoreSlim _oneAtATime = new(1);

    public async Task<ChangeVerdict> VerifyAsync(Actor by, IProgress<VerifyProgress>? progress, CancellationToken ct)
    {
        by.DemandForAll(Permission.ReadChangeLog);
        await _oneAtATime.WaitAsync(ct);
        try
        {
            var verdict = await verifier.VerifyAsync(progress, ct);
            await log.WriteAsync(by, new Change(ChangeCatalog.ChangeLogVerified)
            {
                Count = verdict.Lines,
                Fields = [new FieldChange("result", null, verdict.IsIntact ? "intact" : $"broken at line {verdict.BrokenLine}: {verdict.Fault?.ToString().ToLowerInvariant()}")],
            });
            return verdict;
        }
        finally
        {
            _oneAtATime.Release();
        }
    }

    /// <summary>Writes the line, then gives the lines there were before it, newest first.</summary>
    public async Task<IAsyncEnumerable<ChangeEntry>> ExportAsync(Actor by, ChangeFilter filter, CancellationToken ct)
    {
        by.DemandForAll(Permission.ReadChangeLog);
        var before = await queries.LastIdAsync(ct) + 1;
        await log.WriteAsync(by, new Change(ChangeCatalog.ChangeLogExported)
        {
            Count = await queries.CountAsync(filter, before, ct),
            Fields = FieldChange.Between(
                ("who", null, filter.Who is null || ChangeFilter.ReadWho(filter.Who) is not null ? filter.Who : log.Scrubbed(filter.Who)), ("action", null, filter.Action),
                ("object", null, filter.ObjectId), ("since", null, filter.Since), ("until", null, filter.Until), ("words", null, log.Scrubbed(filter.Words))),
        });
        return queries.ReadAsync(filter, before, ct);
    }

    public void Dispose() => _oneAtATime.Dispose();
}
