using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Richpanel.Core.Access;
using Richpanel.Core.ChangeLog;
using Richpanel.Tests.Support;

namespace Richpanel.Tests.ChangeLog;

public sealed class ChangeHeadKeeperTests
{
    [Fact(Timeout = 60_000)]
    public async Task Lines_cut_off_while_the_product_runs_are_told_and_not_covered_up()
    {
        var ct = TestContext.Current.CancellationToken;
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));
        await using var console = new ConsoleUnderTest(services: services => services.AddSingleton<TimeProvider>(time));
        var writing = console.Services.GetRequiredService<ChangeWriting>();
        var head = console.Services.GetRequiredService<ChangeHead>();
        for (var i = 0; i < 5; i++)
        {
            await writing.WriteAsync(Actor.System, new Change(ChangeCatalog.SandboxCleared));
        }

        await using var context = console.Read();
        var last = await context.ChangeLog.MaxAsync(line => line.Id, ct);
        await UntilAsync(() => Task.FromResult(head.Read()?.Id == last));

        await console.Writer.WriteAsync(session =>
        {
            session.Execute("DROP TRIGGER ChangeLogLosesNoLine");
            session.Execute($"DELETE FROM ChangeLog WHERE Id > {last - 3}");
        });

        await UntilAsync(() => context.ChangeLog.AnyAsync(line => line.Action == ChangeCatalog.EndMissing.Code, ct));
        Assert.Single((await console.Services.GetRequiredService<ChangeVerifier>().VerifyAsync(null, ct)).LossesFound!);

        async Task UntilAsync(Func<Task<bool>> happened)
        {
            while (!await happened())
            {
                time.Advance(TimeSpan.FromSeconds(1));
                await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, ct);
            }
        }
    }
}
