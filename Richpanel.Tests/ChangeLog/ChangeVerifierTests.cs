using Richpanel.Core.ChangeLog;
using Richpanel.Tests.Support;

namespace Richpanel.Tests.ChangeLog;

public sealed class ChangeVerifierTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private LogUnderTest _log = null!;

    public async ValueTask InitializeAsync() => _log = await LogUnderTest.StartAsync(_folder, lines: 8);

    public async ValueTask DisposeAsync()
    {
        await _log.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_log_nobody_touched_is_intact_to_its_last_line()
    {
        var verdict = await _log.VerifyAsync();

        Assert.Equal((true, 8), (verdict.IsIntact, verdict.Lines));
        Assert.StartsWith("The change log is intact: all 8 lines", verdict.Sentence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ActorName = 'Somebody else'")]
    [InlineData("ActorKind = 3")]
    [InlineData("ActorId = 7")]
    [InlineData("Action = 'connection.resumed'")]
    [InlineData("ObjectId = 'con_9'")]
    [InlineData("ObjectName = NULL")]
    [InlineData("Fields = '[]'")]
    [InlineData("Count = 0")]
    [InlineData("Reason = 'becausf'")]
    [InlineData("Address = '127.0.0.1'")]
    [InlineData("At = At + 1")]
    [InlineData("Hash = randomblob(32)")]
    public async Task A_line_whose_words_were_changed_is_found(string change)
    {
        _log.Attack($"{LogUnderTest.DropTriggers} UPDATE ChangeLog SET {change} WHERE Id = 5");

        Assert.Equal((ChangeFault.Changed, 5), await FirstAsync());
    }

    [Fact]
    public async Task A_line_whose_seal_was_changed_is_found()
    {
        _log.Attack($"{LogUnderTest.DropTriggers} UPDATE ChangeLog SET Seal = randomblob(32) WHERE Id = 5");

        Assert.Equal(5, (await _log.VerifyAsync()).BrokenLine);
    }

    [Fact]
    public async Task A_line_that_was_changed_with_its_own_hash_is_found_because_nobody_else_has_the_key()
    {
        var lines = await _log.LinesAsync();
        _log.Attack($"{LogUnderTest.DropTriggers} UPDATE ChangeLog SET Reason = 'other' WHERE Id = 5");
        var changed = (await _log.LinesAsync())[4];
        _log.Attack("UPDATE ChangeLog SET Hash = $hash WHERE Id = 5", ("$hash", ChangeChain.HashOf(lines[3].Hash, changed)));

        Assert.Equal((ChangeFault.Changed, 5), await FirstAsync());
    }

    [Fact]
    public async Task A_log_written_anew_from_a_line_on_is_found_there()
    {
        _log.Attack($"{LogUnderTest.DropTriggers} UPDATE ChangeLog SET Reason = 'other' WHERE Id = 5");
        await _log.RehashAsync(5);

        Assert.Equal((ChangeFault.Inserted, 5), await FirstAsync());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    public async Task A_removed_line_is_found(long line)
    {
        _log.Attack($"{LogUnderTest.DropTriggers} DELETE FROM ChangeLog WHERE Id = {line}");

        Assert.Equal((ChangeFault.Removed, line), await FirstAsync());
    }

    [Fact]
    public async Task A_removed_line_is_found_when_the_rest_was_numbered_over_the_gap()
    {
        _log.Attack($"{LogUnderTest.DropTriggers} DELETE FROM ChangeLog WHERE Id = 5; UPDATE ChangeLog SET Id = Id - 1 WHERE Id > 5");

        Assert.Equal((ChangeFault.Removed, 5), await FirstAsync());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_inserted_line_is_found_whether_its_hash_fits_or_not(bool withHash)
    {
        var lines = await _log.LinesAsync();
        _log.Attack($"{LogUnderTest.DropTriggers} UPDATE ChangeLog SET Id = -Id - 1 WHERE Id >= 5; UPDATE ChangeLog SET Id = -Id WHERE Id < 0;"
            + "INSERT INTO ChangeLog SELECT 5, At, ActorKind, ActorId, ActorName, Action, ObjectId, ObjectName, Fields, Count, 'made up', Address, randomblob(32), randomblob(32) FROM ChangeLog WHERE Id = 4");
        var made = (await _log.LinesAsync())[4];
        if (withHash)
        {
            _log.Attack("UPDATE ChangeLog SET Hash = $hash WHERE Id = 5", ("$hash", ChangeChain.HashOf(lines[3].Hash, made)));
        }

        Assert.Equal((ChangeFault.Inserted, 5), await FirstAsync());
    }

    [Fact]
    public async Task A_line_added_at_the_end_is_found()
    {
        _log.Attack("INSERT INTO ChangeLog SELECT 9, At, ActorKind, ActorId, ActorName, Action, ObjectId, ObjectName, Fields, Count, 'made up', Address, Hash, Seal FROM ChangeLog WHERE Id = 8");
        await using (var context = _log.Core.Read())
        {
            LogUnderTest.Attack(_folder, $"{LogUnderTest.DropTriggers}");
        }

        await _log.RehashAsync(9);

        Assert.Equal((ChangeFault.Inserted, 9), await FirstAsync());
    }

    [Fact]
    public async Task Two_lines_that_changed_places_are_found()
    {
        _log.Attack($"{LogUnderTest.DropTriggers} UPDATE ChangeLog SET Id = -5 WHERE Id = 5; UPDATE ChangeLog SET Id = 5 WHERE Id = 6; UPDATE ChangeLog SET Id = 6 WHERE Id = -5");

        Assert.Equal((ChangeFault.Moved, 5), await FirstAsync());
    }

    [Fact]
    public async Task The_walk_is_told_of_and_goes_over_the_border_of_its_pieces()
    {
        // Rows past one piece, made in one commit.
        await _log.Core.Writer.WriteAsync(session =>
        {
            for (var i = 0; i < 1_100; i++)
            {
                _log.Log.Append(session, Core.Access.Actor.System, new Change(ChangeCatalog.ConnectionResumed));
            }
        });
        var told = new List<VerifyProgress>();

        var verdict = await _log.Core.Get<ChangeVerifier>().VerifyAsync(new Told(told), TestContext.Current.CancellationToken);

        Assert.Equal((true, 1_108), (verdict.IsIntact, verdict.Lines));
        Assert.Equal([new VerifyProgress(1_000, 1_108), new VerifyProgress(1_108, 1_108)], told);
    }

    [Fact]
    public async Task A_walk_that_is_called_off_ends()
    {
        using var off = new CancellationTokenSource();
        await off.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _log.Core.Get<ChangeVerifier>().VerifyAsync(null, off.Token));
    }

    private async Task<(ChangeFault?, long?)> FirstAsync()
    {
        var verdict = await _log.VerifyAsync();
        Assert.Contains($"line {verdict.BrokenLine} ", verdict.Sentence, StringComparison.Ordinal);
        Assert.Equal(verdict.BrokenLine - 1, verdict.Lines);
        return (verdict.Fault, verdict.BrokenLine);
    }

    private sealed class Told(List<VerifyProgress> told) : IProgress<VerifyProgress>
    {
        public void Report(VerifyProgress value) => told.Add(value);
    }
}
