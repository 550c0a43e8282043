using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Richpanel.Core.Access;
using Richpanel.Core.ChangeLog;
using Richpanel.Core.Storage;
using Richpanel.Tests.Support;

namespace Richpanel.Tests.ChangeLog;

public sealed class ChangeHeadKeeperTests : IAsyncLifetime
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));
    private readonly ConsoleUnderTest _console;
    private ConsoleDbContext _context = null!;
    private long _last;

    public ChangeHeadKeeperTests() => _console = new ConsoleUnderTest(services: services => services.AddSingleton<TimeProvider>(_time));

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private ChangeHead Head => _console.Services.GetRequiredService<ChangeHead>();

    private string HeadFile => Path.Combine(_console.Folder, "keys", "change-log.head");

    public async ValueTask InitializeAsync()
    {
        var writing = _console.Services.GetRequiredService<ChangeWriting>();
        for (var i = 0; i < 5; i++)
        {
            await writing.WriteAsync(Actor.System, new Change(ChangeCatalog.SandboxCleared));
        }

        _context = _console.Read();
        _last = await _context.ChangeLog.MaxAsync(line => line.Id, Ct);
        await UntilAsync(() => Task.FromResult(Head.Read()?.Id == _last));
    }

    public async ValueTask DisposeAsync()
    {
        await _context.DisposeAsync();
        await _console.DisposeAsync();
    }

    [Fact(Timeout = 60_000)]
    public async Task Lines_cut_off_while_the_product_runs_are_told_and_not_covered_up()
    {
        await CutOffAsync();

        await UntilAsync(() => IsWrittenAsync(ChangeCatalog.EndMissing));
        Assert.Single((await VerifyAsync()).LossesFound!);
    }

    [Fact(Timeout = 60_000)]
    public async Task What_is_cut_off_while_nothing_can_be_written_is_told_once_it_can()
    {
        // As on a full disk: every line is refused.
        await _console.Writer.WriteAsync(session => session.Execute("""CREATE TRIGGER Full BEFORE INSERT ON "ChangeLog" BEGIN SELECT RAISE(ABORT, 'as if the disk were full'); END"""));
        await CutOffAsync();
        await UntilAsync(() => Task.FromResult(_console.Logs.Text.Contains("could not be written; it is tried again", StringComparison.Ordinal)));
        Assert.Equal(_last, Head.Read()!.Id);
        Assert.Equal(ChangeFault.Removed, (await VerifyAsync()).Fault);

        await _console.Writer.WriteAsync(session => session.Execute("DROP TRIGGER Full"));

        await UntilAsync(() => IsWrittenAsync(ChangeCatalog.EndMissing));
    }

    [Theory(Timeout = 60_000)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_note_that_is_taken_away_or_changed_while_the_product_runs_is_told_and_written_anew(bool isChanged)
    {
        if (isChanged)
        {
            await File.WriteAllTextAsync(HeadFile, "1\nab\ncd\n", Ct);
        }
        else
        {
            File.Delete(HeadFile);
        }

        await UntilAsync(() => IsWrittenAsync(ChangeCatalog.HeadMissing));
        await UntilAsync(() => Task.FromResult(Head.Read()?.Id == _last + 1));
        var verdict = await VerifyAsync();
        Assert.Equal((true, _last + 1), (verdict.IsIntact, Assert.Single(verdict.NotesMissing!)));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_verdict_that_cannot_be_written_down_is_told_and_is_not_good()
    {
        await _console.Writer.DisposeAsync();   // takes nothing any more

        var verdict = await _console.Services.GetRequiredService<ChangeReview>().VerifyAsync(Actor.System, null, Ct);

        Assert.Equal((false, true, null), (verdict.IsIntact, verdict.IsUnwritten, verdict.Fault));
        Assert.StartsWith("This could not be written into the change log, so it does not count as verified", verdict.Sentence, StringComparison.Ordinal);
    }

    private Task CutOffAsync() => _console.Writer.WriteAsync(session =>
    {
        session.Execute("DROP TRIGGER ChangeLogLosesNoLine");
        session.Execute($"DELETE FROM ChangeLog WHERE Id > {_last - 3}");
    });

    private Task<ChangeVerdict> VerifyAsync() => _console.Services.GetRequiredService<ChangeVerifier>().VerifyAsync(null, Ct);

    private Task<bool> IsWrittenAsync(ChangeAction action) => _context.ChangeLog.AnyAsync(line => line.Action == action.Code, Ct);

    private async Task UntilAsync(Func<Task<bool>> happened)
    {
        while (!await happened())
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, Ct);
        }
    }
}
