using Microsoft.Extensions.Logging;

namespace Richpanel.Core.Deliveries;

/// <summary>What still waits for a deleted connection is canceled.</summary>
internal sealed class RemovalCare(ConnectionRemoval removal, TimeProvider time, ILogger<RemovalCare> logger) : MinuteCare(time, logger)
{
    protected override string What => "What waits for deleted connections";

    protected override Task LookAsync(CancellationToken stopping) => removal.CancelLeftoversAsync();
}
