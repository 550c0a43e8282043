using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;
using Richpanel.Core.Access;
using Richpanel.Core.Alerts;
using Richpanel.Core.ChangeLog;
using Richpanel.Core.Connections;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Deliveries.Log;
using Richpanel.Core.Erasure;
using Richpanel.Core.Groups;
using Richpanel.Core.Ledger;
using Richpanel.Core.Onboarding;
using Richpanel.Core.People;
using Richpanel.Core.Preview;
using Richpanel.Core.Receiving;
using Richpanel.Core.Retention;
using Richpanel.Core.Retries;

namespace Richpanel.Core.Storage;

/// <summary>The one model. Each database has a subclass that owns its migrations; only SQLite's exists so far.</summary>
public abstract class ConsoleDbContext(DbContextOptions options) : DbContext(options)
{
    public DbSet<Connection> Connections => Set<Connection>();

    public DbSet<Source> Sources => Set<Source>();

    public DbSet<Trial> Trials => Set<Trial>();

    public DbSet<ApiToken> ApiTokens => Set<ApiToken>();

    public DbSet<Person> People => Set<Person>();

    public DbSet<ChangeEntry> ChangeLog => Set<ChangeEntry>();

    public DbSet<SavedSample> Samples => Set<SavedSample>();

    public DbSet<BootstrapEntry> BootstrapEntries => Set<BootstrapEntry>();

    public DbSet<ReceivedRequest> Requests => Set<ReceivedRequest>();

    public DbSet<ExpansionCursor> ExpansionCursors => Set<ExpansionCursor>();

    public DbSet<RejectedRequest> RejectedRequests => Set<RejectedRequest>();

    public DbSet<RequestCount> RequestCounts => Set<RequestCount>();

    public DbSet<Delivery> Deliveries => Set<Delivery>();

    public DbSet<Attempt> Attempts => Set<Attempt>();

    public DbSet<Exchange> Exchanges => Set<Exchange>();

    public DbSet<MappedCall> MappedCalls => Set<MappedCall>();

    public DbSet<RetryBatch> RetryBatches => Set<RetryBatch>();

    public DbSet<RetryItem> RetryItems => Set<RetryItem>();

    public DbSet<RetryCount> RetryCounts => Set<RetryCount>();

    public DbSet<FailureGroup> FailureGroups => Set<FailureGroup>();

    public DbSet<GroupHour> GroupHours => Set<GroupHour>();
    public DbSet<GroupOwn> GroupOwn => Set<GroupOwn>();

    public DbSet<GroupNote> GroupNotes => Set<GroupNote>();

    public DbSet<SearchState> SearchStates => Set<SearchState>();

    public DbSet<SavedView> SavedViews => Set<SavedView>();

    public DbSet<LedgerCount> Ledger => Set<LedgerCount>();

    public DbSet<HourlyRollup> HourlyRollups => Set<HourlyRollup>();

    public DbSet<SlotRollup> SlotRollups => Set<SlotRollup>();

    public DbSet<QuarterRollup> QuarterRollups => Set<QuarterRollup>();

    public DbSet<HourlyLatency> HourlyLatencies => Set<HourlyLatency>();

    public DbSet<SlotLatency> SlotLatencies => Set<SlotLatency>();

    public DbSet<QuarterLatency> QuarterLatencies => Set<QuarterLatency>();

    public DbSet<RequestSlot> RequestSlots => Set<RequestSlot>();

    public DbSet<RetentionChoice> RetentionChoices => Set<RetentionChoice>();

    public DbSet<RetentionRun> RetentionRuns => Set<RetentionRun>();

    public DbSet<Pin> Pins => Set<Pin>();

    public DbSet<DeliveryNote> DeliveryNotes => Set<DeliveryNote>();

    public DbSet<CustomerErasure> Erasures => Set<CustomerErasure>();

    public DbSet<PrivacyTask> PrivacyTasks => Set<PrivacyTask>();

    public DbSet<Milestone> Milestones => Set<Milestone>();

    public DbSet<AlertChannel> AlertChannels => Set<AlertChannel>();

    public DbSet<Alert> Alerts => Set<Alert>();

    public DbSet<AlertSend> AlertSends => Set<AlertSend>();

    public DbSet<AlertTry> AlertTries => Set<AlertTry>();

    public DbSet<AlertBook> AlertBook => Set<AlertBook>();

    /// <summary>
    /// How what was changed is saved where the context's own connection may not write: the framework's Identity changes people
    /// through a context of its own, and the single writer saves them. Null = directly.
    /// </summary>
    internal Func<Func<int>, Task<int>>? SaveThrough { get; init; }

    /// <summary>What joins the next <see cref="SaveThrough"/>: the line of the change log, a last look that may still refuse by throwing.</summary>
    internal Action<ConsoleDbContext>? Alongside { get; set; }

    public override Task<int> SaveChangesAsync(bool acceptAllChangesOnSuccess, CancellationToken cancellationToken = default) =>
        SaveThrough is { } save ? save(() => SaveWithAlongside(acceptAllChangesOnSuccess)) : base.SaveChangesAsync(acceptAllChangesOnSuccess, cancellationToken);

    private int SaveWithAlongside(bool acceptAllChangesOnSuccess)
    {
        var alongside = Alongside;
        Alongside = null;
        alongside?.Invoke(this);
        return SaveChanges(acceptAllChangesOnSuccess);
    }

    protected override void OnModelCreating(ModelBuilder modelBuilder) =>
        modelBuilder.ApplyConfigurationsFromAssembly(typeof(ConsoleDbContext).Assembly);
}

/// <summary>SQLite: times are UTC ticks, because SQLite cannot order or compare DateTimeOffset.</summary>
public sealed class SqliteConsoleDbContext(DbContextOptions<SqliteConsoleDbContext> options) : ConsoleDbContext(options)
{
    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder) =>
        configurationBuilder.Properties<DateTimeOffset>().HaveConversion<UtcTicks>();

    private sealed class UtcTicks() : ValueConverter<DateTimeOffset, long>(
        time => time.UtcTicks,
        ticks => new DateTimeOffset(ticks, TimeSpan.Zero));
}
