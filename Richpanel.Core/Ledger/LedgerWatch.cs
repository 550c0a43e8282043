using System.Globalization;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Richpanel.Core.Access;
using Richpanel.Core.ChangeLog;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Ledger;

/// <summary>What is known about whether the numbers add up.</summary>
/// <param name="SumsAt">When the counters were last compared with each other; null before the first time.</param>
/// <param name="Recount">The last time that all rows were counted; null when they never were.</param>
/// <param name="Counting">How far the count under way is; null when there is none.</param>
/// <param name="NextRecount">When all rows are counted next.</param>
/// <param name="Faults">Empty when everything adds up. At most 1,000.</param>
public sealed record LedgerReport(
    DateTimeOffset? SumsAt, LedgerRecountNote? Recount, RecountProgress? Counting, DateTimeOffset NextRecount, IReadOnlyList<LedgerFault> Faults)
{
    public bool Agrees => Faults.Count == 0;
}

/// <summary>A count of all rows that came to its end.</summary>
public sealed record LedgerRecountNote(DateTimeOffset At, TimeSpan Took, long Rows, int Hours);

/// <summary>
/// Proves promise 2 all the time: each minute the counters against each other, each night every row against every counter. What does not
/// add up is told once in the log and in the change log, and shown until it does. Nothing is set right in silence.
/// </summary>
public sealed partial class LedgerWatch : IDisposable
{
    /// <summary>Each night at this hour, UTC.</summary>
    private const int Hour = 3;

    private const int ToldInChangeLog = 10;

    /// <summary>After a count that failed: it reads the whole log, and the next minute would only fail again.</summary>
    private static readonly TimeSpan s_afterFailure = TimeSpan.FromHours(1);

    private readonly SqliteStore _store;
    private readonly LedgerRecount _recount;
    private readonly StoreIntegrity _integrity;
    private readonly CancellationToken _stopping;
    private readonly StoragePaths _paths;
    private readonly ChangeWriting _log;
    private readonly ChangeFeed _changes;
    private readonly TimeProvider _time;
    private readonly ILogger<LedgerWatch> _logger;
    private readonly DateTimeOffset _started;
    private readonly SemaphoreSlim _oneAtATime = new(1);
    private readonly Lock _gate = new();
    private Kept _kept;
    private IReadOnlyList<LedgerFault> _sums = [];
    private DateTimeOffset? _sumsAt;
    private RecountProgress? _counting;
    private DateTimeOffset _notBefore;

    public LedgerWatch(
        SqliteStore store, LedgerRecount recount, StoreIntegrity integrity, IHostApplicationLifetime lifetime, StoragePaths paths, ChangeWriting log, ChangeFeed changes, TimeProvider time,
        ILogger<LedgerWatch> logger)
    {
        (_store, _recount, _integrity, _stopping, _paths, _log, _changes, _time, _logger) = (store, recount, integrity, lifetime.ApplicationStopping, paths, log, changes, time, logger);
        _started = time.GetUtcNow();
        _kept = Read();
    }

    public LedgerReport Report
    {
        get
        {
            lock (_gate)
            {
                return new LedgerReport(_sumsAt, _kept.Recount, _counting, NextAfter(_kept.Recount?.At ?? _started), [.. _sums, .. _kept.Faults]);
            }
        }
    }

    /// <summary>Once a minute: the sums; and when it is time for it, all rows.</summary>
    public async Task LookAsync(CancellationToken ct)
    {
        if (!await _oneAtATime.WaitAsync(0, ct))
        {
            return;   // somebody has it checked just now
        }

        try
        {
            await SumAsync();
            if (_time.GetUtcNow() >= Report.NextRecount && _time.GetUtcNow() >= _notBefore)
            {
                await CountAsync(null, ct);
            }
        }
        catch (SqliteException failure)
        {
            _integrity.Met(failure);
            throw;
        }
        finally
        {
            _oneAtATime.Release();
        }
    }

    /// <summary>All of it now, because somebody asks; a line of the change log says so. Waits for a count that is under way.</summary>
    /// <exception cref="ForbiddenException">The role has not the right.</exception>
    /// <exception cref="StoreUnavailableException">The product stops, and the count with it; or the file is damaged.</exception>
    public async Task<LedgerReport> CheckAsync(Actor by, CancellationToken ct)
    {
        by.DemandForAll(Permission.CheckLedger);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(ct, _stopping);
        await _oneAtATime.WaitAsync(ct);
        try
        {
            await SumAsync();
            await CountAsync(by, ending.Token);
            return Report;
        }
        catch (Exception ended) when (_stopping.IsCancellationRequested && ended is SqliteException or OperationCanceledException)
        {
            throw new StoreUnavailableException(StoreFault.Stopping, "The product is stopping.", ended);
        }
        catch (SqliteException failure)
        {
            _integrity.Met(failure);
            throw StoreUnavailableException.From(failure) ?? (Exception)failure;
        }
        finally
        {
            _oneAtATime.Release();
        }
    }

    private async Task SumAsync()
    {
        using (var connection = _store.OpenReader())
        {
            using var snapshot = connection.BeginTransaction(deferred: true);
            var faults = LedgerSums.Faults(connection, snapshot);
            lock (_gate)
            {
                (_sums, _sumsAt) = (faults, _time.GetUtcNow());
            }
        }

        await TellAsync();
    }

    private async Task CountAsync(Actor? by, CancellationToken ct)
    {
        var begun = _time.GetUtcNow();
        RecountResult result;
        Count(new RecountProgress(0, 0, 0));
        try
        {
            _notBefore = begun + s_afterFailure;
            result = await _recount.RunAsync(new Told(Count), ct);
            _notBefore = default;
        }
        finally
        {
            Count(null);
        }

        lock (_gate)
        {
            var now = _time.GetUtcNow();
            _kept = _kept with { Recount = new LedgerRecountNote(now, now - begun, result.Rows, result.Hours), Faults = result.Faults };
        }

        Counted(result.Rows, result.Hours, result.Faults.Count);
        await TellAsync();
        Write();
        if (by is not null)
        {
            await _log.WriteAsync(by, new Change(ChangeCatalog.LedgerChecked)
            {
                Count = result.Rows,
                Fields = [new FieldChange("result", null, Report.Agrees ? "agrees" : string.Create(CultureInfo.InvariantCulture, $"{Report.Faults.Count} places do not add up"))],
            });
        }
    }

    /// <summary>Once for each place: what was told before is not told again, also not after a restart.</summary>
    private async Task TellAsync()
    {
        var faults = Report.Faults;
        var told = _kept.Told;
        var fresh = faults.Where(fault => !told.Contains(fault.Place, StringComparer.Ordinal)).ToList();
        if (fresh.Count > 0)
        {
            Mismatch(fresh.Count, string.Join("; ", fresh.Take(ToldInChangeLog).Select(fault => fault.Sentence)));
            await _log.WriteAsync(Actor.System, new Change(ChangeCatalog.LedgerMismatch)
            {
                Count = fresh.Count,
                Fields = [.. fresh.Take(ToldInChangeLog).Select(fault => new FieldChange(
                    fault.Place, fault.Expected.ToString(CultureInfo.InvariantCulture), fault.Found.ToString(CultureInfo.InvariantCulture)))],
            });
        }
        else if (faults.Count == 0 && told.Count > 0)
        {
            Agrees();
            await _log.WriteAsync(Actor.System, new Change(ChangeCatalog.LedgerAgrees));
        }

        if (fresh.Count == 0 && faults.Count == told.Count)
        {
            return;
        }

        lock (_gate)
        {
            _kept = _kept with { Told = [.. faults.Select(fault => fault.Place)] };
        }

        Write();
        _changes.Raise();
    }

    private void Count(RecountProgress? now)
    {
        lock (_gate)
        {
            _counting = now;
        }

        _changes.Raise();
    }

    /// <summary>The first three o'clock after it.</summary>
    private static DateTimeOffset NextAfter(DateTimeOffset at)
    {
        var same = new DateTimeOffset(at.UtcDateTime.Date, TimeSpan.Zero).AddHours(Hour);
        return same > at ? same : same.AddDays(1);
    }

    private Kept Read()
    {
        try
        {
            return JsonSerializer.Deserialize<Kept>(File.ReadAllText(_paths.LedgerCheck)) is { Faults: not null, Told: not null } kept ? kept : Kept.Nothing;
        }
        catch (Exception none) when (none is IOException or UnauthorizedAccessException or JsonException)
        {
            return Kept.Nothing;   // then it is counted again, and told again if it has to be
        }
    }

    private void Write()
    {
        try
        {
            var fresh = _paths.LedgerCheck + ".new";
            File.WriteAllText(fresh, JsonSerializer.Serialize(_kept));
            OwnerOnly.File(fresh);
            File.Move(fresh, _paths.LedgerCheck, overwrite: true);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            NotKept(failure);
        }
    }

    public void Dispose() => _oneAtATime.Dispose();

    [LoggerMessage(EventId = 1151, Level = LogLevel.Error, Message = "The ledger does not add up in {Count} places: {Faults}. The rows stand as they are; About shows all places, and docs/operations.md says what to do")]
    private partial void Mismatch(int count, string faults);

    [LoggerMessage(EventId = 1152, Level = LogLevel.Information, Message = "The ledger adds up again")]
    private partial void Agrees();

    [LoggerMessage(EventId = 1153, Level = LogLevel.Information, Message = "Counted {Rows} deliveries in {Hours} hours of receipt: {Faults} places do not add up")]
    private partial void Counted(long rows, int hours, int faults);

    [LoggerMessage(EventId = 1154, Level = LogLevel.Warning, Message = "What the count of the ledger found could not be kept beside the database")]
    private partial void NotKept(Exception failure);

    /// <summary>What outlives a restart, in a file beside the database.</summary>
    private sealed record Kept(LedgerRecountNote? Recount, IReadOnlyList<LedgerFault> Faults, IReadOnlyList<string> Told)
    {
        public static readonly Kept Nothing = new(null, [], []);
    }

    /// <summary>In order and at once.</summary>
    private sealed class Told(Action<RecountProgress> tell) : IProgress<RecountProgress>
    {
        public void Report(RecountProgress value) => tell(value);
    }
}

/// <summary>Looks each minute, and ends a count when the product stops.</summary>
internal sealed class LedgerCare(LedgerWatch watch, TimeProvider time, ILogger<LedgerCare> logger) : MinuteCare(time, logger)
{
    protected override string What => "The ledger";

    protected override Task LookAsync(CancellationToken stopping) => watch.LookAsync(stopping);
}
