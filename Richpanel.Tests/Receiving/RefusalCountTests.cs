using System.ComponentModel.DataAnnotations;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Richpanel.Core;
using Richpanel.Core.Receiving;
using Richpanel.Core.Storage;
using Richpanel.Tests.Support;

namespace Richpanel.Tests.Receiving;

/// <summary>What a flood of refusals may cost those who are let in, and what of its count may be lost: nothing.</summary>
public sealed class RefusalCountTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private readonly ChangeFeed _changes = new(new FakeTimeProvider());
    private SqliteStore _store = null!;
    private StoreWriter _writer = null!;
    private Refusals _refusals = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var paths = new StoragePaths($"Data Source={_folder.Path}/console.db");
        await DatabaseStartup.MigrateAsync(paths, Ct);
        _store = new SqliteStore(paths);
        _writer = new StoreWriter(_store, new DoorLoad());
        _refusals = new Refusals(_writer, _changes, new FakeTimeProvider(), NullLogger<Refusals>.Instance);
    }

    public async ValueTask DisposeAsync()
    {
        _refusals.Dispose();
        _changes.Dispose();
        await _writer.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task From_however_many_addresses_few_samples_are_written_at_once_and_every_refusal_is_counted()
    {
        for (var i = 0; i < 2_000; i++)
        {
            _refusals.Count(Refused($"address {i}"));
        }

        await _refusals.FlushAsync();

        await using var context = _store.CreateDbContext();
        Assert.InRange(await context.RejectedRequests.CountAsync(Ct), 1, 200);
        Assert.Equal(2_000, (await context.RequestCounts.SingleAsync(Ct)).Count);
    }

    [Fact]
    public async Task Counts_that_could_not_be_written_are_written_the_next_time_whatever_the_reason_was()
    {
        _refusals.Count(Refused("address"));
        await _writer.WriteAsync(session => session.Execute("""ALTER TABLE "RejectedRequests" RENAME TO "Away" """));
        await Assert.ThrowsAnyAsync<Exception>(_refusals.FlushAsync);
        await _writer.WriteAsync(session => session.Execute("""ALTER TABLE "Away" RENAME TO "RejectedRequests" """));

        await _refusals.FlushAsync();

        await using var context = _store.CreateDbContext();
        Assert.Equal(1, (await context.RequestCounts.SingleAsync(Ct)).Count);
    }

    [Fact]
    public void A_full_disk_is_one_whoever_of_ours_asked_the_database() =>
        Assert.Equal(StoreFault.Full, StoreUnavailableException.From(new DbUpdateException("not saved", new SqliteException("full", 13)))?.Fault);

    [Theory]
    [InlineData(32, true)]
    [InlineData(33, false)]
    public void No_limit_can_be_set_that_the_door_could_never_keep(int mebibytes, bool isFine)
    {
        var limits = new ReceivingLimits { MaxWebhookBytes = mebibytes * 1024 * 1024 };

        Assert.Equal(isFine, Validator.TryValidateObject(limits, new ValidationContext(limits), null, validateAllProperties: true));
    }

    private static Refusal Refused(string address) => new(0, null, "/v1/track", "unknown_source", 401, null, "No.", address, null);
}
