using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Richpanel.Core.Access;
using Richpanel.Core.ChangeLog;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Backups;

/// <summary>A backup in the folder.</summary>
/// <param name="Manifest">Null when it cannot be read; <paramref name="Fault"/> says why then.</param>
public sealed record BackupInfo(string Name, long Bytes, BackupManifest? Manifest, string? Fault);

/// <param name="Since">When it was begun.</param>
public sealed record BackupUnderWay(BackupStep Step, DateTimeOffset Since);

/// <summary>A backup is being made already.</summary>
public sealed class BackupBusyException() : Exception("A backup is being made already. Wait for its end: it needs the disk for itself.");

/// <summary>The backups of the running product: each of them is made, given out and deleted with a line of the change log.</summary>
public sealed partial class BackupStore(BackupMaker maker, StoragePaths paths, ChangeWriting log, ChangeFeed changes, TimeProvider time, IHostApplicationLifetime lifetime, ILogger<BackupStore> logger) : IAsyncDisposable
{
    /// <summary>With the first word of a stop, not at its end: a large backup would hold it up until it is killed.</summary>
    private readonly CancellationTokenSource _stopping = CancellationTokenSource.CreateLinkedTokenSource(lifetime.ApplicationStopping);

    private readonly Lock _gate = new();
    private BackupUnderWay? _underWay;
    private Task _making = Task.CompletedTask;

    /// <summary>Null when none is being made.</summary>
    public BackupUnderWay? UnderWay
    {
        get
        {
            lock (_gate)
            {
                return _underWay;
            }
        }
    }

    public string Folder => paths.Backups;

    /// <summary>Newest first.</summary>
    /// <exception cref="ForbiddenException">The role has not the right.</exception>
    public IReadOnlyList<BackupInfo> List(Actor by)
    {
        by.DemandForAll(Permission.KeepBackups);
        return [.. Files().OrderByDescending(file => file.Name, StringComparer.Ordinal).Select(Read)];
    }

    /// <summary>Null when there is none of that name.</summary>
    /// <exception cref="ForbiddenException">The role has not the right.</exception>
    public BackupInfo? Find(Actor by, string name)
    {
        by.DemandForAll(Permission.KeepBackups);
        return FileOf(name) is { } file ? Read(file) : null;
    }

    /// <summary>Copies that the product made of older databases before it changed them, newest first.</summary>
    /// <exception cref="ForbiddenException">The role has not the right.</exception>
    public IReadOnlyList<FileInfo> UpgradeCopies(Actor by)
    {
        by.DemandForAll(Permission.KeepBackups);
        return DatabaseStartup.Copies(paths);
    }

    /// <summary>Goes on to its end when whoever asked goes away; only a stop of the product ends it. The passphrase is kept nowhere.</summary>
    /// <exception cref="ForbiddenException">The role has not the right.</exception>
    /// <exception cref="BackupBusyException">One is being made.</exception>
    /// <exception cref="BackupException">It could not be made.</exception>
    public async Task<BackupInfo> MakeAsync(Actor by, string passphrase)
    {
        by.DemandForAll(Permission.KeepBackups);
        Begin();
        try
        {
            var making = Task.Run(() => maker.Make(paths.Backups, passphrase, Support.SupportQueries.Product.Version, Step, _stopping.Token), _stopping.Token);
            _making = making;
            var made = Read(new FileInfo(await making));
            await log.WriteAsync(by, new Change(ChangeCatalog.BackupMade, null, made.Name) { Count = made.Manifest?.Counts.Deliveries });
            Made(made.Name, made.Bytes);
            return made;
        }
        catch (OperationCanceledException ended) when (_stopping.IsCancellationRequested)
        {
            throw new BackupException("The product is stopping. Nothing is left of the backup.", ended);
        }
        finally
        {
            lock (_gate)
            {
                _underWay = null;
            }

            changes.Raise();
        }
    }

    /// <summary>Null when there is none of that name. The caller closes it.</summary>
    /// <exception cref="ForbiddenException">The role has not the right.</exception>
    public async Task<FileStream?> OpenAsync(Actor by, string name)
    {
        by.DemandForAll(Permission.KeepBackups);
        if (FileOf(name) is not { } file)
        {
            return null;
        }

        var content = new FileStream(file.FullName, new FileStreamOptions { Access = FileAccess.Read, Share = FileShare.Read | FileShare.Delete, Options = FileOptions.Asynchronous | FileOptions.SequentialScan });
        try
        {
            await log.WriteAsync(by, new Change(ChangeCatalog.BackupDownloaded, null, file.Name));
            return content;
        }
        catch
        {
            await content.DisposeAsync();   // what cannot be told is not given out
            throw;
        }
    }

    /// <summary>False when there is none of that name.</summary>
    /// <exception cref="ForbiddenException">The role has not the right.</exception>
    public async Task<bool> DeleteAsync(Actor by, string name)
    {
        by.DemandForAll(Permission.KeepBackups);
        if (FileOf(name) is not { } file)
        {
            return false;
        }

        file.Delete();
        await log.WriteAsync(by, new Change(ChangeCatalog.BackupDeleted, null, file.Name));
        changes.Raise();
        return true;
    }

    private void Begin()
    {
        lock (_gate)
        {
            if (_underWay is not null)
            {
                throw new BackupBusyException();
            }

            _underWay = new BackupUnderWay(BackupStep.Copying, time.GetUtcNow());
        }

        changes.Raise();
    }

    private void Step(BackupStep step)
    {
        lock (_gate)
        {
            _underWay = _underWay! with { Step = step };
        }

        changes.Raise();
    }

    private IEnumerable<FileInfo> Files() =>
        Directory.Exists(paths.Backups) ? new DirectoryInfo(paths.Backups).EnumerateFiles("*" + BackupFile.Extension) : [];

    /// <summary>Chosen among those that are there: a name leads nowhere else.</summary>
    private FileInfo? FileOf(string name) => Files().FirstOrDefault(file => file.Name == name);

    private static BackupInfo Read(FileInfo file)
    {
        try
        {
            return new BackupInfo(file.Name, file.Length, BackupFile.ReadManifest(file.FullName), null);
        }
        catch (BackupException unreadable)
        {
            return new BackupInfo(file.Name, file.Length, null, unreadable.Message);
        }
    }

    /// <summary>A backup under way is ended, and leaves nothing behind.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _making.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        _stopping.Dispose();
    }

    [LoggerMessage(EventId = 1161, Level = LogLevel.Information, Message = "Made the backup {Name} of {Bytes} bytes")]
    private partial void Made(string name, long bytes);
}
