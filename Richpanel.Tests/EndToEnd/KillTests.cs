using System.Globalization;
using Richpanel.Bench;
using Richpanel.Core.Connections;

namespace Richpanel.Tests.EndToEnd;

/// <summary>Three rounds of what <c>bench kill</c> does twenty times.</summary>
public sealed class KillTests
{
    [Theory(Timeout = 400_000)]
    [InlineData(Transport.Single)]
    [InlineData(Transport.Batch)]
    public async Task After_kill_9_every_acknowledged_event_arrives_and_every_repeat_says_so(Transport transport)
    {
        var folder = Directory.CreateTempSubdirectory("console-kill-");
        try
        {
            var result = await KillTrial.RunAsync(ProductInTest.Dll, folder.FullName, rounds: 3, seed: 20, transport, TestContext.Current.CancellationToken);

            Assert.Empty(result.Lost);
            Assert.Empty(result.Unmarked);
            Assert.Empty(result.LedgerFaults);
            Assert.InRange(result.Repeats, 0, result.RepeatsAllowed);
            Assert.True(result.Acknowledged > 50, string.Create(CultureInfo.InvariantCulture, $"Only {result.Acknowledged} events were acknowledged: too few to show anything."));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
