using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Data.Sqlite;

namespace Richpanel.Core.Storage;

/// <summary>Which queue a piece of work waits in.</summary>
public enum WriteUrgency
{
    /// <summary>
    /// A sender waits for it: the door. Always taken first. Such work is exactly one statement, which SQLite undoes alone when it
    /// fails, so that it needs no savepoint.
    /// </summary>
    Door,

    /// <summary>Everything else. Keep each piece short (about 10 ms): a sender may be waiting behind it.</summary>
    Background,
}

/// <summary>
/// The single writer, on its own thread. Work from everywhere is collected and committed together (group commit,
/// synchronous=FULL), so that many concurrent requests share one disk flush. A piece of work that throws is undone alone,
/// rows and ledger, and only its caller sees the exception. When the store itself fails, every caller of the group gets a
/// <see cref="StoreUnavailableException"/>.
/// </summary>
public sealed class StoreWriter : IAsyncDisposable
{
    /// <summary>After this long in one transaction no further background work is taken into it.</summary>
    private static readonly TimeSpan s_backgroundShare = TimeSpan.FromMilliseconds(4);

    /// <summary>Senders taken into one commit; more would make the first of them wait for the last.</summary>
    private const int MostAtOnce = 512;

    private readonly ConcurrentQueue<Work> _door = new();
    private readonly ConcurrentQueue<Work> _background = new();
    private readonly ManualResetEventSlim _wake = new(false, spinCount: 0);
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SqliteConnection _connection;
    private readonly WriteSession _session;
    private readonly DoorLoad _load;
    private readonly List<Work> _group = [];
    private readonly HashSet<Action> _afterCommit = [];
    private volatile bool _checkpointAsked;
    private volatile bool _emptyAsked;
    private volatile bool _emptied;
    private volatile Action<Exception>? _metDamage;
    private volatile StoreUnavailableException? _failing;
    private int _changesAtFailure;
    private bool _stopping;

    public StoreWriter(SqliteStore store, DoorLoad load)
    {
        _load = load;
        _connection = store.OpenWriter();
        _session = new WriteSession(_connection, SqliteStore.ContextOn, () => !_door.IsEmpty || !_background.IsEmpty);
        new Thread(Loop) { IsBackground = true, Name = "store writer" }.Start();
    }

    /// <summary>
    /// Why the last commit failed; null once one that changes something succeeds. Meanwhile <see cref="StoreProbe"/> tries each second, and the door answers at
    /// once instead of letting each sender wait for what cannot be.
    /// </summary>
    public StoreFault? Failing => _failing?.Fault;

    /// <summary>Whom to tell when a write meets a file that is damaged; on the writer's thread.</summary>
    internal void TellOfDamage(Action<Exception> tell) => _metDamage = tell;

    /// <exception cref="StoreUnavailableException">The last commit failed.</exception>
    public void DemandCommits()
    {
        if (_failing is { } failing)
        {
            throw new StoreUnavailableException(failing.Fault, failing.Message, failing.InnerException);
        }
    }

    /// <summary>Runs <paramref name="work"/> inside the next group commit; the task ends after the commit is durable.</summary>
    /// <exception cref="StoreUnavailableException">The store cannot write now, or is stopping.</exception>
    public Task<T> WriteAsync<T>(Func<WriteSession, T> work, WriteUrgency urgency = WriteUrgency.Background)
    {
        var item = new Work<T>(work, urgency);
        lock (_gate)
        {
            if (_stopping)
            {
                return Task.FromException<T>(new StoreUnavailableException(StoreFault.Stopping, "The product is stopping."));
            }

            (urgency == WriteUrgency.Door ? _door : _background).Enqueue(item);
        }

        _wake.Set();
        return item.Task;
    }

    public Task WriteAsync(Action<WriteSession> work, WriteUrgency urgency = WriteUrgency.Background) =>
        WriteAsync<object?>(
            session =>
            {
                work(session);
                return null;
            },
            urgency);

    /// <summary>Copies the rest of the WAL between two commits, so that the next one starts it from its beginning.</summary>
    internal Task CheckpointAsync()
    {
        _checkpointAsked = true;
        return WriteAsync(static _ => { });
    }

    /// <summary>
    /// Copies the whole WAL into the database between two commits and cuts its file to nothing: what stood in it before is in it no more.
    /// False while somebody reads from it, for whom nobody waits: ask again.
    /// </summary>
    internal async Task<bool> EmptyWalAsync()
    {
        _emptied = false;   // an earlier answer is none of this one
        _emptyAsked = true;
        await WriteAsync(static _ => { });
        return _emptied;
    }

    /// <summary>Takes no more, finishes what is queued, closes the file.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            _stopping = true;
        }

        _wake.Set();
        await _ended.Task;
    }

    private void Loop()
    {
        try
        {
            while (true)
            {
                _wake.Wait();
                _wake.Reset();

                // Read before the queues: whoever saw it false has its work in them by now.
                var last = IsStopping();
                while (!_door.IsEmpty || !_background.IsEmpty)
                {
                    CheckpointIfAsked();
                    CommitGroup();
                }

                if (last)
                {
                    break;
                }
            }
        }
        finally
        {
            _session.Dispose();
            _connection.Dispose();
            _ended.SetResult();
        }
    }

    private bool IsStopping()
    {
        lock (_gate)
        {
            return _stopping;
        }
    }

    private void CheckpointIfAsked()
    {
        if (_emptyAsked)
        {
            _emptyAsked = false;
            _emptied = TryEmptyWal();
        }

        if (!_checkpointAsked)
        {
            return;
        }

        _checkpointAsked = false;
        try
        {
            WalCheckpointer.Passive(_connection);
        }
        catch (SqliteException)
        {
            // Costs only disk space; the checkpointer asks again and reports what it meets itself.
        }
    }

    private bool TryEmptyWal()
    {
        try
        {
            return WalCheckpointer.Truncate(_connection);
        }
        catch (SqliteException)
        {
            return false;   // as above
        }
    }

    private void CommitGroup()
    {
        try
        {
            using (var transaction = _connection.BeginTransaction(deferred: false))
            {
                _session.Transaction = transaction;
                RunDoor();
                _load.Committing(_group.Count);
                RunBackground();
                _session.Ledger.Flush(_session);
                transaction.Commit();
            }
        }
        catch (Exception failure)
        {
            FailGroup(failure);
            return;
        }
        finally
        {
            _session.Transaction = null;
        }

        if (_failing is not null && SQLitePCL.raw.sqlite3_total_changes(_connection.Handle) != _changesAtFailure)
        {
            _failing = null;   // something was really written: a commit without a change succeeds on a full or read-only disk, too
        }

        foreach (var tell in _afterCommit)
        {
            tell();
        }

        _afterCommit.Clear();
        foreach (var work in _group)
        {
            work.Complete();
        }

        _group.Clear();
    }

    /// <summary>For work under way: told once, when its group is committed; a group that is undone tells nobody. Must be quick and not throw.</summary>
    internal void AfterCommit(Action tell) => _afterCommit.Add(tell);

    private void RunDoor()
    {
        while (_group.Count < MostAtOnce && _door.TryDequeue(out var work))
        {
            Run(work);
        }
    }

    /// <summary>At least one piece, so that the queue moves under any load; more only while nobody waits at the door.</summary>
    private void RunBackground()
    {
        var started = Stopwatch.GetTimestamp();
        while (_background.TryDequeue(out var work))
        {
            Run(work);
            if (!_door.IsEmpty || Stopwatch.GetElapsedTime(started) > s_backgroundShare)
            {
                return;
            }
        }
    }

    private void Run(Work work)
    {
        _group.Add(work);
        var alone = work.Urgency == WriteUrgency.Background;
        try
        {
            if (alone)
            {
                _session.Execute("SAVEPOINT work");
            }

            work.Run(_session);
            if (alone)
            {
                _session.Execute("RELEASE work");
            }

            _session.Ledger.Keep();
        }
        catch (Exception failure)
        {
            _session.Ledger.Drop();
            if (SQLitePCL.raw.sqlite3_get_autocommit(_connection.Handle) != 0)
            {
                // SQLite has undone the whole transaction (disk full, I/O error): nothing of this group is kept.
                throw;
            }

            if (alone)
            {
                _session.Execute("ROLLBACK TO work");
                _session.Execute("RELEASE work");
            }

            _group.RemoveAt(_group.Count - 1);
            LookForDamage(failure);
            work.Fail(StoreUnavailableException.From(failure) ?? failure);
        }
    }

    private void FailGroup(Exception failure)
    {
        _session.Ledger.Clear();
        _afterCommit.Clear();
        if (_group.Count == 0)
        {
            // The transaction could not even begin: those who wait now are told, instead of trying again without end.
            TakeAll(_door);
            TakeAll(_background);
        }

        var told = StoreUnavailableException.From(failure)
            ?? new StoreUnavailableException(StoreFault.Broken, "The database could not commit.", failure);
        LookForDamage(failure);
        (_failing, _changesAtFailure) = (told, SQLitePCL.raw.sqlite3_total_changes(_connection.Handle));
        foreach (var work in _group)
        {
            work.Fail(told);
        }

        _group.Clear();
    }

    /// <summary>A write that fails by it is undone alone, and the next may succeed: without this nobody would hear of it.</summary>
    private void LookForDamage(Exception failure)
    {
        if (DatabaseFault.IsDamage(failure))
        {
            _metDamage?.Invoke(failure);
        }
    }

    private void TakeAll(ConcurrentQueue<Work> queue)
    {
        while (queue.TryDequeue(out var work))
        {
            _group.Add(work);
        }
    }

    private abstract class Work(WriteUrgency urgency)
    {
        public WriteUrgency Urgency { get; } = urgency;

        public abstract void Run(WriteSession session);

        public abstract void Complete();

        public abstract void Fail(Exception failure);
    }

    private sealed class Work<T>(Func<WriteSession, T> work, WriteUrgency urgency) : Work(urgency)
    {
        private readonly TaskCompletionSource<T> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private T? _result;

        public Task<T> Task => _done.Task;

        public override void Run(WriteSession session) => _result = work(session);

        public override void Complete() => _done.TrySetResult(_result!);

        public override void Fail(Exception failure) => _done.TrySetException(failure);
    }
}
