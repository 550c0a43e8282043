using System.Text.Json;
using System.Threading.Channels;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Sandbox;

/// <summary>
/// The sandbox's memory: one writer, many requests a commit, capped at 100,000 requests and 7 days. It may lose its last moments
/// when the machine stops; it is a simulation, so it does not flush the disk.
/// </summary>
/// <param name="mostRequests">How many requests are remembered.</param>
public sealed partial class SandboxStore(
    StoragePaths paths, IOptions<SandboxOptions> options, ChangeFeed changes, TimeProvider time, ILogger<SandboxStore> log, int mostRequests = SandboxStore.MostRequests)
    : BackgroundService, IDbContextFactory<SandboxDbContext>
{
    public const int MostRequests = 100_000;

    private const int MostInCommit = 64;

    /// <summary>How long a request is remembered.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(7);

    /// <summary>How often what is too old is looked for, also while nothing comes in.</summary>
    private static readonly TimeSpan s_careEvery = TimeSpan.FromHours(1);

    private readonly DbContextOptions<SandboxDbContext> _database =
        new DbContextOptionsBuilder<SandboxDbContext>().UseSqlite(ConnectionString(paths)).Options;

    private readonly Channel<Work> _work = Channel.CreateBounded<Work>(1024);

    public SandboxDbContext CreateDbContext()
    {
        var context = new SandboxDbContext(_database);
        context.Database.OpenConnection();
        context.Database.ExecuteSqlRaw("PRAGMA synchronous=OFF; PRAGMA secure_delete=ON; PRAGMA busy_timeout=10000;");
        return context;
    }

    /// <summary>As <see cref="SqliteStore.Dispose"/>.</summary>
    public override void Dispose()
    {
        SqliteStore.ForgetPool(ConnectionString(paths));
        base.Dispose();
    }

    private static string ConnectionString(StoragePaths paths) => $"Data Source={paths.SandboxFile};Default Timeout=10";

    /// <summary>Makes the file ready; before anything is listened for.</summary>
    public async Task PrepareAsync(CancellationToken ct)
    {
        Directory.CreateDirectory(paths.Folder);

        // Before SQLite opens it, which gives the WAL the rights of the file it belongs to.
        // Never opened by us where it exists: closing it would take from SQLite what it has locked.
        if (!File.Exists(paths.SandboxFile))
        {
            await File.WriteAllBytesAsync(paths.SandboxFile, [], ct);
        }

        OwnerOnly.File(paths.SandboxFile);
        await using var context = CreateDbContext();
        if ((await context.Database.GetPendingMigrationsAsync(ct)).Any())
        {
            await context.Database.MigrateAsync(ct);   // even with nothing to do it compares the whole model, at each start
        }

        await context.Database.ExecuteSqlRawAsync("PRAGMA journal_mode=WAL;", ct);
    }

    /// <summary>Remembers one request; ends when it can be read back.</summary>
    public async Task KeepAsync(SandboxRequest request, ContractReport report, CancellationToken ct)
    {
        var arrival = new Arrival(request, report, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        await _work.Writer.WriteAsync(arrival, ct);
        await arrival.Kept.Task.WaitAsync(ct);
    }

    /// <summary>Adds how a kept request ended. Nobody waits for it: where too much is to be written, it stays unknown.</summary>
    public void Answered(long requestId, int ms, bool senderLeft) => _work.Writer.TryWrite(new Ending(requestId, ms, senderLeft));

    /// <summary>Forgets everything. Asks nobody: whoever acts for somebody goes through <see cref="SandboxControl"/>.</summary>
    internal async Task ClearAsync(CancellationToken ct)
    {
        await using var context = CreateDbContext();
        await using var transaction = await context.Database.BeginTransactionAsync(ct);
        await context.Events.ExecuteDeleteAsync(ct);
        await context.Sessions.ExecuteDeleteAsync(ct);
        await context.Visitors.ExecuteDeleteAsync(ct);
        await context.Customers.ExecuteDeleteAsync(ct);
        await context.Requests.ExecuteDeleteAsync(ct);
        await transaction.CommitAsync(ct);
        changes.Raise();
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(WriteAsync(stoppingToken), CareAsync(stoppingToken));

    private async Task WriteAsync(CancellationToken ct)
    {
        var group = new List<Work>();
        try
        {
            while (await _work.Reader.WaitToReadAsync(ct))
            {
                while (group.Count < MostInCommit && _work.Reader.TryRead(out var work))
                {
                    group.Add(work);
                }

                Commit([.. group.OfType<Arrival>()], [.. group.OfType<Ending>()]);
                group.Clear();
            }
        }
        catch (OperationCanceledException)
        {
            // Stopping: what has not been kept is answered as cut by its own request.
        }
    }

    private void Commit(List<Arrival> arrivals, List<Ending> endings)
    {
        try
        {
            using var context = CreateDbContext();
            using var transaction = context.Database.BeginTransaction();
            Keep(context, arrivals);
            Write(context, endings);
            transaction.Commit();
            arrivals.ForEach(arrival => arrival.Kept.TrySetResult());
            changes.Raise();
        }
        catch (Exception failure)   // whatever it was, these requests are told of it and the next ones are tried again
        {
            LogFailed(failure, arrivals.Count);
            arrivals.ForEach(arrival => arrival.Kept.TrySetException(failure));
        }
    }

    private void Keep(SandboxDbContext context, List<Arrival> arrivals)
    {
        if (arrivals.Count == 0)
        {
            return;
        }

        context.Requests.AddRange(arrivals.Select(arrival => arrival.Request));
        context.SaveChanges();
        SandboxTimeline.Take(
            context,
            [.. arrivals.Where(arrival => arrival.Request.Taken).SelectMany(arrival => arrival.Report.Calls, (arrival, call) => SandboxCall.Of(arrival.Request, call))],
            options.Value.SessionGap);
        ForgetBeyondCap(context, arrivals[^1].Request.Id);
    }

    private static void Write(SandboxDbContext context, List<Ending> endings)
    {
        if (endings.Count == 0)
        {
            return;
        }

        using var command = context.Database.GetDbConnection().CreateCommand();
        command.CommandText = """UPDATE "Requests" SET "TookMs"=$ms,"SenderLeft"=$left WHERE "Id"=$id""";
        command.Transaction = context.Database.CurrentTransaction!.GetDbTransaction();
        var (ms, left, id) = (Parameter("$ms"), Parameter("$left"), Parameter("$id"));
        foreach (var ending in endings)
        {
            (ms.Value, left.Value, id.Value) = (ending.Ms, ending.SenderLeft ? 1 : 0, ending.RequestId);
            command.ExecuteNonQuery();
        }

        System.Data.Common.DbParameter Parameter(string name)
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = name;
            command.Parameters.Add(parameter);
            return parameter;
        }
    }

    private void ForgetBeyondCap(SandboxDbContext context, long newest)
    {
        var last = newest - mostRequests;
        if (last <= 0)
        {
            return;
        }

        context.Events.Where(e => e.RequestId <= last).ExecuteDelete();
        context.Requests.Where(r => r.Id <= last).ExecuteDelete();
    }

    private async Task CareAsync(CancellationToken ct)
    {
        using var timer = new PeriodicTimer(s_careEvery, time);
        try
        {
            do
            {
                try
                {
                    await ForgetOldAsync(ct);
                }
                catch (Exception failure) when (failure is not OperationCanceledException)
                {
                    LogCareFailed(failure);
                }
            }
            while (await timer.WaitForNextTickAsync(ct));
        }
        catch (OperationCanceledException)
        {
            // Stopping.
        }
    }

    /// <summary>Forgets requests older than a week, and whoever no remembered request has touched.</summary>
    private async Task ForgetOldAsync(CancellationToken ct)
    {
        await using var context = CreateDbContext();
        await using var transaction = await context.Database.BeginTransactionAsync(ct);
        var oldest = time.GetUtcNow() - Longest;
        await context.Events.Where(e => e.ArrivedAt < oldest).ExecuteDeleteAsync(ct);
        await context.Requests.Where(r => r.At < oldest).ExecuteDeleteAsync(ct);
        var first = await context.Requests.OrderBy(r => r.Id).Select(r => (DateTimeOffset?)r.At).FirstOrDefaultAsync(ct) ?? oldest;
        await context.Sessions.Where(s => !context.Events.Any(e => e.SessionId == s.Id)).ExecuteDeleteAsync(ct);
        await context.Visitors.Where(v => v.LastSeen < first).ExecuteDeleteAsync(ct);
        await context.Customers.Where(c => c.UpdatedAt < first).ExecuteDeleteAsync(ct);
        await transaction.CommitAsync(ct);
    }

    internal static string FindingsJson(ContractReport report) => JsonSerializer.Serialize(report.Findings, JsonSerializerOptions.Web);

    [LoggerMessage(EventId = 5001, Level = LogLevel.Error, Message = "The sandbox could not keep {Count} requests")]
    private partial void LogFailed(Exception failure, int count);

    [LoggerMessage(EventId = 5002, Level = LogLevel.Warning, Message = "The sandbox could not forget what is old; it tries again in an hour")]
    private partial void LogCareFailed(Exception failure);

    /// <summary>Something to be written.</summary>
    private abstract record Work;

    private sealed record Arrival(SandboxRequest Request, ContractReport Report, TaskCompletionSource Kept) : Work;

    private sealed record Ending(long RequestId, int Ms, bool SenderLeft) : Work;
}
