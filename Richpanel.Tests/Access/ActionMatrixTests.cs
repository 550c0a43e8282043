using System.Reflection;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Richpanel.Core.Access;
using Richpanel.Core.Alerts;
using Richpanel.Core.Backups;
using Richpanel.Core.ChangeLog;
using Richpanel.Core.Connections;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Deliveries.Log;
using Richpanel.Core.Deliveries.Query;
using Richpanel.Core.Edits;
using Richpanel.Core.Erasure;
using Richpanel.Core.Groups;
using Richpanel.Core.Ledger;
using Richpanel.Core.People;
using Richpanel.Core.Preview;
using Richpanel.Core.Receiving;
using Richpanel.Core.Retention;
using Richpanel.Core.Retries;
using Richpanel.Core.Sandbox;
using Richpanel.Core.Storage;
using Richpanel.Core.Support;
using Richpanel.Tests.Support;

namespace Richpanel.Tests.Access;

/// <summary>
/// Whatever a page or a route lets through, the method behind it asks again. Every method of Core that somebody can act through,
/// tried by every role and by nobody.
/// </summary>
public sealed class ActionMatrixTests(ActionMatrixTests.Product product) : IClassFixture<ActionMatrixTests.Product>
{
    private const long Missing = 999_999;

    private static readonly byte[] s_call = Encoding.UTF8.GetBytes("no call");

    /// <summary>By hand from the issue: each method with what it asks for. Its arguments lead nowhere, so that only the right decides.</summary>
    internal static readonly (string Method, Permission Needs, Func<IServiceProvider, Actor, Task> Do)[] Actions =
    [
        ("DeliveryActions.RetryAsync", Permission.ActOnOne, (of, by) => Get<DeliveryActions>(of).RetryAsync(by, Missing, false, Ct)),
        ("DeliveryActions.CancelAsync", Permission.ActOnOne, (of, by) => Get<DeliveryActions>(of).CancelAsync(by, Missing, Ct)),
        ("DeliveryActions.TryNowAsync", Permission.ActOnOne, (of, by) => Get<DeliveryActions>(of).TryNowAsync(by, Missing, Ct)),
        ("DeliveryNotes.OfAsync", Permission.Read, (of, by) => Get<DeliveryNotes>(of).OfAsync(by, Missing, Ct)),
        ("DeliveryNotes.AddAsync", Permission.ActOnOne, (of, by) => Get<DeliveryNotes>(of).AddAsync(by, Missing, "a note")),
        ("DeliveryEdits.SendAsync", Permission.ActOnOne, (of, by) => Get<DeliveryEdits>(of).SendAsync(by, Missing, s_call, new EditWish(), TimeSpan.Zero, Ct)),
        ("RetryPlanner.PlanAsync", Permission.ActOnMany, (of, by) => Get<RetryPlanner>(of).PlanAsync(by, new RetryAsk(RetryKind.Retry) { Ids = [Missing] }, Ct)),
        ("RetryBatches.StartAsync", Permission.ActOnMany, (of, by) => Get<RetryBatches>(of).StartAsync(by, Missing, new RetryStart())),
        ("RetryBatches.PauseAsync", Permission.ActOnMany, (of, by) => Get<RetryBatches>(of).PauseAsync(by, Missing)),
        ("RetryBatches.ResumeAsync", Permission.ActOnMany, (of, by) => Get<RetryBatches>(of).ResumeAsync(by, Missing)),
        ("RetryBatches.CancelAsync", Permission.ActOnMany, (of, by) => Get<RetryBatches>(of).CancelAsync(by, Missing)),
        ("RetryBatches.DiscardAsync", Permission.ActOnMany, (of, by) => Get<RetryBatches>(of).DiscardAsync(by, Missing)),
        ("RetryQueries.ListAsync", Permission.Read, (of, by) => Get<RetryQueries>(of).ListAsync(by, null, Ct)),
        ("RetryQueries.RecentAsync", Permission.Read, (of, by) => Get<RetryQueries>(of).RecentAsync(by, 1, Ct)),
        ("RetryQueries.NewestOfGroupsAsync", Permission.Read, (of, by) => Get<RetryQueries>(of).NewestOfGroupsAsync(by, ["grp_1"], Ct)),
        ("RetryQueries.OfGroupAsync", Permission.Read, (of, by) => Get<RetryQueries>(of).OfGroupAsync(by, ["grp_1"], Ct)),
        ("RetryQueries.FindAsync", Permission.Read, (of, by) => Get<RetryQueries>(of).FindAsync(by, Missing, Ct)),
        ("RetryQueries.SkipsAsync", Permission.Read, (of, by) => Get<RetryQueries>(of).SkipsAsync(by, Missing, Ct)),
        ("RetryQueries.SamplesAsync", Permission.Read, (of, by) => Get<RetryQueries>(of).SamplesAsync(by, RetryPlan.Empty, Ct)),
        ("GroupActions.AcknowledgeAsync", Permission.ActOnOne, (of, by) => Get<GroupActions>(of).AcknowledgeAsync(by, Missing)),
        ("GroupActions.SnoozeAsync", Permission.ActOnOne, (of, by) => Get<GroupActions>(of).SnoozeAsync(by, Missing, TimeProvider.System.GetUtcNow().AddHours(1))),
        ("GroupActions.ReopenAsync", Permission.ActOnOne, (of, by) => Get<GroupActions>(of).ReopenAsync(by, Missing)),
        ("GroupActions.NoteAsync", Permission.ActOnOne, (of, by) => Get<GroupActions>(of).NoteAsync(by, Missing, "x")),
        ("GroupActions.ResolveAsync", Permission.Operate, (of, by) => Get<GroupActions>(of).ResolveAsync(by, Missing)),
        ("GroupActions.IgnoreAsync", Permission.Operate, (of, by) => Get<GroupActions>(of).IgnoreAsync(by, Missing)),
        ("GroupMerges.MergeAsync", Permission.Operate, (of, by) => Get<GroupMerges>(of).MergeAsync(by, Missing, Missing)),
        ("GroupMerges.SplitAsync", Permission.Operate, (of, by) => Get<GroupMerges>(of).SplitAsync(by, Missing)),
        ("GroupQueries.NamedAsync", Permission.Read, (of, by) => Get<GroupQueries>(of).NamedAsync(by, [Missing], Ct)),
        ("GroupQueries.MergeTargetsAsync", Permission.Read, (of, by) => Get<GroupQueries>(of).MergeTargetsAsync(by, Missing, Ct)),
        ("GroupQueries.FailedByAsync", Permission.Read, (of, by) => Get<GroupQueries>(of).FailedByAsync(by, LogKey.Event, null, Ct)),
        ("GroupQueries.PageAsync", Permission.Read, (of, by) => Get<GroupQueries>(of).PageAsync(by, new GroupFilter(), null, 1, Ct)),
        ("GroupQueries.CountAsync", Permission.Read, (of, by) => Get<GroupQueries>(of).CountAsync(by, new GroupFilter(), Ct)),
        ("GroupQueries.ExistsAsync", Permission.Read, (of, by) => Get<GroupQueries>(of).ExistsAsync(by, Missing, Ct)),
        ("GroupQueries.FindAsync", Permission.Read, (of, by) => Get<GroupQueries>(of).FindAsync(by, Missing, Ct)),
        ("GroupQueries.OfDeliveryAsync", Permission.Read, (of, by) => Get<GroupQueries>(of).OfDeliveryAsync(by, Missing, Ct)),
        ("GroupQueries.CausesAsync", Permission.Read, (of, by) => Get<GroupQueries>(of).CausesAsync(by, Ct)),
        ("LabSender.SendAsync", Permission.UseSandbox, (of, by) => SendAsync(of, by, connection => connection.IsSandbox = true)),
        ("LabSender.SendAsync to staging", Permission.Send, (of, by) => SendAsync(of, by, connection => connection.Environment = ConnectionEnvironment.Staging)),
        ("LabSender.SendAsync to production that allows it", Permission.Send, (of, by) => SendAsync(of, by, connection => connection.AllowsLabSends = true)),
        ("LabSender.SendAsync to production", Permission.SendToProduction, (of, by) => SendAsync(of, by, _ => { })),
        ("SampleStore.ListAsync", Permission.Read, (of, by) => Get<SampleStore>(of).ListAsync(by, Ct)),
        ("SampleStore.FindAsync", Permission.Read, (of, by) => Get<SampleStore>(of).FindAsync(by, Missing, Ct)),
        ("SampleStore.SaveAsync", Permission.SaveSamples, (of, by) => Get<SampleStore>(of).SaveAsync(by, "", "")),
        ("SampleStore.DeleteAsync", Permission.SaveSamples, (of, by) => Get<SampleStore>(of).DeleteAsync(by, Missing)),
        ("LogExport.WriteAsync", Permission.Read, (of, by) => Get<LogExport>(of).WriteAsync(by, LogAsk.By(by, LogQuery.All), LogFormat.Csv, [], Stream.Null, Ct)),
        ("LogViewStore.ListAsync", Permission.Read, (of, by) => Get<LogViewStore>(of).ListAsync(by, Ct)),
        ("LogViewStore.CreateAsync", Permission.Read, (of, by) => Get<LogViewStore>(of).CreateAsync(by, new LogViewDraft("", LogQuery.All))),
        ("LogViewStore.CreateAsync for all", Permission.ShareViews, (of, by) => Get<LogViewStore>(of).CreateAsync(by, new LogViewDraft("", LogQuery.All, IsShared: true))),
        ("LogViewStore.ChangeAsync", Permission.Read, (of, by) => Get<LogViewStore>(of).ChangeAsync(by, "viw_zzz", new LogViewDraft("", LogQuery.All))),
        ("LogViewStore.DeleteAsync", Permission.Read, (of, by) => Get<LogViewStore>(of).DeleteAsync(by, "viw_zzz")),
        ("SandboxControl.SetScenarioAsync", Permission.UseSandbox, (of, by) => Get<SandboxControl>(of).SetScenarioAsync(by, SandboxScenario.AsRichpanel)),
        ("SandboxControl.ClearAsync", Permission.UseSandbox, (of, by) => Get<SandboxControl>(of).ClearAsync(by, Ct)),
        ("SandboxExport.WriteAsync", Permission.Read, (of, by) => Get<SandboxExport>(of).WriteAsync(by, Stream.Null, Ct)),
        ("ReceiverTest.MakeAsync", Permission.UseSandbox, (of, by) => Get<ReceiverTest>(of).MakeAsync(by, Get<ConnectionDirectory>(of).Sources[0])),
        ("ConnectionHolds.PauseAsync", Permission.Operate, (of, by) => Get<ConnectionHolds>(of).PauseAsync(by, Missing, null)),
        ("ConnectionHolds.ResumeAsync", Permission.Operate, (of, by) => Get<ConnectionHolds>(of).ResumeAsync(by, Missing)),
        ("ConnectionHolds.ProbeAsync", Permission.Operate, (of, by) => Get<ConnectionHolds>(of).ProbeAsync(by, Missing)),
        ("ConnectionHolds.ReleaseAsync", Permission.Operate, (of, by) => Get<ConnectionHolds>(of).ReleaseAsync(by, Missing)),
        ("ConnectionCheck.RunTypedAsync", Permission.Administer, (of, by) => Get<ConnectionCheck>(of).RunTypedAsync(by, new Connection { Name = "", BaseUrl = "http://127.0.0.1:9/v2", ApiKey = "key" }, Ct)),
        ("ConnectionCheck.RunAsync", Permission.Operate, (of, by) => Get<ConnectionCheck>(of).RunAsync(by, new Connection { Name = "Nowhere", BaseUrl = "http://127.0.0.1:9/v2", ApiKey = "key" }, Ct)),
        ("ConnectionStore.CreateAsync", Permission.Administer, (of, by) => Get<ConnectionStore>(of).CreateAsync(by, new ConnectionDraft())),
        ("ConnectionStore.UpdateAsync", Permission.Administer, (of, by) => Get<ConnectionStore>(of).UpdateAsync(by, Missing, new ConnectionDraft())),
        ("SourceStore.AddSourceAsync", Permission.Administer, (of, by) => Get<SourceStore>(of).AddSourceAsync(by, Missing, new SourceDraft { Name = "x" })),
        ("SourceStore.UpdateSourceAsync", Permission.Administer, (of, by) => Get<SourceStore>(of).UpdateSourceAsync(by, Missing, new SourceDraft())),
        ("SourceStore.RotateWriteKeyAsync", Permission.Administer, (of, by) => Get<SourceStore>(of).RotateWriteKeyAsync(by, Missing, TimeSpan.Zero)),
        ("SourceStore.EndOldWriteKeyAsync", Permission.Administer, (of, by) => Get<SourceStore>(of).EndOldWriteKeyAsync(by, Missing)),
        ("ConnectionRemoval.DeleteAsync", Permission.Administer, (of, by) => Get<ConnectionRemoval>(of).DeleteAsync(by, Missing, "x")),
        ("ConnectionRemoval.DeleteSourceAsync", Permission.Administer, (of, by) => Get<ConnectionRemoval>(of).DeleteSourceAsync(by, Missing, "x")),
        ("ConnectionTrials.SendAsync", Permission.UseSandbox, (of, by) => Get<ConnectionTrials>(of).SendAsync(by, Missing, TrialWay.All[0], Ct)),
        ("ConnectionTrials.AnswerAsync", Permission.UseSandbox, (of, by) => Get<ConnectionTrials>(of).AnswerAsync(by, Missing, TrialAnswer.Seen)),
        ("SourceStore.ShowWriteKeyAsync", Permission.Administer, (of, by) => Get<SourceStore>(of).ShowWriteKeyAsync(by, Get<ConnectionDirectory>(of).Sources[0])),
        ("SecretStore.RollBackAsync", Permission.Administer, (of, by) => Get<SecretStore>(of).RollBackAsync(by, Missing)),
        ("SecretStore.ForgetAsync", Permission.Administer, (of, by) => Get<SecretStore>(of).ForgetAsync(by, Missing)),
        ("SecretStore.RollBackWebhookAsync", Permission.Administer, (of, by) => Get<SecretStore>(of).RollBackWebhookAsync(by, Missing)),
        ("SecretStore.ForgetWebhookAsync", Permission.Administer, (of, by) => Get<SecretStore>(of).ForgetWebhookAsync(by, Missing)),
        ("DeliveryUnmasking.UnmaskAsync", Permission.Unmask, (of, by) => Get<DeliveryUnmasking>(of).UnmaskAsync(by, Missing, "a reason long enough", Ct)),
        ("ChangeReview.VerifyAsync", Permission.ReadChangeLog, (of, by) => Get<ChangeReview>(of).VerifyAsync(by, null, Ct)),
        ("ChangeReview.ExportAsync", Permission.ReadChangeLog, (of, by) => Get<ChangeReview>(of).ExportAsync(by, new ChangeFilter(), Ct)),
        ("SupportQueries.BundleAsync", Permission.TakeSupportBundle, (of, by) => Get<SupportQueries>(of).BundleAsync(by, Ct)),
        ("LedgerWatch.CheckAsync", Permission.CheckLedger, (of, by) => Get<LedgerWatch>(of).CheckAsync(by, Ct)),
        ("BackupStore.List", Permission.KeepBackups, (of, by) => Sync(() => Get<BackupStore>(of).List(by))),
        ("BackupStore.Find", Permission.KeepBackups, (of, by) => Sync(() => Get<BackupStore>(of).Find(by, "nothing"))),
        ("BackupStore.UpgradeCopies", Permission.KeepBackups, (of, by) => Sync(() => Get<BackupStore>(of).UpgradeCopies(by))),
        ("BackupStore.MakeAsync", Permission.KeepBackups, (of, by) => Get<BackupStore>(of).MakeAsync(by, "")),
        ("BackupStore.OpenAsync", Permission.KeepBackups, (of, by) => Get<BackupStore>(of).OpenAsync(by, "nothing")),
        ("BackupStore.DeleteAsync", Permission.KeepBackups, (of, by) => Get<BackupStore>(of).DeleteAsync(by, "nothing")),
        ("PinStore.PinAsync", Permission.Pin, (of, by) => Get<PinStore>(of).PinAsync(by, Missing, "a reason long enough")),
        ("PinStore.UnpinAsync", Permission.Pin, (of, by) => Get<PinStore>(of).UnpinAsync(by, Missing)),
        ("RetentionStore.SaveAsync", Permission.Administer, (of, by) => Get<RetentionStore>(of).SaveAsync(by, new RetentionRules(true, 0, 0, 0, 0))),
        ("RetentionCare.RunNowAsync", Permission.Administer, (of, by) => Get<RetentionCare>(of).RunNowAsync(by)),
        ("ErasureStore.PreviewAsync", Permission.Erase, (of, by) => Get<ErasureStore>(of).PreviewAsync(by, [new CustomerKey(CustomerKeyKind.User, "nobody")], Ct)),
        ("ErasureStore.AskAsync", Permission.Erase, (of, by) => Get<ErasureStore>(of).AskAsync(by, new ErasureAsk([], null, null))),
        ("ErasureStore.ListAsync", Permission.Erase, (of, by) => Get<ErasureStore>(of).ListAsync(by, 1, Ct)),
        ("ErasureStore.FindAsync", Permission.Erase, (of, by) => Get<ErasureStore>(of).FindAsync(by, Missing, Ct)),
        ("RetentionCare.StopRoundAsync", Permission.Administer, (of, by) => Get<RetentionCare>(of).StopRoundAsync(by)),
        ("PrivacyTasks.PageAsync", Permission.Read, (of, by) => Get<PrivacyTasks>(of).PageAsync(by, true, null, 1, Ct)),
        ("PrivacyTasks.FindAsync", Permission.Read, (of, by) => Get<PrivacyTasks>(of).FindAsync(by, Missing, Ct)),
        ("PrivacyTasks.CountAsync", Permission.Read, (of, by) => Get<PrivacyTasks>(of).CountAsync(by, Ct)),
        ("PrivacyTasks.KeyOfAsync", Permission.Erase, (of, by) => Get<PrivacyTasks>(of).KeyOfAsync(by, Missing, Ct)),
        ("PrivacyTasks.CloseAsync", Permission.Erase, (of, by) => Get<PrivacyTasks>(of).CloseAsync(by with { Kind = ActorKind.Person }, Missing, "a note that is long enough")),
        ("ApiTokenStore.ListAsync", Permission.ManagePeople, (of, by) => Get<ApiTokenStore>(of).ListAsync(by, Ct)),
        ("AlertQueries.ListAsync", Permission.SeeAlerts, (of, by) => Get<AlertQueries>(of).ListAsync(by, null, 1, Ct)),
        ("AlertQueries.FindAsync", Permission.SeeAlerts, (of, by) => Get<AlertQueries>(of).FindAsync(by, Missing, Ct)),
        ("AlertQueries.StandingAsync", Permission.SeeAlerts, (of, by) => Get<AlertQueries>(of).StandingAsync(by, Ct)),
        ("AlertQueries.LastAsync", Permission.SeeAlerts, (of, by) => Get<AlertQueries>(of).LastAsync(by, Ct)),
        ("AlertChannels.ListAsync", Permission.SeeAlerts, (of, by) => Get<AlertChannels>(of).ListAsync(by, Ct)),
        ("AlertChannels.SettingsAsync", Permission.SeeAlerts, (of, by) => Get<AlertChannels>(of).SettingsAsync(by, Ct)),
        ("AlertChannels.CreateAsync", Permission.KeepAlerts, (of, by) => Get<AlertChannels>(of).CreateAsync(by, new AlertChannelDraft())),
        ("AlertChannels.ChangeAsync", Permission.KeepAlerts, (of, by) => Get<AlertChannels>(of).ChangeAsync(by, Missing, new AlertChannelDraft())),
        ("AlertChannels.DeleteAsync", Permission.KeepAlerts, (of, by) => Get<AlertChannels>(of).DeleteAsync(by, Missing)),
        ("AlertChannels.SetAsync", Permission.KeepAlerts, (of, by) => Get<AlertChannels>(of).SetAsync(by, new AlertSettingsDraft())),
        ("AlertTester.TestAsync", Permission.KeepAlerts, (of, by) => Get<AlertTester>(of).TestAsync(by, Missing, Ct)),
        ("ApiTokenStore.CreateAsync", Permission.ManagePeople, (of, by) => Get<ApiTokenStore>(of).CreateAsync(by, new ApiTokenDraft("", Role.Viewer, [], null))),
        ("ApiTokenStore.RevokeAsync", Permission.ManagePeople, (of, by) => Get<ApiTokenStore>(of).RevokeAsync(by, Missing)),
        ("PeopleStore.InviteAsync", Permission.ManagePeople, (of, by) => Get<PeopleStore>(of).InviteAsync(by, "", "x", Role.Viewer)),
        ("PeopleStore.MakeLinkAsync", Permission.ManagePeople, (of, by) => Get<PeopleStore>(of).MakeLinkAsync(by, Missing)),
        ("PeopleStore.SetRoleAsync", Permission.ManagePeople, (of, by) => Get<PeopleStore>(of).SetRoleAsync(by, Missing, Role.Viewer)),
        ("PeopleStore.DisableAsync", Permission.ManagePeople, (of, by) => Get<PeopleStore>(of).DisableAsync(by, Missing)),
        ("PeopleStore.SwitchAuthenticatorOffAsync", Permission.ManagePeople, (of, by) => Get<PeopleStore>(of).SwitchAuthenticatorOffAsync(by, Missing)),
        ("PeopleStore.EnableAsync", Permission.ManagePeople, (of, by) => Get<PeopleStore>(of).EnableAsync(by, Missing)),
    ];

    /// <summary>Take an actor and ask for no right, each for a reason.</summary>
    private static readonly Dictionary<string, string> s_open = new(StringComparer.Ordinal)
    {
        ["ChangeWriting.WriteAsync"] = "writes down what was asked for elsewhere",
        ["ChangeWriting.Append"] = "writes down what was asked for elsewhere",
        ["ArrivalQueries.NewestAsync"] = "only shows what the actor may touch",
        ["GroupActions.Find"] = "asks for the right that it is given",
        ["GroupActions.MayAssign"] = "only says what the actor may do",
        ["GroupFilter.AssigneeOf"] = "only says whom a word means",
        ["RetryBatches.MayTouch"] = "only says what the actor may see",
        ["LogAsk.By"] = "only asks for what the actor may see",
        ["Sight.Of"] = "only says what the actor may see",
        ["PeopleStore.CreateAdminAsync"] = "asks for the setup code or the configuration instead",
        ["RetentionCare.RunAsync"] = "a round in somebody's name: RunNowAsync has asked",
        ["PeopleStore.ChangeOwnAsync"] = "changes nobody but the actor",
        ["PeopleStore.RenameAsync"] = "changes nobody but the actor",
        ["PeopleStore.ProveAsync"] = "asks for the actor's own password",
        ["PeopleStore.NewAuthenticatorKeyAsync"] = "changes nobody but the actor",
        ["PeopleStore.SignedInAsync"] = "remembers a sign-in that Identity let through",
    };

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static TheoryData<string, Role?> Matrix
    {
        get
        {
            var matrix = new TheoryData<string, Role?>();
            foreach (var (method, _, _) in Actions)
            {
                matrix.Add(method, null);
                foreach (var role in Enum.GetValues<Role>())
                {
                    matrix.Add(method, role);
                }
            }

            return matrix;
        }
    }

    [Theory]
    [MemberData(nameof(Matrix))]
    public async Task An_action_is_refused_to_whoever_may_not(string method, Role? role)
    {
        var (_, needs, act) = Actions.Single(action => action.Method == method);
        var by = role is { } known ? new Actor(ActorKind.Person, 1, "Somebody", known) : Actor.Nobody(null);

        var refused = await Record.ExceptionAsync(() => act(product.Console.Services, by)) as ForbiddenException;

        Assert.Equal(role is null || !Rights.May(role.Value, needs), refused is not null);
        Assert.True(refused is null || refused.Permission == needs);
    }

    [Fact]
    public void Every_method_that_somebody_can_act_through_is_in_the_matrix()
    {
        var known = Actions.Select(action => action.Method.Split(' ')[0]).Concat(s_open.Keys).ToHashSet(StringComparer.Ordinal);
        var all = typeof(ConsoleDbContext).Assembly.GetTypes()
            .SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly))
            .Where(method => !method.IsPrivate && method.GetParameters().Any(parameter => parameter.ParameterType == typeof(Actor)))
            .Where(method => method.DeclaringType != typeof(Actor) && method.DeclaringType != typeof(ConnectionRights) && !method.Name.Contains('<', StringComparison.Ordinal))
            .Select(method => $"{method.DeclaringType!.Name}.{method.Name}");

        Assert.Equal([], all.Distinct().Except(known));
    }

    private static async Task SendAsync(IServiceProvider of, Actor by, Action<Connection> be)
    {
        var connection = new Connection { Name = "Nowhere", BaseUrl = "https://richpanel.invalid/v2", ApiKey = "key" };
        be(connection);
        await Get<LabSender>(of).SendAsync(by, connection, s_call, TimeSpan.FromSeconds(1), Ct);
    }

    private static Task Sync(Action act)
    {
        act();
        return Task.CompletedTask;
    }

    private static T Get<T>(IServiceProvider services)
        where T : notnull => services.GetRequiredService<T>();

    public sealed class Product : IAsyncLifetime
    {
        public ConsoleUnderTest Console { get; } = new();

        public ValueTask InitializeAsync()
        {
            _ = Console.Services;
            return ValueTask.CompletedTask;
        }

        public ValueTask DisposeAsync() => Console.DisposeAsync();
    }
}
