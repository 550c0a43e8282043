using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Hosting;
using Richpanel.Console.Alerts;
using Richpanel.Console.Backups;
using Richpanel.Console.ChangeLog;
using Richpanel.Console.Connections;
using Richpanel.Console.Deliveries;
using Richpanel.Console.Erasure;
using Richpanel.Console.Groups;
using Richpanel.Console.Lab;
using Richpanel.Console.Overview;
using Richpanel.Console.People;
using Richpanel.Console.Receiver;
using Richpanel.Console.Retention;
using Richpanel.Console.Retries;
using Richpanel.Console.Sandbox;
using Richpanel.Console.Shell;
using Richpanel.Console.Tokens;
using Richpanel.Core;
using Richpanel.Core.Access;
using Richpanel.Core.Alerts;
using Richpanel.Core.Backups;
using Richpanel.Core.Connections;
using Richpanel.Core.Deliveries.Log;
using Richpanel.Core.Deliveries.Query;
using Richpanel.Core.Erasure;
using Richpanel.Core.Groups;
using Richpanel.Core.People;
using Richpanel.Core.Preview;
using Richpanel.Core.Retention;
using Richpanel.Core.Retries;
using Richpanel.Core.Storage;
using Richpanel.Tests.Pages;
using Richpanel.Tests.SignIn;
using Richpanel.Tests.Support;

namespace Richpanel.Tests.Access;

/// <summary>A button of a page that makes the server do something.</summary>
/// <param name="Component">The file it stands in, and <paramref name="Handler"/> as it is written there.</param>
/// <param name="What">What the button says, and where that is not enough, to what.</param>
internal sealed record ComponentAction(string Component, string Handler, Type Page, string What, Permission Needs)
{
    /// <summary>Its words on the page.</summary>
    public string Button { get; init; } = What;

    /// <summary>Makes what the page shows; what it gives back opens it.</summary>
    public required Func<PagesUnderTest, Task<Func<IRenderedComponent<IComponent>>>> Open { get; init; }

    /// <summary>What is filled in or unfolded before.</summary>
    public Action<IRenderedComponent<IComponent>>? Prepare { get; init; }

    /// <summary>What is filled in before it is confirmed.</summary>
    public Action<IRenderedComponent<IComponent>>? Fill { get; init; }

    /// <summary>The button that confirms, where it asks once more.</summary>
    public string? Yes { get; init; }

    /// <summary>Whoever may this is not offered it: there is nothing to ask for.</summary>
    public Permission? NotFor { get; init; }

    /// <summary>What the page says when it was done, where it changes nothing that is kept.</summary>
    public string? Says { get; init; }
}

/// <summary>Every button of the pages, by hand from the issue, with what it asks for; beside it what asks for nothing, and why.</summary>
internal static class ComponentActions
{
    public static readonly ComponentAction[] All =
    [
        new("GoOnBox", "GoOnAsync", typeof(OverviewPage), "Resume, on the overview", Permission.Operate) { Button = "Resume…", Yes = "Resume", Open = pages => OverviewAsync(pages, c => c.PausedAt = DateTimeOffset.UnixEpoch) },
        new("GoOnBox", "GoOnAsync", typeof(OverviewPage), "Release, on the overview", Permission.Operate) { Button = "Release…", Yes = "Release", Fill = page => page.Find("#go-on-reason").Change("The key is right again"), Open = pages => OverviewAsync(pages, c => (c.HoldCause, c.HoldUntil) = ("unauthorized", Tomorrow)) },
        new("HealthLine", "ProbeAsync", typeof(OverviewPage), "Probe now, on the overview", Permission.Operate) { Button = "Probe now", Open = pages => OverviewAsync(pages, c => (c.BreakerCause, c.BreakerSince, c.BreakerUntil) = ("service_unavailable", DateTimeOffset.UnixEpoch, Tomorrow)) },
        new("FirstEventPanel", "SendAsync", typeof(OverviewPage), "Send a sample order", Permission.UseSandbox) { Open = pages => OverviewAsync(pages, _ => { }) },

        new("SendPanel", "OnSend", typeof(LabPage), "Send, to the sandbox", Permission.UseSandbox) { Button = "Send to Sandbox", Open = pages => At<LabPage>(pages, "/lab") },
        new("SendPanel", "OnSend", typeof(LabPage), "Send, to staging", Permission.Send) { Button = "Send to Shop", Open = pages => LabAsync(pages, c => c.Environment = ConnectionEnvironment.Staging) },
        new("SendPanel", "OnSend", typeof(LabPage), "Send, to production that allows it", Permission.Send) { Button = "Send…", Yes = "Send to Shop", Open = pages => LabAsync(pages, c => c.AllowsLabSends = true) },
        new("SendPanel", "OnSend", typeof(LabPage), "Send, to production", Permission.SendToProduction) { Button = "Send…", Yes = "Send to Shop", Open = pages => LabAsync(pages, _ => { }) },

        new("SendPanel", "OnTwice", typeof(LabPage), "Send twice, to the sandbox", Permission.UseSandbox) { Button = "Send twice", Open = pages => At<LabPage>(pages, "/lab") },
        new("SendPanel", "OnTwice", typeof(LabPage), "Send twice, to production", Permission.SendToProduction) { Button = "Send twice…", Yes = "Send twice to Shop", Open = pages => LabAsync(pages, _ => { }) },
        new("ResendBox", "OnResend", typeof(LabPage), "Resend as edited…", Permission.ActOnOne) { Yes = "Resend as edited", Open = EditAsync },
        new("UnmaskPanel", "AskAsync", typeof(LabPage), "Show personal data, to edit a delivery", Permission.Unmask)
        {
            Button = "Show personal data", NotFor = Permission.SeePersonalData, Open = HiddenEditAsync, Prepare = page => page.Find("#unmask-reason").Change("Ticket 4711"),
        },
        new("SaveSample", "SaveAsync", typeof(LabPage), "Save sample", Permission.SaveSamples)
        {
            Open = pages => At<LabPage>(pages, "/lab"), Prepare = page => page.Find("#sample-name").Change("Guest order"),
        },
        new("SourcePicker", "() => DeleteAsync(sample)", typeof(LabPage), "Delete, of a saved sample", Permission.SaveSamples)
        {
            Button = "Delete",
            Yes = "Delete it",
            Open = async pages =>
            {
                await pages.Get<SampleStore>().SaveAsync(Actor.System, "Guest order", "{}");
                return () =>
                {
                    var page = pages.Open<LabPage>("/lab");
                    page.Button("Start from…").Click();
                    page.Button("Saved").Click();
                    return page;
                };
            },
        },

        new("DeliveriesPage", "PlanRetry", typeof(DeliveriesPage), "Retry…, of what is selected", Permission.ActOnMany) { Button = "Retry…", Open = pages => SelectedAsync(pages), Says = "1 delivery goes out again" },
        new("DeliveriesPage", "PlanCancel", typeof(DeliveriesPage), "Cancel tries…, of what is selected", Permission.ActOnMany) { Button = "Cancel tries…", Open = pages => SelectedAsync(pages), Says = "Nothing of it can be canceled" },
        new("RetryPlanBox", "StartAsync", typeof(DeliveriesPage), "Send 1, of a plan", Permission.ActOnMany) { Button = "Send 1", Open = pages => SelectedAsync(pages), Prepare = page => page.Button("Retry…").Click() },
        new("ReplayBox", "CountAsync", typeof(RetriesPage), "Count, of a replay", Permission.ActOnMany)
        {
            Button = "Count",
            Says = "Nothing of it can be sent",
            Open = pages => At<RetriesPage>(pages, "/retries"),
            Prepare = page =>
            {
                page.Button("Replay…").Click();
                page.Find("#replay-customer").Change("nobody");
            },
        },
        new("RetrySteering", "TurnAsync", typeof(RetryPage), "Pause, of a bulk retry", Permission.ActOnMany) { Button = "Pause", Open = pages => RetryAsync(pages) },
        new("RetrySteering", "TurnAsync", typeof(RetryPage), "Go on, with a bulk retry", Permission.ActOnMany) { Button = "Go on", Open = pages => RetryAsync(pages, paused: true) },
        new("RetrySteering", "ResumeAsync", typeof(RetryPage), "Send the other 1, of a bulk retry that asks", Permission.ActOnMany) { Button = "Send the other 1", Yes = "Send them", Open = pages => RetryAsync(pages, asking: true) },
        new("RetrySteering", "CancelAsync", typeof(RetryPage), "Cancel the rest, of a bulk retry", Permission.ActOnMany) { Button = "Cancel the rest", Yes = "Leave them unsent", Open = pages => RetryAsync(pages) },

        new("AttemptTimeline", "OnTryNow", typeof(DeliveryDetailPage), "Try now", Permission.ActOnOne) { Open = pages => DeliveryAsync(pages, 503) },
        new("AttemptTimeline", "OnCancel", typeof(DeliveryDetailPage), "Cancel", Permission.ActOnOne) { Yes = "Cancel the delivery", Open = pages => DeliveryAsync(pages, 503) },
        new("RetryDialog", "SendAsync", typeof(DeliveryDetailPage), "Retry it", Permission.ActOnOne) { Open = pages => DeliveryAsync(pages, 422), Prepare = page => page.Button("Retry").Click() },
        new("RetryDialog", "SendAsync", typeof(DeliveryDetailPage), "Retry as now", Permission.ActOnOne)
        {
            Open = pages => DeliveryAsync(pages, 422, changed: true), Prepare = page => page.Button("Retry").Click(),
        },
        new("RetryDialog", "SendAsync", typeof(DeliveryDetailPage), "Retry as then", Permission.ActOnOne)
        {
            Open = pages => DeliveryAsync(pages, 422, changed: true),
            Prepare = page =>
            {
                page.Button("Retry").Click();
                page.Find("input[value=then]").Change("then");
            },
        },
        new("RetryDialog", "SendAsync", typeof(DeliveryDetailPage), "Send again now", Permission.ActOnOne) { Open = pages => DeliveryAsync(pages, 200), Prepare = page => page.Button("Send again").Click() },
        new("GroupButtons", "() => OnAcknowledge.InvokeAsync(null)", typeof(GroupPage), "Acknowledge", Permission.ActOnOne) { Open = pages => GroupAsync(pages) },
        new("GroupButtons", "AssignAsync", typeof(GroupPage), "Assign", Permission.Operate)
        {
            Open = async pages =>
            {
                await pages.App.JoinedAsync("vera@example.test", Role.Support);
                return await GroupAsync(pages);
            },
            Prepare = page => page.Find("#group-assignee").Change("per_1"),
        },
        new("GroupButtons", "SnoozeAsync", typeof(GroupPage), "Snooze", Permission.ActOnOne) { Open = pages => GroupAsync(pages) },
        new("GroupButtons", "OnReopen", typeof(GroupPage), "Open again, one that is ignored", Permission.Operate) { Button = "Open again", Open = pages => GroupAsync(pages, GroupState.Ignored) },
        new("GroupButtons", "OnReopen", typeof(GroupPage), "Open again", Permission.ActOnOne) { Open = pages => GroupAsync(pages, GroupState.Snoozed) },
        new("GroupButtons", "OnRetry", typeof(GroupPage), "Retry group…, of one group", Permission.ActOnMany) { Button = "Retry group…", Open = pages => GroupAsync(pages), Says = "1 delivery goes out again" },
        new("GroupButtons", "OnResolve", typeof(GroupPage), "Resolve", Permission.Operate) { Yes = "Resolve it", Open = pages => GroupAsync(pages) },
        new("GroupButtons", "OnIgnore", typeof(GroupPage), "Ignore", Permission.Operate) { Yes = "Ignore it", Open = pages => GroupAsync(pages) },
        new("GroupParts", "() => OnSplit.InvokeAsync(part.Id)", typeof(GroupPage), "Split off, from the whole", Permission.Operate) { Button = "Split off", Yes = "Split it off", Open = pages => MergedAsync(pages, whole: true) },
        new("GroupPage", "() => SplitAsync(group.Id)", typeof(GroupPage), "Split off, from the part", Permission.Operate) { Button = "Split off", Yes = "Split it off", Open = pages => MergedAsync(pages, whole: false) },
        new("GroupParts", "MergeAsync", typeof(GroupPage), "Merge…", Permission.Operate)
        {
            Yes = "Merge it",
            Open = async pages =>
            {
                await OtherGroupAsync(pages);
                return await GroupAsync(pages);
            },
            Prepare = page => page.Find("#group-into").Change(page.Find("#group-into option:last-child").GetAttribute("value")),
        },
        new("WrittenNotes", "AddAsync", typeof(DeliveryDetailPage), "Add note, on a delivery", Permission.ActOnOne)
        {
            Button = "Add note", Open = pages => DeliveryAsync(pages, 422), Prepare = page => page.Find("#note-text").Input("Told the customer"),
        },
        new("WrittenNotes", "AddAsync", typeof(GroupPage), "Add note, on a group", Permission.ActOnOne) { Button = "Add note", Open = pages => GroupAsync(pages), Prepare = page => page.Find("#note-text").Input("Asked Richpanel") },
        new("LogViewForm", "SaveForAllAsync", typeof(DeliveriesPage), "Save for everyone", Permission.ShareViews)
        {
            Open = pages => LogViewAsync(pages, "?q=state%3Afailed%20type%3Atrack", "Save view"), Prepare = page => page.Find("#view-name").Input("Failed tracks"),
        },
        new("LogViewForm", "SaveForAllAsync", typeof(DeliveriesPage), "Save changes for everyone", Permission.ShareViews)
        {
            Open = SharedViewAsync, Prepare = page => page.Find("#view-name").Input("Another name"),
        },
        new("LogViewForm", "DeleteSharedAsync", typeof(DeliveriesPage), "Delete for everyone", Permission.ShareViews) { Yes = "Delete view", Open = SharedViewAsync },
        new("UnmaskPanel", "AskAsync", typeof(DeliveryDetailPage), "Show personal data", Permission.Unmask)
        {
            NotFor = Permission.SeePersonalData, Open = pages => DeliveryAsync(pages, 200), Prepare = page => page.Find("#unmask-reason").Change("Ticket 4711"),
        },

        new("FlowPanel", "PauseAsync", typeof(ConnectionPage), "Pause", Permission.Operate) { Open = pages => ConnectionAsync(pages, _ => { }) },
        new("GoOnBox", "GoOnAsync", typeof(ConnectionPage), "Resume", Permission.Operate) { Button = "Resume…", Yes = "Resume", Open = pages => ConnectionAsync(pages, c => c.PausedAt = DateTimeOffset.UnixEpoch) },
        new("GoOnBox", "GoOnAsync", typeof(ConnectionPage), "Release", Permission.Operate) { Button = "Release…", Yes = "Release", Fill = page => page.Find("#go-on-reason").Change("The key is right again"), Open = pages => ConnectionAsync(pages, c => c.HoldCause = "unauthorized") },
        new("FlowPanel", "ProbeAsync", typeof(ConnectionPage), "Probe now", Permission.Operate) { Open = pages => ConnectionAsync(pages, c => (c.BreakerCause, c.BreakerSince, c.BreakerUntil) = ("service_unavailable", DateTimeOffset.UnixEpoch, Tomorrow)) },
        new("AddressCheck", "RunAsync", typeof(ConnectionPage), "Check", Permission.Operate) { Says = "Resolve the host", Open = pages => ConnectionAsync(pages, _ => { }) },
        new("AddressCheck", "RunAsync", typeof(ConnectionPage), "Check this address", Permission.Administer) { Says = "as it was typed; nothing was saved", Open = pages => ConnectionAsync(pages, _ => { }) },
        new("AddressCheck", "RunAsync", typeof(NewConnectionPage), "Check this address, of a new one", Permission.Administer)
        {
            Button = "Check this address", Says = "as it was typed; nothing was saved", Open = pages => At<NewConnectionPage>(pages, "/connections/new"), Prepare = page => page.Find("#address").Input("http://127.0.0.1:9/v2"),
        },
        new("SecretFacts", "RollBackAsync", typeof(ConnectionPage), "Go back to the secret before", Permission.Administer) { Open = WithTwoSecretsAsync },
        new("SecretFacts", "ForgetAsync", typeof(ConnectionPage), "Forget it now", Permission.Administer) { Yes = "Forget it", Open = WithTwoSecretsAsync },
        new("SecretFacts", "RollBackAsync", typeof(ConnectionPage), "Go back to the secret before, of a webhook", Permission.Administer)
        {
            Button = "Go back to the secret before", Open = WithTwoWebhookSecretsAsync, Prepare = page => page.Button("Edit").Click(),
        },
        new("SecretFacts", "ForgetAsync", typeof(ConnectionPage), "Forget it now, of a webhook", Permission.Administer)
        {
            Button = "Forget it now", Yes = "Forget it", Open = WithTwoWebhookSecretsAsync, Prepare = page => page.Button("Edit").Click(),
        },
        new("TrialPanel", "SendAsync", typeof(ConnectionPage), "Send a test visitor, to the sandbox", Permission.UseSandbox)
        {
            Button = "Send a test visitor…", Yes = "Send 1 to Sandbox", Open = AtSandboxAsync,
        },
        new("TrialPanel", "SendAsync", typeof(ConnectionPage), "Send a test visitor, to staging", Permission.Send)
        {
            Button = "Send a test visitor…", Yes = "Send 1 to Shop", Open = pages => ConnectionAsync(pages, c => c.Environment = ConnectionEnvironment.Staging),
        },
        new("TrialRow", "() => SayAsync(TrialAnswer.Seen)", typeof(ConnectionPage), "Seen", Permission.UseSandbox) { Open = WithTrialAsync },
        new("TrialRow", "() => SayAsync(TrialAnswer.NotSeen)", typeof(ConnectionPage), "Not seen", Permission.UseSandbox) { Open = WithTrialAsync },
        new("TrialRow", "OnUse", typeof(ConnectionPage), "Send this way from now on", Permission.Administer) { Open = WithSeenTrialAsync },
        new("DangerPanel", "EnableAsync", typeof(ConnectionPage), "Enable Shop", Permission.Administer) { Open = pages => ConnectionAsync(pages, c => c.Disabled = true) },
        new("DangerPanel", "DisableAsync", typeof(ConnectionPage), "Disable, of a connection", Permission.Administer)
        {
            Button = "Disable", Open = pages => ConnectionAsync(pages, _ => { }), Prepare = page => page.Find("#disable-name").Input("Shop"),
        },
        new("DangerPanel", "DeleteAsync", typeof(ConnectionPage), "Delete, of a connection", Permission.Administer)
        {
            Button = "Delete", Open = pages => ConnectionAsync(pages, _ => { }), Prepare = page => page.Find("#delete-name").Input("Shop"),
        },
        new("ConnectionForm", "OnSave", typeof(NewConnectionPage), "Create connection", Permission.Administer)
        {
            Open = pages => At<NewConnectionPage>(pages, "/connections/new"),
            Prepare = page =>
            {
                page.Find("#name").Input("Shop");
                page.Find("#api-key").Change("api-key-of-shop");
            },
        },
        new("ConnectionForm", "OnSave", typeof(ConnectionPage), "Save changes", Permission.Administer)
        {
            Open = pages => ConnectionAsync(pages, c => c.BaseUrl = "https://richpanel.invalid/v2"), Prepare = page => page.Find("#name").Input("Other shop"),
        },
        new("SourcesPanel", "AddAsync", typeof(ConnectionPage), "Add source", Permission.Administer)
        {
            Open = pages => ConnectionAsync(pages, _ => { }), Prepare = page => page.Find("input[placeholder='Web shop']").Change("Web"),
        },
        new("SourcesPanel", "() => ShowAsync(source)", typeof(ConnectionPage), "Show", Permission.Administer) { Open = pages => ConnectionAsync(pages, _ => { }) },
        new("RotateForm", "RotateAsync", typeof(ConnectionPage), "Make the key", Permission.Administer)
        {
            Open = pages => ConnectionAsync(pages, _ => { }), Prepare = page => page.Button("New key…").Click(),
        },
        new("OldKey", "OnEnd", typeof(ConnectionPage), "End it now", Permission.Administer) { Yes = "End it", Open = WithOldKeyAsync },
        new("DeleteSourceForm", "DeleteAsync", typeof(ConnectionPage), "Delete source", Permission.Administer)
        {
            Open = pages => ConnectionAsync(pages, _ => { }),
            Prepare = page =>
            {
                page.Button("Delete…").Click();
                page.Find("#delete-source-name").Input("Shop");
            },
        },
        new("SourceForm", "OnSave", typeof(ConnectionPage), "Save source", Permission.Administer)
        {
            Open = pages => ConnectionAsync(pages, _ => { }),
            Prepare = page =>
            {
                page.Button("Edit").Click();
                page.Find("#source-name").Change("Other name");
            },
        },

        new("AddressPanel", "OnShowKey", typeof(ReceiverPage), "Show the write key", Permission.Administer)
        {
            Button = "Show the write key and fill it in below", Open = pages => ReceiverAsync(pages, _ => { }),
        },
        new("TestPanel", "SendAsync", typeof(ReceiverPage), "Send me a test, with a source of the sandbox", Permission.UseSandbox)
        {
            Button = "Send me a test", Open = pages => At<ReceiverPage>(pages, $"/receiver?source={PublicId.Source(pages.App.Directory.Sources[0].Id)}"),
        },
        new("TestPanel", "SendAsync", typeof(ReceiverPage), "Send me a test, with a source of production", Permission.SendToProduction)
        {
            Button = "Send me a test", Open = pages => ReceiverAsync(pages, _ => { }),
        },
        new("SandboxPage", "ClearAsync", typeof(SandboxPage), "Clear, of the sandbox", Permission.UseSandbox)
        {
            Button = "Clear…",
            Yes = "Forget it all",
            Open = async pages =>
            {
                await pages.SendAsync(""" "userId":"jane","event":"Order Completed" """, "m-1");
                return () => pages.Open<SandboxPage>("/sandbox");
            },
        },
        new("ScenarioPanel", "ApplyAsync", typeof(SandboxPage), "Apply scenario", Permission.UseSandbox)
        {
            Open = pages => At<SandboxPage>(pages, "/sandbox"),
            Prepare = page =>
            {
                page.Button("Change…").Click();
                page.Button("503, then 200").Click();
            },
        },
        new("ScenarioPanel", "RestartAsync", typeof(SandboxPage), "Start again from step 1", Permission.UseSandbox) { Open = ScenarioAsync },
        new("ScenarioPanel", "ResetAsync", typeof(SandboxPage), "Answer as Richpanel", Permission.UseSandbox) { Open = ScenarioAsync },

        new("VerifyPanel", "VerifyAsync", typeof(ChangeLogPage), "Verify", Permission.ReadChangeLog)
        {
            Open = pages => At<ChangeLogPage>(pages, "/change-log"),
        },

        new("InvitePanel", "InviteAsync", typeof(PeoplePage), "Make the link, of an invitation", Permission.ManagePeople)
        {
            Button = "Make the link",
            Open = pages => PeopleAsync(pages, _ => { }),
            Prepare = page =>
            {
                page.Button("Invite somebody").Click();
                page.Find("#invite-name").Change("Ivy");
                page.Find("#invite-email").Change("ivy@example.test");
            },
        },
        new("PersonPanel", "GiveRoleAsync", typeof(PeoplePage), "Change role", Permission.ManagePeople)
        {
            Open = pages => PeopleAsync(pages, _ => { }),
            Prepare = page =>
            {
                page.Find("button[aria-label='Change vera']").Click();
                page.Find("#per_2-role").Change("Qa");
            },
        },
        new("PersonPanel", "DisableAsync", typeof(PeoplePage), "Disable", Permission.ManagePeople) { Yes = "Disable", Open = pages => PeopleAsync(pages, _ => { }), Prepare = Unfold },
        new("PersonPanel", "EnableAsync", typeof(PeoplePage), "Enable", Permission.ManagePeople)
        {
            Open = pages => PeopleAsync(pages, vera => vera.DisabledAt = DateTimeOffset.UnixEpoch), Prepare = Unfold,
        },
        new("PersonPanel", "MakeLinkAsync", typeof(PeoplePage), "Link for a new password", Permission.ManagePeople) { Yes = "Make the link", Open = pages => PeopleAsync(pages, _ => { }), Prepare = Unfold },
        new("PersonPanel", "SwitchAuthenticatorOffAsync", typeof(PeoplePage), "Switch the authenticator off", Permission.ManagePeople)
        {
            Yes = "Switch it off", Open = pages => PeopleAsync(pages, vera => vera.TwoFactorEnabled = true), Prepare = Unfold,
        },

        new("AlertChannelForm", "SaveAsync", typeof(AlertsPage), "Save channel", Permission.KeepAlerts)
        {
            Open = pages => At<AlertsPage>(pages, "/alerts"),
            Prepare = page =>
            {
                page.Button("New channel…").Click();
                page.Find("#channel-name").Change("On-call");
                page.Find("#channel-secret").Change("https://hooks.example.com/x");
            },
        },
        new("AlertChannelTable", "() => TestAsync(channel)", typeof(AlertsPage), "Test, of an alert channel", Permission.KeepAlerts) { Button = "Test", Open = WithAlertChannelAsync },
        new("AlertChannelTable", "() => DeleteAsync(channel)", typeof(AlertsPage), "Delete, of an alert channel", Permission.KeepAlerts) { Button = "Delete", Yes = "Delete it", Open = WithAlertChannelAsync },
        new("AlertSettingsForm", "SaveAsync", typeof(AlertsPage), "Save how quiet", Permission.KeepAlerts)
        {
            Open = pages => At<AlertsPage>(pages, "/alerts"), Prepare = page => page.Find("#alerts-settle").Change("300"),
        },
        new("LedgerPanel", "CheckAsync", typeof(AboutPage), "Check it now", Permission.CheckLedger) { Open = pages => At<AboutPage>(pages, "/about") },
        new("BackupForm", "MakeAsync", typeof(BackupsPage), "Make a backup", Permission.KeepBackups)
        {
            Open = pages => At<BackupsPage>(pages, "/backups"),
            Prepare = page =>
            {
                page.Find("#backup-passphrase").Change("a passphrase for tests");
                page.Find("#backup-again").Change("a passphrase for tests");
            },
        },
        new("BackupsPage", "() => DeleteAsync(one)", typeof(BackupsPage), "Delete, of a backup", Permission.KeepBackups)
        {
            Button = "Delete",
            Yes = "Delete it",
            Open = async pages =>
            {
                await pages.Get<BackupStore>().MakeAsync(Actor.System, "a passphrase for tests");
                return () => pages.Open<BackupsPage>("/backups");
            },
        },

        new("RetentionForm", "SaveAsync", typeof(RetentionPage), "Save, of the retention", Permission.Administer)
        {
            Button = "Save", Open = pages => At<RetentionPage>(pages, "/retention"), Prepare = page => page.Find("#keep-rows").Change("365"),
        },
        new("RetentionPage", "RunAsync", typeof(RetentionPage), "Run now", Permission.Administer) { Yes = "Remove it", Open = pages => At<RetentionPage>(pages, "/retention") },
        new("RetentionPage", "StopAsync", typeof(RetentionPage), "Stop the round", Permission.Administer) { Open = RoundUnderWayAsync },
        new("RetentionTrial", "TryAsync", typeof(RetentionPage), "Count what would go", Permission.Administer) { Open = pages => At<RetentionPage>(pages, "/retention"), Says = "Nothing is too old" },
        new("KeepPanel", "PinAsync", typeof(DeliveryDetailPage), "Pin it", Permission.Pin)
        {
            Open = DeliveryToKeepAsync,
            Prepare = page =>
            {
                page.FindAll("button").Single(button => button.Words() == "Pin…").Click();
                page.Find("#pin-reason").Change("Ticket 4711 is open");
            },
        },
        new("KeepPanel", "UnpinAsync", typeof(DeliveryDetailPage), "Take the pin away", Permission.Pin)
        {
            Yes = "Take it away",
            Open = async pages =>
            {
                var open = await DeliveryToKeepAsync(pages);
                await pages.Get<PinStore>().PinAsync(Actor.System, (await pages.FindAsync("m-keep")).Id, "Ticket 4711 is open");
                return open;
            },
        },
        new("ErasePage", "AddAsync", typeof(ErasePage), "Look", Permission.Erase)
        {
            Open = pages => At<ErasePage>(pages, "/privacy/erase"), Prepare = page => page.Find("#erase-value").Change("jane@example.test"), Says = "Nothing is found",
        },
        new("ErasePage", "EraseAsync", typeof(ErasePage), "Erase", Permission.Erase)
        {
            Button = "Erase 1 delivery and everything else",
            Open = async pages =>
            {
                await pages.SendAsync(""" "type":"delete","userId":"jane" """, "m-delete", await pages.App.AddSourceAsync("Shop"), settled: false);
                return () => pages.Open<ErasePage>("/privacy/erase?task=ptk_1");
            },
            Prepare = page =>
            {
                page.Find("#erase-reason").Change("Ticket 4711");
                page.Find("#erase-typed").Input("jane");
            },
        },
        new("PrivacyTaskItem", "CloseAsync", typeof(PrivacyPage), "Close the task", Permission.Erase)
        {
            Open = async pages =>
            {
                await pages.SendAsync(""" "type":"delete","userId":"jane" """, "m-delete", await pages.App.AddSourceAsync("Shop"), settled: false);
                return () => pages.Open<PrivacyPage>("/privacy");
            },
            Prepare = page =>
            {
                page.FindAll("button").Single(button => button.Words() == "Close…").Click();
                page.Find("textarea").Change("Deleted in Richpanel by hand.");
            },
            Says = PrivacyTasks.NotAPerson,   // whoever looks at these pages is a token: PrivacyPagesTests closes one as a person
        },

        new("TokenForm", "CreateAsync", typeof(TokensPage), "Make the token", Permission.ManagePeople)
        {
            Open = pages => At<TokensPage>(pages, "/tokens"), Prepare = page => page.Find("#token-name").Change("ci"),
        },
        new("TokensPage", "() => RevokeAsync(token)", typeof(TokensPage), "Revoke", Permission.ManagePeople)
        {
            Yes = "Revoke",
            Open = async pages =>
            {
                await pages.Get<ApiTokenStore>().CreateAsync(Actor.System, new ApiTokenDraft("ci", Role.Viewer, [], null));
                return () => pages.Open<TokensPage>("/tokens");
            },
        },
    ];

    private const string OnlyTheView = "changes what this page shows, and nothing on the server";
    private const string PassesOn = "passes on what whoever uses it asks for";
    private const string OwnAccount = "changes nobody but whoever does it, and asks for the password";
    private const string TheDoor = "is how somebody comes in or leaves";

    /// <summary>Handlers that ask for no right, each for a reason.</summary>
    public static readonly (string Component, string Handler, string Why)[] Open =
    [
        ("AlertsPage", "New", OnlyTheView), ("AlertChannelTable", "() => OnEdit.InvokeAsync(channel)", OnlyTheView), ("AlertChannelForm", "OnCancel", OnlyTheView), ("AlertList", "OnMore", OnlyTheView),
        ("AccountPage", "BeginAppAsync", OwnAccount), ("AccountPage", "ChangePasswordAsync", OwnAccount), ("AccountPage", "NewCodesAsync", OwnAccount),
        ("AccountPage", "RenameAsync", "changes nobody but whoever does it"), ("AccountPage", "SwitchAppOffAsync", OwnAccount), ("AuthenticatorPage", "ConfirmAsync", OwnAccount),
        ("ChangeFilters", "Apply", OnlyTheView), ("ChangeLogPage", "ReloadAsync", OnlyTheView),
        ("CodePage", "SignInAsync", TheDoor), ("CommandBox", "() => GoAsync(one)", OnlyTheView),
        ("ConnectionPage", "DiscardDraftAsync", OnlyTheView), ("ConfirmButton", "Ask", PassesOn), ("ConfirmButton", "Close", PassesOn), ("ConfirmButton", "ConfirmAsync", PassesOn), ("CopyButton", "CopyAsync", OnlyTheView),
        ("DeliveriesPage", "ShowNewestAsync", OnlyTheView),
        ("InvitePanel", "OnClose", OnlyTheView), ("JoinPage", "JoinAsync", TheDoor), ("JsonView", "() => _all = true", OnlyTheView),
        ("LabPage", "GoToFaultAsync", OnlyTheView), ("LabPage", "RenewAsync", OnlyTheView), ("LabPage", "FormatAsync", OnlyTheView), ("LabPage", "UndoAsync", OnlyTheView),
        ("LabPage", "() => _picking = !_picking", OnlyTheView), ("LabPage", "StopEditingAsync", OnlyTheView), ("EditBanner", "OnStop", OnlyTheView),
        ("CommonFields", "() => SetAsync(field, Made.MessageId())", OnlyTheView), ("CommonFields", "() => SetAsync(field, Made.AnonymousId())", OnlyTheView),
        ("CommonFields", "() => SetAsync(field, Made.OrderId())", OnlyTheView), ("CommonFields", "() => SetAsync(field, TimeWords.Iso(Time.Now))", OnlyTheView),
        ("CommonFields", "() => SetAsync(field, TimeWords.Iso(Time.Now.AddDays(-1)))", OnlyTheView),
        ("SourcePicker", "ReadLogAsync", OnlyTheView), ("SourcePicker", "() => PickAsync(row)", OnlyTheView),
        ("SourcePicker", "() => PickAsync(sample)", OnlyTheView), ("SourcePicker", "ReadPaste", OnlyTheView), ("SourcePicker", "PickFirst", OnlyTheView), ("LinkOnce", "OnClose", OnlyTheView), ("LoadFailed", "OnRetry", PassesOn),
        ("MainLayout", "OpenCommand", OnlyTheView), ("MainLayout", "ToggleMenu", OnlyTheView),
        ("LogAddFilter", "() => _key = info.Key", OnlyTheView), ("LogAddFilter", "() => _key = null", OnlyTheView),
        ("LogChart", "() => MoveAsync(-1)", OnlyTheView), ("LogChart", "() => MoveAsync(1)", OnlyTheView), ("LogChart", "NarrowAsync", OnlyTheView), ("LogChart", "WidenAsync", OnlyTheView),
        ("LogChip", "() => OnChange.InvokeAsync(null)", PassesOn), ("LogChips", "() => OnAsk.InvokeAsync(LogQuery.All)", PassesOn),
        ("LogColumnPanel", "() => OnChange.InvokeAsync(Columns.Move(column.Name, -1))", OnlyTheView), ("LogColumnPanel", "() => OnChange.InvokeAsync(Columns.Move(column.Name, 1))", OnlyTheView),
        ("LogColumnPanel", "() => OnChange.InvokeAsync(ListColumns.Default)", OnlyTheView),
        ("LogColumnPanel", "() => ResizeAsync(column, -16)", OnlyTheView), ("LogColumnPanel", "() => ResizeAsync(column, 16)", OnlyTheView),
        ("LogPanel", "CloseAsync", OnlyTheView), ("LogPanel", "ToggleAsync", OnlyTheView),
        ("LogQueryBox", "() => GoAsync(fault)", OnlyTheView), ("LogQueryBox", "AskAsync", OnlyTheView), ("LogQueryBox", "ClearAsync", OnlyTheView),
        ("LogRange", "() => ChooseAsync(null)", OnlyTheView), ("LogRange", "() => ChooseAsync(value)", OnlyTheView), ("LogRange", "ApplyAsync", OnlyTheView),
        ("LogResults", "OnToggle", OnlyTheView), ("LogRowLine", "() => OnMenu.InvokeAsync(Data.Id)", OnlyTheView),
        ("LogRowMenu", "() => OnChoose.InvokeAsync(term with { IsNot = true })", OnlyTheView), ("LogRowMenu", "() => OnChoose.InvokeAsync(term)", OnlyTheView), ("LogRowMenu", "OnClose", OnlyTheView),
        ("GroupSamples", "() => Look(sample.Row.Id)", OnlyTheView), ("GroupSample", "() => MoveAsync(At - 1)", OnlyTheView), ("GroupSample", "() => MoveAsync(At + 1)", OnlyTheView), ("GroupSample", "() => _part = part", OnlyTheView),
        ("RetriesPage", "() => _asking = true", OnlyTheView), ("ReplayBox", "CloseAsync", OnlyTheView), ("RetryShares", "() => _all = true", OnlyTheView),
        ("RetryPlanBox", "CloseAsync", "takes away a plan that whoever presses it has made"),
        ("LogSelectionBar", "OnAll", OnlyTheView), ("LogSelectionBar", "OnClear", OnlyTheView), ("LogSelectionBar", "OnCopyIds", "copies ids that whoever presses it sees anyway"),
        ("LogValuePicker", "AddAsync", OnlyTheView), ("LogViewForm", "DeleteOwnAsync", "deletes a view of whoever does it"), ("LogViewForm", "SaveForMeAsync", "keeps a view for nobody but whoever does it"),
        ("MappingPart", "() => _now = false", OnlyTheView), ("MappingPart", "() => _now = true", OnlyTheView),
        ("DeliveryButtons", "OnRetry", "opens the dialog, which asks"), ("DeliveryButtons", "OnCopyCurl", "copies what whoever presses it sees anyway"), ("DeliveryButtons", "OnShare", OnlyTheView),
        ("DeliveryView", "OnClose", OnlyTheView), ("DiffTable", "() => _all = true", OnlyTheView), ("PayloadView", "() => _raw = false", OnlyTheView), ("PayloadView", "() => _raw = true", OnlyTheView),
        ("PayloadView", "SaveAsync", "keeps what whoever presses it sees anyway"), ("RelatedPanel", "OnCustomer", OnlyTheView), ("RetryDialog", "CloseAsync", OnlyTheView), ("GoOnBox", "CloseAsync", OnlyTheView), ("FlowPanel", "() => Ask(hold: true)", OnlyTheView), ("FlowPanel", "() => Ask(hold: false)", OnlyTheView), ("HealthLine", "Ask", OnlyTheView),
        ("KeepPanel", "() => _asking = true", OnlyTheView), ("KeepPanel", "() => (_asking, _fault) = (false, null)", OnlyTheView),
        ("RetentionForm", "ToDefaults", OnlyTheView), ("RetentionTrial", "Stop", OnlyTheView), ("PrivacyPage", "OlderAsync", OnlyTheView), ("PrivacyPage", "NewerAsync", OnlyTheView),
        ("ErasePage", "() => TakeAwayAsync(key)", OnlyTheView), ("ErasePage", "() => AddAsync(linked.Key)", "looks by one name more, as Look does"),
        ("PrivacyTaskItem", "() => _asking = true", OnlyTheView), ("PrivacyTaskItem", "() => (_asking, _fault) = (false, null)", OnlyTheView),
        ("PeoplePage", "() => Toggle(person)", OnlyTheView), ("PeoplePage", "Invite", OnlyTheView),
        ("PreviewPanel", "() => _language = id", OnlyTheView),
        ("RestoredDraft", "OnDiscard", OnlyTheView), ("SetUpPage", "SetUpAsync", TheDoor), ("SignInPage", "SignInAsync", TheDoor), ("SignOutPage", "OutAsync", TheDoor),
        ("SourceForm", "OnCancel", OnlyTheView), ("SourcesPanel", "() => Rotate(source)", OnlyTheView), ("SourcesPanel", "() => AskToDelete(source)", OnlyTheView),
        ("RotateForm", "OnCancel", OnlyTheView), ("DeleteSourceForm", "OnCancel", OnlyTheView), ("TrialRow", "() => _again = true", OnlyTheView), ("SourcesPanel", "() => Edit(source)", OnlyTheView),
        ("ShortcutKeys", "CloseAsync", OnlyTheView), ("TokensPage", "() => _made = null", OnlyTheView),
        ("Tabs", "() => OnChoose.InvokeAsync(item.Id)", OnlyTheView), ("TimeChart", "ZoomInAsync", OnlyTheView), ("DeliveryView", "ReadAsync", OnlyTheView),
        ("NewPill", "OnShow", OnlyTheView), ("StillArea", "() => OnPoint.InvokeAsync(true)", OnlyTheView), ("StillArea", "() => OnPoint.InvokeAsync(false)", OnlyTheView),
        ("SignaturePanel", "Review", "computes over what whoever presses it has pasted, and keeps nothing"),
        ("SignaturePanel", "FillExample", OnlyTheView), ("SignaturePanel", "Forget", OnlyTheView), ("RejectedLine", "LookAsync", "shows what whoever presses it may read, masked by role"),
        ("ScenarioPanel", "Toggle", OnlyTheView), ("ScenarioPanel", "() => Fill(preset.Scenario)", OnlyTheView), ("ScenarioPanel", "Add", OnlyTheView),
        ("StepForm", "OnUp", OnlyTheView), ("StepForm", "OnDown", OnlyTheView), ("StepForm", "OnRemove", OnlyTheView),
        ("UnmaskPanel", "OnHide", OnlyTheView), ("VerifyPanel", "Stop", OnlyTheView),
    ];

    private static DateTimeOffset Tomorrow => TimeProvider.System.GetUtcNow().AddDays(1);

    private static Task<Func<IRenderedComponent<IComponent>>> At<T>(PagesUnderTest pages, string address)
        where T : IComponent => Task.FromResult<Func<IRenderedComponent<IComponent>>>(() => (IRenderedComponent<IComponent>)pages.Open<T>(address));

    /// <summary>Leads to a private address, which is refused before anything goes out.</summary>
    private static async Task<Func<IRenderedComponent<IComponent>>> WithAlertChannelAsync(PagesUnderTest pages)
    {
        await pages.Get<AlertChannels>().CreateAsync(Actor.System, new AlertChannelDraft { Name = "On-call", Kind = AlertChannelKind.Webhook, Url = "http://127.0.0.1:9/x" });
        return () => pages.Open<AlertsPage>("/alerts");
    }

    private static async Task<Func<IRenderedComponent<IComponent>>> OverviewAsync(PagesUnderTest pages, Action<Connection> shop)
    {
        await pages.App.AddSourceAsync("Shop", shop);
        return () => pages.Open<OverviewPage>("/");
    }

    private static async Task<Func<IRenderedComponent<IComponent>>> LabAsync(PagesUnderTest pages, Action<Connection> shop)
    {
        var source = await pages.App.AddSourceAsync("Shop", shop);
        return () => pages.Open<LabPage>($"/lab?connection={PublicId.Connection(source.ConnectionId)}");
    }

    private static async Task<Func<IRenderedComponent<IComponent>>> HiddenEditAsync(PagesUnderTest pages)
    {
        pages.Answers(422);
        var row = await pages.SendAsync(""" "userId":"jane","event":"Order Completed","properties":{"order_id":"A-1"} """, "m-1");
        pages.Answers();
        return () => pages.Open<LabPage>($"/lab?edit={PublicId.Delivery(row.Id)}");
    }

    /// <summary>The lab with a failed delivery to be edited; who sees it masked has given a reason.</summary>
    private static async Task<Func<IRenderedComponent<IComponent>>> EditAsync(PagesUnderTest pages)
    {
        var open = await HiddenEditAsync(pages);
        return () =>
        {
            var page = (IRenderedComponent<LabPage>)open();
            if (page.FindAll("#unmask-reason") is [var reason] && reason.Closest("fieldset[disabled]") is null)
            {
                reason.Change("Ticket 4711");
                page.Find("form.unmask").Submit();
                page.EventuallySays("Resend as edited…");
            }

            return (IRenderedComponent<IComponent>)page;
        };
    }

    private static async Task<Func<IRenderedComponent<IComponent>>> ReceiverAsync(PagesUnderTest pages, Action<Connection> shop)
    {
        var source = await pages.App.AddSourceAsync("Shop", shop);
        return () => pages.Open<ReceiverPage>($"/receiver?source={PublicId.Source(source.SourceId)}");
    }

    /// <summary>The sandbox with a scenario being played.</summary>
    private static Task<Func<IRenderedComponent<IComponent>>> ScenarioAsync(PagesUnderTest pages) => Task.FromResult<Func<IRenderedComponent<IComponent>>>(() =>
    {
        pages.Answers(503);
        return pages.Open<SandboxPage>("/sandbox");
    });

    /// <summary>The log with the form of a view unfolded.</summary>
    private static Task<Func<IRenderedComponent<IComponent>>> LogViewAsync(PagesUnderTest pages, string rest, string button) => Task.FromResult<Func<IRenderedComponent<IComponent>>>(() =>
    {
        var page = pages.Open<DeliveriesPage>("/deliveries" + rest);
        page.EventuallySays(button);
        page.Button(button).Click();
        return (IRenderedComponent<IComponent>)page;
    });

    private static async Task<Func<IRenderedComponent<IComponent>>> SharedViewAsync(PagesUnderTest pages)
    {
        var made = await pages.Get<LogViewStore>().CreateAsync(Actor.System, new LogViewDraft("Failed tracks", LogQuery.Of("state:failed type:track"), IsShared: true));
        return await LogViewAsync(pages, $"?view={made.View!.Id}", "Change view");
    }

    /// <summary>A delivery that the sandbox answered so.</summary>
    /// <param name="changed">Since then the connection maps in another way.</param>
    private static async Task<Func<IRenderedComponent<IComponent>>> DeliveryAsync(PagesUnderTest pages, int status, bool changed = false)
    {
        pages.Answers(status);
        var row = await pages.SendAsync(""" "userId":"jane","event":"Order Completed","properties":{"order_id":"A-1"} """, "m-1");
        var id = PublicId.Delivery(row.Id);
        if (changed)
        {
            await pages.Get<ConnectionStore>().UpdateAsync(Actor.System, pages.Sandbox.Id, new ConnectionDraft { TranslateEvents = false });
        }

        return () => pages.Open<DeliveryDetailPage>($"/deliveries/{id}", set => set.Add(page => page.PublicDeliveryId, id));
    }

    /// <summary>The log with a failed delivery selected.</summary>
    private static async Task<Func<IRenderedComponent<IComponent>>> SelectedAsync(PagesUnderTest pages)
    {
        pages.Answers(422);
        await pages.SendAsync(""" "userId":"jane","event":"Order Completed","properties":{"order_id":"A-1"} """, "m-1");
        return () =>
        {
            var page = pages.Open<DeliveriesPage>("/deliveries");
            page.Eventually(() => page.Find("tbody input[type=checkbox]"));
            page.Find("tbody input[type=checkbox]").Change(true);
            return (IRenderedComponent<IComponent>)page;
        };
    }

    /// <summary>A bulk retry that was started while its connection is stopped, so that all of it is left.</summary>
    private static async Task<Func<IRenderedComponent<IComponent>>> RetryAsync(PagesUnderTest pages, bool paused = false, bool asking = false)
    {
        pages.Answers(422);
        await pages.SendAsync(""" "userId":"jane","event":"Order Completed","properties":{"order_id":"A-1"} """, "m-1");
        await pages.Holds.PauseAsync(Actor.System, pages.Sandbox.Id, null);
        var batch = (await pages.Get<RetryPlanner>().PlanAsync(Actor.System, new RetryAsk(RetryKind.Retry) { Query = LogQuery.All }, Xunit.TestContext.Current.CancellationToken)).Batch!;
        await pages.Get<RetryBatches>().StartAsync(Actor.System, batch.Id, new RetryStart());
        if (paused)
        {
            await pages.Get<RetryBatches>().PauseAsync(Actor.System, batch.Id);
        }

        if (asking)
        {
            await pages.App.Writer.WriteAsync(session => session.Execute("UPDATE \"RetryBatches\" SET \"State\"=4"));
        }

        var id = PublicId.Retry(batch.Id);
        return () => pages.Open<RetryPage>($"/retries/{id}", set => set.Add(page => page.PublicRetryId, id));
    }

    /// <summary>The group of a delivery that the sandbox refused.</summary>
    private static async Task<Func<IRenderedComponent<IComponent>>> GroupAsync(PagesUnderTest pages, GroupState state = GroupState.Open)
    {
        pages.Answers(422);
        var row = await pages.SendAsync(""" "userId":"jane","event":"Order Completed" """, "m-1");
        var group = (await pages.Get<GroupQueries>().OfDeliveryAsync(Actor.System, row.Id, Xunit.TestContext.Current.CancellationToken))!.Id;
        if (state == GroupState.Ignored)
        {
            await pages.Get<GroupActions>().IgnoreAsync(Actor.System, group);
        }
        else if (state == GroupState.Snoozed)
        {
            await pages.Get<GroupActions>().SnoozeAsync(Actor.System, group, pages.Get<TimeProvider>().GetUtcNow().AddDays(1));
        }

        var id = PublicId.Group(group);
        return () => pages.Open<GroupPage>($"/groups/{id}", set => set.Add(page => page.PublicGroupId, id));
    }

    /// <summary>A group with another one merged into it.</summary>
    private static async Task<Func<IRenderedComponent<IComponent>>> MergedAsync(PagesUnderTest pages, bool whole)
    {
        var part = await OtherGroupAsync(pages);
        await GroupAsync(pages);
        var into = (await pages.Get<GroupQueries>().MergeTargetsAsync(Actor.System, part, Xunit.TestContext.Current.CancellationToken))[0].Id;
        await pages.Get<GroupMerges>().MergeAsync(Actor.System, part, into);
        var id = PublicId.Group(whole ? into : part);
        return () => pages.Open<GroupPage>($"/groups/{id}", set => set.Add(page => page.PublicGroupId, id));
    }

    private static async Task<long> OtherGroupAsync(PagesUnderTest pages)
    {
        pages.Answers(413);
        var row = await pages.SendAsync(""" "userId":"joe","event":"Order Completed" """, "m-0");
        return (await pages.Get<GroupQueries>().OfDeliveryAsync(Actor.System, row.Id, Xunit.TestContext.Current.CancellationToken))!.Id;
    }

    /// <summary>A round of the retention that rests while senders crowd at the door, for as long as the product runs.</summary>
    private static async Task<Func<IRenderedComponent<IComponent>>> RoundUnderWayAsync(PagesUnderTest pages)
    {
        await CrowdedDoor.OfAsync(pages.Get<DoorLoad>(), pages.Get<IHostApplicationLifetime>().ApplicationStopping);
        var care = pages.Get<RetentionCare>();
        await care.RunNowAsync(Actor.System);
        await Eventually.IsAsync(() => care.UnderWay is not null, Xunit.TestContext.Current.CancellationToken);
        return () => pages.Open<RetentionPage>("/retention");
    }

    private static async Task<Func<IRenderedComponent<IComponent>>> DeliveryToKeepAsync(PagesUnderTest pages)
    {
        var row = await pages.SendAsync(""" "userId":"jane","event":"Order Completed" """, "m-keep");
        var id = PublicId.Delivery(row.Id);
        return () => pages.Open<DeliveryDetailPage>($"/deliveries/{id}", set => set.Add(page => page.PublicDeliveryId, id));
    }

    private static async Task<Func<IRenderedComponent<IComponent>>> ConnectionAsync(PagesUnderTest pages, Action<Connection> shop)
    {
        var source = await pages.App.AddSourceAsync("Shop", shop);
        var id = PublicId.Connection(source.ConnectionId);
        return () => pages.Open<ConnectionPage>($"/connections/{id}", set => set.Add(page => page.PublicConnectionId, id));
    }

    private static Task<Func<IRenderedComponent<IComponent>>> WithTwoSecretsAsync(PagesUnderTest pages) => ConnectionAsync(pages, shop =>
    {
        var secret = pages.Get<SecretProtector>().Protect("the secret before");
        (shop.PreviousSecret, shop.PreviousSecretFingerprint, shop.PreviousSecretUntil) = (secret, "before", Tomorrow);
    });

    private static async Task<Func<IRenderedComponent<IComponent>>> WithTwoWebhookSecretsAsync(PagesUnderTest pages)
    {
        var source = await pages.App.AddSourceAsync("Shop", webhookSecret: "the webhook secret in use");
        await pages.Get<SourceStore>().UpdateSourceAsync(Actor.System, source.SourceId, new SourceDraft { WebhookSecret = "the one after it", KeepPreviousFor = SecretWindow.Week });
        var id = PublicId.Connection(source.ConnectionId);
        return () => pages.Open<ConnectionPage>($"/connections/{id}", set => set.Add(page => page.PublicConnectionId, id));
    }

    private static Task<Func<IRenderedComponent<IComponent>>> AtSandboxAsync(PagesUnderTest pages)
    {
        var id = PublicId.Connection(pages.Sandbox.Id);
        return Task.FromResult<Func<IRenderedComponent<IComponent>>>(() => pages.Open<ConnectionPage>($"/connections/{id}", set => set.Add(page => page.PublicConnectionId, id)));
    }

    private static async Task<Func<IRenderedComponent<IComponent>>> WithTrialAsync(PagesUnderTest pages)
    {
        Assert.IsType<SaveOutcome<Trial>.Saved>(await pages.Get<ConnectionTrials>().SendAsync(Actor.System, pages.Sandbox.Id, TrialWay.All[0], Xunit.TestContext.Current.CancellationToken));
        return await AtSandboxAsync(pages);
    }

    /// <summary>One that was seen, though it was not sent as the connection is set.</summary>
    private static async Task<Func<IRenderedComponent<IComponent>>> WithSeenTrialAsync(PagesUnderTest pages)
    {
        var sent = await pages.Get<ConnectionTrials>().SendAsync(Actor.System, pages.Sandbox.Id, TrialWay.All[1], Xunit.TestContext.Current.CancellationToken);
        await pages.Get<ConnectionTrials>().AnswerAsync(Actor.System, Assert.IsType<SaveOutcome<Trial>.Saved>(sent).Value.Id, TrialAnswer.Seen);
        return await AtSandboxAsync(pages);
    }

    private static async Task<Func<IRenderedComponent<IComponent>>> WithOldKeyAsync(PagesUnderTest pages)
    {
        var open = await ConnectionAsync(pages, _ => { });
        await pages.Get<SourceStore>().RotateWriteKeyAsync(Actor.System, pages.App.Directory.Sources.Single(source => source.Name == "Shop").Id, TimeSpan.FromDays(7));
        return open;
    }

    /// <summary>An admin, and vera, who is a viewer.</summary>
    private static async Task<Func<IRenderedComponent<IComponent>>> PeopleAsync(PagesUnderTest pages, Action<Person> be)
    {
        await pages.App.AdminAsync();
        var vera = await pages.App.JoinedAsync("vera@example.test", Role.Viewer);
        await pages.App.Writer.WriteAsync(session =>
        {
            using var context = session.Context();
            be(context.People.Single(person => person.Id == vera.Id));
            context.SaveChanges();
        });
        await pages.App.Known().ReloadAsync(Xunit.TestContext.Current.CancellationToken);
        return () => pages.Open<PeoplePage>("/people");
    }

    private static void Unfold(IRenderedComponent<IComponent> page) => page.Find("button[aria-label='Change vera']").Click();
}
