using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Richpanel.Core.Access;
using Richpanel.Core.Alerts;
using Richpanel.Core.Backups;
using Richpanel.Core.ChangeLog;
using Richpanel.Core.Connections;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Edits;
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
using Richpanel.Core.Sandbox;
using Richpanel.Core.Storage;
using Richpanel.Core.Support;
using Richpanel.Core.Wire;

namespace Richpanel.Core;

/// <summary>Everything below the edges, a method per slice.</summary>
public static class CoreServices
{
    public static IServiceCollection AddRichpanelCore(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<ChangeFeed>();
        services.AddSingleton<SupportQueries>();
        return services
            .AddStorage(configuration)
            .AddConnections()
            .AddPeople()
            .AddWire()
            .AddReceiving()
            .AddDeliveries()
            .AddRetries()
            .AddGroups()
            .AddAlerts()
            .AddRetention()
            .AddErasure();
    }

    private static IServiceCollection AddStorage(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<StorageOptions>().BindConfiguration("Storage").ValidateDataAnnotations().ValidateOnStart();
        var options = configuration.GetSection("Storage").Get<StorageOptions>() ?? new StorageOptions();
        var paths = new StoragePaths(options.ConnectionString, options.BackupFolder);
        services.AddSingleton(paths);
        var protection = services.AddDataProtection().SetApplicationName("Richpanel.Console");
        if (KeyRingCertificate.Load(options.KeyRingCertificate) is { } certificate)
        {
            protection.ProtectKeysWithCertificate(certificate);
        }

        if (KeyRingCertificate.LoadOlder(options.KeyRingCertificate) is { Length: > 0 } older)
        {
            protection.UnprotectKeysWithAnyCertificate(older);
        }

        services.AddOptions<KeyManagementOptions>().Configure<ILoggerFactory>(
            (keys, loggers) => keys.XmlRepository = new OwnerOnlyKeyRing(paths, loggers));
        services.AddSingleton<InstallationKey>();
        services.AddSingleton<SearchKey>();
        services.AddSingleton<SqliteStore>();
        services.AddSingleton<IDbContextFactory<ConsoleDbContext>>(provider => provider.GetRequiredService<SqliteStore>());
        services.AddSingleton<StoreWriter>();
        services.AddSingleton<DoorLoad>();
        services.AddSingleton(provider => new StoreHealth(() => StoreSpace.Read(paths, options), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<RunningMark>();
        services.AddHostedService<WalCheckpointer>();
        services.AddSingleton<StoreProbe>();
        services.AddHostedService(provider => provider.GetRequiredService<StoreProbe>());
        services.AddSingleton<StoreIntegrity>();
        services.AddHostedService(provider => provider.GetRequiredService<StoreIntegrity>());
        services.AddSingleton(provider => new BackupMaker(paths, options, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<BackupRestore>();
        services.AddSingleton<BackupStore>();
        services.AddSingleton<RestoreLine>();
        services.AddSingleton<LedgerRecount>();
        services.AddSingleton<LedgerWatch>();
        services.AddHostedService<LedgerCare>();
        services.AddSingleton<FaultBoard>();
        services.AddHostedService<FaultCare>();
        services.AddSingleton<LedgerQueries>();
        services.AddSingleton<OverviewQueries>();
        services.AddSingleton<Health.FailureHours>();
        services.AddSingleton<ConnectionActivity>();
        services.AddSingleton<FirstSteps>();
        return services;
    }

    private static IServiceCollection AddConnections(this IServiceCollection services)
    {
        services.AddSingleton<SecretProtector>();
        services.AddSingleton<ConnectionDirectory>();
        services.AddSingleton<ConnectionStore>();
        services.AddSingleton<SourceStore>();
        services.AddSingleton<SecretStore>();
        services.AddSingleton<WebhookSecrets>();
        services.AddSingleton<SecretQueries>();
        services.AddSingleton<PauseQueries>();
        services.AddSingleton<LostSecrets>();
        services.AddHostedService<SecretCare>();
        services.AddSingleton<ConnectionCheck>();
        services.AddSingleton<SandboxSeed>();
        services.AddOptions<BootstrapOptions>().BindConfiguration("Bootstrap");
        services.AddSingleton<Bootstrap>();
        return services;
    }

    private static IServiceCollection AddPeople(this IServiceCollection services)
    {
        services.AddSingleton<ChangeWriting>();
        services.AddSingleton<ChangeQueries>();
        services.AddSingleton<ChangeVerifier>();
        services.AddSingleton<ChangeReview>();
        services.AddSingleton<ChangeHead>();
        services.AddSingleton<ChangeStart>();
        services.AddHostedService<ChangeHeadKeeper>();
        services.AddSingleton<ApiTokenDirectory>();
        services.AddSingleton<ApiTokenStore>();
        services.AddSingleton<PeopleDirectory>();
        services.AddSingleton<PeopleStore>();
        services.AddSingleton<OutsidePeople>();
        services.AddSingleton<SetupCode>();
        services.AddSingleton<FirstAdmin>();
        return services;
    }

    private static IServiceCollection AddWire(this IServiceCollection services)
    {
        services.AddOptions<OutgoingOptions>().BindConfiguration("Outgoing").Validate(options => options.IsProxyUsable, OutgoingOptions.ProxyFault).ValidateOnStart();
        services.AddSingleton<OwnPorts>();
        services.AddSingleton<SandboxEndpoint>();
        services.AddSingleton<OutgoingHandlers>();
        services.AddSingleton<RichpanelClient>();
        return services;
    }

    private static IServiceCollection AddReceiving(this IServiceCollection services)
    {
        services.AddOptions<ReceivingLimits>().BindConfiguration("Receiver").ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<ExpansionProgress>();
        services.AddSingleton<RequestBodies>();
        services.AddSingleton<Expansion>();
        services.AddSingleton<CallDoor>();
        services.AddSingleton<RejectedQueries>();
        services.AddSingleton<ArrivalQueries>();
        services.AddSingleton<ReceiverTest>();
        services.AddSingleton<Refusals>();
        services.AddHostedService(provider => provider.GetRequiredService<Refusals>());
        services.AddHostedService<CallExpander>();
        return services;
    }

    private static IServiceCollection AddGroups(this IServiceCollection services)
    {
        services.AddSingleton<GroupQueries>();
        services.AddSingleton<GroupActions>();
        services.AddSingleton<GroupMerges>();
        services.AddSingleton<GroupUpkeep>();
        services.AddHostedService<GroupUpkeepWorker>();
        services.AddHostedService<GroupCare>();
        return services;
    }

    private static IServiceCollection AddDeliveries(this IServiceCollection services)
    {
        services.AddOptions<DeliveryOptions>().BindConfiguration("Delivery").ValidateDataAnnotations()
            .Validate(options => options.IsScheduleUsable, DeliveryOptions.ScheduleFault).ValidateOnStart();
        services.AddSingleton<SearchUpkeep>();
        services.AddHostedService<SearchUpkeepWorker>();
        services.AddSingleton<DeliverySignal>();
        services.AddSingleton<DeliveryQueries>();
        services.AddSingleton<LogReader>();
        services.AddSingleton<RelatedDeliveries>();
        services.AddSingleton<LogViewStore>();
        services.AddSingleton<LogExport>();
        services.AddSingleton<DeliveryUnmasking>();
        services.AddSingleton<DeliveryActions>();
        services.AddSingleton<DeliveryNotes>();
        services.AddSingleton<LabSender>();
        services.AddSingleton<DeliveryEdits>();
        services.AddSingleton<SampleStore>();
        services.AddSingleton<DeliveryPulse>();
        services.AddSingleton<ConnectionHolds>();
        services.AddSingleton<ConnectionRemoval>();
        services.AddHostedService<RemovalCare>();
        services.AddHostedService<ClockCare>();
        services.AddSingleton<TrialWire>();
        services.AddSingleton<ConnectionTrials>();
        services.AddSingleton<DispatchStore>();
        services.AddSingleton<CallPreparer>();
        services.AddSingleton<DeliverySender>();
        services.AddSingleton<DispatcherSurroundings>();
        services.AddHostedService<DeliveryDispatcher>();
        return services;
    }

    private static IServiceCollection AddRetries(this IServiceCollection services)
    {
        services.AddOptions<RetryOptions>().BindConfiguration("Retries").ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<RetryPlanner>();
        services.AddSingleton<RetryBatches>();
        services.AddSingleton<RetryQueries>();
        services.AddSingleton<RetryWaker>();
        services.AddSingleton<RetrySignals>();
        services.AddSingleton<RetryQueue>();
        services.AddHostedService<RetryPacer>();
        return services;
    }

    private static IServiceCollection AddAlerts(this IServiceCollection services)
    {
        services.AddOptions<AlertOptions>().BindConfiguration("Alerts");
        services.AddSingleton<WebhookClient>();
        services.AddSingleton<MailClient>();
        services.AddSingleton<AlertChannels>();
        services.AddSingleton<AlertFactReader>();
        services.AddSingleton<AlertSender>();
        services.AddSingleton<AlertOutbox>();
        services.AddSingleton<AlertTester>();
        services.AddSingleton<AlertQueries>();
        services.AddHostedService<AlertWatch>();
        return services;
    }

    private static IServiceCollection AddRetention(this IServiceCollection services)
    {
        services.AddOptions<RetentionOptions>().BindConfiguration("Retention").ValidateDataAnnotations()
            .Validate(options => !options.Rules.Faults().Any(), "Retention: a row stays at least as long as its content, so RowDays is not less than AcceptedDays and FailedDays.").ValidateOnStart();
        services.AddSingleton<DatabaseSpace>();
        services.AddSingleton<RetentionStore>();
        services.AddSingleton<RetentionSweeper>();
        services.AddSingleton<PinStore>();
        services.AddSingleton<RetentionCare>();
        services.AddHostedService(provider => provider.GetRequiredService<RetentionCare>());
        return services;
    }

    private static IServiceCollection AddErasure(this IServiceCollection services)
    {
        services.AddSingleton(provider => new SandboxErasure(provider.GetService<SandboxStore>(), provider.GetRequiredService<StoragePaths>(), provider.GetRequiredService<ChangeFeed>()));
        services.AddSingleton<SmallPlaces>();
        services.AddSingleton<ErasureStore>();
        services.AddSingleton<Eraser>();
        services.AddSingleton<PrivacyTasks>();
        services.AddHostedService<ErasureCare>();
        return services;
    }
}
