using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.Extensions.DependencyInjection;
using Richpanel.Core;
using Richpanel.Core.Access;
using Richpanel.Core.Causes;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Erasure;
using Richpanel.Core.Retention;
using Richpanel.Core.Storage;
using Richpanel.Tests.Api;
using Richpanel.Tests.Deliveries;
using Richpanel.Tests.Support;

namespace Richpanel.Tests.Erasure;

/// <summary>A delete call of Segment opens a task, in the commit that keeps the call; only a person closes it. By API, too.</summary>
public sealed class PrivacyTaskTests(ApiUnderTest api) : IClassFixture<ApiUnderTest>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static readonly Actor s_admin = new(ActorKind.Person, 1, "Ada", Role.Admin);

    [Fact(Timeout = 60_000)]
    public async Task It_is_opened_due_in_thirty_days_counts_repeats_holds_up_retention_and_is_closed_by_a_person_with_a_note_alone()
    {
        var source = await api.Console.AddSourceAsync("Deletes");
        await api.Http.PostCallAsync($"/segment/{source.PublicId}", """{"type":"delete","userId":"jane.asks@example.test","messageId":"d-1"}""").AcceptedAsync();
        await api.Http.PostCallAsync($"/segment/{source.PublicId}", """{"type":"delete","userId":"jane.asks@example.test","messageId":"d-2"}""").AcceptedAsync();
        await api.Http.PostCallAsync($"/segment/{source.PublicId}", """{"type":"delete","userId":"bert-who-asks-4712","messageId":"d-3"}""").AcceptedAsync();
        await api.Console.ExpandedAsync();
        var tasks = api.Console.Services.GetRequiredService<PrivacyTasks>();

        var list = (await tasks.PageAsync(s_admin, open: true, null, 50, Ct)).Lines;
        Assert.Equal([("jane.asks@example.test", 2), ("bert-who-asks-4712", 1)], list.Select(line => (line.Customer!, line.Task.Calls)));
        var jane = list[0].Task;
        Assert.Equal(jane.AskedAt.AddDays(30), jane.DueAt);
        Assert.Equal((2, 0, (DateTimeOffset?)jane.DueAt), await CountAsync());
        Assert.Equal(KeptBy.Task, (await api.Console.Services.GetRequiredService<RetentionStore>().OfAsync(jane.DeliveryId, Ct))!.Fate.Kept);

        var seen = await api.JsonAsync(HttpMethod.Get, "privacy-tasks", role: Role.Viewer);
        Assert.Equal((2, 2), (seen.GetProperty("items").GetArrayLength(), seen.GetProperty("total").GetInt32()));
        Assert.DoesNotContain("jane.asks", seen.GetRawText(), StringComparison.Ordinal);   // masked
        Assert.Contains("jane.asks@example.test", (await api.JsonAsync(HttpMethod.Get, $"privacy-tasks/{PublicId.PrivacyTask(jane.Id)}")).GetRawText(), StringComparison.Ordinal);
        using (var limited = await api.CallAsync(HttpMethod.Get, "privacy-tasks", null, ApiUnderTest.SandboxOnlyToken))
        {
            Assert.StartsWith("{\"items\":[],\"total\":0", await limited.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
        }

        await Assert.ThrowsAsync<ForbiddenException>(() => tasks.CloseAsync(s_admin with { Kind = ActorKind.Token }, jane.Id, "Deleted in Richpanel by hand."));
        await Assert.ThrowsAsync<ForbiddenException>(() => tasks.CloseAsync(Actor.System, jane.Id, "Deleted in Richpanel by hand."));
        Assert.IsType<CloseOutcome.Invalid>(await tasks.CloseAsync(s_admin, jane.Id, "done"));
        Assert.IsType<CloseOutcome.Missing>(await tasks.CloseAsync(s_admin, 999_999, "Deleted in Richpanel by hand."));
        var closed = Assert.IsType<CloseOutcome.Closed>(await tasks.CloseAsync(s_admin, jane.Id, "Deleted jane@example.test in Richpanel by hand.")).Task;
        Assert.Equal("Ada", closed.ClosedBy);
        Assert.DoesNotContain("jane@", closed.Note, StringComparison.Ordinal);
        Assert.IsType<CloseOutcome.Already>(await tasks.CloseAsync(s_admin, jane.Id, "Deleted in Richpanel by hand."));
        Assert.Equal(KeptBy.None, (await api.Console.Services.GetRequiredService<RetentionStore>().OfAsync(jane.DeliveryId, Ct))!.Fate.Kept);

        var gone = await api.JsonAsync(HttpMethod.Get, "privacy-tasks?state=closed&limit=1");
        Assert.Equal((PublicId.PrivacyTask(jane.Id), 1), (gone.GetProperty("items")[0].GetProperty("id").GetString(), gone.GetProperty("total").GetInt32()));
        var wrong = await api.JsonAsync(HttpMethod.Get, "privacy-tasks?state=half&limit=0&cursor=x", status: HttpStatusCode.BadRequest);
        Assert.Equal(["state", "limit", "cursor"], wrong.GetProperty("detail").GetString()!.Split('.').Where(part => part.Contains(':', StringComparison.Ordinal)).Select(part => part.Trim().Split(':')[0]));

        // Asked for again after that: a new one.
        await api.Http.PostCallAsync($"/segment/{source.PublicId}", """{"type":"delete","userId":"jane.asks@example.test","messageId":"d-4"}""").AcceptedAsync();
        await api.Console.ExpandedAsync();
        Assert.Equal(2, (await tasks.CountAsync(s_admin, Ct)).Open);

        async Task<(int, int, DateTimeOffset?)> CountAsync()
        {
            var count = await tasks.CountAsync(s_admin, Ct);
            return (count.Open, count.Overdue, count.FirstDue);
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task An_erasure_by_token_is_previewed_confirmed_followed_to_its_receipt_and_refused_to_others()
    {
        var sent = await api.JsonAsync(HttpMethod.Post, "send", """{"connection":"Sandbox","call":{"type":"identify","userId":"erased-by-token","traits":{"email":"erased.by.token@example.test"}}}""");
        var delivery = sent.GetProperty("delivery").GetProperty("id").GetString();

        var preview = await api.JsonAsync(HttpMethod.Post, "erasures/preview", """{"userIds":["erased-by-token"]}""");
        Assert.Equal(1, preview.GetProperty("total").GetInt64());
        Assert.Equal("erased.by.token@example.test", preview.GetProperty("linked")[0].GetProperty("value").GetString());
        await api.JsonAsync(HttpMethod.Post, "erasures/preview", "{}", HttpStatusCode.BadRequest);
        var refused = await api.JsonAsync(HttpMethod.Post, "erasures", """{"names":{"userIds":["erased-by-token"]},"reason":"Her own wish","confirm":"erased"}""", HttpStatusCode.BadRequest);
        Assert.True(refused.GetProperty("errors").TryGetProperty("confirm", out _));
        await api.JsonAsync(HttpMethod.Post, "erasures/preview", """{"userIds":["erased-by-token"]}""", HttpStatusCode.Forbidden, Role.Operator);

        var asked = await api.JsonAsync(
            HttpMethod.Post, "erasures", """{"names":{"userIds":["erased-by-token"],"emails":["erased.by.token@example.test"]},"reason":"Her own wish","confirm":"erased.by.token@example.test"}""", HttpStatusCode.Accepted);
        var id = asked.GetProperty("id").GetString();
        var done = await Eventually.IsAsync(() => api.JsonAsync(HttpMethod.Get, $"erasures/{id}"), one => one.GetProperty("state").GetString() == "done", Ct);
        Assert.Equal(1, done.GetProperty("erased").GetProperty("deliveries").GetInt64());
        Assert.DoesNotContain("erased", done.GetProperty("names").GetString(), StringComparison.Ordinal);
        await api.JsonAsync(HttpMethod.Get, $"deliveries/{delivery}", status: HttpStatusCode.NotFound);
        Assert.Equal(id, (await api.JsonAsync(HttpMethod.Get, "erasures"))[0].GetProperty("id").GetString());
        await using var context = api.Console.Read();
        Assert.Null(await context.Erasures.OrderBy(one => one.Id).Select(one => one.SealedKeys).LastAsync(Ct));
    }

    [Fact(Timeout = 60_000)]
    public async Task Deletions_that_were_asked_for_before_there_were_tasks_get_theirs_by_the_migration()
    {
        await using var test = await DispatcherUnderTest.CreateAsync();
        var shop = await test.ConnectAsync("http://127.0.0.1:9/v2");
        var ids = await test.ReceiveAsync(shop, "jane", "jane", "bert", "dora", "emil");
        await test.Writer.WriteAsync(session =>
        {
            using var context = session.Context();
            foreach (var row in context.Deliveries.Where(row => row.UserId != "emil"))
            {
                (row.State, row.Cause) = (DeliveryState.Skipped, CauseCatalog.PrivacyDelete.Code);
                row.UserHash = row.UserId is "dora" ? null : row.UserHash;
            }

            context.SaveChanges();
        });
        await using var context = new SqliteConsoleDbContext(new DbContextOptionsBuilder<SqliteConsoleDbContext>().UseSqlite($"Data Source={test.Get<StoragePaths>().DatabaseFile};Pooling=false").Options);
        var migrations = context.Database.GetMigrations().ToList();
        await context.GetService<IMigrator>().MigrateAsync(migrations[migrations.FindIndex(name => name.EndsWith("_Retention", StringComparison.Ordinal)) - 1], Ct);
        await context.Database.MigrateAsync(Ct);

        var page = await test.Get<PrivacyTasks>().PageAsync(s_admin, open: true, null, 50, Ct);
        Assert.Equal([("jane", 2, ids[0]), ("bert", 1, ids[2]), ("dora", 1, ids[3])], page.Lines.Select(line => (line.Customer!, line.Task.Calls, line.Task.DeliveryId)));
        Assert.All(page.Lines, line => Assert.Equal(line.Task.AskedAt.AddDays(30), line.Task.DueAt));
        Assert.All(page.Lines, line => Assert.Equal(test.Time.GetUtcNow(), line.Task.AskedAt));
    }

    [Fact(Timeout = 60_000)]
    public async Task Many_tasks_are_listed_page_by_page_with_their_number_and_whether_one_is_open_is_asked_by_an_index()
    {
        await using var test = await DispatcherUnderTest.CreateAsync();
        var shop = await test.ConnectAsync("http://127.0.0.1:9/v2");
        var noon = test.Time.GetUtcNow();
        await test.Writer.WriteAsync(session =>
        {
            using var context = session.Context();
            context.PrivacyTasks.AddRange(Enumerable.Range(1, 5).Select(day => new PrivacyTask { DeliveryId = day, ConnectionId = shop, AskedAt = noon, DueAt = noon.AddDays(day / 2) }));
            context.PrivacyTasks.AddRange(Enumerable.Range(1, 3).Select(day => new PrivacyTask { DeliveryId = 10 + day, ConnectionId = shop, AskedAt = noon, DueAt = noon, ClosedAt = noon.AddHours(day / 2) }));
            context.SaveChanges();
        });

        Assert.Equal("1,2 3,4 5 of 5", await PagesAsync(open: true));
        Assert.Equal("13,12 11 of 3", await PagesAsync(open: false));
        using var reader = test.Get<SqliteStore>().OpenReader();
        using var plan = reader.CreateCommand();
        plan.CommandText = "EXPLAIN QUERY PLAN " + PrivacyTasks.Count;
        plan.Parameters.AddWithValue("$c", shop);
        plan.Parameters.AddWithValue("$h", 1L);
        using var steps = plan.ExecuteReader();
        Assert.True(steps.Read());
        Assert.Contains("IX_PrivacyTasks_Customer", steps.GetString(3), StringComparison.Ordinal);

        async Task<string> PagesAsync(bool open)
        {
            List<string> pages = [];
            PrivacyTaskCursor? after = null;
            int all;
            do
            {
                var page = await test.Get<PrivacyTasks>().PageAsync(s_admin, open, after, 2, Ct);
                pages.Add(string.Join(',', page.Lines.Select(line => line.Task.DeliveryId)));
                (after, all) = (PrivacyTaskCursor.Parse(page.Next?.ToString()), page.All);
            }
            while (after is not null);
            return $"{string.Join(' ', pages)} of {all}";
        }
    }
}
