using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Richpanel.Core.Storage;

/// <summary>What is known of the file itself.</summary>
public enum Integrity
{
    /// <summary>The stop before came to its end: there was no reason to look.</summary>
    NotAsked,

    Looking,

    Sound,

    Damaged,

    /// <summary>It could not be looked through; the next start tries again.</summary>
    Unknown,
}

/// <param name="At">When that was found out, or looking began.</param>
/// <param name="Faults">SQLite's own words, at most 10; empty unless it is damaged.</param>
public sealed record IntegrityReport(Integrity Is, DateTimeOffset At, IReadOnlyList<string> Faults);

/// <summary>
/// After a stop that broke off, looks through the database once with <c>PRAGMA quick_check</c>, beside everything else: table by table,
/// so that no snapshot is held long and the WAL can start again between two of them. Damage that a write, an answer of the API or the
/// count of the ledger meets at any other time counts the same.
/// </summary>
public sealed partial class StoreIntegrity(SqliteStore store, StoreWriter writer, RunningMark mark, ChangeFeed changes, TimeProvider time, ILogger<StoreIntegrity> log) : BackgroundService
{
    private const string Tables = """SELECT "name" FROM "sqlite_schema" WHERE "type"='table' AND "rootpage">0 ORDER BY "rootpage" """;

    private readonly Lock _gate = new();
    private volatile IntegrityReport _report = new(Integrity.NotAsked, time.GetUtcNow(), []);

    public IntegrityReport Report => _report;

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        writer.TellOfDamage(Met);
        return base.StartAsync(cancellationToken);
    }

    /// <summary>Somebody met damage; anything else a failure may be about is not looked at. The next start looks through the whole file.</summary>
    public void Met(Exception failure)
    {
        if (DatabaseFault.DamageOf(failure) is { } damage)
        {
            mark.IsCheckOwed = true;
            Become(Integrity.Damaged, [damage.Message]);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!mark.IsCheckOwed)
        {
            return;
        }

        await Task.Yield();
        Become(Integrity.Looking, []);
        try
        {
            var faults = Look(stoppingToken);
            mark.IsCheckOwed = faults.Count > 0;   // before it is told: whoever reads that it is sound may stop the product
            Become(faults.Count > 0 ? Integrity.Damaged : Integrity.Sound, faults);
        }
        catch (OperationCanceledException)
        {
            // The product stops; the mark stays, and the next start begins anew.
        }
        catch (SqliteException failure) when (!stoppingToken.IsCancellationRequested)
        {
            if (DatabaseFault.IsDamage(failure))
            {
                Become(Integrity.Damaged, [failure.Message]);
            }
            else
            {
                Become(Integrity.Unknown, []);
                NotLooked(failure);
            }
        }
    }

    private List<string> Look(CancellationToken ct)
    {
        using var connection = store.OpenReader();
        using var stopping = ct.Register(() => SQLitePCL.raw.sqlite3_interrupt(connection.Handle));
        List<string> tables = [];
        using (var names = connection.CreateCommand())
        {
            names.CommandText = Tables;
            using var reader = names.ExecuteReader();
            while (reader.Read())
            {
                tables.Add(reader.GetString(0));
            }
        }

        List<string> faults = [];
        foreach (var table in tables)
        {
            ct.ThrowIfCancellationRequested();
            faults.AddRange(DatabaseCopy.Faults(connection, table));
        }

        return faults;
    }

    private void Become(Integrity now, List<string> faults)
    {
        lock (_gate)
        {
            if (_report.Is == Integrity.Damaged)
            {
                return;   // told already; nothing that is found later makes it sound
            }

            _report = new IntegrityReport(now, time.GetUtcNow(), faults);
        }

        if (now == Integrity.Damaged)
        {
            Damaged(faults[0]);
        }
        else if (now == Integrity.Sound)
        {
            Sound();
        }

        changes.Raise();
    }

    [LoggerMessage(EventId = 1141, Level = LogLevel.Error, Message = "The database is damaged: {Fault}. Stop the product, keep a copy of its folder, and restore the last backup")]
    private partial void Damaged(string fault);

    [LoggerMessage(EventId = 1142, Level = LogLevel.Information, Message = "The product did not stop by itself the last time; its database was looked through and is sound")]
    private partial void Sound();

    [LoggerMessage(EventId = 1143, Level = LogLevel.Warning, Message = "The database could not be looked through after a stop that broke off; the next start tries again")]
    private partial void NotLooked(Exception failure);
}
