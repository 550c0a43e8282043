using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Richpanel.Core.Access;
using Richpanel.Core.ChangeLog;
using Richpanel.Core.Connections;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Ledger;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Support;

/// <summary>Reads what is known of this installation. Only counters and file sizes: it costs the same however long the log is.</summary>
public sealed class SupportQueries(
    IDbContextFactory<ConsoleDbContext> contexts, StoragePaths paths, LedgerQueries ledger, ConnectionDirectory directory, ChangeWriting log,
    IOptions<DeliveryOptions> delivery, TimeProvider time)
{
    private static readonly DateTimeOffset s_started = Process.GetCurrentProcess().StartTime.ToUniversalTime();

    /// <summary>Version and commit of the product, as the build wrote them.</summary>
    public static (string Version, string? Commit) Product { get; } = Read(typeof(SupportQueries).Assembly);

    public async Task<InstallationFacts> FactsAsync(CancellationToken ct)
    {
        var view = await ledger.ReadAsync(ct);
        await using var context = await contexts.CreateDbContextAsync(ct);
        var roles = await context.People.Where(person => person.DisabledAt == null).GroupBy(person => person.Role).Select(group => new { group.Key, Count = group.Count() }).ToListAsync(ct);
        var migration = (await context.Database.GetAppliedMigrationsAsync(ct)).LastOrDefault();
        var now = time.GetUtcNow();
        return new InstallationFacts(
            Product.Version,
            Product.Commit,
            RuntimeInformation.FrameworkDescription,
            $"{RuntimeInformation.OSDescription}, {RuntimeInformation.ProcessArchitecture}",
            s_started,
            now,
            Size(paths.DatabaseFile) + Size(paths.DatabaseFile + "-wal"),
            new DriveInfo(paths.Folder).AvailableFreeSpace,
            context.Database.GetDbConnection().ServerVersionOrOpen(),
            migration,
            view.Total,
            view.RequestsLetIn,
            view.RequestsRejected,
            roles.ToDictionary(one => Rights.Word(one.Key), one => one.Count),
            [.. directory.Connections.Select(connection => Of(connection, view, now))]);
    }

    /// <summary>Written into the change log: it leaves the house.</summary>
    /// <exception cref="ForbiddenException">The role has not the right.</exception>
    public async Task<SupportBundle> BundleAsync(Actor by, CancellationToken ct)
    {
        by.DemandForAll(Permission.TakeSupportBundle);
        var facts = await FactsAsync(ct);
        await log.WriteAsync(by, new Change(ChangeCatalog.SupportBundleTaken));
        return new SupportBundle(1, facts, [.. delivery.Value.Schedule.Select(wait => wait.ToString("c", CultureInfo.InvariantCulture))], delivery.Value.Concurrency, by.Role);
    }

    private ConnectionFacts Of(Connection connection, LedgerView view, DateTimeOffset now) => new(
        PublicId.Connection(connection.Id),
        connection.Environment.ToString(),
        connection.Transport.ToString(),
        connection.SignatureHash.ToString(),
        connection switch
        {
            { Disabled: true } => "disabled",
            { HoldCause: { } cause } => $"held: {cause}",
            _ when connection.IsStopped(now) => "paused",
            _ => "enabled",
        },
        connection.ProtectedSecret is not null,
        directory.Sources.Count(source => source.ConnectionId == connection.Id),
        connection.Concurrency,
        connection.TimeoutSeconds,
        view.Connections.First(line => line.ConnectionId == connection.Id).Line);

    private static long Size(string file) => new FileInfo(file) is { Exists: true } info ? info.Length : 0;

    private static (string Version, string? Commit) Read(Assembly assembly)
    {
        var words = (assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "").Split('+');
        return (words[0], words.Length > 1 ? words[1][..Math.Min(10, words[1].Length)] : null);
    }
}

internal static class SqliteVersion
{
    /// <summary>Of the library; a connection that is closed does not say it by itself.</summary>
    public static string ServerVersionOrOpen(this System.Data.Common.DbConnection connection)
    {
        var wasClosed = connection.State == System.Data.ConnectionState.Closed;
        if (wasClosed)
        {
            connection.Open();
        }

        try
        {
            return connection.ServerVersion;
        }
        finally
        {
            if (wasClosed)
            {
                connection.Close();
            }
        }
    }
}
