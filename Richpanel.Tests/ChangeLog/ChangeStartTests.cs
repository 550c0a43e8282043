using Richpanel.Core.ChangeLog;
using Richpanel.Tests.Support;

namespace Richpanel.Tests.ChangeLog;

/// <summary>What a start of the product finds and writes down: a key that is gone, an end that is missing.</summary>
public sealed class ChangeStartTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private string Keys => Path.Combine(_folder.Path, "keys");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_first_start_writes_that_it_started_and_nothing_else()
    {
        await using var log = await StartedAsync();

        Assert.Equal(["product.started"], (await log.LinesAsync()).Select(line => line.Action));
        Assert.Equal("version 1.2.3", (await log.LinesAsync())[0].ObjectName);
    }

    [Theory]
    [InlineData("installation.key")]
    [InlineData("*.xml")]
    [InlineData("*")]
    public async Task A_lost_key_is_written_down_and_what_it_sealed_counts_as_unproved_and_not_as_tampered(string lost)
    {
        await (await StartedAsync(lines: 3)).DisposeAsync();
        foreach (var file in Directory.GetFiles(Keys, lost))
        {
            File.Delete(file);
        }

        await using var log = await StartedAsync(lines: 2);

        var verdict = await log.VerifyAsync();
        Assert.Equal(["product.seal-renewed", "product.started"], (await log.LinesAsync()).Skip(4).Take(2).Select(line => line.Action));
        Assert.Equal((true, 4), (verdict.IsIntact, verdict.KeyGoneUntil));
        Assert.Contains("Lines 1 to 4 are sealed with a key that is gone", verdict.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_line_of_a_key_that_is_gone_is_still_held_by_the_chain()
    {
        await (await StartedAsync(lines: 3)).DisposeAsync();
        File.Delete(Path.Combine(Keys, "installation.key"));
        await using var log = await StartedAsync();
        log.Attack($"{LogUnderTest.DropTriggers} UPDATE ChangeLog SET Reason = 'other' WHERE Id = 3");

        Assert.Equal(3, (await log.VerifyAsync()).BrokenLine);
    }

    [Fact]
    public async Task A_line_that_only_claims_a_new_seal_does_not_excuse_the_lines_before_it()
    {
        await using var log = await StartedAsync(lines: 3);
        log.Attack($"{LogUnderTest.DropTriggers} UPDATE ChangeLog SET Reason = 'other' WHERE Id = 2; UPDATE ChangeLog SET Action = 'product.seal-renewed' WHERE Id = 4");
        await log.RehashAsync(2);

        Assert.Equal(2, (await log.VerifyAsync()).BrokenLine);
    }

    [Fact]
    public async Task Without_any_key_the_first_line_is_said_to_be_unproved()
    {
        await (await StartedAsync(lines: 3)).DisposeAsync();
        foreach (var file in Directory.GetFiles(Keys))
        {
            File.Delete(file);
        }

        await using var log = await LogUnderTest.StartAsync(_folder);

        Assert.Equal((ChangeFault.KeyGone, 1), ((await log.VerifyAsync()).Fault, (await log.VerifyAsync()).BrokenLine));
    }

    [Fact]
    public async Task Lines_cut_off_at_the_end_are_missed_by_the_sealed_note_of_the_last_one()
    {
        await using var log = await StartedAsync(lines: 5);
        await log.NoteAsync();
        log.Attack($"{LogUnderTest.DropTriggers} DELETE FROM ChangeLog WHERE Id > 4");

        var verdict = await log.VerifyAsync();

        Assert.Equal((ChangeFault.Removed, 5), (verdict.Fault, verdict.BrokenLine));
    }

    [Fact]
    public async Task A_start_that_finds_the_end_missing_writes_it_down_for_good()
    {
        await using (var before = await StartedAsync(lines: 5))
        {
            await before.NoteAsync();
            before.Attack($"{LogUnderTest.DropTriggers} DELETE FROM ChangeLog WHERE Id > 4");
        }

        await using var log = await StartedAsync();
        await log.NoteAsync();

        var found = (await log.LinesAsync()).Single(line => line.Action == ChangeCatalog.EndMissing.Code);
        var verdict = await log.VerifyAsync();
        Assert.Equal((5, 2), (found.Id, found.Count));
        Assert.Equal((true, true), (verdict.IsIntact, verdict.IsEndProved));
        Assert.Contains("wrote it down in line 5", verdict.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_note_that_somebody_else_wrote_proves_nothing()
    {
        await using var log = await StartedAsync(lines: 5);
        await log.NoteAsync();
        var file = Path.Combine(Keys, "change-log.head");
        await File.WriteAllTextAsync(file, (await File.ReadAllTextAsync(file, Ct)).Replace("6\n", "4\n", StringComparison.Ordinal), Ct);

        Assert.Null(log.Core.Get<ChangeHead>().Read());
        var verdict = await log.VerifyAsync();
        Assert.Equal((false, ChangeFault.EndUnproved), (verdict.IsIntact, verdict.Fault));
        Assert.Contains("could not be used", verdict.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_note_that_is_missing_is_found_by_verifying_and_written_down_by_the_next_start()
    {
        await using (var before = await StartedAsync(lines: 3))
        {
            File.Delete(Path.Combine(Keys, "change-log.head"));
            before.Attack($"{LogUnderTest.DropTriggers} DELETE FROM ChangeLog WHERE Id > 3");
            Assert.Equal((false, ChangeFault.EndUnproved, 3), ((await before.VerifyAsync()).IsIntact, (await before.VerifyAsync()).Fault, (await before.VerifyAsync()).Lines));
        }

        await using var log = await StartedAsync();

        var verdict = await log.VerifyAsync();
        Assert.Equal(["change-log.head-missing", "product.started"], (await log.LinesAsync()).Skip(3).Select(line => line.Action));
        Assert.Equal((true, 4), (verdict.IsIntact, Assert.Single(verdict.NotesMissing!)));
        Assert.Contains("wrote it down in line 4: lines may have been cut off before that one", verdict.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task From_the_first_start_on_there_is_a_note()
    {
        await using var log = await StartedAsync();

        Assert.True((await log.VerifyAsync()).IsEndProved);
    }

    [Fact]
    public async Task The_note_is_for_its_owner_alone()
    {
        if (OperatingSystem.IsWindows())
        {
            return;   // knows no such modes
        }

        await using var log = await StartedAsync();
        await log.NoteAsync();

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(Keys, "change-log.head")));
    }

    [Fact]
    public async Task The_running_product_keeps_the_note_and_leaves_it_exact_when_it_stops()
    {
        await using (var app = new ConsoleUnderTest(new() { ["Storage:ConnectionString"] = $"Data Source={Path.Combine(_folder.Path, "console.db")}" }))
        {
            using var client = app.CreateClient();
        }

        await using var log = await LogUnderTest.StartAsync(_folder);
        Assert.Equal((await log.LinesAsync())[^1].Id, log.Core.Get<ChangeHead>().Read()!.Id);
        Assert.True((await log.VerifyAsync()).IsEndProved);
    }

    private async Task<LogUnderTest> StartedAsync(int lines = 0)
    {
        var log = await LogUnderTest.StartAsync(_folder);
        await log.Core.Get<ChangeStart>().WriteAsync("1.2.3");
        await log.AddAsync(lines);
        return log;
    }
}
