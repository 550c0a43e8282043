using Microsoft.EntityFrameworkCore;
using Richpanel.Core.Access;
using Richpanel.Core.Storage;

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
            return await WriteAsync(by, verdict) ? verdict : verdict with { IsUnwritten = true };
        }
        finally
        {
            _oneAtATime.Release();
        }
    }

    /// <summary>False when the store cannot write now: what was found is told all the same, and not as good.</summary>
    private async Task<bool> WriteAsync(Actor by, ChangeVerdict verdict)
    {
        try
        {
            await log.WriteAsync(by, new Change(ChangeCatalog.ChangeLogVerified)
            {
                Count = verdict.Lines,
                Fields = [new FieldChange("result", null, verdict switch
                {
                    { Fault: null } => "intact",
                    { BrokenLine: { } line } => $"broken at line {line}: {Word(verdict.Fault)}",
                    _ => Word(verdict.Fault),
                })],
            });
            return true;
        }
        catch (Exception failure) when (failure is StoreUnavailableException or DbUpdateException)
        {
            return false;
        }
    }

    private static string Word(ChangeFault? fault) => fault.ToString()!.ToLowerInvariant();

    /// <summary>Writes the line, then gives the lines there were before it, newest first.</summary>
    public async Task<IAsyncEnumerable<ChangeEntry>> ExportAsync(Actor by, ChangeFilter filter, CancellationToken ct)
    {
        by.DemandForAll(Permission.ReadChangeLog);
        var before = await queries.LastIdAsync(ct) + 1;
        await log.WriteAsync(by, new Change(ChangeCatalog.ChangeLogExported)
        {
            Count = await queries.CountAsync(filter, before, ct),
            Fields = FieldChange.Between(
                ("who", null, filter.Who is null || ChangeFilter.ReadWho(filter.Who) is not null ? filter.Who : log.Scrubbed(filter.Who)), ("action", null, log.Scrubbed(filter.Action)),
                ("object", null, log.Scrubbed(filter.ObjectId)), ("since", null, filter.Since), ("until", null, filter.Until), ("words", null, log.Scrubbed(filter.Words))),
        });
        return queries.ReadAsync(filter, before, ct);
    }

    public void Dispose() => _oneAtATime.Dispose();
}
