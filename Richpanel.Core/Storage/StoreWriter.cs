using System.Threading.Channels;
using Microsoft.Data.Sqlite;

namespace Richpanel.Core.Storage;

/// <summary>Which queue a piece of work waits in.</summary>
public enum WriteUrgency
{
    /// <summary>A sender waits for it: the door. Always taken first.</summary>
    Door,

    /// <summary>Everything else.</summary>
    Background,
}

/// <summary>
/// The single writer. Work from everywhere is collected and committed together (group commit, synchronous=FULL), so that many
/// concurrent requests share one disk flush. A piece of work that throws is undone alone and only its caller sees the exception.
/// </summary>
public sealed class StoreWriter : IAsyncDisposable
{
    private readonly Channel<Work> _door = Channel.CreateUnbounded<Work>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Channel<Work> _background = Channel.CreateUnbounded<Work>(new UnboundedChannelOptions { SingleReader = true });
    private readonly SemaphoreSlim _wake = new(0);
    private readonly SqliteConnection _connection;
    private readonly WriteSession _session;
    private readonly Task _loop;
    private volatile bool _stopping;

    public StoreWriter(SqliteStore store)
    {
        _connection = store.OpenWriter();
        _session = new WriteSession(_connection, SqliteStore.ContextOn);
        _loop = Task.Factory.StartNew(Loop, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Runs <paramref name="work"/> inside the next group commit; the task ends after the commit is durable.</summary>
    public Task<T> WriteAsync<T>(Func<WriteSession, T> work, WriteUrgency urgency = WriteUrgency.Background)
    {
        ObjectDisposedException.ThrowIf(_stopping, this);
        var item = new Work<T>(work);
        (urgency == WriteUrgency.Door ? _door : _background).Writer.TryWrite(item);
        _wake.Release();
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

    public async ValueTask DisposeAsync()
    {
        if (_stopping)
        {
            return;
        }

        _stopping = true;
        _wake.Release();
        await _loop;
        _session.Dispose();
        await _connection.DisposeAsync();
        _wake.Dispose();
    }

    private void Loop()
    {
        var group = new List<Work>();
        while (true)
        {
            _wake.Wait();
            Collect(group);
            if (group.Count > 0)
            {
                Commit(group);
                group.Clear();
            }
            else if (_stopping)
            {
                return;
            }
        }
    }

    /// <summary>Everything at the door, and one piece of background work, so that a sender never waits behind a long queue.</summary>
    private void Collect(List<Work> group)
    {
        while (_door.Reader.TryRead(out var work))
        {
            group.Add(work);
        }

        if (_background.Reader.TryRead(out var other))
        {
            group.Add(other);
        }
    }

    private void Commit(List<Work> group)
    {
        try
        {
            using (var transaction = _connection.BeginTransaction(deferred: false))
            {
                _session.Transaction = transaction;
                foreach (var work in group)
                {
                    RunAlone(work);
                }

                _session.Ledger.Flush(_session);
                transaction.Commit();
            }
        }
        catch (Exception failure) when (failure is SqliteException or InvalidOperationException)
        {
            _session.Ledger.Clear();
            group.ForEach(work => work.Fail(failure));
            return;
        }
        finally
        {
            _session.Transaction = null;
        }

        group.ForEach(work => work.Complete());
    }

    private void RunAlone(Work work)
    {
        _session.Savepoint("SAVEPOINT work");
        try
        {
            work.Run(_session);
            _session.Savepoint("RELEASE work");
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            _session.Savepoint("ROLLBACK TO work");
            _session.Savepoint("RELEASE work");
            work.Fail(failure);
        }
    }

    private abstract class Work
    {
        public abstract void Run(WriteSession session);

        public abstract void Complete();

        public abstract void Fail(Exception failure);
    }

    private sealed class Work<T>(Func<WriteSession, T> work) : Work
    {
        private readonly TaskCompletionSource<T> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private T? _result;

        public Task<T> Task => _done.Task;

        public override void Run(WriteSession session) => _result = work(session);

        public override void Complete() => _done.TrySetResult(_result!);

        public override void Fail(Exception failure) => _done.TrySetException(failure);
    }
}
