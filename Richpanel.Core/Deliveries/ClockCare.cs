using Microsoft.Extensions.Logging;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Deliveries;

/// <summary>
/// A clock that ran ahead and was set right leaves deliveries that came in at a time still to come, and would wait for it although
/// nobody asked them to. What was never tried is due as soon as it is in, so these are due now. A wait between tries stands as it is
/// shown.
/// </summary>
internal sealed class ClockCare(StoreWriter writer, DeliverySignal signal, TimeProvider time, ILogger<ClockCare> logger) : MinuteCare(time, logger)
{
    private const int MostAtOnce = 5_000;

    private static readonly string s_makeDue =
        $"""UPDATE "Deliveries" SET "DueAt"=$now WHERE "Id" IN (SELECT "Id" FROM "Deliveries" WHERE "ConnectionId" IN (SELECT "Id" FROM "Connections") AND "State"=1 AND "DueAt">$now AND "ReceivedAt">$now AND "AttemptCount"=0 LIMIT {MostAtOnce})""";

    private readonly TimeProvider _time = time;

    protected override string What => "Deliveries of a clock that ran ahead";

    protected override async Task LookAsync(CancellationToken stopping)
    {
        int changed;
        do
        {
            changed = await writer.WriteAsync(session => DispatchStore.Set(session.Command(s_makeDue, "$now"), _time.GetUtcNow().UtcTicks).ExecuteNonQuery());
            if (changed > 0)
            {
                signal.Raise();
            }
        }
        while (changed == MostAtOnce && !stopping.IsCancellationRequested);
    }
}
