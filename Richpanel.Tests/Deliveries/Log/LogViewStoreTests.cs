using Microsoft.EntityFrameworkCore;
using Richpanel.Core.Access;
using Richpanel.Core.Deliveries.Log;
using Richpanel.Core.Deliveries.Query;
using Richpanel.Tests.Connections;
using Richpanel.Tests.Support;

namespace Richpanel.Tests.Deliveries.Log;

public sealed class LogViewStoreTests : IAsyncLifetime
{
    private static readonly Actor s_sam = new(ActorKind.Person, 2, "Sam", Role.Support);
    private static readonly Actor s_vera = new(ActorKind.Person, 3, "Vera", Role.Viewer);

    private readonly TemporaryFolder _folder = new();
    private CoreUnderTest _core = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private LogViewStore Store => _core.Get<LogViewStore>();

    public async ValueTask InitializeAsync() => _core = await CoreUnderTest.StartAsync(_folder);

    public async ValueTask DisposeAsync()
    {
        await _core.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Built_in_views_come_first_and_nobody_changes_them()
    {
        var views = await Store.ListAsync(s_vera, Ct);

        Assert.Equal(["Failed", "Waiting", "Held", "Today", "Lab"], views.Select(view => view.Name));
        Assert.All(views, view => Assert.True(view is { IsBuiltIn: true, MayChange: false }));
        Assert.False(await Store.DeleteAsync(s_sam, "failed"));
    }

    [Fact]
    public async Task A_persons_own_view_is_theirs_alone_and_keeps_personal_values_sealed()
    {
        var made = (await Store.CreateAsync(s_vera, new LogViewDraft(" Jane ", LogQuery.Of("email:jane@example.test"), ["id", "event"]))).View!;
        await using var context = _core.Read();
        var stored = await context.SavedViews.SingleAsync(Ct);

        Assert.Equal(made, (await Store.ListAsync(s_vera, Ct))[^1] with { Columns = made.Columns });
        Assert.Equal("email:jane@example.test", (await Store.ListAsync(s_vera, Ct))[^1].Query.ToString());
        Assert.Equal(["id", "event"], made.Columns);
        Assert.DoesNotContain(await Store.ListAsync(s_sam, Ct), view => !view.IsBuiltIn);
        Assert.DoesNotContain("jane", System.Text.Encoding.UTF8.GetString(stored.SealedQuery), StringComparison.Ordinal);
        Assert.Null(await Store.ChangeAsync(s_sam, made.Id, new LogViewDraft("Mine", LogQuery.All)));
        Assert.False(await Store.DeleteAsync(s_sam, made.Id));
        Assert.Empty(await context.ChangeLog.ToListAsync(Ct));
        Assert.True(await Store.DeleteAsync(s_vera, made.Id));
    }

    [Fact]
    public async Task A_shared_view_is_everybodys_and_each_change_of_it_a_line()
    {
        await Assert.ThrowsAsync<ForbiddenException>(() => Store.CreateAsync(s_vera, new LogViewDraft("Refused", LogQuery.Of("code:4xx"), IsShared: true)));
        var made = (await Store.CreateAsync(s_sam, new LogViewDraft("Refused", LogQuery.Of("code:4xx"), IsShared: true))).View!;
        Assert.False((await Store.ListAsync(s_vera, Ct)).Single(view => view.Id == made.Id).MayChange);
        await Assert.ThrowsAsync<ForbiddenException>(() => Store.DeleteAsync(s_vera, made.Id));
        await Assert.ThrowsAsync<ForbiddenException>(() => Store.ChangeAsync(s_vera, made.Id, new LogViewDraft("Mine", LogQuery.All)));
        await Store.ChangeAsync(s_sam, made.Id, new LogViewDraft("Refused", LogQuery.Of("code:422"), IsShared: true));
        await Store.ChangeAsync(s_sam, made.Id, new LogViewDraft("Refused", LogQuery.Of("code:422")));
        await Store.ChangeAsync(s_sam, made.Id, new LogViewDraft("Refused", LogQuery.Of("code:422"), IsShared: true));
        await Store.DeleteAsync(s_sam, made.Id);

        await using var context = _core.Read();
        Assert.Equal(["view.shared", "view.changed", "view.unshared", "view.shared", "view.deleted"], await context.ChangeLog.OrderBy(line => line.Id).Select(line => line.Action).ToListAsync(Ct));
    }

    [Theory]
    [InlineData("", "state:failed", false, "Name")]
    [InlineData("Failed", "state:failed", false, "Name")]
    [InlineData("twice", "state:failed", false, "Name")]
    [InlineData("For jane@example.test", "state:failed", true, "Name")]
    [InlineData("Hers", "email:jane@example.test", true, "Query")]
    [InlineData("Hers", "~user:7", true, "Query")]
    [InlineData("Hers", "words", true, "Query")]
    public async Task What_cannot_be_kept_is_said_by_field(string name, string query, bool isShared, string field)
    {
        await Store.CreateAsync(s_sam, new LogViewDraft("Twice", LogQuery.All));

        var outcome = await Store.CreateAsync(s_sam, new LogViewDraft(name, LogQuery.Of(query), IsShared: isShared));

        Assert.Null(outcome.View);
        Assert.Equal(field, Assert.Single(outcome.Faults).Field);
    }

    [Fact]
    public async Task Views_are_put_in_order()
    {
        var ids = new List<string>();
        foreach (var name in new[] { "A", "B", "C" })
        {
            ids.Add((await Store.CreateAsync(s_sam, new LogViewDraft(name, LogQuery.All))).View!.Id);
        }

        await Store.ChangeAsync(s_sam, ids[2], new LogViewDraft("C", LogQuery.All, Position: 0));
        await Store.ChangeAsync(s_sam, ids[0], new LogViewDraft("A2", LogQuery.All));

        Assert.Equal(["C", "A2", "B"], (await Store.ListAsync(s_sam, Ct)).Where(view => !view.IsBuiltIn).Select(view => view.Name));
    }
}
