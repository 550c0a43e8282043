using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Time.Testing;
using Richpanel.Core;
using Richpanel.Core.Access;
using Richpanel.Core.ChangeLog;
using Richpanel.Core.Connections;
using Richpanel.Tests.Connections;
using Richpanel.Tests.Support;

namespace Richpanel.Tests.ChangeLog;

public sealed class ChangeWritingTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private LogUnderTest _log = null!;

    public async ValueTask InitializeAsync() => _log = await LogUnderTest.StartAsync(_folder);

    public async ValueTask DisposeAsync()
    {
        await _log.DisposeAsync();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("UPDATE ChangeLog SET Reason = 'other' WHERE Id = 1")]
    [InlineData("UPDATE ChangeLog SET Id = 9 WHERE Id = 1")]
    [InlineData("DELETE FROM ChangeLog WHERE Id = 1")]
    [InlineData("DELETE FROM ChangeLog")]
    public async Task The_database_refuses_to_change_or_take_away_a_line_whoever_asks(string sql)
    {
        await _log.AddAsync(1);

        var refusal = Assert.Throws<SqliteException>(() => _log.Attack(sql));

        Assert.Contains("append-only", refusal.Message, StringComparison.Ordinal);
        Assert.Single(await _log.LinesAsync());
    }

    [Fact]
    public async Task A_hundred_changes_at_once_keep_the_chain_whole()
    {
        var made = Assert.IsType<SaveOutcome<Connection>.Saved>(await _log.Core.Store.CreateAsync(Actor.System, new ConnectionDraft { Name = "Shop", ApiKey = "shop-api-key" })).Value;

        await Task.WhenAll(Enumerable.Range(1, 50).SelectMany(i => new Task[]
        {
            _log.Core.Store.UpdateAsync(Actor.System, made.Id, new ConnectionDraft { TimeoutSeconds = i }),
            _log.Log.WriteAsync(Actor.System, new Change(ChangeCatalog.SignedIn)),
        }));

        await _log.NoteAsync();
        var verdict = await _log.VerifyAsync();
        Assert.Equal((true, 101), (verdict.IsIntact, verdict.Lines));
    }

    [Fact]
    public async Task Whoever_watches_is_told_of_a_line_when_it_is_committed_however_long_that_takes()
    {
        using var folder = new TemporaryFolder();
        var time = new FakeTimeProvider();
        await using var core = await CoreUnderTest.StartAsync(folder, time);
        var (log, told) = (core.Get<ChangeWriting>(), 0);
        time.Advance(TimeSpan.FromSeconds(1));   // what the start had to tell
        using var watching = core.Get<ChangeFeed>().Subscribe(() => told++);

        await core.Writer.WriteAsync(session =>
        {
            log.Append(session, Actor.System, new Change(ChangeCatalog.SignedIn));
            time.Advance(TimeSpan.FromSeconds(5));   // a slow disk, or others in the group
            Assert.Equal(0, told);
        });
        time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(1, told);
    }

    [Fact]
    public async Task A_change_that_fails_leaves_no_line()
    {
        await Assert.ThrowsAsync<InvalidDataException>(() => _log.Core.Writer.WriteAsync(session =>
        {
            _log.Log.Append(session, Actor.System, new Change(ChangeCatalog.ConnectionChanged));
            throw new InvalidDataException("after the line was added");
        }));
        Assert.IsType<SaveOutcome<Connection>.Invalid>(await _log.Core.Store.CreateAsync(Actor.System, new ConnectionDraft { Name = "Shop", ApiKey = "x" }));

        Assert.Empty(await _log.LinesAsync());
    }

    [Fact]
    public async Task A_change_that_nobody_may_make_leaves_no_line()
    {
        var viewer = new Actor(ActorKind.Person, 1, "Vera", Role.Viewer);

        await Assert.ThrowsAsync<ForbiddenException>(() => _log.Core.Store.CreateAsync(viewer, new ConnectionDraft { Name = "Shop", ApiKey = "shop-api-key" }));
        await Assert.ThrowsAsync<ForbiddenException>(() => _log.Core.Get<ChangeReview>().VerifyAsync(viewer, null, TestContext.Current.CancellationToken));
        await Assert.ThrowsAsync<ForbiddenException>(() => _log.Core.Get<ChangeReview>().ExportAsync(viewer, new ChangeFilter(), TestContext.Current.CancellationToken));

        Assert.Empty(await _log.LinesAsync());
    }

    [Fact]
    public async Task An_e_mail_address_in_a_reason_is_kept_as_a_hash_that_is_alike_for_the_same_address()
    {
        await _log.Log.WriteAsync(Actor.System, new Change(ChangeCatalog.ConnectionPaused) { Reason = "Jane (Jane.Doe@Example.com) asked, see <jane.doe@example.com>." });

        var reason = Assert.Single(await _log.LinesAsync()).Reason!;
        Assert.DoesNotContain("@", reason, StringComparison.Ordinal);
        Assert.Equal($"Jane ({_log.Log.Personal("jane.doe@example.com")}) asked, see <{_log.Log.Personal("jane.doe@example.com")}>.", reason);
    }

    [Fact]
    public async Task A_phone_in_a_reason_or_a_name_is_kept_as_a_hash_that_is_alike_however_it_is_written()
    {
        var phone = _log.Log.Personal("4915112345678");

        await _log.Log.WriteAsync(Actor.System, new Change(ChangeCatalog.ConnectionPaused, "con_1", "Call 4915112345678") { Reason = "She called from +49 (151) 1234-5678 on 2026-11-24, ticket 4711" });

        var line = Assert.Single(await _log.LinesAsync());
        Assert.Equal(($"Call {phone}", $"She called from {phone} on 2026-11-24, ticket 4711"), (line.ObjectName, line.Reason));
    }

    [Fact]
    public async Task A_long_reason_is_cut_and_no_half_of_an_e_mail_or_phone_is_left_at_its_end()
    {
        var many = string.Concat(Enumerable.Repeat("customer.with.a.long.name@example.com ", 100));
        await _log.Log.WriteAsync(Actor.System, new Change(ChangeCatalog.ConnectionPaused) { Reason = many });
        await _log.Log.WriteAsync(Actor.System, new Change(ChangeCatalog.ConnectionPaused) { Reason = string.Concat(Enumerable.Repeat("+49 (151) 1234-567890 and ", 100)) });
        await _log.Log.WriteAsync(Actor.System, new Change(ChangeCatalog.ConnectionPaused) { Reason = new string('j', 1_000_000) + "@example.com" });
        await _log.Log.WriteAsync(Actor.System, new Change(ChangeCatalog.ConnectionPaused) { Reason = string.Concat(Enumerable.Repeat("1234 567 ", 100)) });
        await _log.Log.WriteAsync(Actor.System, new Change(ChangeCatalog.ConnectionPaused) { Reason = new string('x', 660) + " ＋４９（１５１）１２３４ ５６７８９０ " + new string('y', 100) });

        var reasons = (await _log.LinesAsync()).Select(line => line.Reason!).ToList();
        Assert.All(reasons, reason => Assert.InRange(reason.Length, 1, 500));
        Assert.Matches("^(#[0-9a-f]{12} ?)+$", reasons[0]);
        Assert.DoesNotContain("(151)", reasons[1], StringComparison.Ordinal);
        Assert.Equal(new string('j', 500), reasons[2]);
        Assert.Matches("^#[0-9a-f]{12}$", reasons[3]);   // nothing but digits: still a reason
        Assert.DoesNotContain("１５１", reasons[4], StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_e_mail_or_phone_in_a_field_is_kept_as_a_hash_and_what_only_looks_like_one_stays()
    {
        await _log.Log.WriteAsync(Actor.System, new Change(ChangeCatalog.ConnectionChanged)
        {
            Fields =
            [
                new FieldChange("name", "Jane jane@example.com", "Call +49 151 1234-5678"),
                new FieldChange("allowedAddresses", null, "192.168.100.0/24"),
                new FieldChange("baseUrl", "https://192.168.100.20:8443/v2", "https://jane@example.com/v2"),
                new FieldChange("pausedUntil", null, "2100-01-01T00:00:00Z"),
                FieldChange.Changed("apiSecret"),
            ],
        });

        var (email, phone) = (_log.Log.Personal("jane@example.com"), _log.Log.Personal("4915112345678"));
        var fields = FieldChange.Read(Assert.Single(await _log.LinesAsync()).Fields);
        Assert.Equal(new FieldChange("name", $"Jane {email}", $"Call {phone}"), fields[0]);
        Assert.Equal("192.168.100.0/24", fields[1].After);
        Assert.Equal("https://192.168.100.20:8443/v2", fields[2].Before);
        Assert.DoesNotContain("jane@", fields[2].After, StringComparison.Ordinal);
        Assert.Equal("2100-01-01T00:00:00Z", fields[3].After);
        Assert.Equal(FieldChange.Changed("apiSecret"), fields[4]);
    }

    [Fact]
    public void A_hash_stays_what_it_is_when_it_is_written_again()
    {
        foreach (var n in Enumerable.Range(0, 2_000))
        {
            var once = _log.Log.Scrubbed($"of customer{n}@example.com and 555{n:D7}, birth 1984-05-12");
            Assert.Equal(once, _log.Log.Scrubbed(once));
            Assert.DoesNotContain("1984-", once, StringComparison.Ordinal);
        }
    }
}
