using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Richpanel.Core;
using Richpanel.Core.Access;
using Richpanel.Core.Connections;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Deliveries.Log;
using Richpanel.Core.Deliveries.Query;
using Richpanel.Core.Edits;
using Richpanel.Core.Groups;
using Richpanel.Core.Preview;
using Richpanel.Core.Receiving;
using Richpanel.Core.Retention;
using Richpanel.Core.Sandbox;
using Richpanel.Tests.Support;

namespace Richpanel.Tests.Access;

/// <summary>
/// A token limited to some connections, of the highest role: whatever it does to another one, or to what is for all, is refused by
/// the method itself, and whatever it reads says nothing of the others.
/// </summary>
public sealed class ConnectionLimitTests(ConnectionLimitTests.Product product) : IClassFixture<ConnectionLimitTests.Product>
{
    private const string Planted = "planted-8841";

    /// <summary>What is done to one connection, here to the shop. Every other action of the matrix is for all.</summary>
    private static readonly Dictionary<string, Func<Product, Actor, Task>> s_ofOne = new(StringComparer.Ordinal)
    {
        ["DeliveryActions.RetryAsync"] = (of, by) => of.Get<DeliveryActions>().RetryAsync(by, of.DeliveryId, false, Ct),
        ["DeliveryActions.CancelAsync"] = (of, by) => of.Get<DeliveryActions>().CancelAsync(by, of.DeliveryId, Ct),
        ["DeliveryActions.TryNowAsync"] = (of, by) => of.Get<DeliveryActions>().TryNowAsync(by, of.DeliveryId, Ct),
        ["DeliveryNotes.AddAsync"] = (of, by) => of.Get<DeliveryNotes>().AddAsync(by, of.DeliveryId, "a note"),
        ["PinStore.PinAsync"] = (of, by) => of.Get<PinStore>().PinAsync(by, of.DeliveryId, "a reason long enough"),
        ["PinStore.UnpinAsync"] = (of, by) => of.Get<PinStore>().UnpinAsync(by, of.DeliveryId),
        ["DeliveryEdits.SendAsync"] = (of, by) => of.Get<DeliveryEdits>().SendAsync(by, of.DeliveryId, Encoding.UTF8.GetBytes("no call"), new EditWish(), TimeSpan.FromSeconds(1), Ct),
        ["GroupActions.AcknowledgeAsync"] = (of, by) => of.Get<GroupActions>().AcknowledgeAsync(by, of.GroupId),
        ["GroupActions.SnoozeAsync"] = (of, by) => of.Get<GroupActions>().SnoozeAsync(by, of.GroupId, TimeProvider.System.GetUtcNow().AddHours(1)),
        ["GroupActions.ReopenAsync"] = (of, by) => of.Get<GroupActions>().ReopenAsync(by, of.GroupId),
        ["GroupActions.NoteAsync"] = (of, by) => of.Get<GroupActions>().NoteAsync(by, of.GroupId, "x"),
        ["GroupActions.ResolveAsync"] = (of, by) => of.Get<GroupActions>().ResolveAsync(by, of.GroupId),
        ["GroupMerges.MergeAsync"] = (of, by) => of.Get<GroupMerges>().MergeAsync(by, of.GroupId, of.GroupId),
        ["GroupMerges.SplitAsync"] = (of, by) => of.Get<GroupMerges>().SplitAsync(by, of.GroupId),
        ["GroupActions.IgnoreAsync"] = (of, by) => of.Get<GroupActions>().IgnoreAsync(by, of.GroupId),
        ["DeliveryUnmasking.UnmaskAsync"] = (of, by) => of.Get<DeliveryUnmasking>().UnmaskAsync(by, of.DeliveryId, "a reason long enough", Ct),
        ["LabSender.SendAsync"] = (of, by) => of.Get<LabSender>().SendAsync(by, of.Shop, Encoding.UTF8.GetBytes("no call"), TimeSpan.FromSeconds(1), Ct),
        ["ConnectionHolds.PauseAsync"] = (of, by) => of.Get<ConnectionHolds>().PauseAsync(by, of.Shop.Id, null),
        ["ConnectionHolds.ResumeAsync"] = (of, by) => of.Get<ConnectionHolds>().ResumeAsync(by, of.Shop.Id),
        ["ConnectionHolds.ProbeAsync"] = (of, by) => of.Get<ConnectionHolds>().ProbeAsync(by, of.Shop.Id),
        ["ConnectionHolds.ReleaseAsync"] = (of, by) => of.Get<ConnectionHolds>().ReleaseAsync(by, of.Shop.Id),
        ["ConnectionCheck.RunTypedAsync"] = (of, by) => of.Get<ConnectionCheck>().RunTypedAsync(by, of.Shop, Ct),
        ["ConnectionCheck.RunAsync"] = (of, by) => of.Get<ConnectionCheck>().RunAsync(by, of.Shop, Ct),
        ["ConnectionStore.UpdateAsync"] = (of, by) => of.Get<ConnectionStore>().UpdateAsync(by, of.Shop.Id, new ConnectionDraft { TimeoutSeconds = 9 }),
        ["SourceStore.AddSourceAsync"] = (of, by) => of.Get<SourceStore>().AddSourceAsync(by, of.Shop.Id, new SourceDraft { Name = "Another" }),
        ["SourceStore.UpdateSourceAsync"] = (of, by) => of.Get<SourceStore>().UpdateSourceAsync(by, of.Source.Id, new SourceDraft { Name = "Other name" }),
        ["SourceStore.ShowWriteKeyAsync"] = (of, by) => of.Get<SourceStore>().ShowWriteKeyAsync(by, of.Source),
        ["SourceStore.RotateWriteKeyAsync"] = (of, by) => of.Get<SourceStore>().RotateWriteKeyAsync(by, of.Source.Id, TimeSpan.FromDays(1)),
        ["SourceStore.EndOldWriteKeyAsync"] = (of, by) => of.Get<SourceStore>().EndOldWriteKeyAsync(by, of.Source.Id),
        ["ConnectionRemoval.DeleteAsync"] = (of, by) => of.Get<ConnectionRemoval>().DeleteAsync(by, of.Shop.Id, "another name"),
        ["ConnectionRemoval.DeleteSourceAsync"] = (of, by) => of.Get<ConnectionRemoval>().DeleteSourceAsync(by, of.Source.Id, "another name"),
        ["ConnectionTrials.SendAsync"] = (of, by) => of.Get<ConnectionTrials>().SendAsync(by, of.Shop.Id, TrialWay.All[0], Ct),
        ["ConnectionTrials.AnswerAsync"] = (of, by) => of.Get<ConnectionTrials>().AnswerAsync(by, of.TrialId, TrialAnswer.Seen),
        ["SecretStore.RollBackAsync"] = (of, by) => of.Get<SecretStore>().RollBackAsync(by, of.Shop.Id),
        ["SecretStore.ForgetAsync"] = (of, by) => of.Get<SecretStore>().ForgetAsync(by, of.Shop.Id),
        ["SecretStore.RollBackWebhookAsync"] = (of, by) => of.Get<SecretStore>().RollBackWebhookAsync(by, of.Source.Id),
        ["SecretStore.ForgetWebhookAsync"] = (of, by) => of.Get<SecretStore>().ForgetWebhookAsync(by, of.Source.Id),
        ["SandboxControl.SetScenarioAsync"] = (of, by) => of.Get<SandboxControl>().SetScenarioAsync(by, SandboxScenario.AsRichpanel),
        ["SandboxExport.WriteAsync"] = (of, by) => of.Get<SandboxExport>().WriteAsync(by, Stream.Null, Ct),
        ["ReceiverTest.MakeAsync"] = (of, by) => of.Get<ReceiverTest>().MakeAsync(by, of.Source),
        ["SandboxControl.ClearAsync"] = (of, by) => of.Get<SandboxControl>().ClearAsync(by, Ct),
    };

    /// <summary>Let in whoever is limited, and leave out what is not theirs; a view says nothing of a connection.</summary>
    private static readonly HashSet<string> s_narrowed =
        ["SampleStore.ListAsync", "SampleStore.FindAsync", "LogExport.WriteAsync", "LogViewStore.ListAsync", "LogViewStore.CreateAsync", "LogViewStore.ChangeAsync", "LogViewStore.DeleteAsync",
         "RetryPlanner.PlanAsync", "RetryBatches.StartAsync", "RetryBatches.PauseAsync", "RetryBatches.ResumeAsync", "RetryBatches.CancelAsync", "RetryBatches.DiscardAsync",
         "RetryQueries.ListAsync", "RetryQueries.OfGroupAsync", "RetryQueries.NewestOfGroupsAsync", "RetryQueries.RecentAsync", "RetryQueries.FindAsync", "RetryQueries.SkipsAsync", "RetryQueries.SamplesAsync",
         "GroupQueries.NamedAsync", "GroupQueries.PageAsync", "GroupQueries.CountAsync", "GroupQueries.ExistsAsync", "GroupQueries.FindAsync", "GroupQueries.OfDeliveryAsync", "GroupQueries.CausesAsync", "GroupQueries.MergeTargetsAsync", "GroupQueries.FailedByAsync",
         "DeliveryNotes.OfAsync", "PrivacyTasks.PageAsync", "PrivacyTasks.FindAsync", "PrivacyTasks.CountAsync"];

    public static TheoryData<string> OfOne => [.. s_ofOne.Keys];

    public static TheoryData<string> ForAll =>
        [.. ActionMatrixTests.Actions.Select(action => action.Method).Where(method => !s_ofOne.ContainsKey(method.Split(' ')[0]) && !s_narrowed.Contains(method))];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(OfOne))]
    public async Task What_concerns_another_connection_is_refused_in_words_and_leaves_no_line(string method)
    {
        var before = await product.LinesAsync();

        var refused = await Assert.ThrowsAsync<ForbiddenException>(() => s_ofOne[method](product, Limited("Elsewhere")));

        Assert.Equal("ci is limited to Elsewhere, and this concerns another connection.", refused.Message);
        Assert.Equal(before, await product.LinesAsync());
    }

    [Theory]
    [MemberData(nameof(OfOne))]
    public async Task What_concerns_its_own_connection_is_let_in(string method) =>
        Assert.IsNotType<ForbiddenException>(await Record.ExceptionAsync(() => s_ofOne[method](product, Limited("shop", "SANDBOX"))));

    [Theory]
    [MemberData(nameof(ForAll))]
    public async Task What_is_for_all_connections_is_refused(string method)
    {
        var act = ActionMatrixTests.Actions.Single(action => action.Method == method).Do;

        var refused = await Assert.ThrowsAsync<ForbiddenException>(() => act(product.Console.Services, Limited("Shop")));

        Assert.Equal("ci is limited to Shop, and this concerns more than that.", refused.Message);
    }

    [Fact]
    public async Task An_export_holds_rows_of_its_own_connections_only()
    {
        foreach (var (to, isThere) in new[] { ("Shop", true), ("Elsewhere", false) })
        {
            using var file = new MemoryStream();
            await product.Get<LogExport>().WriteAsync(Limited(to), LogAsk.By(Limited(to), LogQuery.All), LogFormat.Ndjson, [], file, Ct);
            Assert.Equal(isThere, Encoding.UTF8.GetString(file.ToArray()).Contains(PublicId.Delivery(product.DeliveryId), StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task No_answer_of_the_api_says_anything_of_another_connection()
    {
        var told = new List<string>();
        var routes = RouteMatrix.Of(product.Get<EndpointDataSource>()).Where(route => route.Method == "GET" && route.Pattern.StartsWith("/api/", StringComparison.Ordinal));
        foreach (var address in routes.Select(route => route.Address).Concat(product.AddressesOfTheShop))
        {
            using var answer = await product.AskAsync(address);
            var text = await answer.Content.ReadAsStringAsync(Ct);
            if (text.Contains(Planted, StringComparison.OrdinalIgnoreCase) || (int)answer.StatusCode >= 500)
            {
                told.Add($"{address}: {(int)answer.StatusCode}");
            }
        }

        Assert.Empty(told);
    }

    [Fact]
    public async Task The_shop_is_hidden_from_it_and_not_only_its_name()
    {
        foreach (var address in product.AddressesOfTheShop)
        {
            using var answer = await product.AskAsync(address);
            Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        }
    }

    [Fact]
    public async Task Metrics_tell_of_every_connection_and_so_not_to_it()
    {
        using var answer = await product.AskAsync("/metrics");

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
    }

    private static Actor Limited(params string[] to) => new(ActorKind.Token, 1, "ci", Role.Admin, to);

    public sealed class Product : IAsyncLifetime
    {
        private HttpClient _http = null!;
        private string _bearer = null!;

        public ConsoleUnderTest Console { get; } = new();

        public Connection Shop => Console.Directory.Connections.Single(connection => !connection.IsSandbox && connection.Name == "Shop");

        public Source Source => Console.Directory.Sources.First(source => source.ConnectionId == Shop.Id);

        public long DeliveryId { get; private set; }

        public long TrialId { get; private set; }

        /// <summary>A failure group of the shop.</summary>
        public long GroupId { get; private set; }

        /// <summary>Where the connection whose name is planted and its delivery can be read by who may.</summary>
        public IReadOnlyList<string> AddressesOfTheShop { get; private set; } = [];

        public async ValueTask InitializeAsync()
        {
            _http = Console.CreateClient();
            DeliveryId = (await MakeAsync("Shop", "Order Completed")).Delivery;
            TrialId = await Console.Writer.WriteAsync(session =>
            {
                using var context = session.Context();
                var trial = new Trial { ConnectionId = Shop.Id, Transport = Transport.Single, VisitorName = "Console trial ABCDEF", SentBy = "Anna" };
                context.Trials.Add(trial);
                context.SaveChanges();
                return trial.Id;
            });
            GroupId = await GroupAsync(Shop.Id, "x");
            await MakeAsync("Elsewhere", "Order Completed");
            var (hidden, delivery) = await MakeAsync($"Shop {Planted}", $"Event {Planted}");
            var group = await GroupAsync(hidden, Planted);
            AddressesOfTheShop = [$"/api/v1/groups/{PublicId.Group(group)}", $"/api/v1/connections/{PublicId.Connection(hidden)}", $"/api/v1/connections/{hidden}", $"/api/v1/deliveries/{PublicId.Delivery(delivery)}"];
            _bearer = (await Get<ApiTokenStore>().CreateAsync(Actor.System, new ApiTokenDraft("limited", Role.Admin, ["Elsewhere"], null))).Bearer!;
        }

        private Task<long> GroupAsync(long connection, string said) => Console.Writer.WriteAsync(session =>
        {
            var now = TimeProvider.System.GetUtcNow();
            var id = session.Groups.IdOf(session, connection, FailurePrint.Of(FailureStage.Sending, "unprocessable", 422, said), now);
            session.Ledger.Groups.Failed(id, now, joined: true);
            return id;
        });

        public T Get<T>()
            where T : notnull => Console.Services.GetRequiredService<T>();

        public async Task<long> LinesAsync()
        {
            await using var context = Console.Read();
            return await context.ChangeLog.LongCountAsync(Ct);
        }

        /// <summary>With the limited token, from another machine.</summary>
        public async Task<HttpResponseMessage> AskAsync(string address)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, address);
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _bearer);
            request.Headers.Add("Via", "1.1 somewhere");
            return await _http.SendAsync(request, Ct);
        }

        public async ValueTask DisposeAsync()
        {
            _http.Dispose();
            await Console.DisposeAsync();
        }

        /// <summary>A paused connection with a delivery that waits.</summary>
        private async Task<(long Connection, long Delivery)> MakeAsync(string name, string eventName)
        {
            var source = await Console.AddSourceAsync(name, connection => connection.PausedAt = DateTimeOffset.UnixEpoch);
            await _http.PostCallAsync("/v1/track", $$"""{"messageId":"{{Guid.NewGuid()}}","event":"{{eventName}}","userId":"u1"}""", source.WriteKey).AcceptedAsync();
            await Console.ExpandedAsync();
            await using var context = Console.Read();
            return (source.ConnectionId, await context.Deliveries.Where(delivery => delivery.ConnectionId == source.ConnectionId).Select(delivery => delivery.Id).SingleAsync(Ct));
        }
    }
}
