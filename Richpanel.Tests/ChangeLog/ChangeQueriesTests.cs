using Richpanel.Core.Access;
using Richpanel.Core.ChangeLog;
using Richpanel.Tests.Support;

namespace Richpanel.Tests.ChangeLog;

public sealed class ChangeQueriesTests : IAsyncLifetime
{
    private static readonly Actor s_anna = new(ActorKind.Person, 3, "Anna Miller", Role.Admin, Address: "203.0.113.7");
    private static readonly Actor s_token = new(ActorKind.Token, 2, "Deploy", Role.Operator);

    private readonly TemporaryFolder _folder = new();
    private LogUnderTest _log = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _log = await LogUnderTest.StartAsync(_folder);
        await _log.Log.WriteAsync(Actor.System, new Change(ChangeCatalog.Started));
        await _log.Log.WriteAsync(s_anna, new Change(ChangeCatalog.ConnectionCreated, "con_1", "Shop"));
        await _log.Log.WriteAsync(s_token, new Change(ChangeCatalog.ConnectionPaused, "con_1", "Shop") { Reason = "100% of calls fail_here" });
        await _log.Log.WriteAsync(s_anna, new Change(ChangeCatalog.SourceCreated, "src_a", "Web"));
        await _log.Log.WriteAsync(s_anna with { Id = 4, Name = "Bert" }, new Change(ChangeCatalog.SignedIn));
    }

    public async ValueTask DisposeAsync()
    {
        await _log.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Pages_go_from_the_newest_to_the_oldest_and_miss_nothing()
    {
        var seen = new List<long>();
        long? cursor = null;
        do
        {
            var page = await _log.Queries.PageAsync(new ChangeFilter(), cursor, 2, Ct);
            seen.AddRange(page.Items.Select(line => line.Id));
            cursor = page.NextCursor;
        }
        while (cursor is not null);

        Assert.Equal([5, 4, 3, 2, 1], seen);
    }

    [Theory]
    [InlineData("person", "5 4 2")]
    [InlineData("person:3", "4 2")]
    [InlineData("TOKEN:2", "3")]
    [InlineData("system", "1")]
    [InlineData("miller", "4 2")]
    [InlineData("%", "")]
    [InlineData("\0miller", "")]
    public async Task It_narrows_to_who_did_it(string who, string lines) => Assert.Equal(lines, string.Join(' ', await FindAsync(new ChangeFilter { Who = who })));

    [Theory]
    [InlineData("connection", "3 2")]
    [InlineData("connection.paused", "3")]
    [InlineData("conn", "")]
    [InlineData("%", "")]
    public async Task It_narrows_to_what_was_done(string action, string lines) => Assert.Equal(lines, string.Join(' ', await FindAsync(new ChangeFilter { Action = action })));

    [Theory]
    [InlineData("con_1", "3 2")]
    [InlineData("con_2", "")]
    public async Task It_narrows_to_what_it_was_done_to(string id, string lines) => Assert.Equal(lines, string.Join(' ', await FindAsync(new ChangeFilter { ObjectId = id })));

    [Theory]
    [InlineData("100%", "3")]
    [InlineData("fail_here", "3")]
    [InlineData("fail.here", "")]
    [InlineData("SHOP", "3 2")]
    [InlineData("' OR 1=1 --", "")]
    [InlineData("\0shop", "")]
    public async Task It_narrows_to_words_and_takes_every_sign_for_itself(string words, string lines) => Assert.Equal(lines, string.Join(' ', await FindAsync(new ChangeFilter { Words = words })));

    [Fact]
    public async Task It_narrows_to_a_span_of_time()
    {
        var third = (await _log.LinesAsync())[2].At;

        Assert.Equal([5, 4, 3], await FindAsync(new ChangeFilter { Since = third }));
        Assert.Equal([2, 1], await FindAsync(new ChangeFilter { Until = third }));
        Assert.Empty(await FindAsync(new ChangeFilter { Since = third.AddDays(1) }));
        Assert.Empty(await FindAsync(new ChangeFilter { Until = third.AddDays(-1) }));
    }

    [Fact]
    public async Task Rare_words_look_at_a_bounded_number_of_lines_and_say_how_far()
    {
        _log.Attack(
            """
            WITH RECURSIVE n(i) AS (SELECT 6 UNION ALL SELECT i + 1 FROM n WHERE i < 25005)
            INSERT INTO ChangeLog SELECT n.i, l.At + n.i, 1, NULL, 'x', 'product.started', NULL, NULL, NULL, NULL, NULL, NULL, l.Hash, l.Seal FROM n, ChangeLog l WHERE l.Id = 1
            """);

        var first = await _log.Queries.PageAsync(new ChangeFilter { Words = "shop" }, null, 50, Ct);
        var second = await _log.Queries.PageAsync(new ChangeFilter { Words = "shop" }, first.NextCursor, 50, Ct);
        var indexed = await _log.Queries.PageAsync(new ChangeFilter { ObjectId = "con_1" }, null, 50, Ct);

        Assert.Equal((0, 5006L), (first.Items.Count, first.NextCursor));
        Assert.NotNull(first.SearchedBackTo);
        Assert.Equal([3, 2], second.Items.Select(line => line.Id));
        Assert.Equal([3, 2], indexed.Items.Select(line => line.Id));
        Assert.Null(second.NextCursor ?? indexed.NextCursor);
    }

    private async Task<IEnumerable<long>> FindAsync(ChangeFilter filter)
    {
        var page = await _log.Queries.PageAsync(filter, null, 50, Ct);
        Assert.Null(page.NextCursor);
        return page.Items.Select(line => line.Id);
    }
}
