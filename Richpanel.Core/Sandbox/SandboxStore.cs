using System.Text.Json;
using System.Threading.Channels;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Sandbox;

/// <summary>
/// The sandbox's memory: one writer, many requests a commit, capped at 100,000 requests and 7 days. It may lose its last moments
/// when the machine stops; it is a simulation, so it does not flush the disk.
/// </summary>
public sealed partial class SandboxStore(StoragePaths paths, IOptions<SandboxOptions> options, TimeProvider time, ILogger<SandboxStore> log)
    : BackgroundService, IDbContextFactory<SandboxDbContext>
{
    public const int MostRequests = 100_000;

    private const int MostInCommit = 64;

    private static readonly TimeSpan s_longest = TimeSpan.FromDays(7);

    private readonly Channel<Arrival> _arrivals = Channel.CreateBounded<Arrival>(1024);
    private int _sinceCare = int.MaxValue;

    public SandboxDbContext CreateDbContext()
    {
        var context = new SandboxDbContext(new DbContextOptionsBuilder<SandboxDbContext>().UseSqlite($"Data Source={paths.SandboxFile};Default Timeout=10").Options);
        context.Database.OpenConnection();
        context.Database.ExecuteSqlRaw("PRAGMA synchronous=OFF; PRAGMA busy_timeout=10000;");
        return context;
    }

    /// <summary>Makes the file ready; before anything is listened for.</summary>
    public async Task PrepareAsync(CancellationToken ct)
    {
        Directory.CreateDirectory(paths.Folder);
        await using var context = CreateDbContext();
        await context.Database.MigrateAsync(ct);
        await context.Database.ExecuteSqlRawAsync("PRAGMA journal_mode=WAL;", ct);
    }

    /// <summary>Remembers one request; ends when it can be read back.</summary>
    public async Task KeepAsync(SandboxRequest request, ContractReport report, CancellationToken ct)
    {
        var arrival = new Arrival(request, report, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        await _arrivals.Writer.WriteAsync(arrival, ct);
        await arrival.Kept.Task.WaitAsync(ct);
    }

    /// <summary>Forgets everything.</summary>
    public async Task ClearAsync(CancellationToken ct)
    {
        await using var context = CreateDbContext();
        await using var transaction = await context.Database.BeginTransactionAsync(ct);
        await context.Events.ExecuteDeleteAsync(ct);
        await context.Sessions.ExecuteDeleteAsync(ct);
        await context.Visitors.ExecuteDeleteAsync(ct);
        await context.Customers.ExecuteDeleteAsync(ct);
        await context.Requests.ExecuteDeleteAsync(ct);
        await transaction.CommitAsync(ct);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var group = new List<Arrival>();
        try
        {
            while (await _arrivals.Reader.WaitToReadAsync(stoppingToken))
            {
                while (group.Count < MostInCommit && _arrivals.Reader.TryRead(out var arrival))
                {
                    group.Add(arrival);
                }

                Commit(group);
                group.Clear();
            }
        }
        catch (OperationCanceledException)
        {
            // Stopping: what has not been kept is answered as cut by its own request.
        }
    }

    private void Commit(List<Arrival> group)
    {
        try
        {
            using var context = CreateDbContext();
            using var transaction = context.Database.BeginTransaction();
            context.Requests.AddRange(group.Select(arrival => arrival.Request));
            context.SaveChanges();
            foreach (var arrival in group.Where(arrival => arrival.Request.Taken))
            {
                foreach (var call in arrival.Report.Calls)
                {
                    SandboxTimeline.Take(context, arrival.Request, call, options.Value.SessionGap);
                }
            }

            Care(context, group.Count);
            transaction.Commit();
            group.ForEach(arrival => arrival.Kept.TrySetResult());
        }
        catch (Exception failure) when (failure is DbUpdateException or Microsoft.Data.Sqlite.SqliteException or InvalidOperationException)
        {
            LogFailed(failure, group.Count);
            group.ForEach(arrival => arrival.Kept.TrySetException(failure));
        }
    }

    /// <summary>Forgets what is beyond the cap, once in a while and in the commit at hand.</summary>
    private void Care(SandboxDbContext context, int added)
    {
        _sinceCare = _sinceCare > 1000 ? 0 : _sinceCare + added;
        if (_sinceCare > 0)
        {
            return;
        }

        var oldest = time.GetUtcNow() - s_longest;
        var newest = context.Requests.OrderByDescending(r => r.Id).Select(r => r.Id).FirstOrDefault();
        context.Events.Where(e => e.RequestId <= newest - MostRequests || e.ArrivedAt < oldest).ExecuteDelete();
        context.Requests.Where(r => r.Id <= newest - MostRequests || r.At < oldest).ExecuteDelete();
        context.Sessions.Where(s => s.LastAt < oldest && !context.Events.Any(e => e.SessionId == s.Id)).ExecuteDelete();
        context.Visitors.Where(v => v.LastSeen < oldest).ExecuteDelete();
        context.Customers.Where(c => c.UpdatedAt < oldest).ExecuteDelete();
    }

    internal static string FindingsJson(ContractReport report) => JsonSerializer.Serialize(report.Findings, JsonSerializerOptions.Web);

    [LoggerMessage(EventId = 5001, Level = LogLevel.Error, Message = "The sandbox could not keep {Count} requests")]
    private partial void LogFailed(Exception failure, int count);

    private sealed record Arrival(SandboxRequest Request, ContractReport Report, TaskCompletionSource Kept);
}
